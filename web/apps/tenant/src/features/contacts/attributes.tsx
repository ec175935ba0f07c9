import "../../messages/contacts";
import type { Contact } from "@parlance/api-client-tenant";
import { KeyValues } from "@parlance/ui";
import { useT } from "../../shared/texts";

/** What the team wrote about a contact. */
export function Attributes({ contact, stacked }: { contact: Contact; stacked?: boolean }) {
  const t = useT();
  const entries = Object.entries(contact.attributes);
  if (entries.length === 0) return <p className="text-muted text-sm">{t("contact.noAttributes")}</p>;
  return <KeyValues stacked={stacked} entries={entries.map(([name, value]) => ({ name, value: <bdi>{value}</bdi> }))} />;
}
