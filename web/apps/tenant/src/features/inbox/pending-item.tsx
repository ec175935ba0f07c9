import type { SendAnswer } from "@parlance/api-client-tenant";
import { BubblePhoto, Button, ErrorNotice, MessageBubble, Progress, Ticks } from "@parlance/ui";
import { useT } from "../../shared/texts";
import { dropPending, type PendingSend, retryPending } from "./outbox";

/** A message that the server has not answered for yet. */
export function PendingItem({ entry, onAnswer }: { entry: PendingSend; onAnswer: (answer: SendAnswer) => void }) {
  const t = useT();
  const { content } = entry;
  const failed = entry.state === "failed";
  const text =
    content.type === "text" || content.type === "buttons" ? content.body : content.type === "image" ? content.caption : undefined;
  return (
    <li className="flex flex-col items-end gap-1">
      <div className="max-w-[min(85%,34rem)]">
        <MessageBubble
          direction="out"
          tone={failed ? "failed" : "pending"}
          header={entry.photo ? <BubblePhoto src={entry.photo.localUrl} alt={t("kind.image")} /> : undefined}
          text={text}
          buttons={
            content.type === "buttons" ? content.buttons.map((button) => ({ kind: "reply", text: button.title })) : undefined
          }
          meta={
            entry.state === "uploading" ? (
              <Progress value={entry.progress} label={t("send.uploading")} />
            ) : entry.state === "waiting" ? (
              <span>{t("send.waiting")}</span>
            ) : failed ? undefined : (
              <Ticks status="queued" />
            )
          }
        >
          {content.type === "template" ? <span>{t("kind.template")}</span> : null}
        </MessageBubble>
      </div>
      {failed && entry.error ? (
        <div className="flex w-full max-w-110 flex-col items-end gap-1">
          <ErrorNotice error={entry.error} className="w-full" />
          <div className="flex gap-1">
            <Button size="sm" variant="ghost" onClick={() => dropPending(entry)}>
              {t("send.discard")}
            </Button>
            <Button size="sm" onClick={() => retryPending(entry, onAnswer)}>
              {t("ui.tryAgain")}
            </Button>
          </div>
        </div>
      ) : null}
    </li>
  );
}
