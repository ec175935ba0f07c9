import type { Connection } from "@parlance/api-client-tenant";
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";

/** The tenant's numbers. */
export function numbersQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "numbers"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/numbers", { params: { path: { slug } } })),
  });
}

/** One number. */
export function numberQuery(slug: string, phoneNumberId: string) {
  return queryOptions({
    queryKey: ["t", slug, "number", phoneNumberId],
    queryFn: () =>
      unwrap(api.GET("/v1/t/{slug}/numbers/{phone_number_id}", { params: { path: { slug, phone_number_id: phoneNumberId } } })),
  });
}

/** The Meta apps a number can be connected through. */
export function metaAppsQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "meta-apps"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/meta-apps", { params: { path: { slug } } })),
  });
}

const RUNNING_POLL_MS = 1000;

/** One run of the connect steps; read again while it runs. */
export function connectionQuery(slug: string, connectionId: string) {
  return queryOptions({
    queryKey: ["t", slug, "connection", connectionId],
    queryFn: (): Promise<Connection> =>
      unwrap(api.GET("/v1/t/{slug}/connections/{connection_id}", { params: { path: { slug, connection_id: connectionId } } })),
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_POLL_MS : false),
  });
}
