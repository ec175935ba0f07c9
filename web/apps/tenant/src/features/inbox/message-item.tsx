import type { Message } from "@parlance/api-client-tenant";
import { absoluteText, Button, clockText, cx, IconButton, isMessageStatus, MessageBubble, Ticks, Tooltip } from "@parlance/ui";
import { CircleHelp, FastForward, Forward, Reply, Smartphone } from "lucide-react";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { SystemLine } from "./event-line";
import { bubbleParts } from "./message-body";
import { ReferralCard } from "./message-data";
import { messageLine } from "./preview";
import { React } from "./react-menu";
import { SendAgain } from "./send-again";

type ItemProps = {
  slug: string;
  message: Message;
  quoted: Message | undefined;
  contact: string;
  onReply: ((message: Message) => void) | undefined;
  onWhy: (message: Message) => void;
  onJump: (messageId: string) => void;
};

/** One message of the thread, with its acts. */
export function MessageItem({ slug, message, quoted, contact, onReply, onWhy, onJump }: ItemProps) {
  const t = useT();
  const out = message.direction === "outbound";
  if (message.content.type === "system" || message.content.type === "reaction")
    return <Remark message={message} contact={contact} />;
  const parts = bubbleParts(slug, message, t);
  const status = isMessageStatus(message.status) ? message.status : undefined;
  const fromApp = message.author?.kind === "business_app";
  const author = out ? (fromApp ? t("thread.fromApp") : message.author?.name) : undefined;
  const troubled = message.status === "failed" || message.status === "unknown";
  return (
    <div className={cx("group flex flex-col", out ? "items-end" : "items-start")}>
      <div className={cx("flex max-w-[min(85%,34rem)] items-center gap-1 max-md:max-w-[92%]", out && "flex-row-reverse")}>
        <MessageBubble
          direction={out ? "out" : "in"}
          {...parts}
          mark={message.forwarded ? <Forwarded how={message.forwarded} /> : undefined}
          header={
            message.referral ? (
              <>
                <ReferralCard referral={message.referral} t={t} />
                {parts.header}
              </>
            ) : (
              parts.header
            )
          }
          tone={message.status === "failed" ? "failed" : "plain"}
          quote={message.reply_to ? quoteOf(quoted, contact, t, onJump) : undefined}
          reactions={message.reactions.map((reaction) => ({
            emoji: reaction.emoji,
            label: t(reaction.direction === "outbound" ? "thread.youReacted" : "thread.theyReacted", {
              emoji: reaction.emoji,
              name: contact,
            }),
          }))}
          meta={
            <>
              {fromApp ? <Smartphone size={12} aria-hidden className="shrink-0" /> : null}
              {author ? <bdi className="max-w-44 truncate">{author}</bdi> : null}
              {message.edited_at ? (
                <Tooltip text={t("thread.editedAt", { time: absoluteText(message.edited_at) })}>
                  <span>{t("thread.edited")}</span>
                </Tooltip>
              ) : null}
              <Tooltip text={absoluteText(message.thread_at)}>
                <time dateTime={message.thread_at} className="tabular">
                  {clockText(message.thread_at)}
                </time>
              </Tooltip>
              {out && status ? <Ticks status={status} word={troubled} /> : null}
            </>
          }
        />
        <div className="flex shrink-0 opacity-0 focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          {onReply && message.provider_id ? <React slug={slug} message={message} /> : null}
          {onReply ? (
            <IconButton
              label={t("thread.reply")}
              icon={<Reply size={15} aria-hidden className="rtl:-scale-x-100" />}
              onClick={() => onReply(message)}
            />
          ) : null}
          {out ? (
            <IconButton label={t("thread.why")} icon={<CircleHelp size={15} aria-hidden />} onClick={() => onWhy(message)} />
          ) : null}
        </div>
      </div>
      {troubled ? <Trouble slug={slug} message={message} onWhy={() => onWhy(message)} /> : null}
    </div>
  );
}

function Forwarded({ how }: { how: NonNullable<Message["forwarded"]> }) {
  const t = useT();
  const Icon = how === "frequently" ? FastForward : Forward;
  return (
    <span className="flex items-center gap-1 italic">
      <Icon size={12} aria-hidden className="shrink-0 rtl:-scale-x-100" />
      {t(how === "frequently" ? "thread.forwardedOften" : "thread.forwarded")}
    </span>
  );
}

type T = ReturnType<typeof useT>;

function quoteOf(quoted: Message | undefined, contact: string, t: T, onJump: (messageId: string) => void) {
  if (!quoted) return { author: t("thread.earlier"), text: t("thread.earlierText") };
  return {
    author: quoted.direction === "inbound" ? contact : t("thread.you"),
    text: messageLine(quoted) || (quoted.content.type === "text" ? "" : t(`kind.${quoted.content.type}`)),
    onOpen: () => onJump(quoted.id),
  };
}

function Remark({ message, contact }: { message: Message; contact: string }) {
  const t = useT();
  const { content } = message;
  const text =
    content.type === "reaction"
      ? content.emoji
        ? t("thread.reactedEarlier", { name: message.direction === "inbound" ? contact : t("thread.you"), emoji: content.emoji })
        : t("thread.reactionGone")
      : content.type === "system"
        ? (content.body ?? t("thread.system", { event: content.event }))
        : "";
  return (
    <SystemLine>
      {text} · {clockText(message.thread_at)}
    </SystemLine>
  );
}

/** Why a message did not (surely) arrive, and the next step. */
function Trouble({ slug, message, onWhy }: { slug: string; message: Message; onWhy: () => void }) {
  const t = useT();
  const { can } = useTenant();
  const unknown = message.status === "unknown";
  const next = message.error?.next_step;
  return (
    <div className="mt-1 flex max-w-[min(85%,34rem)] flex-col items-end gap-1 text-end text-sm">
      <p className="wrap-any">
        <span className={unknown ? "text-warning-text" : "text-danger-text"}>
          {unknown ? t("trouble.unknown") : (message.error?.message ?? t("trouble.failed"))}
        </span>
        {next ? <span className="text-muted"> {next}</span> : null}
      </p>
      <div className="flex flex-wrap justify-end gap-1">
        <Button size="sm" variant="ghost" onClick={onWhy}>
          {t("ui.why")}
        </Button>
        {can("messages:send") ? <SendAgain slug={slug} message={message} /> : null}
      </div>
    </div>
  );
}
