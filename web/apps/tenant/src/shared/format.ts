import { currentLocale } from "@parlance/ui";

/** A phone number as people write it, from its bare digits or as it stands. */
export function phoneText(value: string): string {
  return /^\d{6,}$/.test(value) ? `+${value}` : value;
}

/** What to call a contact: name, else username, phone number or user id. */
export function contactName(contact: {
  name?: string | null;
  phone?: string | null;
  username?: string | null;
  user_id?: string | null;
}): string {
  if (contact.name) return contact.name;
  if (contact.username) return `@${contact.username}`;
  if (contact.phone) return phoneText(contact.phone);
  return contact.user_id ?? "?";
}

/** What to call a contact that is read by itself, with its identities. */
export function nameOf(contact: { name?: string | null; identities: { kind: string; value: string }[] }): string {
  const value = (kind: string) => contact.identities.find((identity) => identity.kind === kind)?.value;
  return contactName({
    name: contact.name,
    username: value("username"),
    phone: value("phone"),
    user_id: value("user_id"),
  });
}

/** A length of time in hours and minutes, as a sentence part. */
export function durationText(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  const unit = (value: number, name: "hour" | "minute") =>
    new Intl.NumberFormat(currentLocale(), { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  if (minutes < 60) return unit(minutes, "minute");
  const rest = minutes % 60;
  return rest === 0
    ? unit(Math.floor(minutes / 60), "hour")
    : `${unit(Math.floor(minutes / 60), "hour")} ${unit(rest, "minute")}`;
}

/** An amount in its currency; codes that no list knows are written beside the figure. */
export function moneyText(amount: number, currency: string): string {
  try {
    return new Intl.NumberFormat(currentLocale(), { style: "currency", currency }).format(amount);
  } catch {
    return `${new Intl.NumberFormat(currentLocale()).format(amount)} ${currency}`;
  }
}

/** A figure in the reader's locale. */
export function figureText(value: number): string {
  return new Intl.NumberFormat(currentLocale()).format(value);
}

/** An address that may become a link: http and https only, so that nothing a customer sends can run. */
export function webAddress(value: string | null | undefined): string | undefined {
  if (!value || !URL.canParse(value)) return undefined;
  return ["http:", "https:"].includes(new URL(value).protocol) ? value : undefined;
}
