import type { Conversation, Message, Outgoing } from "@parlance/api-client-tenant";
import { cx, isTyping, serverNow, useToastsAbove } from "@parlance/ui";
import { useQueryClient } from "@tanstack/react-query";
import { MessageSquare, StickyNote } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import type { Attachment } from "../../shared/attachments";
import { contactName } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { TemplatePicker } from "../templates/template-picker";
import { AnswerForm } from "./answer-form";
import { settle } from "./cache";
import { ClosedWindow } from "./closed-window";
import { ConsentNote } from "./consent-note";
import { draftOf } from "./drafts";
import { NoteForm } from "./note-form";
import { type NoteContent, sendMessage } from "./outbox";
import { useWindowLeft } from "./window";

type Mode = "answer" | "note";
type ComposerProps = {
  slug: string;
  conversation: Conversation | undefined;
  replyTo: Message | undefined;
  onReplyDone: () => void;
  dropped: File[] | undefined;
};

/** Where answers and notes are written; the window decides what an answer may be. */
export function Composer({ slug, conversation, replyTo, onReplyDone, dropped }: ComposerProps) {
  const t = useT();
  const { can } = useTenant();
  const client = useQueryClient();
  const [maySend, mayNote] = [can("messages:send"), can("notes:write")];
  const { mode, focus, choose } = useMode(maySend, mayNote);
  const left = useWindowLeft(conversation?.window_expires_at);
  const [picker, setPicker] = useState<{ open: boolean; templateId?: string }>({ open: false });
  const [box, setBox] = useState<HTMLElement | null>(null);
  useToastsAbove(box);
  const [had, setHad] = useState({ replyTo, dropped });
  if (had.replyTo !== replyTo || had.dropped !== dropped) {
    setHad({ replyTo, dropped });
    if (maySend && (replyTo || dropped)) choose("answer");
  }
  if (!conversation) return <div className="h-24 border-t bg-surface" aria-busy />;
  if (!maySend && !mayNote) return <p className="border-t bg-surface px-4 py-3 text-muted text-sm">{t("composer.readOnly")}</p>;

  const send = (content: Outgoing | NoteContent, attachment?: Attachment) => {
    sendMessage(
      {
        slug,
        conversationId: conversation.id,
        content,
        upload: attachment
          ? { ...attachment, localUrl: URL.createObjectURL(attachment.file), phoneNumberId: conversation.phone_number.id }
          : undefined,
        replyTo: content.type === "note" ? undefined : replyTo?.id,
        createdAt: new Date(serverNow()).toISOString(),
      },
      (answer) => settle(client, slug, answer),
    );
    if (content.type !== "note") onReplyDone();
  };
  return (
    <div ref={setBox} className="border-t bg-surface">
      {mode === "answer" ? <ConsentNote slug={slug} conversation={conversation} /> : null}
      {maySend && mayNote ? <Modes mode={mode} onChoose={choose} /> : null}
      {mode === "note" ? (
        <NoteForm
          key={conversation.id}
          conversationId={conversation.id}
          focus={focus}
          onSend={(body) => send({ type: "note", body })}
          onLeave={maySend ? () => choose("answer") : undefined}
        />
      ) : left > 0 ? (
        <AnswerForm
          conversation={conversation}
          focus={focus}
          replyTo={replyTo}
          onReplyDone={onReplyDone}
          dropped={dropped}
          onSend={send}
          onTemplate={can("templates:read") ? () => setPicker({ open: true }) : undefined}
        />
      ) : (
        <ClosedWindow
          slug={slug}
          conversation={conversation}
          draft={draftOf("answer", conversation.id)}
          onPick={(templateId) => setPicker({ open: true, templateId })}
        />
      )}
      {picker.open ? (
        <TemplatePicker
          slug={slug}
          phoneNumber={conversation.phone_number}
          contactName={contactName(conversation.contact)}
          initial={picker.templateId}
          onClose={() => setPicker({ open: false })}
          onSend={(content) => {
            send(content);
            setPicker({ open: false });
          }}
        />
      ) : null}
    </div>
  );
}

/** What is written; R and N choose by keyboard. `focus` counts the wishes to write at once. */
function useMode(maySend: boolean, mayNote: boolean) {
  const [state, setState] = useState<{ mode: Mode; focus: number }>({ mode: "answer", focus: 0 });
  const mode = maySend ? (mayNote ? state.mode : "answer") : "note";
  const choose = (next: Mode) => setState((old) => ({ mode: next, focus: old.focus + 1 }));
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "r" && maySend) choose("answer");
    else if (event.key === "n" && mayNote) choose("note");
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
  return { mode, focus: state.focus, choose };
}

function Modes({ mode, onChoose }: { mode: Mode; onChoose: (mode: Mode) => void }) {
  const t = useT();
  return (
    <div role="group" aria-label={t("composer.modes")} className="flex gap-1 px-4 pt-2 max-md:px-2">
      {(["answer", "note"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={mode === name}
          aria-keyshortcuts={name === "answer" ? "r" : "n"}
          onClick={() => onChoose(name)}
          className={cx(
            "flex h-7 items-center gap-1.5 rounded-control px-2 text-sm max-md:h-11 max-md:px-3",
            mode !== name
              ? "text-muted hover:bg-n4"
              : name === "note"
                ? "bg-warning-soft font-semibold text-warning-text"
                : "bg-n4 font-semibold",
          )}
        >
          {name === "note" ? <StickyNote size={14} aria-hidden /> : <MessageSquare size={14} aria-hidden />}
          {t(`composer.mode.${name}`)}
        </button>
      ))}
    </div>
  );
}
