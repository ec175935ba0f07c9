import type { Conversation, Message, Outgoing } from "@parlance/api-client-tenant";
import { Button, EmojiPicker, hasMarks, IconButton, Popover, richText } from "@parlance/ui";
import { LayoutTemplate, Paperclip, SendHorizontal, Smile } from "lucide-react";
import { type ClipboardEvent, type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Attachment } from "../../shared/attachments";
import { contactName } from "../../shared/format";
import { useT } from "../../shared/texts";
import { AttachmentStrip, fileContent } from "./attachment-strip";
import { useDraft } from "./drafts";
import { formatByKey, insert } from "./format-keys";
import { InteractiveDialog, type InteractiveKind, InteractiveMenu } from "./interactive";
import { ReplyStrip } from "./reply-strip";
import { useAttachments } from "./use-attachments";

const TEXT_CHARS_MAX = 4096;
const CAPTION_CHARS_MAX = 1024;

type AnswerProps = {
  conversation: Conversation;
  focus: number;
  replyTo: Message | undefined;
  onReplyDone: () => void;
  dropped: File[] | undefined;
  onSend: (content: Outgoing, attachment?: Attachment) => void;
  onTemplate: (() => void) | undefined;
};

const captionable = ({ kind }: Attachment) => kind !== "audio";

/** A free-form answer: text with WhatsApp's marks, files, emoji, or something to tap. */
export function AnswerForm({ conversation, focus, replyTo, onReplyDone, dropped, onSend, onTemplate }: AnswerProps) {
  const t = useT();
  const [text, setText] = useDraft("answer", conversation.id);
  const { files, add, remove, clear } = useAttachments();
  const [dialog, setDialog] = useState<InteractiveKind>();
  const areaRef = useRef<HTMLTextAreaElement>(null);
  const taken = useRef<File[]>(undefined);
  useEffect(() => {
    if (focus > 0) areaRef.current?.focus();
  }, [focus]);
  useEffect(() => {
    if (!dropped || taken.current === dropped) return;
    taken.current = dropped;
    add(dropped);
  });

  const captioned = files.find(captionable);
  const limit = captioned ? CAPTION_CHARS_MAX : TEXT_CHARS_MAX;
  const body = text.trim();
  const ready = (body !== "" || files.length > 0) && text.length <= limit;
  const submit = () => {
    if (!ready) return;
    for (const file of files) onSend(fileContent(file, file === captioned ? body : ""), file);
    if (body && !captioned) onSend({ type: "text", body });
    setText("");
    clear();
    areaRef.current?.focus();
  };
  const attach = (chosen: Iterable<File>) => {
    add(chosen);
    areaRef.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (formatByKey(event, setText)) return;
    if (event.key === "Escape" && (replyTo || files.length > 0)) {
      event.stopPropagation();
      onReplyDone();
      clear();
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
  const name = contactName(conversation.contact);
  return (
    <form
      aria-label={t("composer.label")}
      className="px-4 pt-2 pb-3 max-md:px-2 max-md:pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="rounded-card border border-control-line bg-surface focus-within:border-accent-text">
        {replyTo ? <ReplyStrip message={replyTo} name={name} onDone={onReplyDone} /> : null}
        {files.length > 0 ? (
          <div className="thin-scroll flex max-h-40 flex-col gap-1.5 overflow-y-auto p-1.5 pb-0">
            {files.map((file) => (
              <AttachmentStrip
                key={`${file.file.name}/${file.file.lastModified}`}
                attachment={file}
                onRemove={() => remove(file)}
              />
            ))}
          </div>
        ) : null}
        <textarea
          ref={areaRef}
          rows={1}
          dir="auto"
          aria-label={t("composer.text", { name })}
          placeholder={captioned ? t("composer.caption") : t("composer.placeholder")}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          className="field-sizing-content thin-scroll block max-h-48 min-h-9 w-full resize-none bg-transparent px-3 py-2 text-base outline-none placeholder:text-muted max-md:min-h-11 max-md:text-lg"
        />
        {hasMarks(text) ? (
          <section aria-label={t("composer.preview")} className="mx-1.5 rounded-control bg-bubble-out px-2.5 py-1.5">
            <p dir="auto" className="thin-scroll wrap-any max-h-28 overflow-y-auto whitespace-pre-wrap text-base">
              {richText(text)}
            </p>
          </section>
        ) : null}
        <div className="flex items-center gap-0.5 p-1">
          <AttachButton onFiles={attach} />
          <EmojiButton
            onPick={(emoji) => areaRef.current && insert(areaRef.current, emoji, setText)}
            focusAfter={() => areaRef.current}
          />
          {onTemplate ? (
            <IconButton label={t("composer.template")} icon={<LayoutTemplate size={18} aria-hidden />} onClick={onTemplate} />
          ) : null}
          <InteractiveMenu onChoose={setDialog} />
          <span role="status" className={`ms-auto px-2 text-xs ${text.length > limit ? "text-danger-text" : "text-muted"}`}>
            {text.length > limit * 0.9 ? t("composer.length", { length: text.length, limit }) : null}
          </span>
          <Button
            type="submit"
            variant="primary"
            disabled={!ready}
            icon={<SendHorizontal size={15} aria-hidden className="rtl:-scale-x-100" />}
          >
            <span className="max-sm:sr-only">{t("composer.send")}</span>
          </Button>
        </div>
      </div>
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

function AttachButton({ onFiles }: { onFiles: (files: Iterable<File>) => void }) {
  const t = useT();
  const fileRef = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton
        label={t("composer.attach")}
        icon={<Paperclip size={18} aria-hidden />}
        onClick={() => fileRef.current?.click()}
      />
      <input
        ref={fileRef}
        type="file"
        multiple
        tabIndex={-1}
        aria-label={t("composer.attach")}
        className="sr-only"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}

type EmojiButtonProps = { onPick: (emoji: string) => void; focusAfter: () => HTMLElement | null };

function EmojiButton({ onPick, focusAfter }: EmojiButtonProps) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t("ui.emoji")}
      focusAfter={focusAfter}
      trigger={<IconButton label={t("ui.emoji")} icon={<Smile size={18} aria-hidden />} />}
    >
      <EmojiPicker
        onPick={(emoji) => {
          setOpen(false);
          onPick(emoji);
        }}
      />
    </Popover>
  );
}
