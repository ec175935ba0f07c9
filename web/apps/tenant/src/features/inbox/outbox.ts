import type { ConversationEvent, Message, Outgoing, SendAnswer } from "@parlance/api-client-tenant";
import { type Explained, explain, isPassing, translate } from "@parlance/ui";
import { useSyncExternalStore } from "react";
import { api, idempotencyKey, unwrap } from "../../shared/api";
import type { Attachment } from "../../shared/attachments";
import { uploadMedia } from "../../shared/media";

/** An internal note; it never becomes a message. */
export type NoteContent = { type: "note"; body: string };
/** What the server answers: a queued message, or a stored note. */
export type Delivered = SendAnswer | ConversationEvent;

/** A message or note on its way to the server; it has no id yet, only its key. */
export type PendingSend = {
  key: string;
  slug: string;
  conversationId: string;
  content: Outgoing | NoteContent;
  upload?: Attachment & { localUrl: string; phoneNumberId: string };
  replyTo?: string;
  createdAt: string;
  state: "uploading" | "sending" | "waiting" | "offline" | "failed";
  progress: number;
  error?: Explained;
};

type Deliver = (answer: Delivered) => void;

const RETRY_WAITS_MS = [400, 1000, 2000, 4000, 8000, 15_000];
const NONE: PendingSend[] = [];
const waits = new Map<string, PendingSend[]>();
const flights = new Map<string, { conversationId: string; done: Promise<void> }>();
const listeners = new Set<() => void>();

function change(conversationId: string, edit: (list: PendingSend[]) => PendingSend[]): void {
  waits.set(conversationId, edit(waits.get(conversationId) ?? NONE));
  for (const listener of listeners) listener();
}

function patch(entry: PendingSend, fields: Partial<PendingSend>): void {
  Object.assign(entry, fields);
  change(entry.conversationId, (list) => list.map((item) => (item.key === entry.key ? { ...item, ...fields } : item)));
}

/** What of a conversation the server has not answered for yet. */
export function usePendingSends(conversationId: string): PendingSend[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waits.get(conversationId) ?? NONE,
  );
}

/** Resolves when no request of the conversation is under way, so that a stream event never shows a message beside its pending self. */
export async function settledSends(conversationId: string): Promise<void> {
  await Promise.all(
    [...flights.values()].filter((flight) => flight.conversationId === conversationId).map((flight) => flight.done),
  );
}

async function post(entry: PendingSend): Promise<Delivered> {
  if (entry.upload && "media_id" in entry.content && !entry.content.media_id) {
    patch(entry, { state: "uploading" });
    const media = await uploadMedia(entry.slug, entry.upload.phoneNumberId, entry.upload, (progress) =>
      patch(entry, { progress }),
    );
    patch(entry, { content: { ...entry.content, media_id: media.id } });
  }
  patch(entry, { state: "sending" });
  const { slug, conversationId, content } = entry;
  const header = { "idempotency-key": entry.key };
  if (content.type === "note")
    return unwrap(
      api.POST("/v1/t/{slug}/conversations/{conversation_id}/notes", {
        params: { path: { slug, conversation_id: conversationId }, header },
        body: { body: content.body },
      }),
    );
  return unwrap(
    api.POST("/v1/t/{slug}/messages", {
      params: { path: { slug }, header },
      body: { conversation_id: conversationId, content, reply_to: entry.replyTo },
    }),
  );
}

/** Waits for the pause to end; offline it waits for the network instead, and the network's return ends any pause. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = navigator.onLine ? setTimeout(done, ms) : undefined;
    function done() {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    }
    window.addEventListener("online", done);
  });
}

async function run(entry: PendingSend, deliver: Deliver): Promise<void> {
  for (let attempt = 0; ; ) {
    try {
      deliver(await post(entry));
      dropPending(entry);
      return;
    } catch (error) {
      const online = navigator.onLine;
      const wait = RETRY_WAITS_MS[attempt];
      if (!isPassing(error) || (online && wait === undefined)) {
        patch(entry, { state: "failed", error: explain(error, translate("send.kept")) });
        return;
      }
      if (online) attempt += 1;
      patch(entry, { state: online ? "waiting" : "offline" });
      await pause(wait ?? 0);
    }
  }
}

/** One after the other within a conversation, so that they arrive in the order they were written. */
function start(entry: PendingSend, deliver: Deliver): void {
  const { conversationId } = entry;
  const done = settledSends(conversationId)
    .then(() => run(entry, deliver))
    .finally(() => flights.delete(entry.key));
  flights.set(entry.key, { conversationId, done });
}

function askBeforeLeaving(event: BeforeUnloadEvent): void {
  if ([...waits.values()].some((list) => list.length > 0)) event.preventDefault();
}

/** Shows a message or note at once and sends it; the same key is used until the server answers. */
export function sendMessage(
  fields: Pick<PendingSend, "slug" | "conversationId" | "content" | "upload" | "replyTo"> & { createdAt: string },
  deliver: Deliver,
): void {
  const entry: PendingSend = { ...fields, key: idempotencyKey(), state: fields.upload ? "uploading" : "sending", progress: 0 };
  change(entry.conversationId, (list) => [...list, entry]);
  window.addEventListener("beforeunload", askBeforeLeaving);
  start({ ...entry }, deliver);
}

/** Tries a failed one again, with its old key: what the server already has is not doubled. */
export function retryPending(entry: PendingSend, deliver: Deliver): void {
  patch(entry, { state: "sending", error: undefined });
  start({ ...entry }, deliver);
}

/** Forgets a pending one. */
export function dropPending(entry: PendingSend): void {
  if (entry.upload) URL.revokeObjectURL(entry.upload.localUrl);
  change(entry.conversationId, (list) => list.filter((item) => item.key !== entry.key));
}

/** Sends a failed or lost message once more as a new one. */
export function sendAgain(slug: string, message: Message): Promise<SendAnswer> {
  return unwrap(
    api.POST("/v1/t/{slug}/messages/{message_id}/send-again", {
      params: { path: { slug, message_id: message.id }, header: { "idempotency-key": `again-${message.id}` } },
      body: { accept_possible_double: true },
    }),
  );
}
