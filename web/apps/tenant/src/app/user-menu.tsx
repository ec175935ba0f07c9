import {
  Avatar,
  cx,
  knownLanguages,
  Menu,
  MenuChoice,
  MenuItem,
  MenuLabel,
  MenuSeparator,
  setLanguage,
  setTheme,
  type Theme,
  useLocale,
  useTheme,
} from "@parlance/ui";
import { useNavigate } from "@tanstack/react-router";
import { Building2, Check, CircleUser, Keyboard, LogOut, Search } from "lucide-react";
import { useMe, useTenant } from "../shared/session";
import { useT } from "../shared/texts";
import { inboxTarget } from "./landing";
import { useSignOut } from "./sign-out";

/** The person and the tenant at the foot of the rail: switching, theme, language, signing out. */
export function UserMenu({
  expanded,
  onShortcuts,
  onPalette,
}: {
  expanded: boolean;
  onShortcuts: () => void;
  onPalette: () => void;
}) {
  const t = useT();
  const me = useMe();
  const { slug, membership } = useTenant();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const theme = useTheme();
  const { language } = useLocale();
  return (
    <Menu
      side="right"
      align="end"
      trigger={
        <button
          type="button"
          aria-label={t("user.menu", { name: me.user.name, tenant: membership.tenant.name })}
          className={cx(
            "focus-inset flex min-h-10 items-center gap-2 rounded-control p-1 text-start hover:bg-n4 max-md:size-14 max-md:justify-center",
            expanded ? "" : "justify-center",
          )}
        >
          <Avatar name={me.user.name} id={me.user.id} size={28} />
          {expanded ? (
            <span className="min-w-0 flex-1 max-md:hidden">
              <span className="block truncate font-semibold text-sm">
                <bdi>{membership.tenant.name}</bdi>
              </span>
              <span className="block truncate text-muted text-xs">
                <bdi>{me.user.name}</bdi>
              </span>
            </span>
          ) : null}
        </button>
      }
    >
      <MenuLabel>
        <span className="block font-semibold text-text text-sm">
          <bdi>{me.user.name}</bdi>
        </span>
        <span className="block">
          <bdi>{me.user.email}</bdi>
        </span>
      </MenuLabel>
      <MenuSeparator />
      {me.memberships.map((entry) => (
        <MenuItem
          key={entry.tenant.id}
          icon={
            entry.tenant.slug === slug ? (
              <Check size={15} aria-label={t("user.current")} role="img" />
            ) : (
              <Building2 size={15} aria-hidden />
            )
          }
          hint={entry.role}
          onSelect={() => void navigate(inboxTarget(entry))}
        >
          <bdi>{entry.tenant.name}</bdi>
        </MenuItem>
      ))}
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
      <MenuItem icon={<Search size={15} aria-hidden />} onSelect={onPalette} hint="Ctrl K">
        {t("palette.open")}
      </MenuItem>
      <MenuItem icon={<Keyboard size={15} aria-hidden />} onSelect={onShortcuts} hint="?">
        {t("shortcuts.title")}
      </MenuItem>
      <MenuItem
        icon={<CircleUser size={15} aria-hidden />}
        onSelect={() => void navigate({ to: "/t/$slug/account", params: { slug } })}
      >
        {t("account.title")}
      </MenuItem>
      <MenuItem icon={<LogOut size={15} aria-hidden className="rtl:-scale-x-100" />} onSelect={signOut}>
        {t("user.signOut")}
      </MenuItem>
    </Menu>
  );
}
