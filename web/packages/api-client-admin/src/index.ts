import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema";

export type { components, paths };

type Schemas = components["schemas"];
export type GraphEnvironment = Schemas["GraphEnvironment"];
export type GraphEnvironmentCreate = Schemas["GraphEnvironmentCreate"];
export type MetaApp = Schemas["MetaApp"];
export type PlatformLane = Schemas["PlatformLane"];
export type PlatformMe = Schemas["PlatformMe"];
export type RetentionReport = Schemas["RetentionReport"];
export type Tenant = Schemas["Tenant"];
export type TenantCreated = Schemas["TenantCreated"];
export type TenantDetail = Schemas["TenantDetail"];
export type TenantNumber = Schemas["TenantNumber"];
export type WebhookOutcome = Schemas["WebhookOutcome"];

/** A client of the platform surface, typed by its OpenAPI document. */
export type AdminClient = Client<paths>;

/** Makes a client; `baseUrl` is empty on the portal's own origin. */
export function adminClient(baseUrl = ""): AdminClient {
  return createClient<paths>({ baseUrl, credentials: "same-origin" });
}
