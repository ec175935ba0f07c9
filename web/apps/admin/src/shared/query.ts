import { ApiError } from "@parlance/ui";
import { QueryClient } from "@tanstack/react-query";

/** The cache of everything read from the API; nothing here is live. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500 && error.status !== 0),
    },
    mutations: { retry: false },
  },
});
