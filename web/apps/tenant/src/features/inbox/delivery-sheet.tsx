import type { MessageDetail } from "@parlance/api-client-tenant";
import {
  absoluteText,
  CopyValue,
  Dialog,
  ErrorNotice,
  explain,
  isMessageStatus,
  KeyValues,
  Notice,
  RelativeTime,
  Skeleton,
  type Step,
  StepLog,
  Ticks,
} from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { useTenant } from "../../shared/session";
import { serverWord, useT } from "../../shared/texts";
import { AttemptItem } from "./attempt-item";
import { CancelSend } from "./cancel-send";
import { messageQuery } from "./queries";
import { SendAgain } from "./send-again";

const WAITING_POLL_MS = 3000;
const AGAIN = ["failed", "unknown"];

/** What happened to one message and why, from the ledger. */
export function DeliverySheet({
  slug,
  messageId,
  onClose,
}: {
  slug: string;
  messageId: string | undefined;
  onClose: () => void;
}) {
  const t = useT();
  const detail = useQuery({
    ...messageQuery(slug, messageId ?? ""),
    enabled: Boolean(messageId),
    refetchInterval: (query) => (query.state.data?.waiting ? WAITING_POLL_MS : false),
  });
  return (
    <Dialog side open={Boolean(messageId)} onOpenChange={(open) => !open && onClose()} title={t("delivery.title")}>
      {detail.isError ? (
        <ErrorNotice error={explain(detail.error)} onRetry={() => void detail.refetch()} />
      ) : detail.data ? (
        <Detail slug={slug} detail={detail.data} onSentAgain={onClose} />
      ) : (
        <Skeleton className="h-40" />
      )}
    </Dialog>
  );
}

function Detail({ slug, detail, onSentAgain }: { slug: string; detail: MessageDetail; onSentAgain: () => void }) {
  const t = useT();
  const { can } = useTenant();
  const { message, attempts, waiting } = detail;
  const reached = (at: string | null | undefined): Step["state"] =>
    at ? "done" : message.status === "failed" || message.status === "cancelled" ? "skipped" : "waiting";
  const time = (at: string | null | undefined) => (at ? absoluteText(at) : undefined);
  const steps: Step[] = [
    { key: "queued", title: t("delivery.queued"), state: "done", detail: time(message.created_at) },
    { key: "accepted", title: t("ui.status.accepted"), state: reached(message.accepted_at), detail: time(message.accepted_at) },
    { key: "sent", title: t("ui.status.sent"), state: reached(message.sent_at), detail: time(message.sent_at) },
    {
      key: "delivered",
      title: t("ui.status.delivered"),
      state: reached(message.delivered_at),
      detail: time(message.delivered_at),
    },
    { key: "read", title: t("ui.status.read"), state: reached(message.read_at), detail: time(message.read_at) },
  ];
  if (message.status === "cancelled") steps.push({ key: "cancelled", title: t("ui.status.cancelled"), state: "done" });
  if (message.failed_at)
    steps.push({ key: "failed", title: t("ui.status.failed"), state: "failed", detail: time(message.failed_at) });
  return (
    <div className="flex flex-col gap-5">
      {message.error ? (
        <Notice tone="danger" title={message.error.message}>
          <p>{message.error.cause}</p>
          <p>{message.error.next_step}</p>
          {message.error.code == null ? null : (
            <p className="text-muted text-xs">{t("delivery.code", { code: String(message.error.code) })}</p>
          )}
        </Notice>
      ) : null}
      {message.status === "unknown" ? <Notice tone="warning">{t("delivery.unknown")}</Notice> : null}
      {waiting ? <Waiting waiting={waiting} /> : null}
      {can("messages:send") && message.status === "queued" ? <CancelSend slug={slug} message={message} /> : null}
      {can("messages:send") && AGAIN.includes(message.status) ? (
        <div className="flex flex-col items-start gap-2">
          <SendAgain slug={slug} message={message} onSent={onSentAgain} />
        </div>
      ) : null}
      <section>
        <h3 className="mb-2 text-base">{t("delivery.steps")}</h3>
        <StepLog label={t("delivery.steps")} steps={steps} />
      </section>
      {message.decision ? (
        <section>
          <h3 className="mb-2 text-base">{t("delivery.decision")}</h3>
          <p className="text-sm">{message.decision.reason}</p>
        </section>
      ) : null}
      <section>
        <h3 className="mb-2 text-base">{t("delivery.attempts", { count: attempts.length })}</h3>
        <ol className="flex flex-col gap-3">
          {attempts.map((attempt) => (
            <AttemptItem key={attempt.id} attempt={attempt} />
          ))}
        </ol>
      </section>
      <KeyValues
        stacked
        entries={[
          {
            name: t("delivery.status"),
            value: isMessageStatus(message.status) ? <Ticks status={message.status} word /> : message.status,
          },
          { name: t("delivery.messageId"), value: <CopyValue label={t("delivery.messageId")} text={message.id} /> },
          ...(message.provider_id
            ? [
                {
                  name: t("delivery.providerId"),
                  value: <CopyValue label={t("delivery.providerId")} text={message.provider_id} />,
                },
              ]
            : []),
        ]}
      />
    </div>
  );
}

/** What a queued message waits for; the time moves with the clock. */
function Waiting({ waiting }: { waiting: NonNullable<MessageDetail["waiting"]> }) {
  const t = useT();
  return (
    <Notice tone="info" title={t("delivery.waits", { reason: serverWord("wait", waiting.reason) })}>
      <p>{waiting.words}</p>
      {waiting.until ? (
        <p className="text-muted text-xs">
          {t("delivery.until", { time: absoluteText(waiting.until) })} (<RelativeTime at={waiting.until} />)
        </p>
      ) : null}
    </Notice>
  );
}
