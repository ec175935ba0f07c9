import { adoptServerTime } from "@parlance/ui";
import { useEffect, useState } from "react";

/** What the stream tells: ids only, the content is read by the usual calls. */
export type LiveEvent =
  | { type: "message.created" | "message.updated"; conversation_id: string; message_id: string }
  | { type: "conversation.updated"; conversation_id: string }
  | { type: "conversation_event.created"; conversation_id: string; event_id: string }
  | { type: "contact.updated"; contact_id: string }
  | { type: "template.updated"; template_id: string }
  | { type: "number.updated"; phone_number_id: string }
  | { type: "reset" };

/** Whether changes arrive as they happen. */
export type LiveState = "connecting" | "open" | "lost";

type Wire =
  | { kind: "event"; event: LiveEvent; id: string }
  | { kind: "clock"; now: string }
  | { kind: "state"; state: LiveState; id: string }
  | { kind: "hello" };

const NAMES = [
  "message.created",
  "message.updated",
  "conversation.updated",
  "conversation_event.created",
  "contact.updated",
  "template.updated",
  "number.updated",
  "reset",
] as const;
const BACKOFF_MS_MAX = 8000;

/**
 * One stream per tenant and browser. The tab that holds the Web Lock owns the connection and passes what it hears to the
 * others; when it closes, the next tab takes over at the last position heard.
 */
export class LiveStream {
  private readonly channel: BroadcastChannel;
  private readonly ended = new AbortController();
  private source: EventSource | undefined;
  private leading = false;
  private followed = false;
  private lastId = "";
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private state: LiveState = "connecting";

  constructor(
    private readonly slug: string,
    private readonly onEvent: (event: LiveEvent) => void,
    private readonly onState: (state: LiveState) => void,
    private readonly onRefused: () => void,
  ) {
    this.channel = new BroadcastChannel(`parlance.live.${slug}`);
    this.channel.onmessage = (message: MessageEvent<Wire>) => this.hear(message.data);
    this.channel.postMessage({ kind: "hello" } satisfies Wire);
    if (navigator.locks) {
      navigator.locks.request(`parlance.live.${slug}`, { signal: this.ended.signal }, () => this.lead()).catch(() => undefined);
    } else {
      void this.lead();
    }
  }

  close(): void {
    this.ended.abort();
    clearTimeout(this.retry);
    this.source?.close();
    this.channel.close();
  }

  private lead(): Promise<void> {
    if (this.ended.signal.aborted) return Promise.resolve();
    this.leading = true;
    if (this.followed && this.lastId === "") this.failures = 1;
    this.connect();
    return new Promise((resolve) => this.ended.signal.addEventListener("abort", () => resolve()));
  }

  private connect(): void {
    const from = this.lastId ? `?last_event_id=${encodeURIComponent(this.lastId)}` : "";
    const resumed = this.lastId !== "";
    const source = new EventSource(`/v1/t/${encodeURIComponent(this.slug)}/events${from}`);
    this.source = source;
    source.addEventListener("ready", (message) => {
      const again = this.failures > 0;
      this.failures = 0;
      if (message.lastEventId) this.lastId = message.lastEventId;
      this.adoptClock(message.data);
      this.report("open");
      if (again && !resumed) this.deliver({ type: "reset" }, "");
    });
    source.addEventListener("clock", (message) => this.adoptClock(message.data));
    for (const name of NAMES) {
      source.addEventListener(name, (message) => {
        const body: unknown = name === "reset" ? { type: "reset" } : JSON.parse(message.data);
        this.deliver(body as LiveEvent, message.lastEventId);
      });
    }
    source.onerror = () => this.lost(source);
  }

  private lost(source: EventSource): void {
    source.close();
    if (this.ended.signal.aborted || this.source !== source) return;
    this.failures += 1;
    this.report("lost");
    this.onRefused();
    const wait = Math.min(BACKOFF_MS_MAX, 250 * 2 ** Math.min(this.failures, 6));
    this.retry = setTimeout(() => this.connect(), wait);
  }

  private deliver(event: LiveEvent, id: string): void {
    if (id) this.lastId = id;
    this.channel.postMessage({ kind: "event", event, id: this.lastId } satisfies Wire);
    this.onEvent(event);
  }

  private adoptClock(data: string): void {
    const now = (JSON.parse(data) as { now?: string }).now;
    if (!now) return;
    adoptServerTime(now);
    this.channel.postMessage({ kind: "clock", now } satisfies Wire);
  }

  private report(state: LiveState): void {
    this.state = state;
    this.channel.postMessage({ kind: "state", state, id: this.lastId } satisfies Wire);
    this.onState(state);
  }

  private hear(wire: Wire): void {
    if (wire.kind === "hello") {
      if (this.leading) this.report(this.state);
    } else if (wire.kind === "clock") {
      adoptServerTime(wire.now);
    } else if (wire.kind === "state") {
      this.followed = true;
      if (wire.id) this.lastId = wire.id;
      this.onState(wire.state);
    } else {
      if (wire.id) this.lastId = wire.id;
      this.onEvent(wire.event);
    }
  }
}

/** Keeps a tenant's stream open while mounted; answers its state. */
export function useLive(slug: string, onEvent: (event: LiveEvent) => void, onRefused: () => void): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  useEffect(() => {
    const stream = new LiveStream(slug, onEvent, setState, onRefused);
    return () => stream.close();
  }, [slug, onEvent, onRefused]);
  return state;
}
