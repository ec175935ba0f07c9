import type { PlatformLane } from "@parlance/api-client-admin";
import {
  absoluteText,
  Badge,
  type Column,
  currentLocale,
  EmptyState,
  ErrorNotice,
  explain,
  Page,
  RelativeTime,
  Table,
  type Tone,
} from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CirclePause, OctagonPause, RefreshCw, Send, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useT } from "../../shared/texts";
import { lanesQuery } from "./queries";

const DEPTH_COUNTED_MAX = 1000;

type State = "unowned" | "paused" | "open" | "half_open" | "closed";

const LOOK: Record<State, { tone: Tone; icon: ReactNode }> = {
  unowned: { tone: "warning", icon: <TriangleAlert size={12} aria-hidden /> },
  paused: { tone: "warning", icon: <CirclePause size={12} aria-hidden /> },
  open: { tone: "danger", icon: <OctagonPause size={12} aria-hidden /> },
  half_open: { tone: "info", icon: <RefreshCw size={12} aria-hidden /> },
  closed: { tone: "success", icon: <CircleCheck size={12} aria-hidden /> },
};

function stateOf(lane: PlatformLane): State {
  if (!lane.owned) return "unowned";
  return lane.paused ? "paused" : lane.breaker;
}

function figure(value: number): string {
  return new Intl.NumberFormat(currentLocale()).format(value);
}

/** What the queues of all numbers do at this moment. */
export function LanesPage() {
  const t = useT();
  const lanes = useInfiniteQuery(lanesQuery);
  const columns = useColumns();
  return (
    <Page title={t("lanes.title")} wide>
      <p className="mb-4 max-w-160 text-muted text-sm">{t("lanes.intro")}</p>
      {lanes.isError && !lanes.data ? (
        <ErrorNotice error={explain(lanes.error)} onRetry={() => void lanes.refetch()} />
      ) : (
        <Table
          label={t("lanes.title")}
          rows={lanes.data?.pages.flatMap((page) => page.items)}
          rowKey={(row) => row.phone_number_id}
          columns={columns}
          hasMore={lanes.hasNextPage}
          loadingMore={lanes.isFetchingNextPage}
          onLoadMore={() => void lanes.fetchNextPage()}
          empty={
            <EmptyState icon={<Send size={20} aria-hidden />} title={t("lanes.empty.title")}>
              {t("lanes.empty.text")}
            </EmptyState>
          }
        />
      )}
    </Page>
  );
}

function useColumns(): Column<PlatformLane>[] {
  const t = useT();
  return [
    {
      key: "number",
      head: t("lanes.number"),
      cell: (row) => (
        <>
          <bdi className="tabular font-semibold">{row.display_phone_number}</bdi>
          <Link
            to="/tenants/$tenantId"
            params={{ tenantId: row.tenant.id }}
            className="wrap-any block text-accent-text text-xs underline"
          >
            <bdi>{row.tenant.name}</bdi>
          </Link>
        </>
      ),
    },
    {
      key: "state",
      head: t("lanes.state"),
      cell: (row) => {
        const state = stateOf(row);
        return (
          <>
            <Badge tone={LOOK[state].tone} icon={LOOK[state].icon}>
              {t(`laneState.${state}`)}
            </Badge>
            {row.next_try_at ? (
              <span className="mt-0.5 block text-muted text-xs">
                {t("lanes.nextTry", { time: absoluteText(row.next_try_at) })}
              </span>
            ) : null}
          </>
        );
      },
    },
    {
      key: "depth",
      head: t("lanes.depth"),
      numeric: true,
      cell: (row) => (row.depth >= DEPTH_COUNTED_MAX ? t("lanes.orMore", { count: figure(row.depth) }) : figure(row.depth)),
    },
    { key: "flight", head: t("lanes.inFlight"), numeric: true, hideBelow: "md", cell: (row) => figure(row.in_flight) },
    {
      key: "rate",
      head: t("lanes.rate"),
      numeric: true,
      hideBelow: "md",
      cell: (row) => (
        <>
          {t("lanes.rateOf", { calls: figure(row.calls), allowed: figure(row.allowed_mps) })}
          {row.allowed_mps < row.throughput_mps ? (
            <span className="block text-muted text-xs">{t("lanes.slowed", { count: figure(row.throughput_mps) })}</span>
          ) : null}
        </>
      ),
    },
    {
      key: "published",
      head: t("lanes.published"),
      hideBelow: "lg",
      cell: (row) =>
        row.published_at ? (
          <RelativeTime at={row.published_at} className="text-muted" />
        ) : (
          <span className="text-muted">{t("lanes.never")}</span>
        ),
    },
  ];
}
