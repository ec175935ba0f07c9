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
    PlatformMe: { user: { id: string; email: string; name: string } };
    Tenant: { id: string; slug: string; name: string; state: "active" | "suspended"; sandbox: boolean; created_at: string };
    TenantCreated: { tenant: S["Tenant"]; owner: { email: string; password: string | null } };
    TenantNumber: {
      id: string;
      display_phone_number: string;
      verified_name: string;
      quality: string | null;
      status: string;
      throughput_mps: number;
      paused_reason: string | null;
      created_at: string;
    };
    TenantDetail: { tenant: S["Tenant"]; numbers: S["TenantNumber"][] };
    WebhookOutcome: {
      id: string;
      received_at: string;
      processed_at: string;
      meta_app: { id: string; name: string };
      tenant: { id: string; slug: string; name: string } | null;
      provider_waba_id: string | null;
      provider_number_id: string | null;
      field: string;
      outcome: "applied" | "duplicate" | "unsupported" | "unroutable" | "unbound_app" | "unreadable";
      detail: string | null;
      messages: number;
      statuses: number;
      duplicates: number;
    };
    GraphEnvironment: {
      id: string;
      name: string;
      kind: "meta" | "sandbox" | "test";
      base_url: string;
      graph_version: string;
      created_at: string;
    };
    MetaApp: {
      id: string;
      app_id: string;
      name: string;
      graph_environment: { id: string; name: string; kind: string };
      callback_url: string;
      secrets: { hint: string; not_after: string | null; created_at: string }[];
      created_at: string;
    };
  };
}

export interface paths {
  "/v1/sign-in": { post: Op<S["PlatformMe"], never, never, { email: string; password: string }> };
  "/v1/sign-out": { post: Op<undefined> };
  "/v1/me": { get: Op<S["PlatformMe"]> };
  "/v1/tenants": {
    get: Op<Page<S["Tenant"]>, never, Keyset>;
    post: Op<S["TenantCreated"], never, never, { slug: string; name: string; sandbox?: boolean; owner: { email: string; name: string } }>;
  };
  "/v1/tenants/{tenant_id}": { get: Op<S["TenantDetail"], { tenant_id: string }> };
  "/v1/tenants/{tenant_id}/suspend": { post: Op<S["Tenant"], { tenant_id: string }> };
  "/v1/tenants/{tenant_id}/resume": { post: Op<S["Tenant"], { tenant_id: string }> };
  "/v1/webhooks": { get: Op<Page<S["WebhookOutcome"]>, never, Keyset & { outcome?: string; tenant_id?: string }> };
  "/v1/graph-environments": {
    get: Op<Page<S["GraphEnvironment"]>, never, Keyset>;
    post: Op<S["GraphEnvironment"], never, never, { name: string; kind: string; base_url: string; graph_version: string }>;
  };
  "/v1/meta-apps": {
    get: Op<Page<S["MetaApp"]>, never, Keyset>;
    post: Op<
      S["MetaApp"],
      never,
      never,
      { graph_environment_id: string; app_id: string; name: string; app_secret: string; verify_token: string }
    >;
  };
  "/v1/meta-apps/{meta_app_id}/secrets": { post: Op<S["MetaApp"], { meta_app_id: string }, never, { app_secret: string }> };
}
