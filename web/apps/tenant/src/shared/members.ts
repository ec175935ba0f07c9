import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./api";

/** Members, the longest known first. */
export function membersQuery(slug: string) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "members"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      unwrap(api.GET("/v1/t/{slug}/members", { params: { path: { slug }, query: { cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}
