import { Button } from "@parlance/ui";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useT } from "../../shared/texts";
import { useDraft } from "./drafts";

const NOTE_CHARS_MAX = 4096;

type NoteFormProps = {
  conversationId: string;
  focus: number;
  onSend: (body: string) => void;
  onLeave: (() => void) | undefined;
};

/** Writes an internal note; its colour says that the customer never sees it. */
export function NoteForm({ conversationId, focus, onSend, onLeave }: NoteFormProps) {
  const t = useT();
  const [text, setText] = useDraft("note", conversationId);
  const areaRef = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (focus > 0) areaRef.current?.focus();
  }, [focus]);
  const submit = () => {
    const body = text.trim();
    if (body === "" || text.length > NOTE_CHARS_MAX) return;
    onSend(body);
    setText("");
    areaRef.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      event.currentTarget.blur();
      onLeave?.();
    }
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    if (window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      aria-label={t("note.title")}
      className="px-4 pt-2 pb-3 max-md:px-2 max-md:pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="rounded-card border border-warning-line border-dashed bg-warning-soft focus-within:border-warning-text">
        <textarea
          ref={areaRef}
          rows={2}
          dir="auto"
          aria-label={t("note.text")}
          placeholder={t("note.placeholder")}
          value={text}
          maxLength={NOTE_CHARS_MAX}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content thin-scroll block max-h-48 min-h-12 w-full resize-none bg-transparent px-3 py-2 text-base outline-none placeholder:text-muted max-md:text-lg"
        />
        <div className="flex items-center gap-2 p-1.5">
          <span className="min-w-0 flex-1 px-1.5 text-warning-text text-xs">{t("note.hint")}</span>
          <Button type="submit" disabled={text.trim() === ""}>
            {t("note.add")}
          </Button>
        </div>
      </div>
    </form>
  );
}
