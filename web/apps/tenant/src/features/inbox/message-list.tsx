import type { Conversation, Message } from "@parlance/api-client-tenant";
import { Button, dayText, ErrorNotice, explain, LoadingRegion, Skeleton, useNow } from "@parlance/ui";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { contactName } from "../../shared/format";
import { useT } from "../../shared/texts";
import { settle } from "./cache";
import { EventLine, SystemLine } from "./event-line";
import { MessageItem } from "./message-item";
import { usePendingSends } from "./outbox";
import { PendingItem } from "./pending-item";
import { PhotoViewer } from "./photo-viewer";
import { eventsQuery, messagesQuery } from "./queries";
import { type ThreadRow, timeline } from "./timeline";

const ROW_PX = 72;
const GAP_PX = 10;
const EDGE_PX = 16;
/** Room for the button above the oldest row. */
const BUTTON_PX = 56;
/** Closer than this to the newest message the thread follows what comes. */
const FOLLOW_PX = 120;
/** Closer than this to the oldest loaded message the next page is asked for. */
const AHEAD_PX = 800;

type ListProps = {
  slug: string;
  conversationId: string;
  conversation: Conversation | undefined;
  onReply: ((message: Message) => void) | undefined;
  onWhy: (message: Message) => void;
};

/** The thread, oldest first, with the newest in sight; older pages come as it is scrolled and nothing moves. */
export function MessageList(props: ListProps) {
  const { slug, conversationId, conversation } = props;
  const t = useT();
  const { query, rows, messages } = useRows(slug, conversationId);
  const scrollRef = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const name = conversation ? contactName(conversation.contact) : "";
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scrollRef.current,
    getItemKey: (index) => rows[index]?.key ?? index,
    estimateSize: () => ROW_PX,
    gap: GAP_PX,
    paddingStart: query.hasNextPage ? BUTTON_PX : EDGE_PX,
    paddingEnd: EDGE_PX,
    overscan: 8,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: FOLLOW_PX,
    useFlushSync: false,
  });
  const atEnd = useRef(true);
  const onTheWay = rows.filter((row) => row.kind === "pending").length;
  const before = useRef(0);
  const count = rows.length;
  useLayoutEffect(() => {
    if (count > 0 && (atEnd.current || onTheWay > before.current)) virtual.scrollToEnd();
    before.current = onTheWay;
  }, [count, onTheWay, virtual]);
  useEffect(() => {
    // The composer grows and shrinks: who stands at the newest message stays there.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) virtual.scrollToEnd();
    });
    if (scrollRef.current) observer.observe(scrollRef.current);
    return () => observer.disconnect();
  }, [virtual]);
  const jump = (messageId: string) => {
    const index = rows.findIndex((row) => row.key === messageId);
    if (index >= 0) virtual.scrollToIndex(index, { align: "center" });
  };
  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scrollRef}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          const distance = scrollHeight - scrollTop - clientHeight;
          atEnd.current = distance < FOLLOW_PX;
          setAway(distance > 2 * FOLLOW_PX);
          if (scrollTop < AHEAD_PX && query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
        }}
        className="thin-scroll focus-inset flex h-full flex-col overflow-y-auto [overflow-anchor:none]"
        tabIndex={0}
        role="log"
        aria-label={t("thread.messages", { name })}
      >
        {query.isError && !messages ? (
          <ErrorNotice className="m-4" error={explain(query.error)} onRetry={() => void query.refetch()} />
        ) : null}
        {messages ? (
          <PhotoViewer slug={slug} messages={messages}>
            <div className="relative mx-auto mt-auto w-full max-w-220 shrink-0" style={{ height: virtual.getTotalSize() }}>
              {query.hasNextPage ? (
                <div className="absolute inset-x-0 top-3 flex justify-center">
                  <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    {t("thread.older")}
                  </Button>
                </div>
              ) : null}
              <ol>
                {virtual.getVirtualItems().map((item) => {
                  const row = rows[item.index];
                  return row ? (
                    <li
                      key={item.key}
                      ref={virtual.measureElement}
                      data-index={item.index}
                      className="absolute inset-x-0 top-0 px-4 max-md:px-3"
                      style={{ transform: `translateY(${item.start}px)` }}
                    >
                      {row.day ? <Day name={row.day} /> : null}
                      <Row {...props} row={row} contact={name} messages={messages} onJump={jump} />
                    </li>
                  ) : null;
                })}
              </ol>
            </div>
          </PhotoViewer>
        ) : query.isError ? null : (
          <MessageSkeletons />
        )}
      </div>
      {away ? (
        <Button
          className="absolute end-4 bottom-3 shadow-float"
          icon={<ArrowDown size={14} aria-hidden />}
          onClick={() => virtual.scrollToEnd()}
        >
          {t("thread.newest")}
        </Button>
      ) : null}
    </div>
  );
}

