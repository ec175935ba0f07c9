import type { PlatformMe } from "@parlance/api-client-admin";
import { ApiError, adoptServerTime, type Problem } from "@parlance/ui";
import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { api } from "./api";

/** Which platform admin is signed in, and the product's clock. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<PlatformMe> => {
    const { data, error, response } = await api.GET("/v1/me");
    if (!data) throw new ApiError(response.status, (error as Problem | undefined) ?? {});
    adoptServerTime(data.now);
    return data;
  },
  staleTime: 5 * 60_000,
  refetchInterval: 60_000,
});

/** Which platform admin is signed in; use inside of routes that need a session. */
export function useMe(): PlatformMe {
  return useSuspenseQuery(meQuery).data;
}
