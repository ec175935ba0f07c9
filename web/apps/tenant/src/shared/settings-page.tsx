import { cx, Page } from "@parlance/ui";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTenant } from "./session";
import { SETTINGS } from "./settings-pages";
import { useT } from "./texts";

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
            className="focus-inset -mb-px whitespace-nowrap border-transparent border-b-2 px-3 py-2 text-muted text-sm no-underline hover:text-text max-md:flex max-md:min-h-11 max-md:items-center max-md:px-2"
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
