import type { Conversation } from "@parlance/api-client-tenant";
import { Avatar, Button, IconButton, isTyping, Skeleton, Tooltip } from "@parlance/ui";
import { Link, useSearch } from "@tanstack/react-router";
import { ArrowLeft, CircleCheck, PanelRight, RotateCcw } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { contactName, phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { AssignMenu } from "./assign-menu";
import { WindowBadge } from "./window";
import { useWork } from "./work";

type PanelState = "open" | "closed" | undefined;
type HeaderProps = {
  slug: string;
  conversation: Conversation | undefined;
  panel: PanelState;
  onPanel: (next: PanelState) => void;
};

/** Who this is, on which number, how long the window stays open, whose it is, and whether it is done. */
export function ThreadHeader({ slug, conversation, panel, onPanel }: HeaderProps) {
  const t = useT();
  const { can } = useTenant();
  const { view, q } = useSearch({ from: "/t/$slug/inbox" });
  const name = conversation ? contactName(conversation.contact) : "";
  const wide = () => window.matchMedia("(min-width: 1280px)").matches;
  const shown = panel === "open" || (panel === undefined && wide());
  return (
    <header className="flex min-h-14 items-center gap-2 border-b bg-surface px-4 py-2 max-md:gap-1 max-md:px-2">
      <Link
        to="/t/$slug/inbox"
        params={{ slug }}
        search={{ view, q }}
        aria-label={t("inbox.back")}
        className="flex size-11 shrink-0 items-center justify-center rounded-control hover:bg-n4 md:hidden"
      >
        <ArrowLeft size={18} aria-hidden className="rtl:-scale-x-100" />
      </Link>
      {conversation ? (
        <>
          <Avatar name={name} id={conversation.contact.id} size={34} className="me-1 max-sm:hidden" />
          <div className="min-w-0 flex-1">
            <h2 className="truncate text-base">
              <bdi>{name}</bdi>
            </h2>
            <p className="truncate text-muted text-xs max-sm:hidden">
              {t("thread.on", {
                number: `${conversation.phone_number.verified_name} · ${phoneText(conversation.phone_number.display_phone_number)}`,
              })}
            </p>
            <span className="sm:hidden">
              <WindowBadge expiresAt={conversation.window_expires_at} />
            </span>
          </div>
          <span className="me-1 max-sm:hidden">
            <WindowBadge expiresAt={conversation.window_expires_at} />
          </span>
          {can("conversations:manage") ? <Work slug={slug} conversation={conversation} /> : null}
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

function Work({ slug, conversation }: { slug: string; conversation: Conversation }) {
  const t = useT();
  const [assigning, setAssigning] = useState(false);
  const { assign, toggle } = useWork(slug, conversation);
  const resolved = conversation.state === "resolved";
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "e") toggle();
    else if (event.key === "a") setAssigning(true);
    else return;
    event.preventDefault();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener("keydown", listener);
    return () => window.removeEventListener("keydown", listener);
  }, []);
  return (
    <>
      <AssignMenu slug={slug} conversation={conversation} open={assigning} onOpenChange={setAssigning} onAssign={assign} />
      <Tooltip text={t(resolved ? "work.reopenHint" : "work.resolveHint")} shortcut="E" side="bottom">
        <Button
          onClick={toggle}
          className="max-lg:size-8 max-lg:p-0 max-md:size-11"
          icon={resolved ? <RotateCcw size={15} aria-hidden /> : <CircleCheck size={15} aria-hidden />}
        >
          <span className="max-lg:sr-only">{t(resolved ? "work.reopen" : "work.resolve")}</span>
        </Button>
      </Tooltip>
    </>
  );
}
