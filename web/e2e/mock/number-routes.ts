import { type Json, one, type Route } from "./answers";
import { ago, id, metaApps, numbers, phoneNumber } from "./data";

const t = "/v1/t/[^/]+";

function connection(): Json {
  const step = (name: string, state: string, detail: string | null) => ({ step: name, state, detail, at: ago(4000) });
  return {
    id: id("cxn", 1),
    state: "failed",
    phone_number_id: null,
    steps: [
      step("token", "done", "The token never expires."),
      step("scopes", "done", "whatsapp_business_messaging and whatsapp_business_management are granted."),
      step("waba", "done", "Green Leaf (102290129340398)"),
      step("number", "done", "+49 30 1234567, Green Leaf Clinic"),
      step(
        "register",
        "failed",
        "Meta answered 133006: the number must be proven first. Request a code below, verify it, then resume.",
      ),
      step("subscribe", "pending", null),
      step("route", "pending", null),
      step("templates", "pending", null),
      step("test", "pending", null),
    ],
  };
}

/** What the queue of a number does; the second number of the mock is in trouble. */
export function lane(phoneNumberId: string): Json {
  const troubled = phoneNumberId === id("num", 2);
  return {
    phone_number_id: phoneNumberId,
    owned: true,
    depth: troubled ? 1000 : 3,
    in_flight: troubled ? 0 : 2,
    calls: troubled ? 0 : 14,
    allowed_mps: troubled ? 20 : 80,
    throughput_mps: 80,
    breaker: troubled ? "open" : "closed",
    breaker_reason: troubled ? "Seven calls in a row got no answer." : null,
    next_try_at: troubled ? ago(-20_000) : null,
    paused_reason: null,
    published_at: ago(800),
  };
}

function diagnosis(phoneNumberId: string): Json {
  return {
    phone_number_id: phoneNumberId,
    healthy: false,
    checks: [
      { check: "token", state: "fine", detail: "The token never expires." },
      {
        check: "scopes",
        state: "failed",
        detail: "whatsapp_business_management is missing. Make a token with it and give it under “Go on from the failed step”.",
      },
      { check: "number", state: "fine", detail: "+49 30 1234567 is connected." },
      { check: "templates", state: "attention", detail: "Two templates are paused." },
    ],
  };
}

/** Numbers, what their queues do, and the way they are connected. */
export function numberRoutes(): Route[] {
  const find = (wanted: string | undefined) => numbers().find((row) => row.id === wanted);
  return [
    [new RegExp(`^GET ${t}/numbers$`), () => ({ body: { items: numbers() } })],
    [new RegExp(`^GET ${t}/numbers/([^/]+)$`), (m) => one(find(m[1]))],
    [new RegExp(`^GET ${t}/numbers/([^/]+)/lane$`), (m) => ({ body: lane(String(m[1])) })],
    [new RegExp(`^GET ${t}/numbers/([^/]+)/diagnosis$`), (m) => ({ body: diagnosis(String(m[1])) })],
    [
      new RegExp(`^POST ${t}/numbers/([^/]+)/(?:check|resume)$`),
      (m) => ({ body: { ...find(m[1]), paused_reason: null, stops: [] } }),
    ],
    [new RegExp(`^GET ${t}/meta-apps$`), () => ({ body: { items: metaApps() } })],
    [new RegExp(`^POST ${t}/connections$`), () => ({ status: 201, body: connection() })],
    [new RegExp(`^GET ${t}/connections/[^/]+$`), () => ({ body: connection() })],
    [new RegExp(`^POST ${t}/connections/[^/]+/(?:request|verify)-code$`), () => ({})],
    [
      new RegExp(`^POST ${t}/connections/[^/]+/resume$`),
      () => ({
        body: {
          ...connection(),
          state: "connected",
          phone_number_id: phoneNumber.id,
          steps: (connection().steps as Json[]).map((step) => ({ ...step, state: "done", detail: null })),
        },
      }),
    ],
  ];
}
