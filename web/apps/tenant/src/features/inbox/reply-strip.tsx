import type { Message } from "@parlance/api-client-tenant";
import { IconButton } from "@parlance/ui";
import { X } from "lucide-react";
import { useT } from "../../shared/texts";
import { messageLine } from "./preview";

/** The message that is answered, above the answer. */
export function ReplyStrip({ message, name, onDone }: { message: Message; name: string; onDone: () => void }) {
  const t = useT();
  return (
    <div className="m-1.5 mb-0 flex items-center gap-2 rounded-control border-accent-text border-s-3 bg-n3 px-3 py-1.5">
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
