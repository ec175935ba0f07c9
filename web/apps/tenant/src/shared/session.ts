import type { Me, Membership } from "@parlance/api-client-tenant";
import { ApiError, adoptServerTime, type Problem } from "@parlance/ui";
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { api } from "./api";

/** What a person may do in one tenant. */
export type Permission =
  | "conversations:read"
  | "messages:send"
  | "conversations:manage"
  | "notes:write"
  | "contacts:read"
  | "contacts:manage"
  | "templates:read"
  | "templates:manage"
  | "numbers:read"
  | "numbers:manage"
  | "api_keys:manage"
  | "team:read"
  | "team:manage"
  | "roles:manage"
  | "settings:manage"
  | "audit:read"
  | "ownership:manage";

/** All permissions, in the order shown. */
export const PERMISSIONS: Permission[] = [
  "conversations:read",
  "messages:send",
  "conversations:manage",
  "notes:write",
  "contacts:read",
  "contacts:manage",
  "templates:read",
  "templates:manage",
  "numbers:read",
  "numbers:manage",
  "api_keys:manage",
  "team:read",
  "team:manage",
  "roles:manage",
  "settings:manage",
  "audit:read",
  "ownership:manage",
];

/** Who is signed in, and the server's clock. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me> => {
    const { data, error, response } = await api.GET("/v1/me");
    if (!data) throw new ApiError(response.status, (error as Problem | undefined) ?? {});
    adoptServerTime(data.now);
    return data;
  },
  staleTime: 5 * 60_000,
});

/** Who is signed in; use inside of routes that need a session. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** The tenant of the address and what the person may do there. */
export function useTenant(): { slug: string; membership: Membership; can: (permission: Permission) => boolean } {
  const { slug } = useParams({ from: "/t/$slug" });
  const me = useMe();
  const membership = me.memberships.find((entry) => entry.tenant.slug === slug);
  if (!membership) throw new Error(`no membership in ${slug}`);
  return { slug, membership, can: (permission) => membership.permissions.includes(permission) };
}
