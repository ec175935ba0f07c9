import type { Conversation, Message } from "@parlance/api-client-tenant";
import { plainText } from "@parlance/ui";
import {
  Ban,
  ClipboardList,
  Contact,
  FileText,
  Image,
  LayoutTemplate,
  ListChecks,
  MapPin,
  Mic,
  MousePointerClick,
  PhoneCall,
  ShoppingCart,
  Smile,
  Sticker,
  TriangleAlert,
  UserCog,
  Video,
} from "lucide-react";
import type { ReactNode } from "react";
import { useT } from "../../shared/texts";

const ICON: Record<string, ReactNode> = {
  image: <Image size={13} aria-hidden className="shrink-0" />,
  video: <Video size={13} aria-hidden className="shrink-0" />,
  audio: <Mic size={13} aria-hidden className="shrink-0" />,
  document: <FileText size={13} aria-hidden className="shrink-0" />,
  sticker: <Sticker size={13} aria-hidden className="shrink-0" />,
  location: <MapPin size={13} aria-hidden className="shrink-0" />,
  contacts: <Contact size={13} aria-hidden className="shrink-0" />,
  reaction: <Smile size={13} aria-hidden className="shrink-0" />,
  template: <LayoutTemplate size={13} aria-hidden className="shrink-0" />,
  buttons: <ListChecks size={13} aria-hidden className="shrink-0" />,
  list: <ListChecks size={13} aria-hidden className="shrink-0" />,
  cta_url: <ListChecks size={13} aria-hidden className="shrink-0" />,
  button_tap: <MousePointerClick size={13} aria-hidden className="shrink-0" />,
  choice: <MousePointerClick size={13} aria-hidden className="shrink-0" />,
  order: <ShoppingCart size={13} aria-hidden className="shrink-0" />,
  form_reply: <ClipboardList size={13} aria-hidden className="shrink-0" />,
  call_permission: <PhoneCall size={13} aria-hidden className="shrink-0" />,
  revoked: <Ban size={13} aria-hidden className="shrink-0" />,
  system: <UserCog size={13} aria-hidden className="shrink-0" />,
  unsupported: <TriangleAlert size={13} aria-hidden className="shrink-0" />,
};

const KINDS = [
  "image",
  "video",
  "audio",
  "document",
  "sticker",
  "location",
  "contacts",
  "reaction",
  "template",
  "buttons",
  "list",
  "cta_url",
  "button_tap",
  "choice",
  "order",
  "form_reply",
  "call_permission",
  "revoked",
  "system",
  "unsupported",
] as const;
type Kind = (typeof KINDS)[number];

function isKind(kind: string): kind is Kind {
  return (KINDS as readonly string[]).includes(kind);
}

/** One line that stands for a conversation's last message. */
export function usePreview(preview: Conversation["preview"]): { icon: ReactNode; text: string } {
  const t = useT();
  if (preview.text) return { icon: ICON[preview.kind], text: plainText(preview.text) };
  return { icon: ICON[preview.kind], text: isKind(preview.kind) ? t(`kind.${preview.kind}`) : t("kind.text") };
}

/** The text of a message in one line, for quotes. */
export function messageLine(message: Message): string {
  const { content } = message;
  switch (content.type) {
    case "text":
    case "buttons":
    case "list":
    case "cta_url":
      return plainText(content.body);
    case "template":
      return plainText(content.rendered.body);
    case "image":
    case "video":
    case "audio":
    case "document":
    case "sticker":
      return plainText(content.caption ?? content.filename ?? "");
    case "location":
      return content.name ?? "";
    case "button_tap":
    case "choice":
      return content.title;
    case "order":
      return content.text ?? "";
    default:
      return "";
  }
}
