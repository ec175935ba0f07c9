import {
  AppFrame,
  Avatar,
  Badge,
  Brand,
  cx,
  knownLanguages,
  Menu,
  MenuChoice,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  type RailItem,
  setLanguage,
  setTheme,
  type Theme,
  useLocale,
  useTheme,
} from "@parlance/ui";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { AppWindow, Building2, Eraser, Globe, LogOut, Send, ShieldCheck, Webhook } from "lucide-react";
import { api } from "../shared/api";
import { useMe } from "../shared/session";
import { useT } from "../shared/texts";

/** Everything around the portal's pages; the strip says which app this is. */
export function PortalFrame() {
  const t = useT();
  const path = useLocation({ select: (location) => location.pathname });
  const page = (href: string, label: string, icon: RailItem["icon"]): RailItem => ({
    key: href,
    href,
    label,
    icon,
    active: path.startsWith(href),
  });
  return (
    <AppFrame
      brand={<Brand name="Parlance" compact />}
      ribbon={
        <p className="flex items-center gap-2 border-accent-line border-b bg-accent-soft px-4 py-1 text-accent-text text-xs">
          <ShieldCheck size={13} aria-hidden className="shrink-0" />
          <Badge tone="accent">{t("platform")}</Badge>
          <span className="max-sm:hidden">{t("platform.text")}</span>
        </p>
      }
      items={[
        page("/tenants", t("nav.tenants"), <Building2 size={19} aria-hidden />),
        page("/lanes", t("nav.lanes"), <Send size={19} aria-hidden />),
        page("/webhooks", t("nav.webhooks"), <Webhook size={19} aria-hidden />),
        page("/graph-environments", t("nav.environments"), <Globe size={19} aria-hidden />),
        page("/meta-apps", t("nav.apps"), <AppWindow size={19} aria-hidden />),
        page("/retention", t("nav.retention"), <Eraser size={19} aria-hidden />),
      ]}
      link={({ href, ...rest }) => <Link to={href} {...rest} />}
      foot={(expanded) => <PersonMenu expanded={expanded} />}
    >
      <Outlet />
    </AppFrame>
  );
}

function PersonMenu({ expanded }: { expanded: boolean }) {
  const t = useT();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const theme = useTheme();
  const { language } = useLocale();
  const signOut = () => {
    void api
      .POST("/v1/sign-out")
      .catch(() => undefined)
      .then(async () => {
        await navigate({ to: "/sign-in" });
        client.clear();
      });
  };
  return (
    <Menu
      side="right"
      align="end"
      trigger={
        <button
          type="button"
          aria-label={t("user.menu", { name: me.user.name })}
          className={cx(
            "focus-inset flex min-h-10 items-center gap-2 rounded-control p-1 text-start hover:bg-n4 max-md:size-14 max-md:justify-center",
            !expanded && "justify-center",
          )}
        >
          <Avatar name={me.user.name} id={me.user.id} size={28} />
          {expanded ? (
            <span className="truncate text-sm max-md:hidden">
              <bdi>{me.user.name}</bdi>
            </span>
          ) : null}
        </button>
      }
    >
      <MenuLabel>
        <span className="block font-semibold text-sm text-text">
          <bdi>{me.user.name}</bdi>
        </span>
        <span className="block">
          <bdi>{me.user.email}</bdi>
        </span>
      </MenuLabel>
      <MenuSeparator />
      <MenuChoice
        label={t("ui.theme")}
        value={theme}
        onChange={(value) => setTheme(value as Theme)}
        options={(["system", "light", "dark"] as const).map((value) => ({ value, label: t(`ui.theme.${value}`) }))}
      />
      <MenuChoice
        label={t("ui.language")}
        value={language}
        onChange={(value) => void setLanguage(value)}
        options={knownLanguages().map((known) => ({ value: known.code, label: known.name }))}
      />
      <MenuSeparator />
      <MenuItem icon={<LogOut size={15} aria-hidden className="rtl:-scale-x-100" />} onSelect={signOut}>
        {t("user.signOut")}
      </MenuItem>
    </Menu>
  );
}
