import type { Connection, Diagnosis, Lane } from "@parlance/api-client-tenant";
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

const LANE_POLL_MS = 2000;

/** What the scheduler does for a number; read again while it is looked at. */
export function laneQuery(slug: string, phoneNumberId: string) {
  return queryOptions({
    queryKey: ["t", slug, "lane", phoneNumberId],
    queryFn: (): Promise<Lane> =>
      unwrap(
        api.GET("/v1/t/{slug}/numbers/{phone_number_id}/lane", { params: { path: { slug, phone_number_id: phoneNumberId } } }),
      ),
    refetchInterval: LANE_POLL_MS,
  });
}

/** Asks WhatsApp how the number's way stands; changes nothing. */
export function diagnose(slug: string, phoneNumberId: string): Promise<Diagnosis> {
  return unwrap(
    api.GET("/v1/t/{slug}/numbers/{phone_number_id}/diagnosis", {
      params: { path: { slug, phone_number_id: phoneNumberId } },
    }),
  );
}
