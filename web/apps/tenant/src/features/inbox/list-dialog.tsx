import type { Outgoing } from "@parlance/api-client-tenant";
import { Button, Dialog, Field, IconButton, Input, MessageBubble, PhoneFrame } from "@parlance/ui";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { FrameFields, frameOf, sentFrame } from "./frame-fields";
import { ListRows } from "./message-list-rows";

const BODY_CHARS_MAX = 4096;
const BUTTON_CHARS_MAX = 20;
const TITLE_CHARS_MAX = 24;
const DESCRIPTION_CHARS_MAX = 72;
const ROWS_MAX = 10;

type Row = { key: number; title: string; description: string };
type ListProps = { initialBody: string; onClose: () => void; onSend: (content: Outgoing) => void };

/** Builds a message with a list to choose one row from. */
export function ListDialog({ initialBody, onClose, onSend }: ListProps) {
  const t = useT();
  const { membership } = useTenant();
  const [texts, setTexts] = useState(() => frameOf(initialBody.slice(0, BODY_CHARS_MAX)));
  const [button, setButton] = useState("");
  const [rows, setRows] = useState<Row[]>([{ key: 1, title: "", description: "" }]);
  const [tried, setTried] = useState(false);
  const sections = [
    {
      rows: rows.map((row, index) => ({
        id: `row-${index + 1}`,
        title: row.title.trim(),
        description: row.description.trim() || undefined,
      })),
    },
  ];
  const submit = () => {
    setTried(true);
    const frame = sentFrame(texts);
    if (frame.body === "" || button.trim() === "" || rows.some((row) => row.title.trim() === "")) return;
    onSend({ type: "list", ...frame, button: button.trim(), sections });
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("list.title")}
      description={t("list.description")}
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
          <Field
            label={t("list.button")}
            hint={t("list.buttonHint")}
            error={tried && button.trim() === "" ? t("buttons.needTitle") : undefined}
          >
            <Input dir="auto" maxLength={BUTTON_CHARS_MAX} value={button} onChange={(event) => setButton(event.target.value)} />
          </Field>
          <RowFields rows={rows} tried={tried} onChange={setRows} />
        </div>
        <PhoneFrame name={membership.tenant.name} id={membership.tenant.id} label={t("template.preview")}>
          <MessageBubble
            direction="in"
            title={texts.header.trim() || undefined}
            text={texts.body.trim() || t("buttons.bodyHere")}
            footer={texts.footer.trim() || undefined}
            below={<ListRows content={{ button: button.trim() || t("list.button"), sections }} />}
          />
        </PhoneFrame>
      </div>
    </Dialog>
  );
}

function RowFields({ rows, tried, onChange }: { rows: Row[]; tried: boolean; onChange: (rows: Row[]) => void }) {
  const t = useT();
  const set = (key: number, change: Partial<Row>) => onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  return (
    <>
      {rows.map((row, index) => (
        <fieldset key={row.key} className="flex items-start gap-2">
          <legend className="sr-only">{t("list.row", { n: index + 1 })}</legend>
          <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2">
            <Field
              label={t("list.row", { n: index + 1 })}
              error={tried && row.title.trim() === "" ? t("list.needTitle") : undefined}
            >
              <Input
                dir="auto"
                maxLength={TITLE_CHARS_MAX}
                value={row.title}
                onChange={(event) => set(row.key, { title: event.target.value })}
              />
            </Field>
            <Field label={t("list.rowText", { n: index + 1 })} optional>
              <Input
                dir="auto"
                maxLength={DESCRIPTION_CHARS_MAX}
                value={row.description}
                onChange={(event) => set(row.key, { description: event.target.value })}
              />
            </Field>
          </div>
          <IconButton
            label={t("list.remove", { n: index + 1 })}
            icon={<Trash2 size={15} aria-hidden />}
            disabled={rows.length === 1}
            className="mt-6"
            onClick={() => onChange(rows.filter((entry) => entry.key !== row.key))}
          />
        </fieldset>
      ))}
      {rows.length < ROWS_MAX ? (
        <Button
          className="self-start"
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onChange([...rows, { key: Math.max(...rows.map((row) => row.key)) + 1, title: "", description: "" }])}
        >
          {t("list.add")}
        </Button>
      ) : null}
    </>
  );
}
