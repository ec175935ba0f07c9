import type { Conversation } from "@parlance/api-client-tenant";
import {
  Avatar,
  Button,
  buttonClass,
  CountBadge,
  cx,
  EmptyState,
  ErrorNotice,
  explain,
  LoadingRegion,
  RelativeTime,
  Skeleton,
} from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Inbox, Reply } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { contactName, phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { usePreview } from "./preview";
import { conversationsQuery, type View } from "./queries";

/** The rows of one view and how to get more. */
export function useConversationRows(slug: string, view: View) {
  const query = useInfiniteQuery(conversationsQuery(slug, view));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return { query, rows };
}

type ListProps = { slug: string; view: View; selected: string | undefined; list: ReturnType<typeof useConversationRows> };

/** The conversation list with its views. */
export function ConversationList({ slug, view, selected, list }: ListProps) {
  const t = useT();
  const { query, rows } = list;
  return (
    <>
      <header className="border-b px-4 pt-3">
        <p aria-hidden className="font-semibold text-lg">
          {t("nav.inbox")}
        </p>
        <nav aria-label={t("inbox.views")} className="-mb-px mt-1 flex gap-1">
          {(["all", "unread"] as const).map((name) => (
            <Link
              key={name}
              to="/t/$slug/inbox"
              params={{ slug }}
              search={{ view: name === "all" ? undefined : name }}
              aria-current={view === name ? "page" : undefined}
              className={cx(
                "focus-inset border-b-2 px-2.5 py-2 text-sm no-underline max-md:min-h-11",
                view === name ? "border-accent-text font-semibold text-text" : "border-transparent text-muted hover:text-text",
              )}
            >
              {t(`inbox.view.${name}`)}
            </Link>
          ))}
        </nav>
      </header>
      <div className="thin-scroll min-h-0 flex-1 overflow-y-auto">
        {query.isError && !rows ? (
          <ErrorNotice className="m-4" error={explain(query.error)} onRetry={() => void query.refetch()} />
        ) : !rows ? (
          <RowSkeletons />
        ) : rows.length === 0 ? (
          <NoConversations view={view} />
        ) : (
          <Rows slug={slug} view={view} rows={rows} selected={selected} />
        )}
        {query.hasNextPage ? <MoreRows busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
      </div>
    </>
  );
}

function Rows({ slug, view, rows, selected }: { slug: string; view: View; rows: Conversation[]; selected: string | undefined }) {
  const t = useT();
  const listRef = useRef<HTMLUListElement>(null);
  return (
    <ul
      ref={listRef}
      aria-label={t("inbox.list")}
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
      {rows.map((row) => (
        <ConversationRow key={row.id} slug={slug} view={view} row={row} selected={row.id === selected} />
      ))}
    </ul>
  );
}

function ConversationRow({ slug, view, row, selected }: { slug: string; view: View; row: Conversation; selected: boolean }) {
  const t = useT();
  const preview = usePreview(row.preview);
  const name = contactName(row.contact);
  const unread = row.unread > 0;
  return (
    <li className="[contain-intrinsic-size:auto_68px] [content-visibility:auto]">
      <Link
        to="/t/$slug/inbox/$conversationId"
        params={{ slug, conversationId: row.id }}
        search={{ view: view === "all" ? undefined : view }}
        aria-current={selected ? "page" : undefined}
        className={cx(
          "focus-inset flex gap-3 border-b px-4 py-2.5 text-text no-underline",
          selected ? "bg-accent-soft" : "hover:bg-hover",
        )}
      >
        <Avatar name={name} id={row.contact.id} size={36} className="mt-0.5" />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <span
              dir="auto"
              className={cx("min-w-0 flex-1 truncate text-sm [text-align:-webkit-match-parent]", unread && "font-semibold")}
            >
              {name}
            </span>
            <RelativeTime at={row.last_message_at} className="shrink-0 text-muted text-xs" />
          </span>
          <span className="mt-0.5 flex items-center gap-2">
            <span className={cx("flex min-w-0 flex-1 items-center gap-1 text-sm", unread ? "text-text" : "text-muted")}>
              {row.preview.direction === "outbound" ? (
                <Reply size={13} aria-label={t("inbox.youSent")} role="img" className="shrink-0 rtl:-scale-x-100" />
              ) : null}
              {preview.icon}
              <span dir="auto" className="truncate">
                {preview.text}
              </span>
            </span>
            <CountBadge count={row.unread} label={t("inbox.unread", { count: row.unread })} />
          </span>
          <span className="mt-0.5 block truncate text-muted text-xs">
            <bdi>{row.phone_number.verified_name || phoneText(row.phone_number.display_phone_number)}</bdi>
          </span>
        </span>
      </Link>
    </li>
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

function NoConversations({ view }: { view: View }) {
  const t = useT();
  const { slug, can, membership } = useTenant();
  if (view === "unread") {
    return (
      <EmptyState
        icon={<CircleCheck size={20} aria-hidden />}
        title={t("inbox.allRead.title")}
        action={
          <Link to="/t/$slug/inbox" params={{ slug }} className={buttonClass()}>
            {t("inbox.allRead.action")}
          </Link>
        }
      >
        {t("inbox.allRead.text")}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<Inbox size={20} aria-hidden />}
      title={t("inbox.empty.title")}
      action={
        can("numbers:read") ? (
          <Link to="/t/$slug/numbers" params={{ slug }} className={buttonClass("primary")}>
            {t("inbox.empty.action")}
          </Link>
        ) : undefined
      }
    >
      {t(membership.tenant.sandbox ? "inbox.empty.sandbox" : "inbox.empty.text")}
    </EmptyState>
  );
}

function MoreRows({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const t = useT();
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = ref.current;
    if (!element || busy) return;
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && onMore(), {
      rootMargin: "400px",
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [busy, onMore]);
  return (
    <div ref={ref} className="flex justify-center p-3">
      <Button busy={busy} onClick={onMore}>
        {t("ui.loadMore")}
      </Button>
    </div>
  );
}
