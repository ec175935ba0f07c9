import type { Conversation, ConversationEvent, Message } from "@parlance/api-client-tenant";
import { adoptPastInstant } from "@parlance/ui";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";
import type { View } from "./views";

/** One page of a keyset list. */
export type Page<T> = { items: T[]; next_cursor?: string | null };

const PAGE_ROWS = 50;

/** The conversation list of one view, newest first. */
export function conversationsQuery(slug: string, view: View) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "conversations", view],
    queryFn: async ({ pageParam }): Promise<Page<Conversation>> => {
      const page = await unwrap(
        api.GET("/v1/t/{slug}/conversations", {
          params: { path: { slug }, query: { view, limit: PAGE_ROWS, cursor: pageParam } },
        }),
      );
      adoptPastInstant(page.items[0]?.last_message_at);
      return page;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Conversations of the contacts that a search finds, of any state. */
export function searchQuery(slug: string, q: string) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "conversations", "search", q],
    queryFn: ({ pageParam }): Promise<Page<Conversation>> =>
      unwrap(
        api.GET("/v1/t/{slug}/conversations", { params: { path: { slug }, query: { q, limit: PAGE_ROWS, cursor: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Reads one conversation past the cache. */
export async function readConversation(slug: string, conversationId: string): Promise<Conversation> {
  const conversation = await unwrap(
    api.GET("/v1/t/{slug}/conversations/{conversation_id}", { params: { path: { slug, conversation_id: conversationId } } }),
  );
  adoptPastInstant(conversation.last_message_at);
  return conversation;
}

/** One conversation. */
export function conversationQuery(slug: string, conversationId: string) {
  return queryOptions({
    queryKey: ["t", slug, "conversation", conversationId],
    queryFn: () => readConversation(slug, conversationId),
  });
}

/** The messages of one conversation, newest first. */
export function messagesQuery(slug: string, conversationId: string) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "messages", conversationId],
    queryFn: ({ pageParam }): Promise<Page<Message>> =>
      unwrap(
        api.GET("/v1/t/{slug}/conversations/{conversation_id}/messages", {
          params: { path: { slug, conversation_id: conversationId }, query: { limit: PAGE_ROWS, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Notes and what people did in one conversation, newest first. */
export function eventsQuery(slug: string, conversationId: string) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "conversation-events", conversationId],
    queryFn: ({ pageParam }): Promise<Page<ConversationEvent>> =>
      unwrap(
        api.GET("/v1/t/{slug}/conversations/{conversation_id}/events", {
          params: { path: { slug, conversation_id: conversationId }, query: { limit: PAGE_ROWS, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The people who may be given conversations. */
export function assigneesQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "assignees"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/assignees", { params: { path: { slug }, query: { limit: 100 } } })),
    staleTime: 5 * 60_000,
  });
}

/** One message with its ledger. */
export function messageQuery(slug: string, messageId: string) {
  return queryOptions({
    queryKey: ["t", slug, "message", messageId],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/messages/{message_id}", { params: { path: { slug, message_id: messageId } } })),
  });
}

/** One contact with identities. */
export function contactQuery(slug: string, contactId: string) {
  return queryOptions({
    queryKey: ["t", slug, "contact", contactId],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/contacts/{contact_id}", { params: { path: { slug, contact_id: contactId } } })),
  });
}

/** Every recorded word of a contact about what they allow, newest first. */
export function consentsQuery(slug: string, contactId: string) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "contact", contactId, "consents"],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/v1/t/{slug}/contacts/{contact_id}/consents", {
          params: { path: { slug, contact_id: contactId }, query: { limit: PAGE_ROWS, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
