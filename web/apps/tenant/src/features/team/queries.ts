import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";

/** Open invitations. */
export function invitationsQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "invitations"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/invitations", { params: { path: { slug } } })),
    // The mail goes out behind the answer.
    refetchInterval: (query) => (query.state.data?.items.some((row) => row.mail === "waiting") ? 2000 : false),
  });
}

/** Where a member is signed in. */
export function memberSessionsQuery(slug: string, userId: string) {
  return queryOptions({
    queryKey: ["t", slug, "member-sessions", userId],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/members/{user_id}/sessions", { params: { path: { slug, user_id: userId } } })),
  });
}
