import type { Membership } from "@parlance/api-client-tenant";
import type { Permission } from "./session";

/** Pages of the settings with the permission that each needs. */
export const SETTINGS = [
  { to: "/t/$slug/settings/general", text: "settings.general", needs: "settings:manage" },
  { to: "/t/$slug/settings/team", text: "team.title", needs: "team:read" },
  { to: "/t/$slug/settings/roles", text: "roles.title", needs: "team:read" },
  { to: "/t/$slug/settings/api-keys", text: "keys.title", needs: "api_keys:manage" },
  { to: "/t/$slug/settings/audit", text: "audit.title", needs: "audit:read" },
] as const satisfies { needs: Permission; [more: string]: string }[];

/** Where a person starts in the settings: the first page their role may see, else their own account. */
export function settingsTarget(membership: Membership) {
  const first = SETTINGS.find((page) => membership.permissions.includes(page.needs));
  return { to: first?.to ?? "/t/$slug/account", params: { slug: membership.tenant.slug } } as const;
}

/** True when the role may see some page of the settings. */
export function seesSettings(can: (permission: Permission) => boolean): boolean {
  return SETTINGS.some((page) => can(page.needs));
}
