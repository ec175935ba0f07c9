type Op<Ok, Path = never, Query = never, Body = never, Header = never> = {
  parameters: {
    query?: Query;
    cookie?: never;
  } & ([Path] extends [never] ? { path?: never } : { path: Path }) &
    ([Header] extends [never] ? { header?: never } : { header: Header });
  responses: {
    200: { content: { "application/json": Ok } };
    default: { content: { "application/problem+json": components["schemas"]["Problem"] } };
  };
} & ([Body] extends [never] ? { requestBody?: never } : { requestBody: { content: { "application/json": Body } } });
type Slug = { slug: string };
type Page<T> = { items: T[]; next_cursor: string | null };
type Keyset = { limit?: number; cursor?: string };
type S = components["schemas"];

export interface components {
  schemas: {
    Problem: {
      type: string;
      title: string;
      status: number;
      code: string;
      detail: string;
      request_id: string;
      fields?: { field: string; message: string }[];
      retry_after_secs?: number;
    };
    Permission:
      | "conversations:read"
      | "messages:send"
      | "contacts:read"
      | "templates:read"
      | "templates:manage"
      | "numbers:read"
      | "numbers:manage"
      | "api_keys:manage";
    Membership: {
      tenant: { id: string; slug: string; name: string; sandbox: boolean; state: "active" | "suspended" };
      role: string;
      permissions: string[];
    };
    Me: { user: { id: string; email: string; name: string }; memberships: S["Membership"][]; now: string };
    Direction: "inbound" | "outbound";
    Conversation: {
      id: string;
      contact: { id: string; name: string | null; phone: string | null; user_id: string | null; username: string | null };
      phone_number: { id: string; display_phone_number: string; verified_name: string };
      last_message_at: string;
      preview: { kind: string; text: string; direction: S["Direction"] };
      unread: number;
      window_expires_at: string | null;
      version: number;
      created_at: string;
    };
    MediaPart: { media_id?: string; mime_type?: string; caption?: string; filename?: string; voice?: boolean };
    ReplyButton: { id: string; title: string };
    RenderedHeader:
      | { type: "text"; text: string }
      | { type: "media"; kind: "image" | "video" | "document"; media_id?: string };
    RenderedButton: { kind: string; text: string; value?: string };
    Rendered: { header?: S["RenderedHeader"]; body: string; footer?: string; buttons: S["RenderedButton"][] };
    Content:
      | { type: "text"; body: string }
      | ({ type: "image" } & S["MediaPart"])
      | ({ type: "video" } & S["MediaPart"])
      | ({ type: "audio" } & S["MediaPart"])
      | ({ type: "document" } & S["MediaPart"])
      | ({ type: "sticker" } & S["MediaPart"])
      | { type: "location"; latitude: number; longitude: number; name?: string; address?: string }
      | { type: "contacts"; cards: { name: string; phones: string[] }[] }
      | { type: "reaction"; target_provider_id: string; emoji?: string }
      | { type: "template"; name: string; language: string; parameters: Record<string, string>; rendered: S["Rendered"] }
      | { type: "buttons"; body: string; header?: string; footer?: string; buttons: S["ReplyButton"][] }
      | { type: "button_tap"; title: string; payload?: string }
      | { type: "choice"; id: string; title: string; description?: string }
      | { type: "system"; event: string; body?: string }
      | { type: "unsupported"; provider_type: string; reason?: string };
    MessageStatus:
      | "queued"
      | "submitted"
      | "unknown"
      | "cancelled"
      | "accepted"
      | "held"
      | "sent"
      | "failed"
      | "delivered"
      | "read"
      | "played"
      | "received";
    Decision: {
      rule: "allowed" | "tenant_suspended" | "window_closed" | "template_not_ready";
      allowed: boolean;
      reason: string;
      window_expires_at?: string;
    };
    Message: {
      id: string;
      conversation_id: string;
      direction: S["Direction"];
      status: S["MessageStatus"];
      content: S["Content"];
      reply_to: { message_id: string | null; provider_id: string } | null;
      provider_id: string | null;
      thread_at: string;
      created_at: string;
      accepted_at: string | null;
      sent_at: string | null;
      delivered_at: string | null;
      read_at: string | null;
      failed_at: string | null;
      error: { code: number | null; message: string; cause: string; next_step: string } | null;
      decision: S["Decision"] | null;
      author: { kind: "user" | "api_key"; name: string } | null;
      reactions: { emoji: string; direction: S["Direction"] }[];
    };
    SendAttempt: {
      id: string;
      attempt: number;
      state: "planned" | "claimed" | "accepted" | "rejected" | "unknown" | "not_sent" | "settled" | "expired" | "cancelled";
      planned_at: string;
      claimed_at: string | null;
      finished_at: string | null;
      fault: { class: string; code: number | null; message: string; trace_id: string | null } | null;
    };
    MessageDetail: { message: S["Message"]; attempts: S["SendAttempt"][] };
    Outgoing:
      | { type: "text"; body: string }
      | { type: "image"; media_id: string; caption?: string }
      | { type: "template"; template_id: string; parameters: Record<string, string> }
      | { type: "buttons"; body: string; header?: string; footer?: string; buttons: S["ReplyButton"][] };
    SendRequest: {
      conversation_id?: string;
      phone_number_id?: string;
      to?: { by: "phone" | "user_id"; value: string };
      content: S["Outgoing"];
      reply_to?: string;
    };
    SendAnswer: { message: S["Message"]; decision: S["Decision"] };
    Media: {
      id: string;
      state: "pending" | "stored" | "failed";
      mime_type: string | null;
      filename: string | null;
      size_bytes: number | null;
      url: string | null;
      url_expires_at: string | null;
      error: string | null;
    };
    Contact: {
      id: string;
      name: string | null;
      identities: { kind: "phone" | "user_id" | "username"; value: string; seen_at: string }[];
      created_at: string;
      conversations: string[];
    };
    TemplateButton:
      | { kind: "quick_reply"; text: string }
      | { kind: "url"; text: string; url: string; example?: string }
      | { kind: "phone_number"; text: string; phone_number: string }
      | { kind: "copy_code"; example?: string }
      | { kind: "unsupported"; provider_type: string; text: string };
    Component:
      | { type: "header_text"; text: string; examples: Record<string, string> }
      | { type: "header_media"; kind: "image" | "video" | "document" }
      | { type: "body"; text: string; examples: Record<string, string> }
      | { type: "footer"; text: string }
      | { type: "buttons"; buttons: S["TemplateButton"][] }
      | { type: "unsupported"; kind: string };
    Parameter: {
      key: string;
      label: string;
      kind: "text" | "image" | "video" | "document" | "url_suffix" | "code" | "payload";
      required: boolean;
      example?: string;
    };
    Template: {
      id: string;
      waba_id: string;
      name: string;
      language: string;
      category: string;
      status: string;
      quality: string | null;
      rejected_reason: string | null;
      components: S["Component"][];
      parameters: S["Parameter"][];
      unsendable: string | null;
      synced_at: string;
    };
    Preview: { rendered: S["Rendered"]; faults: { field: string; message: string }[] };
    SyncResult: { added: number; changed: number; removed: number; unchanged: number };
    GraphEnvironmentRef: { id: string; name: string; kind: "meta" | "sandbox" | "test" };
    Waba: { id: string; name: string; provider_waba_id: string; graph_environment: S["GraphEnvironmentRef"] };
    Number: {
      id: string;
      waba_id: string;
      display_phone_number: string;
      verified_name: string;
      quality: string | null;
      status: string;
      throughput_mps: number;
      paused_reason: string | null;
      checked_at: string | null;
      provider_number_id: string;
      created_at: string;
    };
    MetaApp: { id: string; name: string; app_id: string; graph_environment: S["GraphEnvironmentRef"]; callback_url: string };
    ConnectionStep: {
      step: "token" | "waba" | "number" | "subscribe" | "route" | "templates";
      state: "pending" | "done" | "failed";
      detail: string | null;
      at: string | null;
    };
    Connection: {
      id: string;
      state: "running" | "failed" | "connected";
      phone_number_id: string | null;
      steps: S["ConnectionStep"][];
    };
    ApiKey: {
      id: string;
      name: string;
      hint: string;
      scopes: string[];
      created_at: string;
      expires_at: string | null;
      last_used_at: string | null;
      revoked_at: string | null;
    };
    ApiKeyCreated: { api_key: S["ApiKey"]; secret: string };
  };
}

