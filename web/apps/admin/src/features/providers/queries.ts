import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";

/** The Graph environments: Meta's address, sandboxes. */
export const environmentsQuery = queryOptions({
  queryKey: ["graph-environments"],
  queryFn: () => unwrap(api.GET("/v1/graph-environments", { params: { query: { limit: 100 } } })),
});

/** The Meta apps whose webhooks are taken. */
export const metaAppsQuery = queryOptions({
  queryKey: ["meta-apps"],
  queryFn: () => unwrap(api.GET("/v1/meta-apps", { params: { query: { limit: 100 } } })),
});
