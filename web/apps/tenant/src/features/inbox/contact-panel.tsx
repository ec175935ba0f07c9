import "../../messages/contacts";
import type { Conversation } from "@parlance/api-client-tenant";
import {
  Avatar,
  absoluteText,
  Button,
  CopyValue,
  Dialog,
  ErrorNotice,
  explain,
  KeyValues,
  RelativeTime,
  Skeleton,
} from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { PenLine } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { contactName, phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { serverWord, useT } from "../../shared/texts";
import { Attributes } from "../contacts/attributes";
import { ContactConversations } from "../contacts/contact-conversations";
import { EditContact } from "../contacts/edit-contact";
import { type ConsentDialogName, ContactConsents } from "./contact-consents";
import { contactQuery } from "./queries";
import { useWindowLeft, WindowBadge } from "./window";

type PanelState = "open" | "closed" | undefined;
type PanelProps = {
  slug: string;
  conversation: Conversation | undefined;
  state: PanelState;
  onState: (state: PanelState) => void;
  onConsent: (dialog: ConsentDialogName) => void;
};

function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia("(min-width: 1280px)");
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia("(min-width: 1280px)").matches,
  );
}

/** Who the customer is: a pane on wide screens, a sheet on others. */
export function ContactPanel({ slug, conversation, state, onState, onConsent }: PanelProps) {
  const t = useT();
  const wide = useWide();
  if (!wide) {
    return (
      <Dialog side open={state === "open"} onOpenChange={(open) => onState(open ? "open" : undefined)} title={t("contact.title")}>
        {conversation ? <Facts slug={slug} conversation={conversation} onConsent={onConsent} /> : <Skeleton className="h-40" />}
      </Dialog>
    );
  }
  if (state === "closed") return null;
  return (
    <aside
      aria-label={t("contact.title")}
      tabIndex={0}
      className="thin-scroll focus-inset w-80 shrink-0 overflow-y-auto border-s bg-surface p-4"
    >
      {conversation ? <Facts slug={slug} conversation={conversation} onConsent={onConsent} /> : <Skeleton className="h-40" />}
    </aside>
  );
}

function Facts({
  slug,
  conversation,
  onConsent,
}: {
  slug: string;
  conversation: Conversation;
  onConsent: (dialog: ConsentDialogName) => void;
}) {
  const t = useT();
  const { can } = useTenant();
  const contact = useQuery({ ...contactQuery(slug, conversation.contact.id), enabled: can("contacts:read") });
  const left = useWindowLeft(conversation.window_expires_at);
  const [editing, setEditing] = useState(false);
  const name = contactName(conversation.contact);
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-col items-center gap-2 text-center">
        <Avatar name={name} id={conversation.contact.id} size={56} />
        <h3 className="wrap-any text-lg">
          <bdi>{name}</bdi>
        </h3>
        <WindowBadge expiresAt={conversation.window_expires_at} />
        {can("contacts:read") ? (
          <Link
            to="/t/$slug/contacts/$contactId"
            params={{ slug, contactId: conversation.contact.id }}
            className="text-accent-text text-sm underline max-md:py-3"
          >
            {t("contact.open")}
          </Link>
        ) : null}
      </div>
      {contact.isError ? <ErrorNotice error={explain(contact.error)} onRetry={() => void contact.refetch()} /> : null}
      <section>
        <h4 className="mb-2 text-muted text-xs">{t("contact.identities")}</h4>
        {contact.data ? (
          <KeyValues
            stacked
            entries={contact.data.identities.map((identity) => ({
              name: serverWord("identity", identity.kind),
              value: (
                <CopyValue
                  label={serverWord("identity", identity.kind)}
                  text={identity.kind === "phone" ? phoneText(identity.value) : identity.value}
                />
              ),
            }))}
          />
        ) : contact.isPending && can("contacts:read") ? (
          <Skeleton className="h-16" />
        ) : null}
      </section>
      {contact.data ? <ContactConsents contact={contact.data} onOpen={onConsent} /> : null}
      {contact.data ? (
        <section>
          <span className="mb-2 flex items-center justify-between gap-2">
            <h4 className="text-muted text-xs">{t("contact.attributes")}</h4>
            {can("contacts:manage") ? (
              <Button size="sm" icon={<PenLine size={13} aria-hidden />} onClick={() => setEditing(true)}>
                {t("contact.edit")}
              </Button>
            ) : null}
          </span>
          <Attributes contact={contact.data} stacked />
          {editing ? <EditContact slug={slug} contact={contact.data} onClose={() => setEditing(false)} /> : null}
        </section>
      ) : null}
      {contact.data && contact.data.conversations.length > 1 ? (
        <section>
          <h4 className="mb-2 text-muted text-xs">{t("contact.conversations")}</h4>
          <ContactConversations slug={slug} contact={contact.data} current={conversation.id} />
        </section>
      ) : null}
      <section>
        <h4 className="mb-2 text-muted text-xs">{t("contact.conversation")}</h4>
        <KeyValues
          stacked
          entries={[
            {
              name: t("contact.number"),
              value: (
                <bdi>{`${conversation.phone_number.verified_name} · ${phoneText(conversation.phone_number.display_phone_number)}`}</bdi>
              ),
            },
            {
              name: t("contact.window"),
              value: conversation.window_expires_at
                ? t(left > 0 ? "window.until" : "window.since", { time: absoluteText(conversation.window_expires_at) })
                : t("window.never"),
            },
            { name: t("contact.since"), value: <RelativeTime at={conversation.created_at} /> },
          ]}
        />
      </section>
    </div>
  );
}