export interface paths {
  "/v1/sign-in": { post: Op<S["Me"], never, never, { email: string; password: string }> };
  "/v1/sign-out": { post: Op<undefined> };
  "/v1/me": { get: Op<S["Me"]> };
  "/v1/t/{slug}/conversations": { get: Op<Page<S["Conversation"]>, Slug, Keyset & { view?: "all" | "unread" }> };
  "/v1/t/{slug}/conversations/{conversation_id}": { get: Op<S["Conversation"], Slug & { conversation_id: string }> };
  "/v1/t/{slug}/conversations/{conversation_id}/read": { post: Op<undefined, Slug & { conversation_id: string }> };
  "/v1/t/{slug}/conversations/{conversation_id}/messages": {
    get: Op<Page<S["Message"]>, Slug & { conversation_id: string }, Keyset>;
  };
  "/v1/t/{slug}/messages": { post: Op<S["SendAnswer"], Slug, never, S["SendRequest"], { "Idempotency-Key": string }> };
  "/v1/t/{slug}/messages/{message_id}": { get: Op<S["MessageDetail"], Slug & { message_id: string }> };
  "/v1/t/{slug}/messages/{message_id}/send-again": {
    post: Op<S["SendAnswer"], Slug & { message_id: string }, never, { accept_possible_double: boolean }, { "Idempotency-Key": string }>;
  };
  "/v1/t/{slug}/media/{media_id}": { get: Op<S["Media"], Slug & { media_id: string }> };
  "/v1/t/{slug}/contacts": { get: Op<Page<S["Contact"]>, Slug, Keyset & { q?: string }> };
  "/v1/t/{slug}/contacts/{contact_id}": { get: Op<S["Contact"], Slug & { contact_id: string }> };
  "/v1/t/{slug}/templates": { get: Op<Page<S["Template"]>, Slug, Keyset & { status?: string; phone_number_id?: string }> };
  "/v1/t/{slug}/templates/{template_id}": { get: Op<S["Template"], Slug & { template_id: string }> };
  "/v1/t/{slug}/templates/{template_id}/preview": {
    post: Op<S["Preview"], Slug & { template_id: string }, never, { parameters: Record<string, string> }>;
  };
  "/v1/t/{slug}/wabas": { get: Op<{ items: S["Waba"][] }, Slug> };
  "/v1/t/{slug}/wabas/{waba_id}/templates/sync": { post: Op<S["SyncResult"], Slug & { waba_id: string }> };
  "/v1/t/{slug}/numbers": { get: Op<{ items: S["Number"][] }, Slug> };
  "/v1/t/{slug}/numbers/{phone_number_id}": { get: Op<S["Number"], Slug & { phone_number_id: string }> };
  "/v1/t/{slug}/numbers/{phone_number_id}/resume": { post: Op<S["Number"], Slug & { phone_number_id: string }> };
  "/v1/t/{slug}/numbers/{phone_number_id}/check": { post: Op<S["Number"], Slug & { phone_number_id: string }> };
  "/v1/t/{slug}/meta-apps": { get: Op<{ items: S["MetaApp"][] }, Slug> };
  "/v1/t/{slug}/connections": {
    post: Op<
      S["Connection"],
      Slug,
      never,
      { meta_app_id: string; provider_waba_id: string; provider_number_id: string; access_token: string }
    >;
  };
  "/v1/t/{slug}/connections/{connection_id}": { get: Op<S["Connection"], Slug & { connection_id: string }> };
  "/v1/t/{slug}/connections/{connection_id}/resume": {
    post: Op<S["Connection"], Slug & { connection_id: string }, never, { access_token?: string }>;
  };
  "/v1/t/{slug}/api-keys": {
    get: Op<Page<S["ApiKey"]>, Slug, Keyset>;
    post: Op<S["ApiKeyCreated"], Slug, never, { name: string; scopes: string[]; expires_at?: string | null }>;
  };
  "/v1/t/{slug}/api-keys/{api_key_id}": { delete: Op<undefined, Slug & { api_key_id: string }> };
}
