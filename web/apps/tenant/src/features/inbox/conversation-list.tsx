import type { Conversation } from "@parlance/api-client-tenant";
import { Button, ErrorNotice, explain, LoadingRegion, Skeleton } from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { useT } from "../../shared/texts";
import { ConversationRow } from "./conversation-row";
import { InboxHead } from "./inbox-head";
import { NoConversations } from "./no-conversations";
import { conversationsQuery, searchQuery } from "./queries";
import type { View } from "./views";

const ROW_PX = 79;
/** How close to the end of what is loaded the next page is asked for. */
const AHEAD_ROWS = 15;

/** The rows of one view, or of a search, and how to get more. */
export function useConversationRows(slug: string, view: View, q: string | undefined) {
  const listed = useInfiniteQuery({ ...conversationsQuery(slug, view), enabled: !q });
  const found = useInfiniteQuery({ ...searchQuery(slug, q ?? ""), enabled: Boolean(q) });
  const query = q ? found : listed;
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return { query, rows };
}

type ListProps = {
  slug: string;
  view: View;
  q: string | undefined;
  selected: string | undefined;
  list: ReturnType<typeof useConversationRows>;
};

/** The conversation list with its views and its search. */
export function ConversationList({ slug, view, q, selected, list }: ListProps) {
  const { query, rows } = list;
  const scrollRef = useRef<HTMLDivElement>(null);
  return (
    <>
      <InboxHead slug={slug} view={view} q={q} first={rows?.[0]?.id} />
      <div ref={scrollRef} className="thin-scroll min-h-0 flex-1 overflow-y-auto">
        {query.isError && !rows ? (
          <ErrorNotice className="m-4" error={explain(query.error)} onRetry={() => void query.refetch()} />
        ) : !rows ? (
          <RowSkeletons />
        ) : rows.length === 0 && !query.hasNextPage ? (
          <NoConversations view={view} q={q} />
        ) : (
          <Rows slug={slug} view={view} q={q} rows={rows} selected={selected} query={query} scrollRef={scrollRef} />
        )}
      </div>
    </>
  );
}

type RowsProps = Omit<ListProps, "list"> & {
  rows: Conversation[];
  query: ListProps["list"]["query"];
  scrollRef: React.RefObject<HTMLDivElement | null>;
};

function Rows({ slug, view, q, rows, selected, query, scrollRef }: RowsProps) {
  const t = useT();
  const listRef = useRef<HTMLUListElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    getItemKey: (index) => rows[index]?.id ?? index,
    estimateSize: () => ROW_PX,
    overscan: 8,
    useFlushSync: false,
  });
  const at = rows.findIndex((row) => row.id === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= rows.length - AHEAD_ROWS) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, last, rows.length]);
  return (
    <>
      <ul
        ref={listRef}
        aria-label={t("inbox.list")}
        className="relative"
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={(event) => {
          const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (step === 0) return;
          const links = [...(listRef.current?.querySelectorAll("a") ?? [])];
          const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
          if (!next) return;
          event.preventDefault();
          next.focus();
        }}
      >
        {items.map((item) => {
          const row = rows[item.index];
          return row ? (
            <ConversationRow
              key={item.key}
              ref={virtual.measureElement}
              index={item.index}
              start={item.start}
              slug={slug}
              view={view}
              q={q}
              row={row}
              selected={row.id === selected}
            />
          ) : null;
        })}
      </ul>
      {hasNextPage ? (
        <div className="flex justify-center p-3">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t("ui.loadMore")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function RowSkeletons() {
  return (
    <LoadingRegion>
      {Array.from({ length: 8 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholder rows have no identity
        <div key={index} className="flex gap-3 border-b px-4 py-3">
          <Skeleton className="size-9 rounded-full" />
          <div className="flex-1 space-y-2 py-1">
            <Skeleton className={index % 2 ? "h-3.5 w-2/5" : "h-3.5 w-1/2"} />
            <Skeleton className={index % 3 ? "h-3 w-4/5" : "h-3 w-3/5"} />
          </div>
        </div>
      ))}
    </LoadingRegion>
  );
}
