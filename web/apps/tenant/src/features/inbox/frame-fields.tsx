import { Field, Input, Textarea } from "@parlance/ui";
import { useT } from "../../shared/texts";

const SMALL_CHARS_MAX = 60;

/** The texts that every message with something to tap has around it. */
export type FrameTexts = { header: string; body: string; footer: string };

/** Empty texts around a body. */
export function frameOf(body: string): FrameTexts {
  return { header: "", body, footer: "" };
}

/** The texts as they are sent: trimmed, and left out where empty. */
export function sentFrame(texts: FrameTexts): { header?: string; body: string; footer?: string } {
  return {
    header: texts.header.trim() || undefined,
    body: texts.body.trim(),
    footer: texts.footer.trim() || undefined,
  };
}

type FieldsProps = { texts: FrameTexts; bodyMax: number; tried: boolean; onChange: (texts: FrameTexts) => void };

/** Fields for heading, text and small print. */
export function FrameFields({ texts, bodyMax, tried, onChange }: FieldsProps) {
  const t = useT();
  return (
    <>
      <Field label={t("buttons.header")} optional>
        <Input
          dir="auto"
          maxLength={SMALL_CHARS_MAX}
          value={texts.header}
          onChange={(event) => onChange({ ...texts, header: event.target.value })}
        />
      </Field>
      <Field label={t("buttons.body")} error={tried && texts.body.trim() === "" ? t("buttons.needBody") : undefined}>
        <Textarea
          dir="auto"
          rows={4}
          maxLength={bodyMax}
          value={texts.body}
          onChange={(event) => onChange({ ...texts, body: event.target.value })}
        />
      </Field>
      <Field label={t("buttons.footer")} optional>
        <Input
          dir="auto"
          maxLength={SMALL_CHARS_MAX}
          value={texts.footer}
          onChange={(event) => onChange({ ...texts, footer: event.target.value })}
        />
      </Field>
    </>
  );
}
