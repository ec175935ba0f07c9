import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./api";

/** What everybody may know of the installation. */
export const installationQuery = queryOptions({
  queryKey: ["installation"],
  queryFn: () => unwrap(api.GET("/v1/installation")),
  staleTime: Number.POSITIVE_INFINITY,
});
