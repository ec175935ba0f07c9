import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { adminRoutes } from "./admin-routes";
import { type Answer, type Json, problem, type Route } from "./answers";
import { conversation, id, message, rendered, thread } from "./data";
import { rareKinds } from "./kinds";
import { OUTSIDE_ROUTES } from "./team-routes";
import { tenantRoutes } from "./tenant-routes";
import { sampleEvents } from "./work-routes";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const PHOTO = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="420"><rect width="640" height="420" fill="#8fbf9f"/><circle cx="480" cy="120" r="56" fill="#f3d98b"/><path d="M0 320 180 160l140 120 100-80 220 120v100H0z" fill="#416b57"/></svg>`;

/** A server in memory that answers like the real one, for looking at pages and for states that are hard to reach. */
export class MockServer {
  signedIn = true;
  slowMs = 0;
  readonly sends: { key: string; body: Json }[] = [];
  failNextSends = 0;
  readonly events = new Map<string, Json[]>();
  readonly notes = new Map<string, Json>();
  conversations: Json[] = Array.from({ length: 60 }, (_, n) => conversation(n + 1));
  readonly threads = new Map<string, Json[]>();
  private readonly streams = new Set<ServerResponse>();
  private readonly log: { id: number; frame: string }[] = [];
  private readonly server: Server;
  private readonly routes: Route[];
  private nextMessage = 1000;
  private nextEvent = 1;
  constructor(
    private readonly dist: string,
    private readonly surface: "tenant" | "admin",
  ) {
    for (const row of this.conversations) this.threads.set(String(row.id), []);
    this.threads.set(id("cnv", 1), [...rareKinds(id("cnv", 1)), ...thread(id("cnv", 1))]);
    this.events.set(id("cnv", 1), sampleEvents(id("cnv", 1)));
    this.routes = surface === "tenant" ? tenantRoutes(this) : adminRoutes(this);
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.cutStreams();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Ends all event streams, as a restart would. */
  cutStreams(): void {
    for (const stream of this.streams) stream.destroy();
    this.streams.clear();
  }

  /** How many event streams are open. */
  get openStreams(): number {
    return this.streams.size;
  }

  /** Tells all listeners that something changed. */
  emit(event: Json & { type: string }): void {
    this.nextEvent += 1;
    const frame = `id: 1-${this.nextEvent}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    this.log.push({ id: this.nextEvent, frame });
    for (const stream of this.streams) stream.write(frame);
  }

  /** A customer's message arrives. */
  receive(conversationId: string, content: Json): Json {
    const made = message(conversationId, this.nextMessage++, 0, { content });
    this.threads.get(conversationId)?.push(made);
    this.touch(
      conversationId,
      {
        preview: { kind: content.type, text: String(content.body ?? ""), direction: "inbound" },
        last_message_at: made.thread_at,
        state: "open",
      },
      1,
    );
    this.emit({ type: "message.created", conversation_id: conversationId, message_id: made.id });
    return made;
  }

  /** A status of an outbound message arrives. */
  progress(messageId: string, status: string): void {
    for (const [conversationId, list] of this.threads) {
      const found = list.find((entry) => entry.id === messageId);
      if (!found) continue;
      found.status = status;
      found[`${status}_at`] = new Date().toISOString();
      this.emit({ type: "message.updated", conversation_id: conversationId, message_id: messageId });
    }
  }

  private touch(conversationId: string, fields: Json, unread: number): void {
    const row = this.conversations.find((entry) => entry.id === conversationId);
    if (!row) return;
    Object.assign(row, fields, { unread: Number(row.unread) + unread, version: Number(row.version) + 1 });
    this.conversations = [...this.conversations].sort((a, b) =>
      String(b.last_message_at).localeCompare(String(a.last_message_at)),
    );
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://mock");
    if (url.pathname.startsWith("/media/")) {
      response.writeHead(200, { "content-type": "image/svg+xml" }).end(PHOTO);
    } else if (!url.pathname.startsWith("/v1/")) {
      this.file(url.pathname, response);
    } else if (/^\/v1\/t\/[^/]+\/events$/.test(url.pathname)) {
      this.stream(request, response, url.searchParams.get("last_event_id"));
    } else {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const body = request.headers["content-type"]?.includes("json") && text ? (JSON.parse(text) as Json) : {};
      body.key = request.headers["idempotency-key"];
      if (this.slowMs) await new Promise((resolve) => setTimeout(resolve, this.slowMs));
      const { status = 200, body: answer } = this.route(`${request.method} ${url.pathname}`, body, url);
      if (status === 0) request.socket.destroy();
      else if (answer === undefined) response.writeHead(204).end();
      else
        response
          .writeHead(status, { "content-type": status < 400 ? "application/json" : "application/problem+json" })
          .end(JSON.stringify(answer));
    }
  }

  private stream(request: IncomingMessage, response: ServerResponse, after: string | null): void {
    if (!this.signedIn) {
      response.writeHead(401).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(
      `id: 1-${after ? after.split("-")[1] : this.nextEvent}\nevent: ready\ndata: ${JSON.stringify({ now: new Date().toISOString() })}\n\n`,
    );
    const from = after ? Number(after.split("-")[1]) : this.nextEvent;
    for (const entry of this.log) if (entry.id > from) response.write(entry.frame);
    this.streams.add(response);
    request.on("close", () => this.streams.delete(response));
  }

  private file(path: string, response: ServerResponse): void {
    const wanted = join(this.dist, normalize(path));
    const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(this.dist, "index.html");
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  }

  private route(call: string, body: Json, url: URL): Answer {
    if (call === "POST /v1/sign-in") {
      if (body.password === "wrong")
        return problem(401, "bad-credentials", "Email or password is wrong", "Check both, then try again.");
      this.signedIn = true;
      return { body: this.me() };
    }
    for (const [pattern, handler] of OUTSIDE_ROUTES) {
      const match = call.match(pattern);
      if (match) return handler(match, body, url);
    }
    if (!this.signedIn)
      return problem(401, "unauthenticated", "Sign in first", "Sign in, or send a valid API key as a bearer token.");
    for (const [pattern, handler] of this.routes) {
      const match = call.match(pattern);
      if (match) return handler(match, body, url);
    }
    return problem(404, "not-found", "Not found", "There is no such thing here. Check the id and the tenant in the address.");
  }

  /** Who is signed in. */
  me(): Json {
    if (this.surface === "admin")
      return { user: { id: id("pus", 1), email: "root@example.com", name: "Noa Platform" }, now: new Date().toISOString() };
    const permissions = [
      "conversations:read",
      "messages:send",
      "conversations:manage",
      "notes:write",
      "contacts:read",
      "contacts:manage",
      "templates:read",
      "templates:manage",
      "numbers:read",
      "numbers:manage",
      "api_keys:manage",
      "team:read",
      "team:manage",
      "roles:manage",
      "settings:manage",
      "audit:read",
      "ownership:manage",
    ];
    return {
      user: { id: id("usr", 1), email: "ada@green-leaf.example", name: "Ada Okafor" },
      memberships: [
        {
          tenant: {
            id: id("ten", 1),
            slug: "green-leaf",
            name: "Green Leaf Clinic",
            sandbox: true,
            state: "active",
            language: "en",
          },
          role: "owner",
          permissions,
        },
        {
          tenant: {
            id: id("ten", 2),
            slug: "noor",
            name: "متجر نور للعطور والهدايا الفاخرة",
            sandbox: false,
            state: "active",
            language: "en",
          },
          role: "viewer",
          permissions: ["conversations:read"],
        },
      ],
      now: new Date().toISOString(),
    };
  }

  /** Keeps a sent message; the same key gives the same answer. */
  send(conversationId: string, body: Json): Answer {
    if (this.failNextSends > 0) {
      this.failNextSends -= 1;
      return { status: 0 };
    }
    const key = String(body.key);
    const known = this.sends.find((entry) => entry.key === key);
    this.sends.push({ key, body });
    if (known) return { status: 202, body: known.body.answer };
    const content = body.content as Json;
    const target = [...this.threads.values()].flat().find((row) => row.id === content.message_id);
    if (target) target.reactions = content.emoji ? [{ emoji: content.emoji, direction: "outbound" }] : [];
    const stored = target
      ? { type: "reaction", target_provider_id: target.provider_id, emoji: content.emoji }
      : content.type === "template"
        ? {
            type: "template",
            name: "appointment",
            language: "en",
            parameters: content.parameters,
            rendered: rendered(content.parameters as Record<string, string>),
          }
        : content;
    const made = message(conversationId, this.nextMessage++, 0, {
      direction: "outbound",
      status: "queued",
      content: stored,
      more: { accepted_at: null, reply_to: body.reply_to ? { message_id: body.reply_to, provider_id: "wamid" } : null },
    });
    this.threads.get(conversationId)?.push(made);
    this.touch(
      conversationId,
      { preview: { kind: stored.type, text: String(stored.body ?? ""), direction: "outbound" }, last_message_at: made.thread_at },
      0,
    );
    const answer = { message: made, decision: made.decision };
    body.answer = structuredClone(answer);
    this.emit({ type: "message.created", conversation_id: conversationId, message_id: made.id });
    return { status: 202, body: answer };
  }
}
