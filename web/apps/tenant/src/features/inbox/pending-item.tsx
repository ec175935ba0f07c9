import type { Outgoing } from "@parlance/api-client-tenant";
import { type BubbleButton, BubblePhoto, Button, ErrorNotice, MessageBubble, Progress, Ticks } from "@parlance/ui";
import { FileText } from "lucide-react";
import type { ReactNode } from "react";
import { useMe } from "../../shared/session";
import { useT } from "../../shared/texts";
import { Line } from "./bubble-line";
import { Note } from "./event-line";
import { type Delivered, dropPending, type PendingSend, retryPending } from "./outbox";

function textOf(content: Outgoing): string | null | undefined {
  if ("body" in content) return content.body;
  return "caption" in content ? content.caption : undefined;
}

function buttonsOf(content: Outgoing): BubbleButton[] | undefined {
  if (content.type === "buttons") return content.buttons.map((button) => ({ kind: "reply", text: button.title }));
  if (content.type === "list") return [{ kind: "list", text: content.button }];
  return content.type === "cta_url" ? [{ kind: "url", text: content.display_text }] : undefined;
}

/** A message or note that the server has not answered for yet. */
export function PendingItem({ entry, onAnswer }: { entry: PendingSend; onAnswer: (answer: Delivered) => void }) {
  const t = useT();
  const { user } = useMe();
  const { content } = entry;
  const failed = entry.state === "failed";
  const meta =
    entry.state === "uploading" ? (
      <Progress value={entry.progress} label={t("send.uploading")} />
    ) : entry.state === "waiting" ? (
      <span>{t("send.waiting")}</span>
    ) : entry.state === "offline" ? (
      <span>{t("send.offline")}</span>
    ) : failed ? null : (
      <Ticks status="queued" />
    );
  return (
    <div className="flex flex-col items-end gap-1">
      {content.type === "note" ? (
        <div className="w-full">
          <Note author={user.name} body={content.body} at={entry.createdAt} pending meta={meta} />
        </div>
      ) : (
        <PendingBubble entry={entry} content={content} meta={meta} />
      )}
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
    </div>
  );
}

function PendingBubble({ entry, content, meta }: { entry: PendingSend; content: Outgoing; meta: ReactNode }) {
  const t = useT();
  const { upload } = entry;
  return (
    <div className="max-w-[min(85%,34rem)]">
      <MessageBubble
        direction="out"
        tone={entry.state === "failed" ? "failed" : "pending"}
        header={upload?.kind === "image" ? <BubblePhoto src={upload.localUrl} alt={t("kind.image")} /> : undefined}
        text={textOf(content)}
        buttons={buttonsOf(content)}
        meta={meta}
      >
        {content.type === "template" ? <span>{t("kind.template")}</span> : null}
        {upload && upload.kind !== "image" ? (
          <Line icon={<FileText size={16} aria-hidden />}>
            <span className="font-semibold">{upload.file.name}</span>
          </Line>
        ) : null}
      </MessageBubble>
    </div>
  );
}
