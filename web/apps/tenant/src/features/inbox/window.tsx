import { absoluteText, Badge, Tooltip, useNow } from "@parlance/ui";
import { Clock, Lock } from "lucide-react";
import { durationText } from "../../shared/format";
import { useT } from "../../shared/texts";

/** Milliseconds until the customer service window closes; zero or less when it is closed. */
export function useWindowLeft(expiresAt: string | null | undefined): number {
  const now = useNow();
  return expiresAt ? Date.parse(expiresAt) - now : 0;
}

const SOON_MS = 2 * 3_600_000;

/** How long free-form answers are still possible. */
export function WindowBadge({ expiresAt }: { expiresAt: string | null | undefined }) {
  const t = useT();
  const left = useWindowLeft(expiresAt);
  if (left <= 0) {
    return (
      <Tooltip text={expiresAt ? t("window.closedAt", { time: absoluteText(expiresAt) }) : t("window.never")}>
        <span className="shrink-0">
          <Badge tone="neutral" icon={<Lock size={11} aria-hidden />}>
            {t("window.closed")}
          </Badge>
        </span>
      </Tooltip>
    );
  }
  return (
    <Tooltip text={t("window.closesAt", { time: absoluteText(expiresAt ?? "") })}>
      <span className="tabular shrink-0">
        <Badge tone={left < SOON_MS ? "warning" : "neutral"} icon={<Clock size={11} aria-hidden />}>
          {t("window.left", { time: durationText(left) })}
        </Badge>
      </span>
    </Tooltip>
  );
}
