import type { ConversationEvent } from "@parlance/api-client-tenant";
import { absoluteText, clockText, richText, Tooltip } from "@parlance/ui";
import { CircleCheck, RotateCcw, StickyNote, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useT } from "../../shared/texts";

const ICON = {
  assigned: <UserRound size={12} aria-hidden className="shrink-0" />,
  unassigned: <UserRound size={12} aria-hidden className="shrink-0" />,
  resolved: <CircleCheck size={12} aria-hidden className="shrink-0" />,
  reopened: <RotateCcw size={12} aria-hidden className="shrink-0" />,
};

/** One line in the middle of the thread that nobody wrote to the customer. */
export function SystemLine({ icon, children }: { icon?: ReactNode; children: ReactNode }) {
  return (
    <div className="flex justify-center">
      <span className="flex items-center gap-1.5 rounded-card border bg-surface px-3 py-1 text-center text-muted text-xs">
        {icon}
        <span className="wrap-any" dir="auto">
          {children}
        </span>
      </span>
    </div>
  );
}

/** What somebody did in the conversation. */
export function EventLine({ event }: { event: ConversationEvent }) {
  const t = useT();
  if (event.kind === "note") return <Note author={event.author?.name} body={event.body ?? ""} at={event.at} />;
  const who = event.author?.name ?? t("event.somebody");
  const to = event.assignee?.name ?? t("event.somebody");
  const text =
    event.kind === "assigned"
      ? to === who
        ? t("event.took", { who })
        : t("event.assigned", { who, to })
      : t(`event.${event.kind}`, { who });
  return (
    <SystemLine icon={ICON[event.kind]}>
      {text} · <Time at={event.at} />
    </SystemLine>
  );
}

function Time({ at }: { at: string }) {
  return (
    <Tooltip text={absoluteText(at)}>
      <time dateTime={at} className="tabular">
        {clockText(at)}
      </time>
    </Tooltip>
  );
}

type NoteProps = { author: string | undefined; body: string; at: string; pending?: boolean; meta?: ReactNode };

/** An internal note: of another colour and at full width, so that nobody takes it for a message. */
export function Note({ author, body, at, pending, meta }: NoteProps) {
  const t = useT();
  return (
    <div className="flex justify-center">
      <section
        aria-label={t("note.title")}
        className={`w-full max-w-150 rounded-card border border-warning-line border-dashed bg-warning-soft px-3 py-2 text-base ${pending ? "opacity-80" : ""}`}
      >
        <p className="flex items-center gap-1.5 text-warning-text text-xs">
          <StickyNote size={13} aria-hidden className="shrink-0" />
          <span className="font-semibold">{t("note.title")}</span>
          <bdi className="min-w-0 truncate">{author ?? t("event.somebody")}</bdi>
          <span className="ms-auto shrink-0">{meta ?? <Time at={at} />}</span>
        </p>
        <p dir="auto" className="wrap-any mt-0.5 whitespace-pre-wrap">
          {richText(body)}
        </p>
      </section>
    </div>
  );
}
