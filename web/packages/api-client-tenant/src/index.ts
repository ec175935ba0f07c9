import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema";

export type { components, paths };

type Schemas = components["schemas"];
export type ApiKey = Schemas["ApiKeyView"];
export type AuditEntry = Schemas["AuditEntryView"];
export type Connection = Schemas["ConnectionView"];
export type ConnectionStep = Schemas["StepView"];
export type Consent = Schemas["ConsentView"];
export type Contact = Schemas["ContactView"];
export type Content = Schemas["Content"];
export type Conversation = Schemas["ConversationView"];
export type ConversationEvent = Schemas["ConversationEventView"];
export type Diagnosis = Schemas["Diagnosis"];
export type Invitation = Schemas["InvitationView"];
export type Lane = Schemas["LaneView"];
export type Me = Schemas["Me"];
export type Media = Schemas["MediaView"];
export type Member = Schemas["MemberView"];
export type Membership = Schemas["MembershipView"];
export type Message = Schemas["MessageView"];
export type MessageDetail = Schemas["MessageDetail"];
export type MetaApp = Schemas["MetaAppView"];
export type NewTemplate = Schemas["NewTemplate"];
export type OpenInvitation = Schemas["OpenInvitation"];
export type Outgoing = Schemas["NewContent"];
export type Parameter = Schemas["Parameter"];
export type Person = Schemas["PersonRef"];
export type PhoneNumber = Schemas["NumberView"];
export type PresentConsent = Schemas["PresentConsent"];
export type Rendered = Schemas["Rendered"];
export type Role = Schemas["RoleView"];
export type SendAnswer = Schemas["Sent"];
export type SendAttempt = Schemas["AttemptView"];
export type SendRequest = Schemas["SendRequest"];
export type Session = Schemas["SessionView"];
export type Settings = Schemas["SettingsView"];
export type Template = Schemas["TemplateView"];
export type Waba = Schemas["WabaView"];

/** A template as it would be rendered, and what is missing. */
export type TemplatePreview =
  paths["/v1/t/{slug}/templates/{template_id}/preview"]["post"]["responses"]["200"]["content"]["application/json"];

/** A client of the tenant surface, typed by its OpenAPI document. */
export type TenantClient = Client<paths>;

/** Makes a client; `baseUrl` is empty on the app's own origin. */
export function tenantClient(baseUrl = ""): TenantClient {
  return createClient<paths>({ baseUrl, credentials: "same-origin" });
}
