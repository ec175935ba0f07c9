import type { Contact, PresentConsent } from "@parlance/api-client-tenant";
import { Badge, Button, RelativeTime } from "@parlance/ui";
import { CircleCheck, CircleSlash, History, PenLine } from "lucide-react";
import { useTenant } from "../../shared/session";
import { serverWord, useT } from "../../shared/texts";

/** The dialogs about consent, as the address names them. */
export type ConsentDialogName = "history" | "record";

const TOPICS = ["messages", "marketing"] as const;

/** What the contact allows, topic by topic, with its history and a way to record their word. */
export function ContactConsents({
  contact,
  onOpen,
  bare,
}: {
  contact: Contact;
  onOpen: (dialog: ConsentDialogName) => void;
  bare?: boolean;
}) {
  const t = useT();
  const { can } = useTenant();
  return (
    <section>
      {bare ? null : <h4 className="mb-2 text-muted text-xs">{t("consent.title")}</h4>}
      <ul className="flex flex-col gap-2">
        {TOPICS.map((topic) => (
          <Topic key={topic} topic={topic} present={contact.consents.find((entry) => entry.topic === topic)} />
        ))}
      </ul>
      <div className="mt-2 flex flex-wrap gap-2">
        <Button size="sm" icon={<History size={13} aria-hidden />} onClick={() => onOpen("history")}>
          {t("consent.history")}
        </Button>
        {can("contacts:manage") ? (
          <Button size="sm" icon={<PenLine size={13} aria-hidden />} onClick={() => onOpen("record")}>
            {t("consent.record")}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

function Topic({ topic, present }: { topic: (typeof TOPICS)[number]; present: PresentConsent | undefined }) {
  const t = useT();
  return (
    <li className="text-sm">
      <span className="flex flex-wrap items-center justify-between gap-2">
        <span>{t(`topic.${topic}`)}</span>
        {present ? (
          present.state === "granted" ? (
            <Badge tone="success" icon={<CircleCheck size={12} aria-hidden />}>
              {t("consentState.granted")}
            </Badge>
          ) : (
            <Badge tone="danger" icon={<CircleSlash size={12} aria-hidden />}>
              {t("consentState.withdrawn")}
            </Badge>
          )
        ) : (
          <Badge>{t("consent.none")}</Badge>
        )}
      </span>
      {present ? (
        <span className="block text-muted text-xs">
          {serverWord("consentSource", present.source)} · <RelativeTime at={present.since} />
        </span>
      ) : null}
    </li>
  );
}
