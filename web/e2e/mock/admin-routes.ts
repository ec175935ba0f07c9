import { type Handler, type Json, one, page, problem, type Route } from "./answers";
import { ago, id, metaApps, numbers } from "./data";
import { lane } from "./number-routes";
import type { MockServer } from "./server";

function webhooks(tenants: Json[]): Json[] {
  const outcomes = ["applied", "duplicate", "unsupported", "unroutable", "unbound_app", "unreadable"];
  return Array.from({ length: 70 }, (_, n) => {
    const outcome = n < 6 ? outcomes[n] : "applied";
    const tenant = outcome === "applied" || outcome === "duplicate" || outcome === "unsupported" ? tenants[n % 2] : undefined;
    return {
      id: `20261122-0-${n}-0`,
      received_at: ago(n * 60_000),
      processed_at: ago(n * 60_000),
      meta_app: { id: id("app", 1), name: "Parlance sandbox app" },
      tenant: tenant ? { id: tenant.id, slug: tenant.slug, name: tenant.name } : null,
      provider_waba_id: "102290129340398",
      provider_number_id: "106540352242922",
      field: outcome === "unsupported" ? "account_update" : "messages",
      outcome,
      detail: outcome === "unroutable" ? "Number 999 is not connected to any tenant." : null,
      messages: n % 3 ? 1 : 0,
      statuses: n % 3 ? 0 : 3,
      duplicates: n % 5 ? 0 : 1,
    };
  });
}

function lanes(tenants: Json[]): Json[] {
  return Array.from({ length: 5 }, (_, n) => {
    const tenant = tenants[n % 2];
    const { paused_reason: _paused, breaker_reason: _breaker, ...figures } = lane(id("num", n === 1 ? 2 : 10 + n));
    return {
      ...figures,
      owned: n !== 3,
      paused: n === 2,
      published_at: n === 3 ? null : ago(900),
      display_phone_number: `+49 30 55501${n}0`,
      tenant: tenant ? { id: tenant.id, slug: tenant.slug, name: tenant.name } : null,
    };
  });
}

function retentionReports(): Json[] {
  const rules = ["raw_webhooks", "outbox", "idempotency_keys", "sessions", "webhook_outcomes"];
  return Array.from({ length: 60 }, (_, n) => ({
    at: ago(n * 3_600_000),
    rule: rules[n % rules.length],
    removed: n === 0 ? 1_204_331 : n * 37 + 1,
    first: n % 2 ? "1:4711" : "2026-08-01",
    last: n % 2 ? "1:981244" : "2026-08-02",
    cutoff: ago(n * 3_600_000 + 9e9),
  }));
}

/** What the admin surface answers. */
export function adminRoutes(mock: MockServer): Route[] {
  let tenants: Json[] = [
    { id: id("ten", 1), slug: "green-leaf", name: "Green Leaf Clinic", state: "active", sandbox: true, created_at: ago(9e9) },
    {
      id: id("ten", 2),
      slug: "noor",
      name: "متجر نور للعطور والهدايا الفاخرة",
      state: "suspended",
      sandbox: false,
      created_at: ago(4e9),
    },
  ];
  let environments: Json[] = [
    {
      id: id("gev", 1),
      name: "Sandbox",
      kind: "sandbox",
      base_url: "http://127.0.0.1:7423",
      graph_version: "v24.0",
      created_at: ago(9e9),
    },
  ];
  let apps: Json[] = metaApps();
  const find = (wanted: string | undefined) => tenants.find((row) => row.id === wanted);
  const state =
    (value: string): Handler =>
    (m) => {
      const row = find(m[1]);
      if (row) row.state = value;
      return one(row);
    };
  return [
    [/^GET \/v1\/me$/, () => ({ body: mock.me() })],
    [
      /^POST \/v1\/sign-out$/,
      () => {
        mock.signedIn = false;
        return {};
      },
    ],
    [/^GET \/v1\/tenants$/, (_m, _b, url) => page(tenants, url)],
    [
      /^POST \/v1\/tenants$/,
      (_m, body) => {
        if (tenants.some((row) => row.slug === body.slug))
          return problem(409, "slug-taken", "The address name is taken", "Choose another one.", {
            fields: [{ field: "slug", message: "Another tenant has this address name." }],
          });
        const tenant = {
          id: id("ten", tenants.length + 1),
          slug: body.slug,
          name: body.name,
          state: "active",
          sandbox: Boolean(body.sandbox),
          created_at: ago(0),
        };
        tenants = [tenant, ...tenants];
        return { status: 201, body: { tenant, owner: { email: (body.owner as Json).email, password: "sunny-otter-42-lamp" } } };
      },
    ],
    [
      /^GET \/v1\/tenants\/([^/]+)$/,
      (m) => {
        const tenant = find(m[1]);
        return tenant ? { body: { tenant, numbers: numbers() } } : one(undefined);
      },
    ],
    [/^POST \/v1\/tenants\/([^/]+)\/suspend$/, state("suspended")],
    [/^POST \/v1\/tenants\/([^/]+)\/resume$/, state("active")],
    [
      /^GET \/v1\/webhooks$/,
      (_m, _b, url) =>
        page(
          webhooks(tenants).filter((row) => !url.searchParams.get("outcome") || row.outcome === url.searchParams.get("outcome")),
          url,
        ),
    ],
    [/^GET \/v1\/lanes$/, (_m, _b, url) => page(lanes(tenants), url)],
    [/^GET \/v1\/retention$/, (_m, _b, url) => page(retentionReports(), url)],
    [/^GET \/v1\/graph-environments$/, (_m, _b, url) => page(environments, url)],
    [
      /^POST \/v1\/graph-environments$/,
      (_m, body) => {
        const made = { ...body, id: id("gev", environments.length + 1), created_at: ago(0) };
        environments = [...environments, made];
        return { status: 201, body: made };
      },
    ],
    [/^GET \/v1\/meta-apps$/, (_m, _b, url) => page(apps, url)],
    [
      /^POST \/v1\/meta-apps$/,
      (_m, body) => {
        const made = {
          id: id("app", apps.length + 1),
          app_id: body.app_id,
          name: body.name,
          graph_environment: { id: id("gev", 1), name: "Sandbox", kind: "sandbox" },
          callback_url: `http://127.0.0.1:7422/webhooks/${id("app", 2)}`,
          secrets: [{ hint: "1234", not_after: null, created_at: ago(0) }],
          created_at: ago(0),
        };
        apps = [...apps, made];
        return { status: 201, body: made };
      },
    ],
    [/^POST \/v1\/meta-apps\/[^/]+\/secrets$/, () => ({ body: apps[0] })],
  ];
}
