import type { Conversation, Message } from "@parlance/api-client-tenant";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "../../shared/live";
import { mediaQuery } from "../../shared/media";
import { settledSends } from "./outbox";
import {
  conversationQuery,
  conversationsQuery,
  messageQuery,
  messagesQuery,
  type Page,
  readConversation,
  type View,
} from "./queries";

type Pages<T> = InfiniteData<Page<T>, string | undefined>;

const RANK: Record<string, number> = {
  queued: 0,
  submitted: 10,
  unknown: 20,
  cancelled: 25,
  accepted: 30,
  held: 40,
  sent: 50,
  failed: 60,
  delivered: 70,
  read: 80,
  played: 90,
  received: 100,
};

/** Of two readings of one message the one that knows more: answers may overtake each other. */
export function newerMessage(known: Message, incoming: Message): Message {
  return (RANK[incoming.status] ?? 0) >= (RANK[known.status] ?? 0) ? incoming : known;
}

/** Puts a row into a newest-first list of pages, replacing its older self; rows older than what is loaded stay out. */
export function placeRow<T extends { id: string }>(pages: Page<T>[], row: T, before: (a: T, b: T) => boolean): Page<T>[] {
  const rest = pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== row.id) }));
  for (let p = 0; p < rest.length; p += 1) {
    const page = rest[p];
    const index = page?.items.findIndex((item) => before(row, item)) ?? -1;
    if (page && index >= 0) {
      page.items.splice(index, 0, row);
      return rest;
    }
  }
  const last = rest.at(-1);
  if (last && !last.next_cursor) last.items.push(row);
  return rest;
}

const newerInThread = (a: Message, b: Message) => a.thread_at > b.thread_at || (a.thread_at === b.thread_at && a.id > b.id);
const newerInList = (a: Conversation, b: Conversation) =>
  a.last_message_at > b.last_message_at || (a.last_message_at === b.last_message_at && a.id > b.id);

/** Writes a message into its loaded thread. */
export function upsertMessage(client: QueryClient, slug: string, message: Message): void {
  client.setQueryData<Pages<Message>>(messagesQuery(slug, message.conversation_id).queryKey, (data) => {
    if (!data) return data;
    const known = data.pages.flatMap((page) => page.items).find((item) => item.id === message.id);
    return { ...data, pages: placeRow(data.pages, known ? newerMessage(known, message) : message, newerInThread) };
  });
}

/** Writes a conversation into every loaded list and its own entry. */
export function upsertConversation(client: QueryClient, slug: string, conversation: Conversation): void {
  client.setQueryData<Conversation>(conversationQuery(slug, conversation.id).queryKey, (known) =>
    known && known.version > conversation.version ? known : conversation,
  );
  for (const view of ["all", "unread"] satisfies View[]) {
    client.setQueryData<Pages<Conversation>>(conversationsQuery(slug, view).queryKey, (data) => {
      if (!data) return data;
      const known = data.pages.flatMap((page) => page.items).find((item) => item.id === conversation.id);
      if (known && known.version > conversation.version) return data;
      if (view === "unread" && !known && conversation.unread === 0) return data;
      return { ...data, pages: placeRow(data.pages, conversation, newerInList) };
    });
  }
}

const running = new Map<string, { again: boolean }>();

/** Runs a refresh once at a time per key; a call during a run makes one more run after it. */
async function refresh(key: string, task: () => Promise<void>): Promise<void> {
  const present = running.get(key);
  if (present) {
    present.again = true;
    return;
  }
  const turn = { again: false };
  running.set(key, turn);
  try {
    do {
      turn.again = false;
      await task();
    } while (turn.again);
  } catch {
    // The next event or the next visit reads it again.
  } finally {
    running.delete(key);
  }
}

function refreshConversation(client: QueryClient, slug: string, id: string): Promise<void> {
  return refresh(`${slug}/${id}`, async () => {
    upsertConversation(client, slug, await readConversation(slug, id));
  });
}

function isLoaded(client: QueryClient, slug: string, message: Message): boolean {
  const data = client.getQueryData<Pages<Message>>(messagesQuery(slug, message.conversation_id).queryKey);
  return data?.pages.some((page) => page.items.some((item) => item.id === message.id)) ?? false;
}

function refreshMessage(client: QueryClient, slug: string, conversationId: string, id: string): Promise<void> {
  if (!client.getQueryData(messagesQuery(slug, conversationId).queryKey)) return Promise.resolve();
  return refresh(`${slug}/${id}`, async () => {
    const detail = await client.fetchQuery({ ...messageQuery(slug, id), staleTime: 0 });
    if (detail.message.direction === "outbound" && !isLoaded(client, slug, detail.message)) await settledSends(conversationId);
    upsertMessage(client, slug, detail.message);
    if (detail.message.direction === "inbound") void client.invalidateQueries({ queryKey: ["t", slug, "contact"] });
    const { content } = detail.message;
    if ("media_id" in content && content.media_id)
      void client.invalidateQueries({ queryKey: mediaQuery(slug, content.media_id).queryKey });
  });
}

/** Brings the cache up to date with what the stream told. */
export function applyInboxEvent(client: QueryClient, slug: string, event: LiveEvent): void {
  if (event.type === "message.created" || event.type === "message.updated") {
    void refreshMessage(client, slug, event.conversation_id, event.message_id);
    if (event.type === "message.created") void refreshConversation(client, slug, event.conversation_id);
  } else if (event.type === "conversation.updated") {
    void refreshConversation(client, slug, event.conversation_id);
  }
}
