import { type Json, one, page, type Route } from "./answers";
import { ago, id } from "./data";
import type { MockServer } from "./server";

const t = "/v1/t/[^/]+";

function attempt(message: Json): Json {
  const queued = message.status === "queued";
  const states: Record<string, string> = { queued: "planned", unknown: "unknown", failed: "rejected", cancelled: "cancelled" };
  return {
    id: id("att", 1),
    attempt: 1,
    state: states[String(message.status)] ?? "accepted",
    planned_at: message.created_at,
    not_before: queued ? ago(-6000) : message.created_at,
    wait: queued ? "pair_rate" : null,
    claimed_at: queued ? null : message.created_at,
    finished_at: queued ? null : message.created_at,
    fault: message.error
      ? { class: "recipient", code: 131026, message: "Message undeliverable", trace_id: "AbCdEf", acts: "customer" }
      : null,
  };
}

/** One message with its ledger, and what can be done about it. */
export function messageRoutes(mock: MockServer): Route[] {
  const find = (wanted: string | undefined) => [...mock.threads.values()].flat().find((row) => row.id === wanted);
  return [
    [
      new RegExp(`^GET ${t}/messages/([^/]+)$`),
      (m) => {
        const message = find(m[1]);
        if (!message) return one(undefined);
        const waiting =
          message.status === "queued"
            ? {
                reason: "pair_rate",
                until: ago(-6000),
                words: "WhatsApp takes one message every six seconds to the same customer; this one goes next.",
              }
            : null;
        return { body: { message, waiting, attempts: [attempt(message)] } };
      },
    ],
    [
      new RegExp(`^POST ${t}/messages/([^/]+)/cancel$`),
      (m) => {
        const message = find(m[1]);
        if (message) message.status = "cancelled";
        return one(message);
      },
    ],
  ];
}

const SAMPLE = { City: "Berlin", "Customer number": "10428", الحساسية: "بنسلين" };

/** Contacts with what they allow and what the team wrote about them. */
export function contactRoutes(mock: MockServer): Route[] {
  const written = new Map<string, { given_name: string | null; attributes: Record<string, string> }>();
  let consents: Json[] = [
    {
      id: id("cst", 2),
      topic: "marketing",
      state: "withdrawn",
      at: ago(4e7),
      recorded_at: ago(4e7),
      source: "keyword",
      proof: "STOP",
      recorded_by: null,
    },
    {
      id: id("cst", 1),
      topic: "marketing",
      state: "granted",
      at: ago(9e9),
      recorded_at: ago(9e9),
      source: "agent",
      proof: "نموذج ورقي في المعرض، الصفحة 12",
      recorded_by: "Ada Okafor",
    },
  ];
  const present = () =>
    ["marketing", "messages"].flatMap((topic) => {
      const row = consents.find((entry) => entry.topic === topic);
      return row ? [{ topic, state: row.state, since: row.at, source: row.source }] : [];
    });
  const contact = (wanted: string): Json => {
    const row = mock.conversations.find((entry) => (entry.contact as Json).id === wanted);
    const known = (row?.contact ?? {}) as Json;
    const own = written.get(wanted) ?? { given_name: null, attributes: SAMPLE };
    const identity = (kind: string, value: unknown) => (value ? [{ kind, value, seen_at: ago(1000) }] : []);
    return {
      id: wanted,
      name: own.given_name ?? known.name ?? null,
      given_name: own.given_name,
      profile_name: known.name ?? null,
      attributes: own.attributes,
      identities: [
        ...identity("phone", known.phone),
        ...identity("user_id", known.user_id),
        ...identity("username", wanted === id("con", 1) ? "asha.n" : known.username),
      ],
      consents: present(),
      created_at: ago(1e9),
      conversations: wanted === id("con", 1) ? [id("cnv", 1), id("cnv", 58)] : row ? [row.id] : [],
    };
  };
  return [
    [
      new RegExp(`^GET ${t}/contacts$`),
      (_m, _b, url) => {
        const q = url.searchParams.get("q")?.toLowerCase() ?? "";
        const rows = mock.conversations.map((row) => contact(String((row.contact as Json).id)));
        return page(
          url.pathname.includes("/t/noor/") ? [] : rows.filter((row) => String(row.name).toLowerCase().startsWith(q)),
          url,
        );
      },
    ],
    [new RegExp(`^GET ${t}/contacts/([^/]+)$`), (m) => ({ body: contact(m[1] ?? "") })],
    [
      new RegExp(`^PATCH ${t}/contacts/([^/]+)$`),
      (m, body) => {
        const known = written.get(m[1] ?? "") ?? { given_name: null, attributes: SAMPLE };
        const attributes = Object.fromEntries(
          Object.entries({ ...known.attributes, ...(body.attributes as Record<string, string | null>) }).filter(
            ([, value]) => value !== null,
          ),
        ) as Record<string, string>;
        written.set(m[1] ?? "", { given_name: body.given_name as string | null, attributes });
        return { body: contact(m[1] ?? "") };
      },
    ],
    [new RegExp(`^GET ${t}/contacts/[^/]+/consents$`), (_m, _b, url) => page(consents, url)],
    [
      new RegExp(`^POST ${t}/contacts/[^/]+/consents$`),
      (_m, body) => {
        const made = {
          id: id("cst", consents.length + 1),
          topic: body.topic,
          state: body.state,
          at: body.at ?? ago(0),
          recorded_at: ago(0),
          source: "agent",
          proof: body.proof,
          recorded_by: "Ada Okafor",
        };
        consents = [made, ...consents];
        return { status: 201, body: made };
      },
    ],
  ];
}
