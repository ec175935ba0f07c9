import {
  AppFrame,
  Brand,
  EmptyState,
  IconButton,
  Notice,
  type RailItem,
  relativeText,
  serverNow,
  suggestLanguage,
} from "@parlance/ui";
import { useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { FlaskConical, Inbox, LayoutTemplate, Phone, Search, Settings, TriangleAlert, Users } from "lucide-react";
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import { applyInboxEvent } from "../features/inbox/cache";
import { endSession } from "../shared/api";
import { type LiveEvent, type LiveState, useLive } from "../shared/live";
import { meQuery, useTenant } from "../shared/session";
import { seesSettings } from "../shared/settings-pages";
import { useT } from "../shared/texts";
import { useGlobalKeys } from "./global-keys";
import { UserMenu } from "./user-menu";

const Palette = lazy(() => import("./palette").then((module) => ({ default: module.Palette })));
const Shortcuts = lazy(() => import("./palette").then((module) => ({ default: module.Shortcuts })));

/** Everything around a tenant's pages: rail, ribbon, live stream, palette and keys. */
export function TenantFrame() {
  const t = useT();
  const { slug, membership, can } = useTenant();
  const live = useTenantStream(slug);
  const { language } = membership.tenant;
  useEffect(() => void suggestLanguage(language), [language]);
  const [overlay, setOverlay] = useState<"palette" | "shortcuts">();
  const open = useCallback((name: "palette" | "shortcuts") => setOverlay((old) => old ?? name), []);
  useGlobalKeys(slug, open);
  const path = useLocation({ select: (location) => location.pathname });
  const page = (key: string, label: string, icon: RailItem["icon"]): RailItem => {
    const href = `/t/${slug}/${key}`;
    return { key, href, label, icon, active: path.startsWith(href) };
  };
  const items = [
    can("conversations:read") && page("inbox", t("nav.inbox"), <Inbox size={19} aria-hidden />),
    can("contacts:read") && page("contacts", t("nav.contacts"), <Users size={19} aria-hidden />),
    can("templates:read") && page("templates", t("nav.templates"), <LayoutTemplate size={19} aria-hidden />),
    can("numbers:read") && page("numbers", t("nav.numbers"), <Phone size={19} aria-hidden />),
    seesSettings(can) && page("settings", t("nav.settings"), <Settings size={19} aria-hidden />),
  ].filter((item) => item !== false);
  return (
    <AppFrame
      brand={<Brand name="Parlance" compact />}
      ribbon={<Ribbons sandbox={membership.tenant.sandbox} live={live} />}
      items={items}
      immersed={/\/inbox\/./.test(path)}
      link={({ href, ...rest }) => <Link to={href} {...rest} />}
      foot={(expanded) => (
        <>
          <IconButton
            label={t("palette.open")}
            shortcut="Ctrl K"
            side="right"
            icon={<Search size={18} aria-hidden />}
            onClick={() => open("palette")}
            className="size-10 text-muted max-md:hidden"
          />
          <UserMenu expanded={expanded} onShortcuts={() => open("shortcuts")} onPalette={() => open("palette")} />
        </>
      )}
    >
      {membership.tenant.state === "suspended" ? <Suspended /> : <Outlet />}
      <Suspense>
        {overlay === "palette" ? (
          <Palette slug={slug} onClose={() => setOverlay(undefined)} onShortcuts={() => setOverlay("shortcuts")} />
        ) : null}
        {overlay === "shortcuts" ? <Shortcuts onClose={() => setOverlay(undefined)} /> : null}
      </Suspense>
    </AppFrame>
  );
}

function useTenantStream(slug: string): LiveState {
  const client = useQueryClient();
  const onEvent = useCallback(
    (event: LiveEvent) => {
      if (event.type === "reset") void client.invalidateQueries({ queryKey: ["t", slug] });
      else if (event.type === "template.updated") {
        void client.invalidateQueries({ queryKey: ["t", slug, "templates"] });
        void client.invalidateQueries({ queryKey: ["t", slug, "template", event.template_id] });
      } else if (event.type === "number.updated") {
        void client.invalidateQueries({ queryKey: ["t", slug, "numbers"] });
        void client.invalidateQueries({ queryKey: ["t", slug, "number", event.phone_number_id] });
      } else applyInboxEvent(client, slug, event);
    },
    [client, slug],
  );
  const onRefused = useCallback(() => {
    client.fetchQuery({ ...meQuery, staleTime: 0, retry: false }).catch((error: { status?: number }) => {
      if (error.status === 401) endSession();
    });
  }, [client]);
  return useLive(slug, onEvent, onRefused);
}

const LOST_PATIENCE_MS = 2500;

/** In the place of every page, for people who stay signed in because they belong to other tenants. */
function Suspended() {
  const t = useT();
  const { membership } = useTenant();
  return (
    <div className="flex h-full flex-col items-center justify-center">
      <EmptyState icon={<TriangleAlert size={20} aria-hidden />} title={t("suspended.title", { name: membership.tenant.name })}>
        {t("suspended.text")}
      </EmptyState>
    </div>
  );
}

function Ribbons({ sandbox, live }: { sandbox: boolean; live: LiveState }) {
  const t = useT();
  const [lostSince, setLostSince] = useState<string>();
  useEffect(() => {
    if (live !== "lost") {
      setLostSince(undefined);
      return;
    }
    const since = new Date(serverNow()).toISOString();
    const timer = setTimeout(() => setLostSince(since), LOST_PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [live]);
  return (
    <>
      {sandbox ? (
        <p
          role="note"
          className="flex items-center justify-center gap-2 border-warning-line border-b bg-warning-soft px-4 py-1 text-center text-warning-text text-xs"
        >
          <FlaskConical size={13} aria-hidden className="shrink-0" />
          <span>
            <strong>{t("sandbox.name")}</strong> · {t("sandbox.text")}
          </span>
        </p>
      ) : null}
      {lostSince ? (
        <Notice tone="warning" className="rounded-none border-x-0 border-t-0 py-1">
          {t("live.lost", { time: relativeText(lostSince) })}
        </Notice>
      ) : null}
    </>
  );
}
