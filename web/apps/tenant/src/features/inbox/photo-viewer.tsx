import type { Message } from "@parlance/api-client-tenant";
import { Lightbox } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useMemo, useState } from "react";
import { mediaQuery } from "../../shared/media";
import { useT } from "../../shared/texts";

type Photo = { mediaId: string; caption: string };

const OpenPhoto = createContext<(photo: Photo) => void>(() => undefined);

/** Opens a photo large; those of the thread can be stepped through. */
export function useOpenPhoto(): (photo: Photo) => void {
  return use(OpenPhoto);
}

/** Shows the thread's photos over the whole window. */
export function PhotoViewer({ slug, messages, children }: { slug: string; messages: Message[]; children: ReactNode }) {
  const t = useT();
  const [open, setOpen] = useState<Photo>();
  const photos = useMemo(
    () =>
      messages
        .toReversed()
        .flatMap(({ content }): Photo[] =>
          content.type === "image" && content.media_id
            ? [{ mediaId: content.media_id, caption: content.caption ?? t("kind.image") }]
            : [],
        ),
    [messages, t],
  );
  const media = useQuery({ ...mediaQuery(slug, open?.mediaId ?? ""), enabled: open !== undefined });
  const at = photos.findIndex((photo) => photo.mediaId === open?.mediaId);
  const step = (by: number) => {
    const next = at < 0 ? undefined : photos[at + by];
    return next ? () => setOpen(next) : undefined;
  };
  return (
    <OpenPhoto value={setOpen}>
      {children}
      <Lightbox
        open={open !== undefined}
        url={media.data?.url ?? undefined}
        caption={open?.caption ?? ""}
        place={at >= 0 && photos.length > 1 ? `${at + 1} / ${photos.length}` : undefined}
        onClose={() => setOpen(undefined)}
        onPrevious={step(-1)}
        onNext={step(1)}
      />
    </OpenPhoto>
  );
}
