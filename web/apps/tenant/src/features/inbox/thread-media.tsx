import { useQuery } from "@tanstack/react-query";
import { MediaPhoto, mediaQuery } from "../../shared/media";
import { useT } from "../../shared/texts";
import { useOpenPhoto } from "./photo-viewer";

/** A photo in the thread; opens large. */
export function ThreadPhoto({ slug, mediaId, alt }: { slug: string; mediaId: string | null | undefined; alt: string }) {
  const open = useOpenPhoto();
  return (
    <MediaPhoto slug={slug} mediaId={mediaId} alt={alt} onOpen={mediaId ? () => open({ mediaId, caption: alt }) : undefined} />
  );
}

/** A link to a stored file, once it is here. */
export function DownloadLink({ slug, mediaId }: { slug: string; mediaId: string | null | undefined }) {
  const t = useT();
  const media = useQuery({ ...mediaQuery(slug, mediaId ?? ""), enabled: Boolean(mediaId) });
  if (media.data?.url) {
    return (
      <a href={media.data.url} download className="underline">
        {t("media.download")}
      </a>
    );
  }
  const gone = media.isError || media.data?.state === "failed";
  return <span className="text-bubble-meta text-sm">{gone ? (media.data?.error ?? t("media.gone")) : t("media.fetching")}</span>;
}
