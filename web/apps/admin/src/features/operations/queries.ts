import { infiniteQueryOptions } from "@tanstack/react-query";
import { api, unwrap } from "../../shared/api";

const PAGE_ROWS = 50;
const LANES_POLL_MS = 3000;

/** What every number of the installation sends; read again while it is looked at. */
export const lanesQuery = infiniteQueryOptions({
  queryKey: ["lanes"],
  queryFn: ({ pageParam }) => unwrap(api.GET("/v1/lanes", { params: { query: { limit: PAGE_ROWS, cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  refetchInterval: LANES_POLL_MS,
});

/** What retention removed, newest first. */
export const retentionQuery = infiniteQueryOptions({
  queryKey: ["retention"],
  queryFn: ({ pageParam }) => unwrap(api.GET("/v1/retention", { params: { query: { limit: PAGE_ROWS, cursor: pageParam } } })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});
