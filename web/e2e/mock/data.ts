const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Any object of the wire. */
export type Json = Record<string, unknown>;

/** An id of the wire form from a prefix and a number. */
export function id(prefix: string, n: number): string {
  return `${prefix}_${n.toString(16).padStart(32, "0")}`;
}

/** An instant some milliseconds ago. */
export function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

const NAMES = [
  "Asha Nair",
  "عائشة الفارسي",
  "李小龙",
  "प्रिया शर्मा",
  "Bartholomew Featherstonehaugh-Cholmondeley the Younger of Wigglesworth",
  "🌸 Mei",
  "Tomás Ó Briain",
  "Fatou Diop",
  "Lena Sørensen",
  "Ivan Petrov",
];
const LINES = [
  "Hi, do you have a free slot tomorrow morning?",
  "مرحبا، هل الموعد غدًا متاح؟",
  "你好，我的订单什么时候到？",
  "नमस्ते, क्या आप आज खुले हैं?",
  "averyveryverylongwordwithoutanyspacesatallthatmusttruncateinsteadofscrollingsideways",
  "Thanks 🙏",
  "Is the blue one still there?",
  "",
];
const KINDS = ["text", "text", "text", "text", "text", "text", "text", "image"];

/** The WhatsApp number of the mock tenant. */
export const phoneNumber = { id: id("num", 1), display_phone_number: "+49 30 1234567", verified_name: "Green Leaf Clinic" };

/** Who may be given conversations. */
export const people: Json[] = [
  { id: id("usr", 1), name: "Ada Okafor" },
  { id: id("usr", 2), name: "Benedikt Featherstonehaugh-Cholmondeley" },
  { id: id("usr", 3), name: "ليلى حداد" },
];

/** A conversation; small numbers are newer. */
export function conversation(n: number): Json {
  const name = n === 8 ? null : (NAMES[n % NAMES.length] ?? null);
  return {
    id: id("cnv", n),
    contact: {
      id: id("con", n),
      name,
      phone: n === 3 ? null : `4915112345${String(n).padStart(3, "0")}`,
      user_id: `DE.${1000 + n}`,
      username: n % 5 === 0 ? "asha.n" : null,
    },
    phone_number: phoneNumber,
    last_message_at: ago(n * 7 * 60_000 + 40_000),
    preview: { kind: KINDS[n % KINDS.length], text: LINES[n % LINES.length], direction: n % 3 === 2 ? "outbound" : "inbound" },
    unread: n === 1 ? 2 : n === 4 ? 140 : 0,
    state: n > 57 ? "resolved" : "open",
    assignee: n % 4 === 1 ? people[0] : n % 4 === 2 ? people[1] : null,
    window_expires_at:
      n === 2 ? ago(3 * HOUR_MS) : n === 6 ? null : new Date(Date.now() + (n === 5 ? 0.7 : 20) * HOUR_MS).toISOString(),
    version: 1,
    created_at: ago(30 * DAY_MS),
  };
}

type Parts = { direction?: "inbound" | "outbound"; status?: string; content: Json; more?: Json };

/** A message of a conversation. */
export function message(conversationId: string, n: number, minutesAgo: number, parts: Parts): Json {
  const at = ago(minutesAgo * 60_000);
  const out = parts.direction === "outbound";
  const status = parts.status ?? (out ? "read" : "received");
  const reached = (...states: string[]) => (out && states.includes(status) ? at : null);
  return {
    id: id("msg", n),
    conversation_id: conversationId,
    direction: parts.direction ?? "inbound",
    status,
    content: parts.content,
    reply_to: null,
    provider_id: `wamid.${n}`,
    thread_at: at,
    created_at: at,
    accepted_at: reached("accepted", "sent", "delivered", "read"),
    sent_at: reached("sent", "delivered", "read"),
    delivered_at: reached("delivered", "read"),
    read_at: reached("read"),
    failed_at: reached("failed"),
    error: null,
    decision: out ? { rule: "allowed", allowed: true, reason: "The customer service window is open." } : null,
    author: out ? { kind: "user", name: "Ada Okafor" } : null,
    reactions: [],
    edited_at: null,
    forwarded: null,
    referral: null,
    ...parts.more,
  };
}

