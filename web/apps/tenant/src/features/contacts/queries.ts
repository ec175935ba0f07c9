import type { Contact } from "@parlance/api-client-tenant";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";

const PAGE_ROWS = 50;

/** Contacts, newest first, or those that a search finds. */
export function contactsQuery(slug: string, q: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "contacts", q ?? ""],
    queryFn: ({ pageParam }): Promise<{ items: Contact[]; next_cursor?: string | null }> =>
      unwrap(api.GET("/v1/t/{slug}/contacts", { params: { path: { slug }, query: { q, limit: PAGE_ROWS, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
