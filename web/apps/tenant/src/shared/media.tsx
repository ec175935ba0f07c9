import type { Media } from "@parlance/api-client-tenant";
import { ApiError, BubblePhoto, type Problem } from "@parlance/ui";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api, refusal, unwrap } from "./api";
import type { Attachment } from "./attachments";
import { useT } from "./texts";

/** One stored file with its expiring link. */
export function mediaQuery(slug: string, mediaId: string) {
  return queryOptions({
    queryKey: ["t", slug, "media", mediaId],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/media/{media_id}", { params: { path: { slug, media_id: mediaId } } })),
    staleTime: 4 * 60_000,
    refetchInterval: (query) => (query.state.data?.state === "pending" ? 3000 : false),
  });
}

/** A photo by its media id: loading, ready, or gone with the reason. */
export function MediaPhoto({
  slug,
  mediaId,
  alt,
  onOpen,
}: {
  slug: string;
  mediaId: string | null | undefined;
  alt: string;
  onOpen?: () => void;
}) {
  const t = useT();
  const media = useQuery({ ...mediaQuery(slug, mediaId ?? ""), enabled: Boolean(mediaId) });
  const url = media.data?.url ?? undefined;
  if (media.isError || media.data?.state === "failed") {
    return <BubblePhoto state="missing" alt={alt} note={media.data?.error ?? t("media.gone")} />;
  }
  if (!url) return <BubblePhoto state="loading" alt={alt} note={t("media.fetching")} />;
  return <BubblePhoto src={url} alt={alt} onOpen={onOpen} />;
}

/** The file types that can be sent as a photo. */
export const PHOTO_TYPES = ["image/jpeg", "image/png"];
/** Uploads a file for one number, as what it will be sent; `onProgress` hears 0–1. */
export function uploadMedia(
  slug: string,
  phoneNumberId: string,
  { file, kind }: Attachment,
  onProgress: (part: number) => void,
): Promise<Media> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/v1/t/${encodeURIComponent(slug)}/media`);
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status < 300) resolve(request.response as Media);
      else reject(refusal(request.status, request.response));
    };
    request.onerror = () => reject(new ApiError(0, {} satisfies Problem));
    const form = new FormData();
    form.set("phone_number_id", phoneNumberId);
    form.set("kind", kind);
    form.set("file", file, file.name || "photo");
    request.send(form);
  });
}
