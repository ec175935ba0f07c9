import type { Content } from "@parlance/api-client-tenant";
import { VoicePlayer } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { FileText, Image, Link2, Mic, Video } from "lucide-react";
import { mediaQuery } from "../../shared/media";
import type { useT } from "../../shared/texts";
import { DocumentHeader } from "../templates/document-header";
import { Address, Line, type Parts } from "./bubble-line";
import { DownloadLink, ThreadPhoto } from "./thread-media";

type T = ReturnType<typeof useT>;
type MediaContent = Extract<Content, { type: "image" | "video" | "audio" | "document" | "sticker" }>;
type HeaderMedia = { kind: "image" | "video" | "document"; media_id?: string | null; link?: string | null };

const ICON = {
  image: <Image size={16} aria-hidden />,
  sticker: <Image size={16} aria-hidden />,
  video: <Video size={16} aria-hidden />,
  audio: <Mic size={16} aria-hidden />,
  document: <FileText size={16} aria-hidden />,
};

/** A file of a message: drawn or played where a browser can, else to download. */
export function mediaParts(slug: string, content: MediaContent, t: T): Parts {
  const { type, caption, media_id, link } = content;
  const name = content.filename ?? (content.voice ? t("kind.voice") : t(`kind.${type}`));
  if (!media_id && link) {
    return {
      text: caption,
      children: (
        <Line icon={<Link2 size={16} aria-hidden />}>
          <span className="block font-semibold">{name}</span>
          <span className="block text-bubble-meta text-sm">{t("media.byLink")}</span>
          <Address value={link} />
        </Line>
      ),
    };
  }
  if (type === "image" || type === "sticker")
    return { header: <ThreadPhoto slug={slug} mediaId={media_id} alt={caption ?? t(`kind.${type}`)} />, text: caption };
  return {
    header: type === "video" ? <Player slug={slug} mediaId={media_id} kind="video" label={name} /> : undefined,
    text: caption,
    children: (
      <Line icon={ICON[type]}>
        <span className="block font-semibold">{name}</span>
        {type === "audio" ? <Player slug={slug} mediaId={media_id} kind="audio" label={name} /> : null}
        <DownloadLink slug={slug} mediaId={media_id} />
      </Line>
    ),
  };
}

/** The file above a message's text. */
export function headerMedia(slug: string, media: HeaderMedia | null | undefined, alt: string) {
  if (!media) return undefined;
  if (media.kind === "image" && media.media_id) return <ThreadPhoto slug={slug} mediaId={media.media_id} alt={alt} />;
  return <DocumentHeader kind={media.kind} />;
}

/** Plays a stored file once it is here; says nothing until then, the download line does. */
function Player({
  slug,
  mediaId,
  kind,
  label,
}: {
  slug: string;
  mediaId: string | null | undefined;
  kind: "audio" | "video";
  label: string;
}) {
  const media = useQuery({ ...mediaQuery(slug, mediaId ?? ""), enabled: Boolean(mediaId) });
  const url = media.data?.url;
  if (!url) return null;
  return kind === "video" ? (
    // biome-ignore lint/a11y/useMediaCaption: customers' recordings come without captions
    <video controls preload="metadata" src={url} aria-label={label} className="max-h-64 w-80 max-w-full rounded-control bg-n4" />
  ) : (
    <VoicePlayer src={url} label={label} />
  );
}
