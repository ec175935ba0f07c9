import type { Conversation } from "@parlance/api-client-tenant";
import { Avatar, IconButton, Skeleton } from "@parlance/ui";
import { Link, useSearch } from "@tanstack/react-router";
import { ArrowLeft, PanelRight } from "lucide-react";
import { contactName, phoneText } from "../../shared/format";
import { useT } from "../../shared/texts";
import { WindowBadge } from "./window";

type PanelState = "open" | "closed" | undefined;
type HeaderProps = {
  slug: string;
  conversation: Conversation | undefined;
  panel: PanelState;
  onPanel: (next: PanelState) => void;
};

/** Who this is, on which number, and how long the window stays open. */
export function ThreadHeader({ slug, conversation, panel, onPanel }: HeaderProps) {
  const t = useT();
  const { view } = useSearch({ from: "/t/$slug/inbox" });
  const name = conversation ? contactName(conversation.contact) : "";
  const wide = () => window.matchMedia("(min-width: 1280px)").matches;
  const shown = panel === "open" || (panel === undefined && wide());
  return (
    <header className="flex min-h-14 items-center gap-3 border-b bg-surface px-4 py-2 max-md:px-2">
      <Link
        to="/t/$slug/inbox"
        params={{ slug }}
        search={{ view }}
        aria-label={t("inbox.back")}
        className="flex size-11 items-center justify-center rounded-control hover:bg-n4 md:hidden"
      >
        <ArrowLeft size={18} aria-hidden className="rtl:-scale-x-100" />
      </Link>
      {conversation ? (
        <>
          <Avatar name={name} id={conversation.contact.id} size={34} className="max-sm:hidden" />
          <div className="min-w-0 flex-1">
            <h2 className="truncate text-base">
              <bdi>{name}</bdi>
            </h2>
            <p className="truncate text-muted text-xs">
              {t("thread.on", {
                number: `${conversation.phone_number.verified_name} · ${phoneText(conversation.phone_number.display_phone_number)}`,
              })}
            </p>
          </div>
          <WindowBadge expiresAt={conversation.window_expires_at} />
          <IconButton
            label={shown ? t("contact.hide") : t("contact.show")}
            side="bottom"
            pressed={shown}
            icon={<PanelRight size={17} aria-hidden className="rtl:-scale-x-100" />}
            onClick={() => onPanel(shown ? "closed" : "open")}
          />
        </>
      ) : (
        <div aria-busy className="flex items-center gap-3">
          <Skeleton className="size-8 rounded-full" />
          <Skeleton className="h-4 w-40" />
        </div>
      )}
    </header>
  );
}
