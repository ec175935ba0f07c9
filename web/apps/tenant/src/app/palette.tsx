import { type Command, CommandPalette, ShortcutsDialog } from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Building2, CircleUser, Inbox, Keyboard, LayoutTemplate, MessageSquare, Phone, Settings, Users } from "lucide-react";
import { useMemo } from "react";
import { conversationsQuery } from "../features/inbox/queries";
import { contactName } from "../shared/format";
import { useMe, useTenant } from "../shared/session";
import { SETTINGS } from "../shared/settings-pages";
import { useT } from "../shared/texts";
import { inboxTarget } from "./landing";

type PaletteProps = { slug: string; onClose: () => void; onShortcuts: () => void };

/** Pages, conversations and tenants by name. */
export function Palette({ slug, onClose, onShortcuts }: PaletteProps) {
  const t = useT();
  const navigate = useNavigate();
  const me = useMe();
  const { can } = useTenant();
  const conversations = useInfiniteQuery({ ...conversationsQuery(slug, "all"), enabled: can("conversations:read") });
  const commands = useMemo(() => {
    const pages = t("palette.pages");
    const list: Command[] = [];
    if (can("conversations:read")) {
      list.push({
        key: "inbox",
        group: pages,
        label: t("nav.inbox"),
        icon: <Inbox size={15} aria-hidden />,
        run: () => void navigate({ to: "/t/$slug/inbox", params: { slug } }),
      });
    }
    if (can("contacts:read")) {
      list.push({
        key: "contacts",
        group: pages,
        label: t("nav.contacts"),
        icon: <Users size={15} aria-hidden />,
        run: () => void navigate({ to: "/t/$slug/contacts", params: { slug } }),
      });
    }
    if (can("templates:read")) {
      list.push({
        key: "templates",
        group: pages,
        label: t("nav.templates"),
        icon: <LayoutTemplate size={15} aria-hidden />,
        run: () => void navigate({ to: "/t/$slug/templates", params: { slug } }),
      });
    }
    if (can("numbers:read")) {
      list.push({
        key: "numbers",
        group: pages,
        label: t("nav.numbers"),
        icon: <Phone size={15} aria-hidden />,
        run: () => void navigate({ to: "/t/$slug/numbers", params: { slug } }),
      });
    }
    if (can("numbers:manage")) {
      list.push({
        key: "connect",
        group: pages,
        label: t("numbers.connect"),
        icon: <Phone size={15} aria-hidden />,
        run: () => void navigate({ to: "/t/$slug/numbers/connect", params: { slug } }),
      });
    }
    for (const entry of SETTINGS) {
      if (!can(entry.needs)) continue;
      list.push({
        key: entry.to,
        group: pages,
        label: t(entry.text),
        icon: <Settings size={15} aria-hidden />,
        run: () => void navigate({ to: entry.to, params: { slug } }),
      });
    }
    list.push({
      key: "account",
      group: pages,
      label: t("account.title"),
      icon: <CircleUser size={15} aria-hidden />,
      run: () => void navigate({ to: "/t/$slug/account", params: { slug } }),
    });
    list.push({
      key: "shortcuts",
      group: pages,
      label: t("shortcuts.title"),
      icon: <Keyboard size={15} aria-hidden />,
      run: onShortcuts,
    });
    for (const { tenant, ...rest } of me.memberships.filter((entry) => entry.tenant.slug !== slug)) {
      list.push({
        key: tenant.id,
        group: t("palette.tenants"),
        label: t("palette.switch", { name: tenant.name }),
        icon: <Building2 size={15} aria-hidden />,
        run: () => void navigate(inboxTarget({ tenant, ...rest })),
      });
    }
    for (const conversation of conversations.data?.pages.flatMap((page) => page.items) ?? []) {
      list.push({
        key: conversation.id,
        group: t("palette.conversations"),
        label: contactName(conversation.contact),
        hint: conversation.phone_number.verified_name,
        icon: <MessageSquare size={15} aria-hidden />,
        run: () => void navigate({ to: "/t/$slug/inbox/$conversationId", params: { slug, conversationId: conversation.id } }),
      });
    }
    return list;
  }, [t, can, navigate, slug, me, conversations.data, onShortcuts]);
  return (
    <CommandPalette
      open
      onOpenChange={(open) => !open && onClose()}
      label={t("palette.open")}
      placeholder={t("palette.placeholder")}
      nothing={t("palette.nothing")}
      commands={commands}
    />
  );
}

/** The map of keys of this app. */
export function Shortcuts({ onClose }: { onClose: () => void }) {
  const t = useT();
  return (
    <ShortcutsDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("shortcuts.title")}
      groups={[
        {
          name: t("shortcuts.everywhere"),
          keys: [
            { keys: ["Ctrl", "K"], does: t("palette.open") },
            { keys: ["?"], does: t("shortcuts.title") },
            { keys: ["Esc"], does: t("shortcuts.close") },
            { keys: ["G", "I"], does: t("nav.inbox") },
            { keys: ["G", "C"], does: t("nav.contacts") },
            { keys: ["G", "T"], does: t("nav.templates") },
            { keys: ["G", "N"], does: t("nav.numbers") },
            { keys: ["G", "S"], does: t("nav.settings") },
          ],
        },
        {
          name: t("nav.inbox"),
          keys: [
            { keys: ["J"], does: t("shortcuts.next") },
            { keys: ["K"], does: t("shortcuts.previous") },
            { keys: ["↑", "↓"], does: t("shortcuts.rows") },
            { keys: ["1", "…", "5"], does: t("shortcuts.views") },
            { keys: ["/"], does: t("shortcuts.search") },
            { keys: ["R"], does: t("shortcuts.write") },
            { keys: ["N"], does: t("shortcuts.note") },
            { keys: ["A"], does: t("shortcuts.assign") },
            { keys: ["E"], does: t("shortcuts.resolve") },
            { keys: ["Enter"], does: t("shortcuts.send") },
            { keys: ["Shift", "Enter"], does: t("shortcuts.newLine") },
            { keys: ["Ctrl", "B", "I"], does: t("shortcuts.bold") },
            { keys: ["Ctrl", "Shift", "X", "M"], does: t("shortcuts.struck") },
          ],
        },
      ]}
    />
  );
}
