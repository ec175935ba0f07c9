import type { Message, Rendered } from "@parlance/api-client-tenant";
import { Ban, MousePointerClick, TriangleAlert } from "lucide-react";
import { webAddress } from "../../shared/format";
import type { useT } from "../../shared/texts";
import { renderedParts } from "../templates/rendered";
import { Line, type Parts } from "./bubble-line";
import { callParts, formParts, orderParts } from "./message-data";
import { ListRows } from "./message-list-rows";
import { headerMedia, mediaParts } from "./message-media";
import { contactParts, locationParts } from "./message-place";
import { ThreadPhoto } from "./thread-media";

type T = ReturnType<typeof useT>;

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

function revoked(text: string): Parts {
  return {
    children: (
      <Line icon={<Ban size={16} aria-hidden />}>
        <span className="text-bubble-meta italic">{text}</span>
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
    case "video":
    case "audio":
    case "document":
      return mediaParts(slug, content, t);
    case "location":
      return locationParts(content, t);
    case "contacts":
      return contactParts(content);
    case "template":
      return template(slug, content.rendered);
    case "buttons":
      return {
        header: headerMedia(slug, content.header_media, content.body),
        title: content.header,
        text: content.body,
        footer: content.footer,
        buttons: content.buttons.map((button) => ({ kind: "reply", text: button.title })),
      };
    case "list":
      return { title: content.header, text: content.body, footer: content.footer, below: <ListRows content={content} /> };
    case "cta_url":
      return {
        header: headerMedia(slug, content.header_media, content.body),
        title: content.header,
        text: content.body,
        footer: content.footer,
        buttons: [{ kind: "url", text: content.display_text, href: webAddress(content.url) }],
      };
    case "button_tap":
      return tap(content.title, undefined, t("thread.tapped"));
    case "choice":
      return tap(content.title, content.description, t("thread.chose"));
    case "order":
      return orderParts(content, t);
    case "form_reply":
      return formParts(content, t);
    case "call_permission":
      return callParts(content, t);
    case "revoked":
      return revoked(t(message.direction === "inbound" ? "thread.revoked" : "thread.revokedOwn"));
    case "unsupported":
      return unsupported(t("unsupported.title", { type: content.provider_type }), content.reason ?? t("unsupported.text"));
    default:
      return unsupported(t("unsupported.title", { type: content.type }), t("unsupported.text"));
  }
}
