import type { Membership } from "@parlance/api-client-tenant";
import { settingsTarget } from "../shared/settings-pages";

/** Where a person starts in a tenant: the inbox, or the first page the role may see. */
export function inboxTarget(membership: Membership) {
  const params = { slug: membership.tenant.slug };
  if (membership.permissions.includes("conversations:read")) return { to: "/t/$slug/inbox", params } as const;
  if (membership.permissions.includes("templates:read")) return { to: "/t/$slug/templates", params } as const;
  if (membership.permissions.includes("numbers:read")) return { to: "/t/$slug/numbers", params } as const;
  return settingsTarget(membership);
}
