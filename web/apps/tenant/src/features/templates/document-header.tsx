import { FileText, Image, Video } from "lucide-react";
import { useT } from "../../shared/texts";

const ICON = { image: Image, video: Video, document: FileText };

/** A place holder for a header file that is not given or can't be drawn. */
export function DocumentHeader({ kind }: { kind: "image" | "video" | "document" }) {
  const t = useT();
  const Icon = ICON[kind];
  return (
    <div className="flex h-24 w-60 max-w-full items-center justify-center gap-2 rounded-control bg-n4 text-muted text-xs">
      <Icon size={18} aria-hidden />
      {t(`kind.${kind}`)}
    </div>
  );
}
