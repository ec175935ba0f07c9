import { type Json, one, page, problem, type Route } from "./answers";
import { ago, id } from "./data";
import type { MockServer } from "./server";

const DAY_MS = 86_400_000;
const READ = ["conversations:read", "contacts:read", "templates:read", "numbers:read"];

function roles(all: string[]): Json[] {
  const role = (n: number, name: string, builtin: boolean, permissions: string[], members: number) => ({
    id: id("rol", n),
    name,
    builtin,
    permissions,
    members,
  });
  return [
    role(1, "owner", true, all, 1),
    role(
      2,
      "admin",
      true,
      all.filter((name) => name !== "ownership:manage"),
      0,
    ),
    role(3, "agent", true, [...READ, "messages:send", "contacts:manage"], 14),
    role(4, "viewer", true, READ, 0),
    role(5, "استقبال المساء", false, [...READ, "messages:send"], 2),
    role(6, "Night desk with a name that goes on and on and on to the end", false, ["numbers:read"], 0),
  ];
}

const PEOPLE = ["Ada Okafor", "عائشة الفارسي", "Bartholomew Featherstonehaugh-Cholmondeley", "李小龙", "प्रिया शर्मा"];

function members(): Json[] {
  return PEOPLE.map((name, n) => ({
    user: {
      id: id("usr", n + 1),
      name,
      email: n === 0 ? "ada@green-leaf.example" : `person${n}.of.the.long.address@green-leaf.example`,
    },
    role:
      n === 0
        ? { id: id("rol", 1), name: "owner" }
        : { id: id("rol", n === 1 ? 5 : 3), name: n === 1 ? "استقبال المساء" : "agent" },
    joined_at: ago((40 - n) * DAY_MS),
    last_seen_at: n === 3 ? null : ago(n * 7_000_000 + 30_000),
  }));
}

function invitations(): Json[] {
  const invitation = (n: number, email: string, mail: string, more: Json = {}) => ({
    id: id("inv", n),
    email,
    role: { id: id("rol", 3), name: "agent" },
    invited_by: "Ada Okafor",
    created_at: ago(DAY_MS),
    expires_at: ago(-6 * DAY_MS),
    mail,
    mail_error: null,
    ...more,
  });
  return [
    invitation(1, "mei@example.com", "sent"),
    invitation(2, "typo@exmaple.invalid", "failed", { mail_error: "The mail server: permanent error (550): no such user" }),
    invitation(3, "tomas@example.com", "none", { expires_at: ago(DAY_MS), invited_by: null }),
  ];
}

function sessions(): Json[] {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1";
  const session = (n: number, user_agent: string | null, address: string | null) => ({
    id: id("ses", n),
    current: n === 1,
    created_at: ago(n * 3 * DAY_MS),
    expires_at: ago(-11 * DAY_MS),
    last_seen_at: ago(n * 4_000_000),
    address,
    user_agent,
  });
  return [session(1, chrome, "203.0.113.9"), session(2, phone, "2001:db8:85a3:8d3/64"), session(3, null, null)];
}

function auditEntries(): Json[] {
  const entry = (n: number, action: string, actor: Json, target: string | null, details: Json = {}) => ({
    id: id("aud", n),
    at: ago(n * 5_400_000),
    actor,
    action,
    target,
    details,
  });
  const ada = { kind: "user", id: id("usr", 1), name: "Ada Okafor" };
  return [
    entry(1, "membership.update", ada, id("usr", 3), { from: id("rol", 3), to: id("rol", 5) }),
    entry(2, "session.refused", { kind: "worker", id: "sign-in", name: null }, id("usr", 2), { reason: "bad-credentials" }),
    entry(3, "message.send", { kind: "api_key", id: id("key", 1), name: "web shop" }, id("msg", 7), { rule: "template" }),
    entry(4, "role.update", { kind: "user", id: id("usr", 99), name: null }, id("rol", 5), { to: READ, from: [] }),
    entry(5, "something.new", ada, null),
  ];
}

