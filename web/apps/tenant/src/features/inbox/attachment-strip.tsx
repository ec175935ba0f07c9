import type { Outgoing } from "@parlance/api-client-tenant";
import { IconButton } from "@parlance/ui";
import { FileText, Mic, Video, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { Attachment } from "../../shared/attachments";
import { figureText } from "../../shared/format";
import { useT } from "../../shared/texts";

const ICON = { video: Video, audio: Mic, document: FileText };
const KB = 1024;

/** The message of a file; its media id comes with the upload. */
export function fileContent({ file, kind }: Attachment, caption: string): Outgoing {
  return {
    type: kind,
    media_id: "",
    caption: caption || undefined,
    filename: kind === "document" ? file.name : undefined,
  };
}

/** The chosen file above the composer, with what it will be sent as. */
export function AttachmentStrip({ attachment, onRemove }: { attachment: Attachment; onRemove: () => void }) {
  const t = useT();
  const { file, kind } = attachment;
  const url = useLocalUrl(file);
  const Icon = kind === "image" ? undefined : ICON[kind];
  return (
    <div className="flex items-center gap-3 rounded-control bg-n3 p-2">
      {Icon ? (
        <span className="flex size-14 shrink-0 items-center justify-center rounded-control bg-n5 text-muted">
          <Icon size={22} aria-hidden />
        </span>
      ) : (
        <img src={url} alt="" className="size-14 rounded-control object-cover" />
      )}
      <p className="wrap-any min-w-0 flex-1 text-sm">
        {file.name}
        <span className="tabular block text-muted text-xs">
          {t(`kind.${kind}`)} · {t("composer.kilobytes", { size: figureText(Math.ceil(file.size / KB)) })}
        </span>
        {kind === "audio" ? <span className="block text-muted text-xs">{t("composer.noCaption")}</span> : null}
      </p>
      <IconButton label={t("composer.removeFile")} icon={<X size={15} aria-hidden />} onClick={onRemove} />
    </div>
  );
}

function useLocalUrl(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
