import type { ConversationEvent, Message } from "@parlance/api-client-tenant";
import { idOrder } from "./cache";
import type { PendingSend } from "./outbox";

type Item =
  | { kind: "message"; message: Message }
  | { kind: "event"; event: ConversationEvent }
  | { kind: "reopened" }
  | { kind: "pending"; entry: PendingSend };
/** One row of a thread; the first of a day carries the day's name. */
export type ThreadRow = { key: string; day?: string } & Item;

type Input = {
  /** Newest first, as loaded. */
  messages: Message[];
  /** Newest first, as loaded. */
  events: ConversationEvent[];
  /** Older messages are not loaded yet: events before the oldest loaded one stay out. */
  more: boolean;
  pending: PendingSend[];
  dayOf: (at: string) => string;
};

type Timed = { at: string; time: number; order: string; key: string; item: Item };

function timed(at: string, id: string, item: Item): Timed {
  return { at, time: Date.parse(at), order: idOrder(id), key: id, item };
}

/** Messages, notes and acts of a thread in their order, oldest first, with what is still on its way at the end. */
export function timeline({ messages, events, more, pending, dayOf }: Input): ThreadRow[] {
  const targets = new Set(messages.map((message) => message.provider_id));
  const shown = messages.filter(({ content }) => content.type !== "reaction" || !targets.has(content.target_provider_id));
  const since = more ? Date.parse(messages.at(-1)?.thread_at ?? "") : Number.NEGATIVE_INFINITY;
  const all = [
    ...shown.map((message) => timed(message.thread_at, message.id, { kind: "message", message })),
    ...events
      .filter((event) => Date.parse(event.at) >= since)
      .map((event) => timed(event.at, event.id, { kind: "event", event })),
  ].toSorted((a, b) => a.time - b.time || (a.order < b.order ? -1 : 1));
  const rows: ThreadRow[] = [];
  let day = "";
  let resolved = false;
  const add = (key: string, at: string, item: Item) => {
    const name = dayOf(at);
    rows.push({ key, day: name === day ? undefined : name, ...item });
    day = name;
  };
  for (const { key, at, item } of all) {
    if (item.kind === "event" && item.event.kind === "resolved") resolved = true;
    if (item.kind === "event" && item.event.kind === "reopened") resolved = false;
    if (resolved && item.kind === "message" && opens(item.message)) {
      resolved = false;
      add(`reopened-${key}`, at, { kind: "reopened" });
    }
    add(key, at, item);
  }
  for (const entry of pending) add(entry.key, entry.createdAt, { kind: "pending", entry });
  return rows;
}

/** Whether a message opens a resolved conversation: what the customer wrote, not a reaction or a notice. */
function opens({ direction, content }: Message): boolean {
  return direction === "inbound" && content.type !== "reaction" && content.type !== "system";
}
