import type { Conversation, Message, Outgoing, SendAnswer } from "@parlance/api-client-tenant";
import { Button, IconButton, isTyping, serverNow, toast } from "@parlance/ui";
import { useQueryClient } from "@tanstack/react-query";
import { LayoutTemplate, Paperclip, SendHorizontal, X } from "lucide-react";
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import { type Attachment, fitting, MEGABYTES_MAX } from "../../shared/attachments";
import { contactName } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { TemplatePicker } from "../templates/template-picker";
import { AttachmentStrip, fileContent } from "./attachment-strip";
import { upsertMessage } from "./cache";
import { ClosedWindow } from "./closed-window";
import { ConsentNote } from "./consent-note";
import { InteractiveDialog, type InteractiveKind, InteractiveMenu } from "./interactive";
import { sendMessage } from "./outbox";
import { messageLine } from "./preview";
import { useWindowLeft } from "./window";

type ComposerProps = {
  slug: string;
  conversation: Conversation | undefined;
  maySend: boolean;
  replyTo: Message | undefined;
  onReplyDone: () => void;
};

const TEXT_CHARS_MAX = 4096;
const CAPTION_CHARS_MAX = 1024;
const drafts = new Map<string, string>();

/** Where the answer is written; it changes with the window. */
export function Composer({ slug, conversation, maySend, replyTo, onReplyDone }: ComposerProps) {
  const t = useT();
  const { can } = useTenant();
  const left = useWindowLeft(conversation?.window_expires_at);
  const client = useQueryClient();
  const [picker, setPicker] = useState<{ open: boolean; templateId?: string }>({ open: false });
  if (!conversation) return <div className="h-20 border-t bg-surface" aria-busy />;
  if (!maySend) return <p className="border-t bg-surface px-4 py-3 text-muted text-sm">{t("composer.readOnly")}</p>;

  const deliver = (answer: SendAnswer) => upsertMessage(client, slug, answer.message);
  const send = (content: Outgoing, attachment?: Attachment) => {
    sendMessage(
      {
        slug,
        conversationId: conversation.id,
        content,
        upload: attachment
          ? { ...attachment, localUrl: URL.createObjectURL(attachment.file), phoneNumberId: conversation.phone_number.id }
          : undefined,
        replyTo: replyTo?.id,
        createdAt: new Date(serverNow()).toISOString(),
      },
      deliver,
    );
    onReplyDone();
  };
  return (
    <div className="border-t bg-surface">
      <ConsentNote slug={slug} conversation={conversation} />
      {left > 0 ? (
        <OpenComposer
          conversation={conversation}
          replyTo={replyTo}
          onReplyDone={onReplyDone}
          onSend={send}
          onTemplate={can("templates:read") ? () => setPicker({ open: true }) : undefined}
        />
      ) : (
        <ClosedWindow
          slug={slug}
          conversation={conversation}
          draft={drafts.get(conversation.id)}
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

type OpenProps = {
  conversation: Conversation;
  replyTo: Message | undefined;
  onReplyDone: () => void;
  onSend: (content: Outgoing, attachment?: Attachment) => void;
  onTemplate: (() => void) | undefined;
};

function OpenComposer({ conversation, replyTo, onReplyDone, onSend, onTemplate }: OpenProps) {
  const t = useT();
  const [text, setText] = useState(() => drafts.get(conversation.id) ?? "");
  const [attachment, setAttachment] = useState<Attachment>();
  const [dialog, setDialog] = useState<InteractiveKind>();
  const [dropping, setDropping] = useState(false);
  const areaRef = useRef<HTMLTextAreaElement>(null);
  const fileRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (text) drafts.set(conversation.id, text);
    else drafts.delete(conversation.id);
  }, [text, conversation.id]);
  useEffect(() => {
    if (replyTo) areaRef.current?.focus();
  }, [replyTo]);

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "r" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      areaRef.current?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  const captioned = attachment !== undefined && attachment.kind !== "audio";
  const limit = captioned ? CAPTION_CHARS_MAX : TEXT_CHARS_MAX;
  const body = text.trim();
  const ready = (body !== "" || attachment !== undefined) && text.length <= limit;
  const submit = () => {
    if (!ready) return;
    if (attachment) onSend(fileContent(attachment, captioned ? body : ""), attachment);
    if (body && !captioned) onSend({ type: "text", body });
    setText("");
    setAttachment(undefined);
    areaRef.current?.focus();
  };
  const attach = (files: Iterable<File>) => {
    const [file] = files;
    if (!file) return;
    const { kind, refused } = fitting(file);
    if (refused === "empty") return toast({ tone: "danger", text: t("composer.emptyFile", { name: file.name }) });
    if (refused) return toast({ tone: "danger", text: t(`composer.tooLarge.${kind}`, { size: MEGABYTES_MAX[kind] }) });
    setAttachment({ file, kind });
    areaRef.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape" && (replyTo || attachment)) {
      event.stopPropagation();
      onReplyDone();
      setAttachment(undefined);
    } else if (event.key === "Escape") {
      event.currentTarget.blur();
    }
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    if (window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    submit();
  };
  const onPaste = (event: ClipboardEvent) => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    attach(event.clipboardData.files);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    attach(event.dataTransfer.files);
  };
  return (
    <form
      aria-label={t("composer.label")}
      className="relative px-4 py-3 max-md:px-2 max-md:py-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={onDrop}
    >
      {dropping ? (
        <div className="pointer-events-none absolute inset-1 z-10 flex items-center justify-center rounded-card border-2 border-accent-text border-dashed bg-accent-soft text-accent-text">
          {t("composer.drop")}
        </div>
      ) : null}
      {replyTo ? <ReplyStrip message={replyTo} name={contactName(conversation.contact)} onDone={onReplyDone} /> : null}
      {attachment ? <AttachmentStrip attachment={attachment} onRemove={() => setAttachment(undefined)} /> : null}
      <div className="flex items-end gap-1">
        <IconButton
          label={t("composer.attach")}
          icon={<Paperclip size={18} aria-hidden />}
          onClick={() => fileRef.current?.click()}
        />
        {onTemplate ? (
          <IconButton label={t("composer.template")} icon={<LayoutTemplate size={18} aria-hidden />} onClick={onTemplate} />
        ) : null}
        <InteractiveMenu onChoose={setDialog} />
        <input
          ref={fileRef}
          type="file"
          tabIndex={-1}
          aria-label={t("composer.attach")}
          className="sr-only"
          onChange={(event) => {
            attach(event.target.files ?? []);
            event.target.value = "";
          }}
        />
        <textarea
          ref={areaRef}
          rows={1}
          dir="auto"
          aria-label={t("composer.text", { name: contactName(conversation.contact) })}
          placeholder={captioned ? t("composer.caption") : t("composer.placeholder")}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          className="field-sizing-content thin-scroll mx-1 max-h-48 min-h-8 min-w-0 flex-1 resize-none rounded-control border border-control-line bg-surface px-3 py-1.5 text-base placeholder:text-muted max-md:min-h-11 max-md:py-2.5 max-md:text-lg"
        />
        <Button
          type="submit"
          variant="primary"
          disabled={!ready}
          icon={<SendHorizontal size={15} aria-hidden className="rtl:-scale-x-100" />}
        >
          <span className="max-sm:sr-only">{t("composer.send")}</span>
        </Button>
      </div>
      {text.length > limit * 0.9 ? (
        <p role="status" className={`mt-1 text-end text-xs ${text.length > limit ? "text-danger-text" : "text-muted"}`}>
          {t("composer.length", { length: text.length, limit })}
        </p>
      ) : null}
      {dialog ? (
        <InteractiveDialog
          kind={dialog}
          initialBody={text}
          onClose={() => setDialog(undefined)}
          onSend={(content) => {
            onSend(content);
            setDialog(undefined);
            setText("");
          }}
        />
      ) : null}
    </form>
  );
}

function ReplyStrip({ message, name, onDone }: { message: Message; name: string; onDone: () => void }) {
  const t = useT();
  return (
    <div className="mb-2 flex items-center gap-2 rounded-control border-accent-text border-s-3 bg-n3 px-3 py-1.5">
      <div className="min-w-0 flex-1">
        <p className="font-semibold text-accent-text text-xs">
          {message.direction === "inbound" ? t("composer.replyTo", { name }) : t("composer.replyToYou")}
        </p>
        <p dir="auto" className="truncate text-muted text-sm">
          {messageLine(message) || (message.content.type === "text" ? "" : t(`kind.${message.content.type}`))}
        </p>
      </div>
      <IconButton label={t("composer.noReply")} icon={<X size={15} aria-hidden />} onClick={onDone} />
    </div>
  );
}
