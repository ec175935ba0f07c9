import type { Conversation } from "@parlance/api-client-tenant";
import { Avatar, CountBadge, cx, RelativeTime } from "@parlance/ui";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Reply, UserRound } from "lucide-react";
import type { Ref } from "react";
import { contactName, phoneText } from "../../shared/format";
import { useT } from "../../shared/texts";
import { usePreview } from "./preview";
import type { View } from "./views";

type RowProps = {
  slug: string;
  view: View;
  q: string | undefined;
  row: Conversation;
  selected: boolean;
  index: number;
  start: number;
  ref: Ref<HTMLLIElement>;
};

/** One conversation of the list: who, when, the last line, what is unread, whose it is. */
export function ConversationRow({ slug, view, q, row, selected, index, start, ref }: RowProps) {
  const t = useT();
  const preview = usePreview(row.preview);
  const name = contactName(row.contact);
  const unread = row.unread > 0;
  return (
    <li ref={ref} data-index={index} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${start}px)` }}>
      <Link
        to="/t/$slug/inbox/$conversationId"
        params={{ slug, conversationId: row.id }}
        search={{ view: view === "all" ? undefined : view, q }}
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
          <span className="mt-0.5 flex items-center gap-2 text-muted text-xs">
            <span className="min-w-0 flex-1 truncate">
              <bdi>{row.phone_number.verified_name || phoneText(row.phone_number.display_phone_number)}</bdi>
            </span>
            {row.state === "resolved" ? (
              <span className="flex shrink-0 items-center gap-1">
                <CircleCheck size={12} aria-hidden />
                {t("inbox.resolved")}
              </span>
            ) : null}
            {row.assignee ? (
              <span className="flex max-w-28 items-center gap-1">
                <UserRound size={12} role="img" aria-label={t("inbox.assignedTo")} className="shrink-0" />
                <bdi className="truncate">{row.assignee.name}</bdi>
              </span>
            ) : null}
          </span>
        </span>
      </Link>
    </li>
  );
}
