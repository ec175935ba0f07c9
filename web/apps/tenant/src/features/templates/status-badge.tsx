import { Badge, type Tone } from "@parlance/ui";
import { CircleAlert, CircleCheck, CirclePause, Clock, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useT } from "../../shared/texts";

const KNOWN = ["APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "DELETED"] as const;
type Known = (typeof KNOWN)[number];
const LOOK: Record<Known, { tone: Tone; icon: ReactNode }> = {
  APPROVED: { tone: "success", icon: <CircleCheck size={12} aria-hidden /> },
  PENDING: { tone: "info", icon: <Clock size={12} aria-hidden /> },
  IN_APPEAL: { tone: "info", icon: <Clock size={12} aria-hidden /> },
  REJECTED: { tone: "danger", icon: <CircleAlert size={12} aria-hidden /> },
  PAUSED: { tone: "warning", icon: <CirclePause size={12} aria-hidden /> },
  DELETED: { tone: "neutral", icon: <Trash2 size={12} aria-hidden /> },
  DISABLED: { tone: "danger", icon: <CirclePause size={12} aria-hidden /> },
};

/** The states a filter offers. */
export const TEMPLATE_STATES = KNOWN;

/** The provider's state of a template. */
export function TemplateStatus({ status }: { status: string }) {
  const t = useT();
  const known = KNOWN.find((name) => name === status);
  if (!known) return <Badge>{status.toLowerCase()}</Badge>;
  return (
    <Badge tone={LOOK[known].tone} icon={LOOK[known].icon}>
      {t(`templateStatus.${known}`)}
    </Badge>
  );
}
