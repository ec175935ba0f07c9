import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { ago, conversation, id, message, numbers, phoneNumber, rendered, templates, thread } from "./data";

type Json = Record<string, unknown>;
type Answer = { status?: number; body?: unknown };
type Handler = (match: RegExpMatchArray, body: Json, url: URL) => Answer;

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const PHOTO = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="420"><rect width="640" height="420" fill="#8fbf9f"/><circle cx="480" cy="120" r="56" fill="#f3d98b"/><path d="M0 320 180 160l140 120 100-80 220 120v100H0z" fill="#416b57"/></svg>`;

function problem(status: number, code: string, title: string, detail: string, more: Json = {}): Answer {
  return { status, body: { type: `/docs/errors/${code}`, title, status, code, detail, request_id: "req_mock", ...more } };
}

/** A server in memory that answers like the real one, for looking at pages and for states that are hard to reach. */
export class MockServer {
  signedIn = true;
  slowMs = 0;
  readonly sends: { key: string; body: Json }[] = [];
  failNextSends = 0;
  conversations: Json[] = Array.from({ length: 60 }, (_, n) => conversation(n + 1));
  readonly threads = new Map<string, Json[]>();
  private readonly streams = new Set<ServerResponse>();
  private readonly log: { id: number; frame: string }[] = [];
  private readonly server: Server;
  private nextMessage = 1000;
  private nextEvent = 1;
  private keys: Json[] = [
    {
      id: id("key", 1),
      name: "web shop",
      hint: "plk_…9f3a",
      scopes: ["messages:send", "templates:read"],
      created_at: ago(1e9),
      expires_at: null,
      last_used_at: ago(60_000),
      revoked_at: null,
    },
    {
      id: id("key", 2),
      name: "old export",
      hint: "plk_…77bc",
      scopes: ["conversations:read"],
      created_at: ago(9e9),
      expires_at: null,
      last_used_at: null,
      revoked_at: ago(1e8),
    },
  ];
  private tenants: Json[] = [
    { id: id("ten", 1), slug: "green-leaf", name: "Green Leaf Clinic", state: "active", sandbox: true, created_at: ago(9e9) },
    {
      id: id("ten", 2),
      slug: "noor",
      name: "متجر نور للعطور والهدايا الفاخرة",
      state: "suspended",
      sandbox: false,
      created_at: ago(4e9),
    },
  ];
  private environments: Json[] = [
    {
      id: id("gev", 1),
      name: "Sandbox",
      kind: "sandbox",
      base_url: "http://127.0.0.1:7423",
      graph_version: "v24.0",
      created_at: ago(9e9),
    },
  ];
  private apps: Json[] = [
    {
      id: id("app", 1),
      app_id: "4711",
      name: "Parlance sandbox app",
      graph_environment: { id: id("gev", 1), name: "Sandbox", kind: "sandbox" },
      callback_url: `http://127.0.0.1:7422/webhooks/${id("app", 1)}`,
      secrets: [{ hint: "9f3a", not_after: null, created_at: ago(9e9) }],
      created_at: ago(9e9),
    },
  ];

  constructor(
    private readonly dist: string,
    private readonly surface: "tenant" | "admin",
  ) {
    for (const row of this.conversations) this.threads.set(String(row.id), []);
    this.threads.set(id("cnv", 1), thread(id("cnv", 1)));
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
    } else if (url.pathname.endsWith("/events")) {
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
    if (!this.signedIn)
      return problem(401, "unauthenticated", "Sign in first", "Sign in, or send a valid API key as a bearer token.");
    const table = this.surface === "tenant" ? this.tenantRoutes() : this.adminRoutes();
    for (const [pattern, handler] of table) {
      const match = call.match(pattern);
      if (match) return handler(match, body, url);
    }
    return problem(404, "not-found", "Not found", "There is no such thing here. Check the id and the tenant in the address.");
  }

  private me(): Json {
    if (this.surface === "admin") return { user: { id: id("pus", 1), email: "root@example.com", name: "Noa Platform" } };
    const permissions = [
      "conversations:read",
      "messages:send",
      "contacts:read",
      "templates:read",
      "templates:manage",
      "numbers:read",
      "numbers:manage",
      "api_keys:manage",
    ];
    return {
      user: { id: id("usr", 1), email: "ada@green-leaf.example", name: "Ada Okafor" },
      memberships: [
        {
          tenant: { id: id("ten", 1), slug: "green-leaf", name: "Green Leaf Clinic", sandbox: true, state: "active" },
          role: "owner",
          permissions,
        },
        {
          tenant: { id: id("ten", 2), slug: "noor", name: "متجر نور للعطور والهدايا الفاخرة", sandbox: false, state: "active" },
          role: "viewer",
          permissions: ["conversations:read"],
        },
      ],
      now: new Date().toISOString(),
    };
  }

  private page(rows: Json[], url: URL): Answer {
    const limit = Number(url.searchParams.get("limit") ?? 50);
    const start = Number(url.searchParams.get("cursor") ?? 0);
    return {
      body: { items: rows.slice(start, start + limit), next_cursor: start + limit < rows.length ? String(start + limit) : null },
    };
  }

  private one(row: Json | undefined): Answer {
    return row
      ? { body: row }
      : problem(404, "not-found", "Not found", "There is no such thing here. Check the id and the tenant in the address.");
  }

  private send(conversationId: string, body: Json): Answer {
    if (this.failNextSends > 0) {
      this.failNextSends -= 1;
      return { status: 0 };
    }
    const key = String(body.key);
    const known = this.sends.find((entry) => entry.key === key);
    this.sends.push({ key, body });
    if (known) return { status: 202, body: known.body.answer };
    const content = body.content as Json;
    const stored =
      content.type === "template"
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

  private tenantRoutes(): [RegExp, Handler][] {
    const t = "/v1/t/[^/]+";
    const find = (list: Json[], wanted: string | undefined) => list.find((row) => row.id === wanted);
    const empty = (url: URL) => url.pathname.includes("/t/noor/");
    return [
      [/^GET \/v1\/me$/, () => ({ body: this.me() })],
      [
        /^POST \/v1\/sign-out$/,
        () => {
          this.signedIn = false;
          return {};
        },
      ],
      [
        new RegExp(`^GET ${t}/conversations$`),
        (_m, _b, url) =>
          this.page(
            empty(url)
              ? []
              : this.conversations.filter((row) => url.searchParams.get("view") !== "unread" || Number(row.unread) > 0),
            url,
          ),
      ],
      [new RegExp(`^GET ${t}/conversations/([^/]+)$`), (m) => this.one(find(this.conversations, m[1]))],
      [
        new RegExp(`^POST ${t}/conversations/([^/]+)/read$`),
        (m) => {
          const row = find(this.conversations, m[1]);
          if (row) row.unread = 0;
          return {};
        },
      ],
      [
        new RegExp(`^GET ${t}/conversations/([^/]+)/messages$`),
        (m, _b, url) => this.page([...(this.threads.get(m[1] ?? "") ?? [])].reverse(), url),
      ],
      [new RegExp(`^POST ${t}/messages$`), (_m, body) => this.send(String(body.conversation_id), body)],
      [
        new RegExp(`^POST ${t}/messages/([^/]+)/send-again$`),
        (m, body) => {
          const old = [...this.threads.values()].flat().find((row) => row.id === m[1]);
          return this.send(String(old?.conversation_id), { ...body, content: old?.content });
        },
      ],
      [
        new RegExp(`^GET ${t}/messages/([^/]+)$`),
        (m) => {
          const found = [...this.threads.values()].flat().find((row) => row.id === m[1]);
          return found
            ? {
                body: {
                  message: found,
                  attempts: [
                    {
                      id: id("att", 1),
                      attempt: 1,
                      state: found.status === "unknown" ? "unknown" : "accepted",
                      planned_at: found.created_at,
                      claimed_at: found.created_at,
                      finished_at: found.created_at,
                      fault: found.error
                        ? { class: "recipient", code: 131026, message: "Message undeliverable", trace_id: "AbCdEf" }
                        : null,
                    },
                  ],
                },
              }
            : this.one(undefined);
        },
      ],
      [
        new RegExp(`^POST ${t}/media$`),
        () => ({
          status: 201,
          body: {
            id: id("med", 9),
            state: "stored",
            mime_type: "image/png",
            filename: "photo.png",
            size_bytes: 1000,
            url: "/media/x",
            url_expires_at: ago(-1e6),
            error: null,
          },
        }),
      ],
      [
        new RegExp(`^GET ${t}/media/([^/]+)$`),
        (m) => ({
          body: {
            id: m[1],
            state: "stored",
            mime_type: "image/png",
            filename: null,
            size_bytes: 1000,
            url: "/media/x",
            url_expires_at: ago(-1e6),
            error: null,
          },
        }),
      ],
      [
        new RegExp(`^GET ${t}/contacts/([^/]+)$`),
        (m) => ({
          body: {
            id: m[1],
            name: "Asha Nair",
            identities: [
              { kind: "phone", value: "4915112345001", seen_at: ago(1000) },
              { kind: "user_id", value: "DE.77A1B2C3D4E5F6", seen_at: ago(1000) },
              { kind: "username", value: "asha.n", seen_at: ago(1000) },
            ],
            created_at: ago(1e9),
            conversations: [],
          },
        }),
      ],
      [
        new RegExp(`^GET ${t}/templates$`),
        (_m, _b, url) =>
          this.page(
            templates().filter((row) => !url.searchParams.get("status") || row.status === url.searchParams.get("status")),
            url,
          ),
      ],
      [new RegExp(`^GET ${t}/templates/([^/]+)$`), (m) => this.one(find(templates(), m[1]))],
      [
        new RegExp(`^POST ${t}/templates/([^/]+)/preview$`),
        (_m, body) => {
          const values = body.parameters as Record<string, string>;
          return {
            body: {
              rendered: rendered(values),
              faults: ["body.name", "body.day", "body.time"]
                .filter((key) => !values[key])
                .map((key) => ({ field: `parameters.${key}`, message: "Give a value; the template needs it." })),
            },
          };
        },
      ],
      [
        new RegExp(`^GET ${t}/wabas$`),
        () => ({
          body: {
            items: [
              {
                id: id("wab", 1),
                name: "Green Leaf",
                provider_waba_id: "102290129340398",
                graph_environment: { id: id("gev", 1), name: "Sandbox", kind: "sandbox" },
              },
            ],
          },
        }),
      ],
      [
        new RegExp(`^POST ${t}/wabas/[^/]+/templates/sync$`),
        () => ({ body: { added: 1, changed: 2, removed: 0, unchanged: 4 } }),
      ],
      [new RegExp(`^GET ${t}/numbers$`), () => ({ body: { items: numbers() } })],
      [new RegExp(`^GET ${t}/numbers/([^/]+)$`), (m) => this.one(find(numbers(), m[1]))],
      [
        new RegExp(`^POST ${t}/numbers/([^/]+)/(?:check|resume)$`),
        (m) => ({ body: { ...find(numbers(), m[1]), paused_reason: null } }),
      ],
      [new RegExp(`^GET ${t}/meta-apps$`), () => ({ body: { items: this.apps } })],
      [new RegExp(`^POST ${t}/connections$`), () => ({ status: 201, body: this.connection() })],
      [new RegExp(`^GET ${t}/connections/[^/]+$`), () => ({ body: this.connection() })],
      [
        new RegExp(`^POST ${t}/connections/[^/]+/resume$`),
        () => ({
          body: {
            ...this.connection(),
            state: "connected",
            phone_number_id: phoneNumber.id,
            steps: (this.connection().steps as Json[]).map((step) => ({ ...step, state: "done", detail: null })),
          },
        }),
      ],
      [new RegExp(`^GET ${t}/api-keys$`), (_m, _b, url) => this.page(this.keys, url)],
      [
        new RegExp(`^POST ${t}/api-keys$`),
        (_m, body) => {
          const key = {
            id: id("key", this.keys.length + 1),
            name: body.name,
            hint: "plk_…abcd",
            scopes: body.scopes,
            created_at: ago(0),
            expires_at: body.expires_at,
            last_used_at: null,
            revoked_at: null,
          };
          this.keys = [key, ...this.keys];
          return { status: 201, body: { api_key: key, secret: "plk_0123456789abcdefghijklmnopqrstuvwxyzABCD" } };
        },
      ],
      [
        new RegExp(`^DELETE ${t}/api-keys/([^/]+)$`),
        (m) => {
          const key = find(this.keys, m[1]);
          if (key) key.revoked_at = ago(0);
          return {};
        },
      ],
    ];
  }

  private connection(): Json {
    const step = (name: string, state: string, detail: string | null) => ({
      step: name,
      state,
      detail,
      at: state === "pending" ? null : ago(4000),
    });
    return {
      id: id("cxn", 1),
      state: "failed",
      phone_number_id: null,
      steps: [
        step("token", "done", "whatsapp_business_messaging and whatsapp_business_management are granted."),
        step("waba", "done", "Green Leaf (102290129340398)"),
        step(
          "number",
          "failed",
          "Meta answered 100: this token can't see the number 999. Give the system user access to the number's account, or correct the id.",
        ),
        step("subscribe", "pending", null),
        step("route", "pending", null),
        step("templates", "pending", null),
      ],
    };
  }

  private adminRoutes(): [RegExp, Handler][] {
    const find = (wanted: string | undefined) => this.tenants.find((row) => row.id === wanted);
    const state =
      (value: string): Handler =>
      (m) => {
        const row = find(m[1]);
        if (row) row.state = value;
        return this.one(row);
      };
    return [
      [/^GET \/v1\/me$/, () => ({ body: this.me() })],
      [
        /^POST \/v1\/sign-out$/,
        () => {
          this.signedIn = false;
          return {};
        },
      ],
      [/^GET \/v1\/tenants$/, (_m, _b, url) => this.page(this.tenants, url)],
      [
        /^POST \/v1\/tenants$/,
        (_m, body) => {
          if (this.tenants.some((row) => row.slug === body.slug))
            return problem(409, "slug-taken", "The address name is taken", "Choose another one.", {
              fields: [{ field: "slug", message: "Another tenant has this address name." }],
            });
          const tenant = {
            id: id("ten", this.tenants.length + 1),
            slug: body.slug,
            name: body.name,
            state: "active",
            sandbox: Boolean(body.sandbox),
            created_at: ago(0),
          };
          this.tenants = [tenant, ...this.tenants];
          return { status: 201, body: { tenant, owner: { email: (body.owner as Json).email, password: "sunny-otter-42-lamp" } } };
        },
      ],
      [
        /^GET \/v1\/tenants\/([^/]+)$/,
        (m) => {
          const tenant = find(m[1]);
          return tenant ? { body: { tenant, numbers: numbers() } } : this.one(undefined);
        },
      ],
      [/^POST \/v1\/tenants\/([^/]+)\/suspend$/, state("suspended")],
      [/^POST \/v1\/tenants\/([^/]+)\/resume$/, state("active")],
      [
        /^GET \/v1\/webhooks$/,
        (_m, _b, url) =>
          this.page(
            this.webhooks().filter((row) => !url.searchParams.get("outcome") || row.outcome === url.searchParams.get("outcome")),
            url,
          ),
      ],
      [/^GET \/v1\/graph-environments$/, (_m, _b, url) => this.page(this.environments, url)],
      [
        /^POST \/v1\/graph-environments$/,
        (_m, body) => {
          const made = { ...body, id: id("gev", this.environments.length + 1), created_at: ago(0) };
          this.environments = [...this.environments, made];
          return { status: 201, body: made };
        },
      ],
      [/^GET \/v1\/meta-apps$/, (_m, _b, url) => this.page(this.apps, url)],
      [
        /^POST \/v1\/meta-apps$/,
        (_m, body) => {
          const made = {
            id: id("app", this.apps.length + 1),
            app_id: body.app_id,
            name: body.name,
            graph_environment: { id: id("gev", 1), name: "Sandbox", kind: "sandbox" },
            callback_url: `http://127.0.0.1:7422/webhooks/${id("app", 2)}`,
            secrets: [{ hint: "1234", not_after: null, created_at: ago(0) }],
            created_at: ago(0),
          };
          this.apps = [...this.apps, made];
          return { status: 201, body: made };
        },
      ],
      [/^POST \/v1\/meta-apps\/[^/]+\/secrets$/, () => ({ body: this.apps[0] })],
    ];
  }

  private webhooks(): Json[] {
    const outcomes = ["applied", "duplicate", "unsupported", "unroutable", "unbound_app", "unreadable"];
    return Array.from({ length: 70 }, (_, n) => {
      const outcome = n < 6 ? outcomes[n] : "applied";
      const tenant =
        outcome === "applied" || outcome === "duplicate" || outcome === "unsupported" ? this.tenants[n % 2] : undefined;
      return {
        id: `20261122-0-${n}-0`,
        received_at: ago(n * 60_000),
        processed_at: ago(n * 60_000),
        meta_app: { id: id("app", 1), name: "Parlance sandbox app" },
        tenant: tenant ? { id: tenant.id, slug: tenant.slug, name: tenant.name } : null,
        provider_waba_id: "102290129340398",
        provider_number_id: "106540352242922",
        field: outcome === "unsupported" ? "account_update" : "messages",
        outcome,
        detail: outcome === "unroutable" ? "Number 999 is not connected to any tenant." : null,
        messages: n % 3 ? 1 : 0,
        statuses: n % 3 ? 0 : 3,
        duplicates: n % 5 ? 0 : 1,
      };
    });
  }
}
