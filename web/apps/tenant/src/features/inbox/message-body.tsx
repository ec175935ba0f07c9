import type { Content, Message, Rendered } from "@parlance/api-client-tenant";
import type { BubbleButton } from "@parlance/ui";
import { Contact, FileText, MapPin, MousePointerClick, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { useT } from "../../shared/texts";
import { renderedParts } from "../templates/rendered";
import { DownloadLink, ThreadPhoto } from "./thread-media";

type T = ReturnType<typeof useT>;
type Parts = {
  header?: ReactNode;
  title?: string | null;
  text?: string | null;
  footer?: string | null;
  buttons?: BubbleButton[];
  children?: ReactNode;
};

function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span className="flex items-start gap-2">
      <span className="mt-0.5 shrink-0 text-bubble-meta">{icon}</span>
      <span className="wrap-any min-w-0">{children}</span>
    </span>
  );
}

function location(content: Extract<Content, { type: "location" }>, t: T): Parts {
  const place = `${content.latitude},${content.longitude}`;
  return {
    children: (
      <Line icon={<MapPin size={16} aria-hidden />}>
        <span className="block font-semibold" dir="auto">
          {content.name ?? t("kind.location")}
        </span>
        {content.address ? (
          <span className="block" dir="auto">
            {content.address}
          </span>
        ) : null}
        <a
          href={`https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}#map=16/${content.latitude}/${content.longitude}`}
          target="_blank"
          rel="noopener noreferrer"
          className="tabular underline"
          dir="ltr"
        >
          {place}
        </a>
      </Line>
    ),
  };
}

function contacts(content: Extract<Content, { type: "contacts" }>): Parts {
  return {
    children: (
      <ul className="flex flex-col gap-1.5">
        {content.cards.map((card) => (
          <li key={`${card.name}-${card.phones?.join()}`}>
            <Line icon={<Contact size={16} aria-hidden />}>
              <span className="block font-semibold" dir="auto">
                {card.name}
              </span>
              <span className="tabular block" dir="ltr">
                {card.phones?.join(", ")}
              </span>
            </Line>
          </li>
        ))}
      </ul>
    ),
  };
}

function template(slug: string, rendered: Rendered): Parts {
  return renderedParts(rendered, (mediaId) => <ThreadPhoto slug={slug} mediaId={mediaId} alt={rendered.body} />);
}

function tap(title: string, detail: string | null | undefined, note: string): Parts {
  return {
    children: (
      <Line icon={<MousePointerClick size={16} aria-hidden />}>
        <span className="block font-semibold" dir="auto">
          {title}
        </span>
        {detail ? (
          <span className="block" dir="auto">
            {detail}
          </span>
        ) : null}
        <span className="block text-bubble-meta text-xs">{note}</span>
      </Line>
    ),
  };
}

function unsupported(title: string, text: string): Parts {
  return {
    children: (
      <Line icon={<TriangleAlert size={16} aria-hidden />}>
        <span className="block font-semibold">{title}</span>
        <span className="block text-bubble-meta text-sm">{text}</span>
      </Line>
    ),
  };
}

/** What a bubble shows for a message's content. */
export function bubbleParts(slug: string, message: Message, t: T): Parts {
  const { content } = message;
  switch (content.type) {
    case "text":
      return { text: content.body };
    case "image":
    case "sticker":
      return {
        header: <ThreadPhoto slug={slug} mediaId={content.media_id} alt={content.caption ?? t("kind.image")} />,
        text: content.caption,
      };
    case "video":
    case "audio":
    case "document":
      return {
        text: content.caption,
        children: (
          <Line icon={<FileText size={16} aria-hidden />}>
            <span className="block font-semibold">
              {content.filename ?? (content.voice ? t("kind.voice") : t(`kind.${content.type}`))}
            </span>
            <DownloadLink slug={slug} mediaId={content.media_id} />
          </Line>
        ),
      };
    case "location":
      return location(content, t);
    case "contacts":
      return contacts(content);
    case "template":
      return template(slug, content.rendered);
    case "buttons":
      return {
        title: content.header,
        text: content.body,
        footer: content.footer,
        buttons: content.buttons.map((button) => ({ kind: "reply", text: button.title })),
      };
    case "list":
      return {
        title: content.header,
        text: content.body,
        footer: content.footer,
        buttons: [{ kind: "reply", text: content.button }],
      };
    case "cta_url":
      return {
        title: content.header,
        text: content.body,
        footer: content.footer,
        buttons: [{ kind: "url", text: content.display_text }],
      };
    case "button_tap":
      return tap(content.title, undefined, t("thread.tapped"));
    case "choice":
      return tap(content.title, content.description, t("thread.chose"));
    case "unsupported":
      return unsupported(t("unsupported.title", { type: content.provider_type }), content.reason ?? t("unsupported.text"));
    default:
      return {};
  }
}
