import type { Conversation, ConversationEvent, Message } from "@parlance/api-client-tenant";
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { LiveEvent } from "../../shared/live";
import { mediaQuery } from "../../shared/media";
import { meQuery } from "../../shared/session";
import { type Delivered, settledSends } from "./outbox";
import {
  conversationQuery,
  conversationsQuery,
  eventsQuery,
  messageQuery,
  messagesQuery,
  type Page,
  readConversation,
} from "./queries";
import { VIEWS, type View } from "./views";

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
  const rest = withoutRow(pages, row.id);
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

function withoutRow<T extends { id: string }>(pages: Page<T>[], id: string): Page<T>[] {
  return pages.map((page) => ({ ...page, items: page.items.filter((item) => item.id !== id) }));
}

const newerEvent = (a: ConversationEvent, b: ConversationEvent) => a.at > b.at || (a.at === b.at && a.id > b.id);
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

/** Whether a view shows a conversation. One that is read while it is looked at stays where it is (`known`). */
export function belongs(view: View, conversation: Conversation, me: string | undefined, known: boolean): boolean {
  if (view === "resolved") return conversation.state === "resolved";
  if (conversation.state !== "open") return false;
  if (view === "mine") return conversation.assignee?.id === me;
  if (view === "unassigned") return !conversation.assignee;
  return view === "all" || known || conversation.unread > 0;
}

/** Writes a conversation into every loaded list and its own entry. */
export function upsertConversation(client: QueryClient, slug: string, conversation: Conversation): void {
  const me = client.getQueryData(meQuery.queryKey)?.user.id;
  client.setQueryData<Conversation>(conversationQuery(slug, conversation.id).queryKey, (known) =>
    known && known.version > conversation.version ? known : conversation,
  );
  for (const view of VIEWS) {
    client.setQueryData<Pages<Conversation>>(conversationsQuery(slug, view).queryKey, (data) => {
      if (!data) return data;
      const known = data.pages.flatMap((page) => page.items).find((item) => item.id === conversation.id);
      if (known && known.version > conversation.version) return data;
      if (belongs(view, conversation, me, known !== undefined))
        return { ...data, pages: placeRow(data.pages, conversation, newerInList) };
      return known ? { ...data, pages: withoutRow(data.pages, conversation.id) } : data;
    });
  }
  client.setQueriesData<Pages<Conversation>>({ queryKey: ["t", slug, "conversations", "search"] }, (data) => {
    if (!data) return data;
    const items = (page: Page<Conversation>) =>
      page.items.map((item) => (item.id === conversation.id && item.version <= conversation.version ? conversation : item));
    return { ...data, pages: data.pages.map((page) => ({ ...page, items: items(page) })) };
  });
}

/** Writes a note or an act into its loaded thread. */
export function upsertEvent(client: QueryClient, slug: string, event: ConversationEvent): void {
  client.setQueryData<Pages<ConversationEvent>>(eventsQuery(slug, event.conversation_id).queryKey, (data) =>
    data ? { ...data, pages: placeRow(data.pages, event, newerEvent) } : data,
  );
}

/** Writes what the server answered to something that was on its way. */
export function settle(client: QueryClient, slug: string, answer: Delivered): void {
  if (!("message" in answer)) {
    upsertEvent(client, slug, answer);
    return;
  }
  upsertMessage(client, slug, answer.message);
  const { content, conversation_id } = answer.message;
  if (content.type === "reaction") void refreshTarget(client, slug, conversation_id, content.target_provider_id);
}

/** The part of an id that grows with time. */
export function idOrder(id: string): string {
  return id.slice(id.indexOf("_") + 1);
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
    if (content.type === "reaction") await refreshTarget(client, slug, conversationId, content.target_provider_id);
    if ("media_id" in content && content.media_id)
      void client.invalidateQueries({ queryKey: mediaQuery(slug, content.media_id).queryKey });
  });
}

/** A reaction shows on the message that it belongs to. */
export async function refreshTarget(
  client: QueryClient,
  slug: string,
  conversationId: string,
  providerId: string,
): Promise<void> {
  const data = client.getQueryData<Pages<Message>>(messagesQuery(slug, conversationId).queryKey);
  const target = data?.pages.flatMap((page) => page.items).find((item) => item.provider_id === providerId);
  if (!target) return;
  const detail = await client.fetchQuery({ ...messageQuery(slug, target.id), staleTime: 0 });
  upsertMessage(client, slug, detail.message);
}

/** Brings the cache up to date with what the stream told. */
export function applyInboxEvent(client: QueryClient, slug: string, event: LiveEvent): void {
  if (event.type === "message.created" || event.type === "message.updated") {
    void refreshMessage(client, slug, event.conversation_id, event.message_id);
    if (event.type === "message.created") void refreshConversation(client, slug, event.conversation_id);
  } else if (event.type === "conversation.updated") {
    void refreshConversation(client, slug, event.conversation_id);
  } else if (event.type === "conversation_event.created") {
    void settledSends(event.conversation_id).then(() =>
      client.invalidateQueries({ queryKey: eventsQuery(slug, event.conversation_id).queryKey }),
    );
  } else if (event.type === "contact.updated") {
    void client.invalidateQueries({ queryKey: ["t", slug, "contact", event.contact_id] });
    void client.invalidateQueries({ queryKey: ["t", slug, "contacts"] });
  }
}
