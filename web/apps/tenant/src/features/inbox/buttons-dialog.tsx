import type { Outgoing } from "@parlance/api-client-tenant";
import { Button, Dialog, Field, IconButton, Input, MessageBubble, PhoneFrame } from "@parlance/ui";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { FrameFields, frameOf, sentFrame } from "./frame-fields";

const BUTTONS_MAX = 3;
const TITLE_CHARS_MAX = 20;
const BODY_CHARS_MAX = 1024;

type ButtonsContent = Extract<Outgoing, { type: "buttons" }>;
type Draft = { key: number; title: string };

/** Builds a message with up to three reply buttons. */
export function ButtonsDialog({
  initialBody,
  onClose,
  onSend,
}: {
  initialBody: string;
  onClose: () => void;
  onSend: (content: ButtonsContent) => void;
}) {
  const t = useT();
  const { membership } = useTenant();
  const [texts, setTexts] = useState(() => frameOf(initialBody.slice(0, BODY_CHARS_MAX)));
  const [drafts, setDrafts] = useState<Draft[]>([{ key: 1, title: "" }]);
  const [tried, setTried] = useState(false);

  const titles = drafts.map((draft) => draft.title.trim());
  const titleError = (index: number): string | undefined => {
    const title = titles[index] ?? "";
    if (title === "") return tried ? t("buttons.needTitle") : undefined;
    return titles.indexOf(title) !== index ? t("buttons.sameTitle") : undefined;
  };
  const submit = () => {
    setTried(true);
    const frame = sentFrame(texts);
    if (frame.body === "" || titles.includes("") || new Set(titles).size !== titles.length) return;
    onSend({
      type: "buttons",
      ...frame,
      buttons: titles.map((title, index) => ({ id: `reply-${index + 1}`, title })),
    });
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("buttons.title")}
      description={t("buttons.description")}
      footer={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button variant="primary" onClick={submit}>
            {t("composer.send")}
          </Button>
        </>
      }
    >
      <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_320px]">
        <div className="flex flex-col gap-4">
          <FrameFields texts={texts} bodyMax={BODY_CHARS_MAX} tried={tried} onChange={setTexts} />
          {drafts.map((draft, index) => (
            <div key={draft.key} className="flex items-start gap-2">
              <Field label={t("buttons.button", { n: index + 1 })} error={titleError(index)} className="flex-1">
                <Input
                  dir="auto"
                  maxLength={TITLE_CHARS_MAX}
                  value={draft.title}
                  onChange={(event) =>
                    setDrafts(drafts.map((entry) => (entry.key === draft.key ? { ...entry, title: event.target.value } : entry)))
                  }
                />
              </Field>
              <IconButton
                label={t("buttons.remove", { n: index + 1 })}
                icon={<Trash2 size={15} aria-hidden />}
                disabled={drafts.length === 1}
                className="mt-6"
                onClick={() => setDrafts(drafts.filter((entry) => entry.key !== draft.key))}
              />
            </div>
          ))}
          {drafts.length < BUTTONS_MAX ? (
            <Button
              className="self-start"
              icon={<Plus size={14} aria-hidden />}
              onClick={() => setDrafts([...drafts, { key: Math.max(...drafts.map((entry) => entry.key)) + 1, title: "" }])}
            >
              {t("buttons.add")}
            </Button>
          ) : null}
        </div>
        <PhoneFrame name={membership.tenant.name} id={membership.tenant.id} label={t("template.preview")}>
          <MessageBubble
            direction="in"
            title={texts.header.trim() || undefined}
            text={texts.body.trim() || t("buttons.bodyHere")}
            footer={texts.footer.trim() || undefined}
            buttons={titles.map((title, index) => ({ kind: "reply", text: title || t("buttons.button", { n: index + 1 }) }))}
          />
        </PhoneFrame>
      </div>
    </Dialog>
  );
}
