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
