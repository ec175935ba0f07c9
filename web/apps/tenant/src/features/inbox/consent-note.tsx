import type { Conversation } from "@parlance/api-client-tenant";
import { absoluteText } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { CircleSlash } from "lucide-react";
import { contactName } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { contactQuery } from "./queries";

/** Above the composer when the contact withdrew consent: what is refused and what still goes. */
export function ConsentNote({ slug, conversation }: { slug: string; conversation: Conversation }) {
  const t = useT();
  const { can } = useTenant();
  const contact = useQuery({ ...contactQuery(slug, conversation.contact.id), enabled: can("contacts:read") });
  const withdrawn = contact.data?.consents.filter((entry) => entry.state === "withdrawn") ?? [];
  const word = withdrawn.find((entry) => entry.topic === "messages") ?? withdrawn[0];
  if (!word) return null;
  return (
    <p role="note" className="flex items-start gap-2 border-b bg-warning-soft px-4 py-2 text-sm max-md:px-3">
      <CircleSlash size={15} aria-hidden className="mt-0.5 shrink-0 text-warning-text" />
      <span className="wrap-any min-w-0">
        <span className="font-semibold text-warning-text">
          {t(`consentNote.${word.topic}`, { name: contactName(conversation.contact), time: absoluteText(word.since) })}
        </span>{" "}
        {t(`consentNoteEffect.${word.topic}`)}
      </span>
    </p>
  );
}
