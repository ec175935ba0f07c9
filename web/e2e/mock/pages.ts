import { id } from "./data";

/** Every page of the tenant app by route, with what shows that it is there. */
export const TENANT_PAGES: { route: string; path: string; ready: string }[] = [
  { route: "/t/$slug/inbox", path: "/t/green-leaf/inbox", ready: "Asha Nair" },
  { route: "/t/$slug/inbox/$conversationId", path: `/t/green-leaf/inbox/${id("cnv", 1)}`, ready: "See you soon" },
  { route: "/t/$slug/contacts", path: "/t/green-leaf/contacts", ready: "Asha Nair" },
  { route: "/t/$slug/contacts/$contactId", path: `/t/green-leaf/contacts/${id("con", 10)}`, ready: "Customer number" },
  { route: "/t/$slug/templates", path: "/t/green-leaf/templates", ready: "order_shipped" },
  { route: "/t/$slug/templates/new", path: "/t/green-leaf/templates/new", ready: "Submit for review" },
  { route: "/t/$slug/templates/$templateId", path: `/t/green-leaf/templates/${id("tpl", 1)}`, ready: "Dear Asha" },
  { route: "/t/$slug/numbers", path: "/t/green-leaf/numbers", ready: "Green Leaf Clinic" },
  { route: "/t/$slug/numbers/connect", path: "/t/green-leaf/numbers/connect", ready: "Callback URL" },
  {
    route: "/t/$slug/numbers/connect/$connectionId",
    path: `/t/green-leaf/numbers/connect/${id("cxn", 1)}`,
    ready: "Not connected yet",
  },
  { route: "/t/$slug/numbers/$numberId", path: `/t/green-leaf/numbers/${id("num", 2)}`, ready: "This number is paused" },
  { route: "/t/$slug/settings/api-keys", path: "/t/green-leaf/settings/api-keys", ready: "web shop" },
  { route: "/t/$slug/settings/general", path: "/t/green-leaf/settings/general", ready: "This installation sends no mail" },
  { route: "/t/$slug/settings/team", path: "/t/green-leaf/settings/team", ready: "mei@example.com" },
  { route: "/t/$slug/settings/roles", path: "/t/green-leaf/settings/roles", ready: "Night desk" },
  { route: "/t/$slug/settings/roles/new", path: "/t/green-leaf/settings/roles/new", ready: "See the team" },
  { route: "/t/$slug/settings/roles/$roleId", path: `/t/green-leaf/settings/roles/${id("rol", 5)}`, ready: "2 members have it" },
  { route: "/t/$slug/settings/audit", path: "/t/green-leaf/settings/audit", ready: "Changed a member's role" },
  { route: "/t/$slug/account", path: "/t/green-leaf/account", ready: "Chrome · Linux" },
  { route: "/join", path: "/join#pli_new", ready: "Join Green Leaf Clinic" },
  { route: "/forgot-password", path: "/forgot-password", ready: "Send the link" },
  { route: "/new-password", path: "/new-password#plr_new", ready: "Set password" },
  { route: "/sign-in", path: "/sign-in", ready: "Password" },
  { route: "/gallery", path: "/gallery", ready: "Controls" },
];

/** Every page of the admin portal by route. */
export const ADMIN_PAGES: { route: string; path: string; ready: string }[] = [
  { route: "/frame/tenants", path: "/tenants", ready: "Green Leaf Clinic" },
  { route: "/frame/tenants/$tenantId", path: `/tenants/${id("ten", 1)}`, ready: "About this tenant" },
  { route: "/frame/lanes", path: "/lanes", ready: "Stopped calling" },
  { route: "/frame/retention", path: "/retention", ready: "Idempotency keys" },
  { route: "/frame/webhooks", path: "/webhooks", ready: "Quarantined: unknown number" },
  { route: "/frame/graph-environments", path: "/graph-environments", ready: "v24.0" },
  { route: "/frame/meta-apps", path: "/meta-apps", ready: "Parlance sandbox app" },
  { route: "/sign-in", path: "/sign-in", ready: "Sign in to the platform" },
];
