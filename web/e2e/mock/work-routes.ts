import { type Json, one, page, type Route } from "./answers";
import { ago, id, people } from "./data";
import type { MockServer } from "./server";

const t = "/v1/t/[^/]+";

/** Views, search, assignment, resolution and notes. */
export function workRoutes(mock: MockServer): Route[] {
  const find = (wanted: string | undefined) => mock.conversations.find((row) => row.id === wanted);
  const told = (conversationId: string) => {
    const list = mock.events.get(conversationId) ?? [];
    mock.events.set(conversationId, list);
    return list;
  };
  const add = (conversationId: string, fields: Json): Json => {
    const event = {
      id: id("cev", 1000 + [...mock.events.values()].flat().length),
      conversation_id: conversationId,
      kind: "note",
      body: null,
      assignee: null,
      author: { kind: "user", name: "Ada Okafor" },
      at: `${ago(0).slice(0, 19)}Z`,
      ...fields,
    };
    told(conversationId).push(event);
    mock.emit({ type: "conversation_event.created", conversation_id: conversationId, event_id: event.id });
    return event;
  };
  const change = (conversationId: string | undefined, fields: Json, event: Json) => {
    const row = find(conversationId);
    if (row) {
      Object.assign(row, fields, { version: Number(row.version) + 1 });
      add(String(row.id), event);
      mock.emit({ type: "conversation.updated", conversation_id: row.id });
    }
    return one(row);
  };
  const shown: Record<string, (row: Json) => boolean> = {
    all: (row) => row.state === "open",
    mine: (row) => row.state === "open" && (row.assignee as Json | null)?.id === id("usr", 1),
    unassigned: (row) => row.state === "open" && !row.assignee,
    unread: (row) => row.state === "open" && Number(row.unread) > 0,
    resolved: (row) => row.state === "resolved",
  };
  const nameOf = (row: Json) => {
    const contact = row.contact as Json;
    return `${contact.name ?? ""} ${contact.phone ?? ""}`.toLowerCase();
  };
  return [
    [
      new RegExp(`^GET ${t}/conversations$`),
      (_m, _b, url) => {
        if (url.pathname.includes("/t/noor/")) return page([], url);
        const q = url.searchParams.get("q")?.toLowerCase();
        if (q)
          return page(
            mock.conversations.filter((row) => nameOf(row).includes(q)),
            url,
          );
        return page(mock.conversations.filter(shown[url.searchParams.get("view") ?? "all"] ?? (() => true)), url);
      },
    ],
    [new RegExp(`^GET ${t}/assignees$`), (_m, _b, url) => page(people, url)],
    [
      new RegExp(`^PUT ${t}/conversations/([^/]+)/assignee$`),
      (m, body) => {
        const assignee = people.find((person) => person.id === body.user_id) ?? null;
        return change(m[1], { assignee }, { kind: assignee ? "assigned" : "unassigned", assignee });
      },
    ],
    [new RegExp(`^POST ${t}/conversations/([^/]+)/resolve$`), (m) => change(m[1], { state: "resolved" }, { kind: "resolved" })],
    [new RegExp(`^POST ${t}/conversations/([^/]+)/reopen$`), (m) => change(m[1], { state: "open" }, { kind: "reopened" })],
    [new RegExp(`^GET ${t}/conversations/([^/]+)/events$`), (m, _b, url) => page(told(m[1] ?? "").toReversed(), url)],
    [
      new RegExp(`^POST ${t}/conversations/([^/]+)/notes$`),
      (m, body) => {
        if (mock.failNextSends > 0) {
          mock.failNextSends -= 1;
          return { status: 0 };
        }
        const key = String(body.key);
        const known = mock.notes.get(key);
        if (known) return { status: 201, body: known };
        const note = add(m[1] ?? "", { body: body.body });
        mock.notes.set(key, note);
        return { status: 201, body: note };
      },
    ],
  ];
}

/** What was done in the first conversation. */
export function sampleEvents(conversationId: string): Json[] {
  const say = (n: number, minutes: number, fields: Json) => ({
    id: id("cev", n),
    conversation_id: conversationId,
    body: null,
    assignee: null,
    author: { kind: "user", name: "Ada Okafor" },
    at: `${ago(minutes * 60_000).slice(0, 19)}Z`,
    ...fields,
  });
  return [
    say(1, 2895, { kind: "assigned", assignee: people[0] }),
    say(2, 1465, { kind: "note", body: "Prefers mornings. *Never* call before nine.\nالعميلة تفضل الصباح" }),
    say(3, 250, { kind: "resolved" }),
  ];
}
