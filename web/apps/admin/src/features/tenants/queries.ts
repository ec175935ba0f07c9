import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";

/** All tenants of the installation. */
export const tenantsQuery = infiniteQueryOptions({
  queryKey: ["tenants"],
  queryFn: ({ pageParam }) => unwrap(api.GET("/v1/tenants", { params: { query: { limit: 100, cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

/** One tenant with its numbers. */
export function tenantQuery(tenantId: string) {
  return queryOptions({
    queryKey: ["tenant", tenantId],
    queryFn: () => unwrap(api.GET("/v1/tenants/{tenant_id}", { params: { path: { tenant_id: tenantId } } })),
  });
}
