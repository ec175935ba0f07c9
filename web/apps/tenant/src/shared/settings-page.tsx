import type { Membership } from "@parlance/api-client-tenant";
import { cx, Page } from "@parlance/ui";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Permission, useTenant } from "./session";
import { useT } from "./texts";

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

/** A page of the settings, with the way to the others. */
export function SettingsPage({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  const t = useT();
  const { slug, can } = useTenant();
  return (
    <Page title={title} wide actions={actions}>
      <nav aria-label={t("nav.settings")} className="mb-4 flex flex-wrap gap-x-1 border-b">
        {SETTINGS.filter((page) => can(page.needs)).map((page) => (
          <Link
            key={page.to}
            to={page.to}
            params={{ slug }}
            className="focus-inset -mb-px whitespace-nowrap border-transparent border-b-2 px-3 py-2 text-muted text-sm no-underline hover:text-text max-md:flex max-md:min-h-11 max-md:items-center"
            activeProps={{ className: cx("border-accent-text! font-semibold text-text!") }}
          >
            {t(page.text)}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  );
}
