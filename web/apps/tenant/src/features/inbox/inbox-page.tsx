import { EmptyState, isTyping } from "@parlance/ui";
import { Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { ConversationList, useConversationRows } from "./conversation-list";
import { VIEWS } from "./views";

/** The inbox: the list, and beside it (or instead of it on small screens) the open conversation. */
export function InboxPage() {
  const t = useT();
  const { slug } = useTenant();
  const { conversationId } = useParams({ strict: false });
  const { view = "all", q } = useSearch({ from: "/t/$slug/inbox" });
  const list = useConversationRows(slug, view, q);
  useTriageKeys(list.rows, conversationId);
  return (
    <div className="flex h-full">
      <h1 className="sr-only">{t("nav.inbox")}</h1>
      <section
        aria-label={t("inbox.list")}
        className={`flex w-85 shrink-0 flex-col border-e bg-surface max-lg:w-75 max-md:w-full ${conversationId ? "max-md:hidden" : ""}`}
      >
        <ConversationList slug={slug} view={view} q={q} selected={conversationId} list={list} />
      </section>
      <div className={`min-w-0 flex-1 ${conversationId ? "" : "max-md:hidden"}`}>
        <Outlet />
      </div>
    </div>
  );
}

/** What stands beside the list while nothing is open. */
export function NothingOpen() {
  const t = useT();
  return (
    <div className="flex h-full items-center bg-thread">
      <EmptyState icon={<MessagesSquare size={20} aria-hidden />} title={t("inbox.nothingOpen.title")}>
        {t("inbox.nothingOpen.text")}
      </EmptyState>
    </div>
  );
}

/** J and K walk through the list, from where the last one was when it has left the view; digits choose a view. */
function useTriageKeys(rows: { id: string }[] | undefined, selected: string | undefined): void {
  const navigate = useNavigate();
  const { slug } = useTenant();
  const asked = useRef<string>(undefined);
  const place = useRef(-1);
  useEffect(() => {
    asked.current = selected;
  }, [selected]);
  useEffect(() => {
    const at = rows?.findIndex((row) => row.id === selected) ?? -1;
    if (at >= 0) place.current = at;
  }, [rows, selected]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || !rows) return;
      const view = VIEWS[Number(event.key) - 1];
      if (view) {
        event.preventDefault();
        void navigate({ to: "/t/$slug/inbox", params: { slug }, search: { view: view === "all" ? undefined : view } });
        return;
      }
      const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
      if (event.key === "Escape" && selected) {
        event.preventDefault();
        void navigate({ to: "/t/$slug/inbox", params: { slug }, search: true });
        return;
      }
      if (step === 0) return;
      const at = rows.findIndex((row) => row.id === asked.current);
      const left = asked.current && place.current >= 0 ? place.current + (step === 1 ? 0 : -1) : 0;
      const next = rows[at < 0 ? Math.max(0, left) : at + step];
      if (!next) return;
      event.preventDefault();
      asked.current = next.id;
      void navigate({ to: "/t/$slug/inbox/$conversationId", params: { slug, conversationId: next.id }, search: true });
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [rows, selected, navigate, slug]);
}