/** What the template of the mock shows when its values are filled in. */
export function rendered(values: Record<string, string>): Json {
  return {
    header: { type: "text", text: "Your appointment" },
    body: `Dear ${values["body.name"] ?? "{{name}}"}, we see you on ${values["body.day"] ?? "{{day}}"} at ${values["body.time"] ?? "{{time}}"}.`,
    footer: "Green Leaf Clinic",
    buttons: [
      { kind: "quick_reply", text: "Confirm" },
      { kind: "quick_reply", text: "Another time" },
      { kind: "url", text: "See the map", value: "https://example.com/map" },
    ],
  };
}

/** A thread with every kind of message. */
export function thread(conversationId: string): Json[] {
  const say = (n: number, minutes: number, parts: Parts) => message(conversationId, n, minutes, parts);
  return [
    say(1, 2900, { content: { type: "text", body: "Hi, is the *blue* one still there?\nhttps://example.com/blue" } }),
    say(2, 2890, {
      direction: "outbound",
      content: { type: "text", body: "Yes, two are left. Shall we keep one for you?" },
      more: { reply_to: { message_id: id("msg", 1), provider_id: "wamid.1" }, reactions: [{ emoji: "❤️", direction: "inbound" }] },
    }),
    say(3, 2880, {
      content: { type: "image", media_id: id("med", 1), mime_type: "image/jpeg", caption: "Like this 🌿" },
      more: { reactions: [{ emoji: "👍", direction: "outbound" }] },
    }),
    say(4, 1500, {
      content: { type: "location", latitude: 52.52, longitude: 13.405, name: "Alexanderplatz", address: "10178 Berlin" },
    }),
    say(5, 1490, { content: { type: "contacts", cards: [{ name: "Dr. Weiß", phones: ["+49 30 555 111"] }] } }),
    say(6, 1480, { content: { type: "audio", media_id: id("med", 2), voice: true } }),
    say(7, 1470, { content: { type: "unsupported", provider_type: "ephemeral" } }),
    say(8, 1460, { content: { type: "system", event: "user_changed_number", body: "Asha changed their phone number" } }),
    say(9, 300, {
      direction: "outbound",
      status: "delivered",
      content: {
        type: "template",
        name: "appointment",
        language: "en",
        parameters: {},
        rendered: rendered({ "body.name": "Asha", "body.day": "Tuesday", "body.time": "10:30" }),
      },
      more: { author: { kind: "api_key", name: "web shop" } },
    }),
    say(10, 290, { content: { type: "button_tap", title: "Confirm", payload: "confirm" } }),
    say(11, 200, {
      direction: "outbound",
      status: "read",
      content: {
        type: "buttons",
        header: "Delivery",
        body: "When shall we deliver?",
        footer: "Free of charge",
        buttons: [
          { id: "a", title: "Morning" },
          { id: "b", title: "Evening" },
        ],
      },
    }),
    say(12, 190, { content: { type: "choice", id: "b", title: "Evening" } }),
    say(13, 120, { content: { type: "text", body: "مرحبا، هل الموعد غدًا متاح؟" } }),
    say(14, 110, { content: { type: "text", body: "नमस्ते, क्या आप आज खुले हैं? 你好，我的订单什么时候到？" } }),
    say(15, 90, {
      direction: "outbound",
      status: "failed",
      content: { type: "text", body: "We are open until six." },
      more: {
        error: {
          code: 131026,
          message: "WhatsApp could not deliver it.",
          cause: "The customer's app is too old, or has not accepted WhatsApp's terms.",
          next_step: "Ask the customer on another way to update WhatsApp, then send again.",
        },
      },
    }),
    say(16, 60, { direction: "outbound", status: "unknown", content: { type: "text", body: "And tomorrow from nine." } }),
    say(17, 40, {
      direction: "outbound",
      status: "sent",
      content: { type: "image", media_id: id("med", 1), caption: "Our new waiting room" },
    }),
    say(18, 12, { direction: "outbound", status: "accepted", content: { type: "text", body: "See you soon" } }),
    say(20, 3, {
      direction: "outbound",
      status: "queued",
      content: { type: "text", body: "We will call you before the visit." },
    }),
    say(19, 2, {
      content: {
        type: "text",
        body: "averyveryverylongwordwithoutanyspacesatallthatmustwrapinsteadofscrollingsidewaysinthebubbleonsmallscreens",
      },
    }),
  ];
}