/** The rows of a thread; as many pages of events are loaded as its messages reach back. */
function useRows(slug: string, conversationId: string) {
  const now = useNow();
  const query = useInfiniteQuery(messagesQuery(slug, conversationId));
  const told = useInfiniteQuery(eventsQuery(slug, conversationId));
  const pending = usePendingSends(conversationId);
  const messages = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const events = useMemo(() => told.data?.pages.flatMap((page) => page.items), [told.data]);
  const oldest = query.hasNextPage ? messages?.at(-1)?.thread_at : undefined;
  const reach = events?.at(-1)?.at;
  const short = told.hasNextPage && reach && (!oldest || Date.parse(reach) > Date.parse(oldest));
  const { fetchNextPage, isFetchingNextPage } = told;
  useEffect(() => {
    if (short && !isFetchingNextPage) void fetchNextPage();
  }, [short, isFetchingNextPage, fetchNextPage]);
  const rows = useMemo(
    () =>
      timeline({
        messages: messages ?? [],
        events: messages ? (events ?? []) : [],
        more: query.hasNextPage,
        pending,
        dayOf: (at) => dayText(at, now),
      }),
    [messages, events, query.hasNextPage, pending, now],
  );
  return { query, rows, messages };
}

function Day({ name }: { name: string }) {
  return (
    <p className="flex justify-center pt-1 pb-2.5">
      <span className="inline-block rounded-full border bg-surface px-2.5 py-0.5 text-muted text-xs first-letter:uppercase">
        {name}
      </span>
    </p>
  );
}

type RowProps = Pick<ListProps, "slug" | "onReply" | "onWhy"> & {
  row: ThreadRow;
  contact: string;
  messages: Message[];
  onJump: (messageId: string) => void;
};

function Row({ slug, row, contact, messages, onReply, onWhy, onJump }: RowProps) {
  const t = useT();
  const client = useQueryClient();
  if (row.kind === "event") return <EventLine event={row.event} />;
  if (row.kind === "reopened") return <SystemLine>{t("event.wroteAgain", { name: contact })}</SystemLine>;
  if (row.kind === "pending") return <PendingItem entry={row.entry} onAnswer={(answer) => settle(client, slug, answer)} />;
  const answered = row.message.reply_to?.message_id;
  return (
    <MessageItem
      slug={slug}
      message={row.message}
      quoted={answered ? messages.find((message) => message.id === answered) : undefined}
      contact={contact}
      onReply={onReply}
      onWhy={onWhy}
      onJump={onJump}
    />
  );
}

function MessageSkeletons() {
  return (
    <LoadingRegion className="mx-auto mt-auto flex w-full max-w-220 flex-col gap-3 p-4">
      <Skeleton className="h-12 w-56 rounded-card" />
      <Skeleton className="h-16 w-72 self-end rounded-card" />
      <Skeleton className="h-12 w-64 rounded-card" />
      <Skeleton className="h-20 w-60 self-end rounded-card" />
    </LoadingRegion>
  );
}
