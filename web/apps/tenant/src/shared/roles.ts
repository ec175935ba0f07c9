import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./api";

/** Built-in and custom roles. */
export function rolesQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "roles"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/roles", { params: { path: { slug } } })),
  });
}
