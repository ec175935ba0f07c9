import type { Lane } from "@parlance/api-client-tenant";
import { absoluteText, Badge, Card, ErrorNotice, explain, KeyValues, RelativeTime, Skeleton } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CirclePause, OctagonPause, RefreshCw, TriangleAlert } from "lucide-react";
import { figureText } from "../../shared/format";
import { useT } from "../../shared/texts";
import { laneQuery } from "./queries";

const DEPTH_COUNTED_MAX = 1000;

/** What the queue of a number does at this moment. */
export function LaneCard({ slug, phoneNumberId }: { slug: string; phoneNumberId: string }) {
  const t = useT();
  const lane = useQuery(laneQuery(slug, phoneNumberId));
  return (
    <Card title={t("lane.title")} actions={lane.data ? <LaneState lane={lane.data} /> : undefined}>
      {lane.data ? (
        <Facts lane={lane.data} />
      ) : lane.isError ? (
        <ErrorNotice error={explain(lane.error)} onRetry={() => void lane.refetch()} />
      ) : (
        <Skeleton className="h-28" />
      )}
    </Card>
  );
}

function LaneState({ lane }: { lane: Lane }) {
  const t = useT();
  if (!lane.owned) {
    return (
      <Badge tone="warning" icon={<TriangleAlert size={12} aria-hidden />}>
        {t("lane.unowned")}
      </Badge>
    );
  }
  if (lane.paused_reason) {
    return (
      <Badge tone="warning" icon={<CirclePause size={12} aria-hidden />}>
        {t("numbers.paused")}
      </Badge>
    );
  }
  if (lane.breaker === "open") {
    return (
      <Badge tone="danger" icon={<OctagonPause size={12} aria-hidden />}>
        {t("breaker.open")}
      </Badge>
    );
  }
  if (lane.breaker === "half_open") {
    return (
      <Badge tone="info" icon={<RefreshCw size={12} aria-hidden />}>
        {t("breaker.half_open")}
      </Badge>
    );
  }
  return (
    <Badge tone="success" icon={<CircleCheck size={12} aria-hidden />}>
      {t("breaker.closed")}
    </Badge>
  );
}

function Facts({ lane }: { lane: Lane }) {
  const t = useT();
  const slowed = lane.allowed_mps < lane.throughput_mps;
  const why = lane.paused_reason ?? lane.breaker_reason;
  return (
    <KeyValues
      entries={[
        {
          name: t("lane.depth"),
          value: (
            <span className="tabular">
              {lane.depth >= DEPTH_COUNTED_MAX
                ? t("lane.depthMany", { count: lane.depth })
                : t("lane.messages", { count: lane.depth })}
            </span>
          ),
        },
        { name: t("lane.inFlight"), value: <span className="tabular">{t("lane.messages", { count: lane.in_flight })}</span> },
        {
          name: t("lane.rate"),
          value: (
            <span className="tabular">
              {t("lane.rateOf", { calls: figureText(lane.calls), allowed: figureText(lane.allowed_mps) })}
              {slowed ? (
                <span className="block text-muted text-xs">{t("lane.slowed", { count: lane.throughput_mps })}</span>
              ) : null}
            </span>
          ),
        },
        ...(why ? [{ name: t("lane.why"), value: why }] : []),
        ...(lane.next_try_at ? [{ name: t("lane.nextTry"), value: absoluteText(lane.next_try_at) }] : []),
        {
          name: t("lane.published"),
          value: lane.published_at ? <RelativeTime at={lane.published_at} /> : t("lane.neverPublished"),
        },
      ]}
    />
  );
}
