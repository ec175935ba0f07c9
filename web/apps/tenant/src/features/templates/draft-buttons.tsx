import { Button, Field, IconButton, Input } from "@parlance/ui";
import { Plus, Trash2 } from "lucide-react";
import { useT } from "../../shared/texts";
import type { DraftButton } from "./draft";

const BUTTONS_MAX = 10;
const LINKS_MAX = 2;
const TEXT_CHARS_MAX = 25;

type ButtonsProps = { buttons: DraftButton[]; faults: Record<string, string>; onChange: (buttons: DraftButton[]) => void };

/** Replies first, links after them, as WhatsApp wants them grouped. */
export function DraftButtons({ buttons, faults, onChange }: ButtonsProps) {
  const t = useT();
  const replies = buttons.filter((button) => button.kind === "quick_reply");
  const links = buttons.filter((button) => button.kind === "url");
  const set = (key: number, change: Partial<DraftButton>) =>
    onChange(buttons.map((button) => (button.key === key ? { ...button, ...change } : button)));
  const made = (kind: DraftButton["kind"]): DraftButton => ({
    key: Math.max(0, ...buttons.map((button) => button.key)) + 1,
    kind,
    text: "",
    url: kind === "url" ? "https://" : "",
  });
  return (
    <div className="flex flex-col gap-3">
      {buttons.length === 0 ? <p className="text-muted text-sm">{t("draft.noButtons")}</p> : null}
      {buttons.map((button, index) => (
        <div key={button.key} className="flex items-start gap-2">
          <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2">
            <Field label={t("buttons.button", { n: index + 1 })} error={faults[`buttons.buttons.${index}.text`]}>
              <Input
                dir="auto"
                required
                maxLength={TEXT_CHARS_MAX}
                value={button.text}
                onChange={(event) => set(button.key, { text: event.target.value })}
              />
            </Field>
            {button.kind === "url" ? (
              <Field label={t("draft.url", { n: index + 1 })} error={faults[`buttons.buttons.${index}.url`]}>
                <Input
                  dir="ltr"
                  type="url"
                  required
                  value={button.url}
                  onChange={(event) => set(button.key, { url: event.target.value })}
                />
              </Field>
            ) : null}
          </div>
          <IconButton
            label={t("buttons.remove", { n: index + 1 })}
            icon={<Trash2 size={15} aria-hidden />}
            className="mt-6"
            onClick={() => onChange(buttons.filter((entry) => entry.key !== button.key))}
          />
        </div>
      ))}
      <div className="flex flex-wrap gap-2">
        <Button
          icon={<Plus size={14} aria-hidden />}
          disabled={buttons.length >= BUTTONS_MAX}
          onClick={() => onChange([...replies, made("quick_reply"), ...links])}
        >
          {t("draft.addReply")}
        </Button>
        <Button
          icon={<Plus size={14} aria-hidden />}
          disabled={buttons.length >= BUTTONS_MAX || links.length >= LINKS_MAX}
          onClick={() => onChange([...buttons, made("url")])}
        >
          {t("draft.addLink")}
        </Button>
      </div>
    </div>
  );
}