/** What the tenant surface answers about team, roles, settings, audit and one's own account. */
export function teamRoutes(mock: MockServer): Route[] {
  const t = "/v1/t/[^/]+";
  const all = () => (mock.me().memberships as { permissions: string[] }[])[0]?.permissions ?? [];
  let settings: Json = {
    name: "Green Leaf Clinic",
    slug: "green-leaf",
    time_zone: "Europe/Berlin",
    language: "en",
    created_at: ago(90 * DAY_MS),
    mail_from: null,
    retention: { raw_webhook_days: 7, webhook_outcome_days: 30, outbox_days: 7, idempotency_hours: 48 },
  };
  return [
    [new RegExp(`^GET ${t}/members$`), (_m, _b, url) => page(members(), url)],
    [
      new RegExp(`^GET ${t}/members/[^/]+/sessions$`),
      () => ({ body: { items: sessions().map((row) => ({ ...row, current: false })) } }),
    ],
    [new RegExp(`^DELETE ${t}/members/.+$`), () => ({})],
    [new RegExp(`^PATCH ${t}/members/([^/]+)$`), (m) => one(members().find((row) => (row.user as Json).id === m[1]))],
    [new RegExp(`^GET ${t}/invitations$`), () => ({ body: { items: invitations() } })],
    [
      new RegExp(`^POST ${t}/invitations$`),
      (_m, body) =>
        body.email === "taken@example.com"
          ? problem(409, "conflict", "Taken, or in another state", "This person belongs to the team already.", {
              fields: [{ field: "email", message: "This person belongs to the team already." }],
            })
          : {
              status: 201,
              body: { id: id("inv", 9), link: "http://127.0.0.1:7420/join#pli_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" },
            },
    ],
    [new RegExp(`^POST ${t}/invitations/[^/]+/resend$`), () => ({ body: { id: id("inv", 1), link: null } })],
    [new RegExp(`^DELETE ${t}/invitations/[^/]+$`), () => ({})],
    [new RegExp(`^GET ${t}/roles$`), () => ({ body: { items: roles(all()) } })],
    [
      new RegExp(`^POST ${t}/roles$`),
      (_m, body) => ({ status: 201, body: { ...body, id: id("rol", 9), builtin: false, members: 0 } }),
    ],
    [new RegExp(`^PUT ${t}/roles/([^/]+)$`), (m, body) => ({ body: { ...body, id: m[1], builtin: false, members: 2 } })],
    [new RegExp(`^DELETE ${t}/roles/[^/]+$`), () => ({})],
    [new RegExp(`^GET ${t}/settings$`), () => ({ body: settings })],
    [
      new RegExp(`^PATCH ${t}/settings$`),
      (_m, { key: _key, ...body }) => {
        settings = { ...settings, ...body };
        return { body: settings };
      },
    ],
    [
      new RegExp(`^GET ${t}/audit$`),
      (_m, _b, url) =>
        page(
          auditEntries().filter((row) => !url.searchParams.get("action") || row.action === url.searchParams.get("action")),
          url,
        ),
    ],
    [/^GET \/v1\/me\/sessions$/, () => ({ body: { items: sessions() } })],
    [/^DELETE \/v1\/me\/sessions/, () => ({})],
    [
      /^POST \/v1\/me\/password$/,
      (_m, body) =>
        body.current_password === "wrong"
          ? problem(400, "invalid-request", "The request has a field that can't be used.", "Change what the fields name.", {
              fields: [{ field: "current_password", message: "This is not your password." }],
            })
          : {},
    ],
  ];
}

/** What it answers to who is not signed in. */
export const OUTSIDE_ROUTES: Route[] = [
  [/^GET \/v1\/installation$/, () => ({ body: { mail: true } })],
  [/^POST \/v1\/password-reset$/, () => ({ status: 202, body: {} })],
  [/^POST \/v1\/password-reset\/complete$/, () => ({})],
  [
    /^POST \/v1\/invitation$/,
    (_m, body) =>
      body.token === "gone"
        ? problem(404, "link-not-valid", "Not found", "This link was used already, was withdrawn, or is too old.")
        : {
            body: {
              tenant: "Green Leaf Clinic",
              slug: "green-leaf",
              email: body.token === "known" ? "ada@green-leaf.example" : "mei@example.com",
              role: "agent",
              known: body.token === "known" || body.token === "other",
              expires_at: ago(-6 * DAY_MS),
            },
          },
  ],
];
