import { type Json, one, page, problem, type Route } from "./answers";
import { ago, id, rendered, templates } from "./data";
import { contactRoutes, messageRoutes } from "./message-routes";
import { numberRoutes } from "./number-routes";
import type { MockServer } from "./server";
import { teamRoutes } from "./team-routes";
import { workRoutes } from "./work-routes";

/** What the tenant surface answers. */
export function tenantRoutes(mock: MockServer): Route[] {
  let keys: Json[] = [
    {
      id: id("key", 1),
      name: "web shop",
      hint: "plk_…9f3a",
      scopes: ["messages:send", "templates:read"],
      created_at: ago(1e9),
      expires_at: null,
      last_used_at: ago(60_000),
      revoked_at: null,
    },
    {
      id: id("key", 2),
      name: "old export",
      hint: "plk_…77bc",
      scopes: ["conversations:read"],
      created_at: ago(9e9),
      expires_at: null,
      last_used_at: null,
      revoked_at: ago(1e8),
    },
  ];
  const t = "/v1/t/[^/]+";
  const find = (list: Json[], wanted: string | undefined) => list.find((row) => row.id === wanted);
  return [
    [/^GET \/v1\/me$/, () => ({ body: mock.me() })],
    [
      /^POST \/v1\/sign-out$/,
      () => {
        mock.signedIn = false;
        return {};
      },
    ],
    ...workRoutes(mock),
    [new RegExp(`^GET ${t}/conversations/([^/]+)$`), (m) => one(find(mock.conversations, m[1]))],
    [
      new RegExp(`^POST ${t}/conversations/([^/]+)/read$`),
      (m) => {
        const row = find(mock.conversations, m[1]);
        if (row) row.unread = 0;
        return {};
      },
    ],
    [
      new RegExp(`^GET ${t}/conversations/([^/]+)/messages$`),
      (m, _b, url) => page([...(mock.threads.get(m[1] ?? "") ?? [])].reverse(), url),
    ],
    [new RegExp(`^POST ${t}/messages$`), (_m, body) => mock.send(String(body.conversation_id), body)],
    [
      new RegExp(`^POST ${t}/messages/([^/]+)/send-again$`),
      (m, body) => {
        const old = [...mock.threads.values()].flat().find((row) => row.id === m[1]);
        return mock.send(String(old?.conversation_id), { ...body, content: old?.content });
      },
    ],
    ...messageRoutes(mock),
    ...contactRoutes(mock),
    [
      new RegExp(`^POST ${t}/media$`),
      () => ({
        status: 201,
        body: {
          id: id("med", 9),
          state: "stored",
          mime_type: "image/png",
          filename: "photo.png",
          size_bytes: 1000,
          url: "/media/x",
          url_expires_at: ago(-1e6),
          error: null,
        },
      }),
    ],
    [
      new RegExp(`^GET ${t}/media/([^/]+)$`),
      (m) => ({
        body: {
          id: m[1],
          state: "stored",
          mime_type: "image/png",
          filename: null,
          size_bytes: 1000,
          url: "/media/x",
          url_expires_at: ago(-1e6),
          error: null,
        },
      }),
    ],
    [
      new RegExp(`^GET ${t}/templates$`),
      (_m, _b, url) =>
        page(
          templates().filter((row) => !url.searchParams.get("status") || row.status === url.searchParams.get("status")),
          url,
        ),
    ],
    [new RegExp(`^GET ${t}/templates/([^/]+)$`), (m) => one(find(templates(), m[1]))],
    [new RegExp(`^DELETE ${t}/templates/[^/]+$`), () => ({})],
    [
      new RegExp(`^POST ${t}/wabas/[^/]+/templates$`),
      (_m, body) =>
        body.name === "taken"
          ? problem(400, "invalid-fields", "A field can't be used", "Change what the fields name.", {
              fields: [{ field: "components.0.text", message: "Values may not stand side by side." }],
            })
          : { status: 201, body: { ...templates()[2], ...body } },
    ],
    [
      new RegExp(`^POST ${t}/templates/([^/]+)/preview$`),
      (_m, body) => {
        const values = body.parameters as Record<string, string>;
        return {
          body: {
            rendered: rendered(values),
            faults: ["body.name", "body.day", "body.time"]
              .filter((key) => !values[key])
              .map((key) => ({ field: `parameters.${key}`, message: "Give a value; the template needs it." })),
          },
        };
      },
    ],
    [
      new RegExp(`^GET ${t}/wabas$`),
      () => ({
        body: {
          items: [
            {
              id: id("wab", 1),
              name: "Green Leaf",
              provider_waba_id: "102290129340398",
              graph_environment: { id: id("gev", 1), name: "Sandbox", kind: "sandbox" },
            },
          ],
        },
      }),
    ],
    [new RegExp(`^POST ${t}/wabas/[^/]+/templates/sync$`), () => ({ body: { added: 1, changed: 2, removed: 0, unchanged: 4 } })],
    ...numberRoutes(),
    ...teamRoutes(mock),
    [new RegExp(`^GET ${t}/api-keys$`), (_m, _b, url) => page(keys, url)],
    [
      new RegExp(`^POST ${t}/api-keys$`),
      (_m, body) => {
        const key = {
          id: id("key", keys.length + 1),
          name: body.name,
          hint: "plk_…abcd",
          scopes: body.scopes,
          created_at: ago(0),
          expires_at: body.expires_at,
          last_used_at: null,
          revoked_at: null,
        };
        keys = [key, ...keys];
        return { status: 201, body: { api_key: key, secret: "plk_0123456789abcdefghijklmnopqrstuvwxyzABCD" } };
      },
    ],
    [
      new RegExp(`^DELETE ${t}/api-keys/([^/]+)$`),
      (m) => {
        const key = find(keys, m[1]);
        if (key) key.revoked_at = ago(0);
        return {};
      },
    ],
  ];
}
