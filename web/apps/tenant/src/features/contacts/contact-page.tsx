import "../../messages/contacts";
import type { Contact } from "@parlance/api-client-tenant";
import {
  absoluteText,
  Button,
  buttonClass,
  Card,
  CopyValue,
  ErrorNotice,
  explain,
  KeyValues,
  Page,
  Skeleton,
} from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ArrowLeft, PenLine } from "lucide-react";
import { useState } from "react";
import { nameOf, phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { serverWord, useT } from "../../shared/texts";
import { ConsentDialog } from "../inbox/consent-dialog";
import { ConsentHistory } from "../inbox/consent-history";
import { ContactConsents } from "../inbox/contact-consents";
import { contactQuery } from "../inbox/queries";
import { Attributes } from "./attributes";
import { ContactConversations } from "./contact-conversations";
import { EditContact } from "./edit-contact";

/** One contact: who they are, what they allow, what the team wrote, where they write. */
export function ContactPage() {
  const t = useT();
  const { slug, can } = useTenant();
  const { contactId } = useParams({ from: "/t/$slug/contacts/$contactId" });
  const { consent } = useSearch({ from: "/t/$slug/contacts/$contactId" });
  const navigate = useNavigate({ from: "/t/$slug/contacts/$contactId" });
  const [editing, setEditing] = useState(false);
  const contact = useQuery(contactQuery(slug, contactId));
  const back = (
    <Link to="/t/$slug/contacts" params={{ slug }} className={buttonClass("ghost", "-ms-2 text-muted")}>
      <ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />
      {t("nav.contacts")}
    </Link>
  );
  if (!contact.data) {
    return (
      <Page title={t("nav.contacts")} back={back}>
        {contact.isError ? (
          <ErrorNotice error={explain(contact.error)} onRetry={() => void contact.refetch()} />
        ) : (
          <Skeleton className="h-60" />
        )}
      </Page>
    );
  }
  const dialog = (next: typeof consent) => void navigate({ search: { consent: next } });
  const ref = { id: contact.data.id, name: nameOf(contact.data) };
  return (
    <Page
      title={nameOf(contact.data)}
      back={back}
      actions={
        can("contacts:manage") ? (
          <Button icon={<PenLine size={14} aria-hidden />} onClick={() => setEditing(true)}>
            {t("contact.edit")}
          </Button>
        ) : undefined
      }
    >
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <About contact={contact.data} />
          <Card title={t("contact.attributes")}>
            <Attributes contact={contact.data} />
          </Card>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <Card title={t("consent.title")}>
            <ContactConsents contact={contact.data} onOpen={dialog} bare />
          </Card>
          {can("conversations:read") ? (
            <Card title={t("contact.conversations")}>
              <ContactConversations slug={slug} contact={contact.data} />
            </Card>
          ) : null}
        </div>
      </div>
      {editing ? <EditContact slug={slug} contact={contact.data} onClose={() => setEditing(false)} /> : null}
      {consent === "history" ? <ConsentHistory slug={slug} contact={ref} onClose={() => dialog(undefined)} /> : null}
      {consent === "record" && can("contacts:manage") ? (
        <ConsentDialog slug={slug} contact={ref} onClose={() => dialog(undefined)} />
      ) : null}
    </Page>
  );
}

function About({ contact }: { contact: Contact }) {
  const t = useT();
  return (
    <Card title={t("contact.about")}>
      <KeyValues
        entries={[
          { name: t("contact.profileName"), value: <bdi>{contact.profile_name ?? t("contact.noName")}</bdi> },
          ...contact.identities.map((identity) => ({
            name: serverWord("identity", identity.kind),
            value: (
              <CopyValue
                label={serverWord("identity", identity.kind)}
                text={identity.kind === "phone" ? phoneText(identity.value) : identity.value}
              />
            ),
          })),
          { name: t("contact.firstSeen"), value: absoluteText(contact.created_at) },
        ]}
      />
    </Card>
  );
}
