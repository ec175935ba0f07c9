import { Button, CodeBlock, Dialog, Notice } from "@parlance/ui";
import { useT } from "../../shared/texts";

/** The link of an invitation, to be handed over by other means because mail is off. */
export function LinkDialog({ email, link, onClose }: { email: string; link: string; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("invitations.linkTitle", { email })}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("invitations.linkDone")}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <Notice tone="warning" title={t("settings.mailOff")}>
          {t("invitations.linkText", { email })}
        </Notice>
        <CodeBlock label={t("invitations.link")} text={link} />
      </div>
    </Dialog>
  );
}
