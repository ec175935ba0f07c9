import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema";

export type { components, paths };

type Schemas = components["schemas"];
export type ApiKey = Schemas["ApiKey"];
export type Connection = Schemas["Connection"];
export type ConnectionStep = Schemas["ConnectionStep"];
export type Contact = Schemas["Contact"];
export type Content = Schemas["Content"];
export type Conversation = Schemas["Conversation"];
export type Me = Schemas["Me"];
export type Media = Schemas["Media"];
export type Membership = Schemas["Membership"];
export type Message = Schemas["Message"];
export type MessageDetail = Schemas["MessageDetail"];
export type MetaApp = Schemas["MetaApp"];
export type Outgoing = Schemas["Outgoing"];
export type Parameter = Schemas["Parameter"];
export type PhoneNumber = Schemas["Number"];
export type Preview = Schemas["Preview"];
export type Rendered = Schemas["Rendered"];
export type SendAnswer = Schemas["SendAnswer"];
export type SendAttempt = Schemas["SendAttempt"];
export type SendRequest = Schemas["SendRequest"];
export type Template = Schemas["Template"];
export type Waba = Schemas["Waba"];

/** A client of the tenant surface, typed by its OpenAPI document. */
export type TenantClient = Client<paths>;

/** Makes a client; `baseUrl` is empty on the app's own origin. */
export function tenantClient(baseUrl = ""): TenantClient {
  return createClient<paths>({ baseUrl, credentials: "same-origin" });
}
