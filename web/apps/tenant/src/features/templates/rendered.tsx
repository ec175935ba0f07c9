import type { Rendered } from "@parlance/api-client-tenant";
import type { BubbleButton } from "@parlance/ui";
import type { ReactNode } from "react";
import { DocumentHeader } from "./document-header";

const BUTTON_KIND: Record<string, BubbleButton["kind"]> = { quick_reply: "reply", url: "url", phone_number: "phone" };

/** The bubble parts of a rendered template; `photo` draws a header image. */
export function renderedParts(
  rendered: Rendered,
  photo: (mediaId: string) => ReactNode,
): { header?: ReactNode; title?: string; text: string; footer?: string; buttons: BubbleButton[] } {
  const { header } = rendered;
  return {
    title: header?.type === "text" ? header.text : header?.type === "location" ? (header.name ?? undefined) : undefined,
    header:
      header?.type === "media" ? (
        header.kind === "image" && header.media_id?.startsWith("med_") ? (
          photo(header.media_id)
        ) : (
          <DocumentHeader kind={header.kind} />
        )
      ) : undefined,
    text: rendered.body,
    footer: rendered.footer ?? undefined,
    buttons: (rendered.buttons ?? []).map((button) => ({ kind: BUTTON_KIND[button.kind] ?? "other", text: button.text })),
  };
}
