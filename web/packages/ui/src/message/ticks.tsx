import { Ban, Check, CheckCheck, CircleAlert, CircleHelp, Clock, Hourglass } from "lucide-react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { Tooltip } from "../parts/tooltip";

const useT = translateHook<typeof uiEn>();
/** The delivery states of an outbound message, in rank order. */
export const MESSAGE_STATUSES = [
  "queued",
  "submitted",
  "accepted",
  "held",
  "sent",
  "delivered",
  "read",
  "played",
  "failed",
  "cancelled",
  "unknown",
] as const;
/** A delivery state. */
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

const ICON: Record<MessageStatus, { Icon: typeof Check; colour: string }> = {
  queued: { Icon: Clock, colour: "text-bubble-meta" },
  submitted: { Icon: Clock, colour: "text-bubble-meta" },
  accepted: { Icon: Clock, colour: "text-bubble-meta" },
  held: { Icon: Hourglass, colour: "text-warning-text" },
  sent: { Icon: Check, colour: "text-bubble-meta" },
  delivered: { Icon: CheckCheck, colour: "text-bubble-meta" },
  read: { Icon: CheckCheck, colour: "text-tick-read" },
  played: { Icon: CheckCheck, colour: "text-tick-read" },
  failed: { Icon: CircleAlert, colour: "text-danger-text" },
  cancelled: { Icon: Ban, colour: "text-bubble-meta" },
  unknown: { Icon: CircleHelp, colour: "text-warning-text" },
};

/** Whether a word the server sent is a state this build knows. */
export function isMessageStatus(value: string): value is MessageStatus {
  return (MESSAGE_STATUSES as readonly string[]).includes(value);
}

/** The delivery state as ticks; the word is in the tooltip, the accessible name, and beside it with `word`. */
export function Ticks({
  status,
  detail,
  word,
  size = 15,
}: {
  status: MessageStatus;
  detail?: string;
  word?: boolean;
  size?: number;
}) {
  const t = useT();
  const { Icon, colour } = ICON[status];
  const name = t(`ui.status.${status}`);
  return (
    <Tooltip text={detail ? `${name} · ${detail}` : name}>
      <span role="img" aria-label={name} data-status={status} className={cx("inline-flex items-center gap-1", colour)}>
        <Icon size={size} aria-hidden strokeWidth={2.2} />
        {word ? <span className="text-xs">{name}</span> : null}
      </span>
    </Tooltip>
  );
}
