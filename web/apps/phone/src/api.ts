export type Party = "customer" | "business";
export type Status = "held" | "sent" | "delivered" | "read" | "played" | "failed";

export interface BusinessNumber {
  id: string;
  waba_name: string | null;
  display_phone_number: string;
  verified_name: string;
}

export interface Clock {
  now: string;
  offset_ms: number;
}

export interface SandboxState {
  numbers: BusinessNumber[];
  clock: Clock;
}

export interface ThreadSummary {
  phone_number_id: string;
  last_message_at: string;
  last_message_from: Party;
  last_message_type: string;
  preview: string;
  unread: number;
}

export interface CustomerInput {
  name: string;
  phone: string | null;
  username: string | null;
  hides_phone: boolean;
  online: boolean;
  auto_read: boolean;
}

export interface Customer extends CustomerInput {
  key: string;
  threads: ThreadSummary[];
}

export interface Place {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
}

export interface Media {
  kind: "image" | "video" | "audio" | "document" | "sticker";
  url: string | null;
  mime_type: string | null;
  caption: string | null;
  filename: string | null;
  voice?: boolean;
}

export type Header = { kind: "text"; text: string } | { kind: "location"; location: Place } | Media;

export interface TemplateButton {
  type: string;
  text: string;
  url?: string;
  phone_number?: string;
  code?: string;
}

export interface ListRow {
  id: string;
  title: string;
  description?: string;
}

export interface ListSection {
  title?: string;
  rows: ListRow[];
}

/** The fields that any of the message types may have; which ones do follows from `type`. */
export interface Content extends Partial<Omit<Media, "kind">>, Partial<Place> {
  kind?: Media["kind"];
  body?: string | null;
  text?: string;
  description?: string | null;
  header?: Header | null;
  footer?: string | null;
  style?: string;
  buttons?: (TemplateButton & { id?: string; title?: string })[];
  list?: { button: string; sections: ListSection[] };
  link?: { display_text: string; url: string };
  ask?: "location" | "contact" | "flow";
}

export interface Message {
  id: string;
  from: Party;
  type: string;
  at: string;
  status: Status;
  content: Content;
  quoted: { id: string; from: Party; type: string; preview: string } | null;
  reactions: Partial<Record<Party, string>>;
}

export interface Thread {
  messages: Message[];
  typing: boolean;
  offers_stopped: boolean;
}

export type FileKind = "image" | "video" | "audio" | "document";

export type Action =
  | { type: "text"; text: string; reply_to?: string }
  | { type: FileKind; media_id: string; caption?: string; filename?: string; voice?: boolean; reply_to?: string }
  | { type: "location"; latitude: number; longitude: number; name?: string; reply_to?: string }
  | { type: "contacts"; contacts: unknown[]; reply_to?: string }
  | { type: "button"; message_id: string; index: number }
  | { type: "list_reply"; message_id: string; id: string }
  | { type: "flow_reply"; message_id: string; response: unknown }
  | { type: "reaction"; message_id: string; emoji: string };

export type SandboxEvent =
  | { type: "thread"; customer: string; phone_number_id: string }
  | { type: "customer"; customer: string }
  | { type: "state" }
  | { type: "reset" }
  | { type: "clock"; now: string; offset_ms: number };

/** What the sandbox said no to, in its words. */
export class Refused extends Error {}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const raw = body instanceof Blob;
  const response = await fetch(`/sandbox/${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": raw ? body.type || "application/octet-stream" : "application/json" },
    body: body === undefined ? null : raw ? body : JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    const message = (answer as { error?: string } | null)?.error;
    throw new Refused(message ?? `HTTP ${response.status}`);
  }
  return answer as T;
}

const threadPath = (customer: string, number: string) =>
  `customers/${encodeURIComponent(customer)}/threads/${encodeURIComponent(number)}`;

export const api = {
  state: () => call<SandboxState>("GET", "state"),
  customers: () => call<{ customers: Customer[] }>("GET", "customers").then((answer) => answer.customers),
  putCustomer: (key: string, input: CustomerInput) => call<Customer>("PUT", `customers/${encodeURIComponent(key)}`, input),
  thread: (customer: string, number: string) => call<Thread>("GET", threadPath(customer, number)),
  open: (customer: string, number: string) => call<unknown>("POST", `${threadPath(customer, number)}/open`, {}),
  send: (customer: string, number: string, action: Action) =>
    call<{ id: string }>("POST", `${threadPath(customer, number)}/messages`, action),
  upload: (customer: string, number: string, file: Blob) =>
    call<{ media_id: string }>("POST", `${threadPath(customer, number)}/media`, file),
  changeNumber: (key: string, phone: string) => call<unknown>("POST", `customers/${encodeURIComponent(key)}/number`, { phone }),
  setOffers: (customer: string, number: string, wanted: boolean) =>
    call<unknown>("POST", `${threadPath(customer, number)}/preferences`, { marketing_messages: wanted ? "resume" : "stop" }),
  played: (customer: string, number: string, id: string) =>
    call<unknown>("POST", `${threadPath(customer, number)}/played`, { message_id: id }),
  advance: (seconds: number) => call<Clock>("POST", "clock", { advance_seconds: seconds }),
};
