import { toast } from "@parlance/ui";
import { useState } from "react";
import { type Attachment, fitting, MEGABYTES_MAX } from "../../shared/attachments";
import { useT } from "../../shared/texts";

/** WhatsApp sends one file per message; more than these at once are rather a mistake. */
const FILES_MAX = 10;

/** The files that go out with the next answer; what can't be sent is said at once. */
export function useAttachments() {
  const t = useT();
  const [files, setFiles] = useState<Attachment[]>([]);
  const add = (chosen: Iterable<File>) => {
    const fit: Attachment[] = [];
    for (const file of chosen) {
      const { kind, refused } = fitting(file);
      if (refused === "empty") toast({ tone: "danger", text: t("composer.emptyFile", { name: file.name }) });
      else if (refused) toast({ tone: "danger", text: t(`composer.tooLarge.${kind}`, { size: MEGABYTES_MAX[kind] }) });
      else fit.push({ file, kind });
    }
    setFiles((old) => [...old, ...fit].slice(0, FILES_MAX));
  };
  return {
    files,
    add,
    remove: (attachment: Attachment) => setFiles((old) => old.filter((entry) => entry !== attachment)),
    clear: () => setFiles([]),
  };
}
