import { FileText, MapPin } from "lucide-react";
import type { Content, Header, Media, Message, Place } from "./api";
import { rich } from "./format";
import { texts } from "./texts";

function Text({ text }: { text: string | null | undefined }) {
  if (!text) return null;
  return (
    <p className="words" dir="auto">
      {rich(text)}
    </p>
  );
}

function MediaView({ media, onPlay }: { media: Omit<Media, "caption"> & { caption?: string | null }; onPlay?: () => void }) {
  const url = media.url ?? undefined;
  if (media.kind === "image" || media.kind === "sticker") {
    return (
      <a className="photo" href={url} target="_blank" rel="noreferrer" aria-label={texts.openPhoto}>
        <img src={url} alt={media.caption || texts.photo} />
      </a>
    );
  }
  if (media.kind === "video") {
    // biome-ignore lint/a11y/useMediaCaption: the sandbox has no captions for what a business sends
    return <video className="photo" src={url} controls aria-label={media.caption || texts.video} />;
  }
  if (media.kind === "audio") {
    // biome-ignore lint/a11y/useMediaCaption: the sandbox has no captions for what a business sends
    return <audio src={url} controls aria-label={media.voice ? texts.voice : texts.audio} onPlay={onPlay} />;
  }
  return (
    <a className="file" href={url} target="_blank" rel="noreferrer">
      <FileText aria-hidden="true" />
      <bdi>{media.filename || texts.openFile}</bdi>
    </a>
  );
}

function PlaceView({ place }: { place: Place }) {
  const at = `${place.latitude.toFixed(5)}, ${place.longitude.toFixed(5)}`;
  return (
    <div className="place">
      <MapPin aria-hidden="true" />
      <div>
        <strong dir="auto">{place.name || texts.location}</strong>
        <span dir="auto">{place.address || at}</span>
      </div>
    </div>
  );
}

function HeaderView({ header }: { header: Header | null | undefined }) {
  if (!header) return null;
  if (header.kind === "text") {
    return (
      <strong className="heading" dir="auto">
        {header.text}
      </strong>
    );
  }
  return header.kind === "location" ? <PlaceView place={header.location} /> : <MediaView media={header} />;
}

function isMedia(content: Content): content is Content & Media {
  return content.kind !== undefined;
}

/** What a message says, by its type. */
export function MessageBody({ message, onPlay }: { message: Message; onPlay: () => void }) {
  const { content, type, from } = message;
  if (isMedia(content)) {
    return (
      <>
        <MediaView media={content} onPlay={onPlay} />
        <Text text={content.caption} />
      </>
    );
  }
  if (type === "text") return <Text text={content.body} />;
  if (type === "template" || (type === "interactive" && from === "business")) {
    return (
      <>
        <HeaderView header={content.header} />
        <Text text={content.body} />
        {content.footer && (
          <small className="foot" dir="auto">
            {content.footer}
          </small>
        )}
      </>
    );
  }
  if (type === "button" || type === "interactive") {
    return (
      <>
        <Text text={content.text} />
        {content.description && (
          <small className="foot" dir="auto">
            {content.description}
          </small>
        )}
      </>
    );
  }
  if (type === "location" && content.latitude !== undefined && content.longitude !== undefined) {
    return <PlaceView place={content as Place} />;
  }
  if (type === "contacts" && Array.isArray(content)) {
    const names = (content as { name?: { formatted_name?: string } }[]).map((one) => one.name?.formatted_name ?? "");
    return <Text text={`${texts.contactCard}: ${names.join(", ")}`} />;
  }
  return <p className="unknown">{texts.unknownKind(type)}</p>;
}
