import type { Outgoing } from "@parlance/api-client-tenant";
import { IconButton, Menu, MenuItem } from "@parlance/ui";
import { ExternalLink, List, ListPlus, Reply } from "lucide-react";
import { useT } from "../../shared/texts";
import { ButtonsDialog } from "./buttons-dialog";
import { LinkDialog } from "./link-dialog";
import { ListDialog } from "./list-dialog";

/** Messages that the customer answers with a tap. */
export type InteractiveKind = "buttons" | "list" | "link";

/** Chooses among the messages with something to tap. */
export function InteractiveMenu({ onChoose }: { onChoose: (kind: InteractiveKind) => void }) {
  const t = useT();
  return (
    <Menu side="top" trigger={<IconButton label={t("composer.interactive")} icon={<ListPlus size={18} aria-hidden />} />}>
      <MenuItem icon={<Reply size={15} aria-hidden className="rtl:-scale-x-100" />} onSelect={() => onChoose("buttons")}>
        {t("composer.buttons")}
      </MenuItem>
      <MenuItem icon={<List size={15} aria-hidden />} onSelect={() => onChoose("list")}>
        {t("composer.list")}
      </MenuItem>
      <MenuItem icon={<ExternalLink size={15} aria-hidden className="rtl:-scale-x-100" />} onSelect={() => onChoose("link")}>
        {t("composer.link")}
      </MenuItem>
    </Menu>
  );
}

type DialogProps = {
  kind: InteractiveKind;
  initialBody: string;
  onClose: () => void;
  onSend: (content: Outgoing) => void;
};

/** The dialog that builds such a message. */
export function InteractiveDialog({ kind, ...rest }: DialogProps) {
  if (kind === "list") return <ListDialog {...rest} />;
  return kind === "link" ? <LinkDialog {...rest} /> : <ButtonsDialog {...rest} />;
}
