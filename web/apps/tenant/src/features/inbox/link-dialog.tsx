import type { Outgoing } from "@parlance/api-client-tenant";
import { Button, Dialog, Field, Input, MessageBubble, PhoneFrame } from "@parlance/ui";
import { useState } from "react";
import { webAddress } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { FrameFields, frameOf, sentFrame } from "./frame-fields";

const BODY_CHARS_MAX = 1024;
const BUTTON_CHARS_MAX = 20;

type LinkProps = { initialBody: string; onClose: () => void; onSend: (content: Outgoing) => void };

/** Builds a message with a button that opens a web page. */
export function LinkDialog({ initialBody, onClose, onSend }: LinkProps) {
  const t = useT();
  const { membership } = useTenant();
  const [texts, setTexts] = useState(() => frameOf(initialBody.slice(0, BODY_CHARS_MAX)));
  const [label, setLabel] = useState("");
  const [url, setUrl] = useState("https://");
  const [tried, setTried] = useState(false);
  const address = webAddress(url.trim());
  const submit = () => {
    setTried(true);
    const frame = sentFrame(texts);
    if (frame.body === "" || label.trim() === "" || !address) return;
    onSend({ type: "cta_url", ...frame, display_text: label.trim(), url: address });
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("link.title")}
      description={t("link.description")}
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
          <Field label={t("link.button")} error={tried && label.trim() === "" ? t("buttons.needTitle") : undefined}>
            <Input dir="auto" maxLength={BUTTON_CHARS_MAX} value={label} onChange={(event) => setLabel(event.target.value)} />
          </Field>
          <Field label={t("link.address")} error={tried && !address ? t("link.needAddress") : undefined}>
            <Input dir="ltr" type="url" value={url} onChange={(event) => setUrl(event.target.value)} />
          </Field>
        </div>
        <PhoneFrame name={membership.tenant.name} id={membership.tenant.id} label={t("template.preview")}>
          <MessageBubble
            direction="in"
            title={texts.header.trim() || undefined}
            text={texts.body.trim() || t("buttons.bodyHere")}
            footer={texts.footer.trim() || undefined}
            buttons={[{ kind: "url", text: label.trim() || t("link.button") }]}
          />
        </PhoneFrame>
      </div>
    </Dialog>
  );
}