const BODY = "Dear {{name}}, we see you on {{day}} at {{time}}.";

/** The templates of the mock, in every state. */
export function templates(): Json[] {
  const states = ["APPROVED", "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "APPROVED"];
  return states.map((status, n) => ({
    id: id("tpl", n + 1),
    waba_id: id("wab", 1),
    name:
      n === 6
        ? "a_template_with_a_very_long_name_that_somebody_thought_was_a_good_idea_for_the_spring_campaign"
        : ["appointment", "order_shipped", "spring_offer", "win_back", "review_request", "old_terms"][n],
    language: ["en_US", "ar", "de", "hi", "zh_CN", "en", "pt_BR"][n],
    category: n % 2 ? "MARKETING" : "UTILITY",
    status,
    quality: ["GREEN", "YELLOW", null, null, "RED", null, "UNKNOWN"][n],
    rejected_reason: status === "REJECTED" ? "PROMOTIONAL: the category is UTILITY but the text advertises." : null,
    components: [
      { type: "header_text", text: "Your appointment", examples: {} },
      { type: "body", text: BODY, examples: { name: "Asha", day: "Tuesday", time: "10:30" } },
      { type: "footer", text: "Green Leaf Clinic" },
      { type: "buttons", buttons: [{ kind: "quick_reply", text: "Confirm" }] },
    ],
    parameters: [
      { key: "body.name", label: "name", kind: "text", required: true, example: "Asha" },
      { key: "body.day", label: "day", kind: "text", required: true, example: "Tuesday" },
      { key: "body.time", label: "time", kind: "text", required: true, example: "10:30" },
      { key: "button.0", label: "Confirm", kind: "payload", required: false },
    ],
    unsendable: status === "APPROVED" ? null : `The template is ${status.toLowerCase()}; only approved templates can be sent.`,
    synced_at: ago(n * HOUR_MS),
  }));
}

/** Two numbers: one well, one paused. */
export function numbers(): Json[] {
  const base = {
    waba_id: id("wab", 1),
    quality: "GREEN",
    status: "CONNECTED",
    throughput_mps: 80,
    paused_reason: null,
    stops: [],
    details: {
      account_mode: "LIVE",
      code_verification_status: "VERIFIED",
      is_official_business_account: false,
      is_on_biz_app: true,
      is_pin_enabled: true,
      messaging_limit: "TIER_2K",
      name_status: "APPROVED",
      platform_type: "CLOUD_API",
    },
    checked_at: ago(HOUR_MS),
    created_at: ago(90 * DAY_MS),
  };
  return [
    { ...base, ...phoneNumber, provider_number_id: "106540352242922" },
    {
      ...base,
      id: id("num", 2),
      display_phone_number: "+971 4 555 0100",
      verified_name: "عيادة الورقة الخضراء",
      provider_number_id: "106540352242923",
      quality: "YELLOW",
      paused_reason: "The access token has expired.",
      stops: [
        { class: "token", reason: "The access token has expired.", lift: "reconnect", at: ago(3_600_000) },
        { class: "payment", reason: "The provider asks for a payment method.", lift: "resume", at: ago(600_000) },
      ],
    },
  ];
}

/** The provider's app of the mock. */
export function metaApps(): Json[] {
  return [
    {
      id: id("app", 1),
      app_id: "4711",
      name: "Parlance sandbox app",
      graph_environment: { id: id("gev", 1), name: "Sandbox", kind: "sandbox" },
      callback_url: `http://127.0.0.1:7422/webhooks/${id("app", 1)}`,
      secrets: [{ hint: "9f3a", not_after: null, created_at: ago(9e9) }],
      created_at: ago(9e9),
    },
  ];
}
