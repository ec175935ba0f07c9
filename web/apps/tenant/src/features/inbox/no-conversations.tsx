import { buttonClass, EmptyState } from "@parlance/ui";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Inbox, SearchX, UserRound } from "lucide-react";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import type { View } from "./views";

const ICON = { mine: UserRound, unassigned: CircleCheck, unread: CircleCheck, resolved: CircleCheck };

/** Why a view is empty, and the next step. */
export function NoConversations({ view, q }: { view: View; q: string | undefined }) {
  const t = useT();
  const { slug, can, membership } = useTenant();
  if (q) {
    return (
      <EmptyState icon={<SearchX size={20} aria-hidden />} title={t("inbox.noMatch.title", { q })}>
        {t("inbox.noMatch.text")}
      </EmptyState>
    );
  }
  if (view !== "all") {
    const Icon = ICON[view];
    return (
      <EmptyState
        icon={<Icon size={20} aria-hidden />}
        title={t(`inbox.none.${view}.title`)}
        action={
          <Link to="/t/$slug/inbox" params={{ slug }} className={buttonClass()}>
            {t("inbox.none.action")}
          </Link>
        }
      >
        {t(`inbox.none.${view}.text`)}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<Inbox size={20} aria-hidden />}
      title={t("inbox.empty.title")}
      action={
        can("numbers:read") ? (
          <Link to="/t/$slug/numbers" params={{ slug }} className={buttonClass("primary")}>
            {t("inbox.empty.action")}
          </Link>
        ) : undefined
      }
    >
      {t(membership.tenant.sandbox ? "inbox.empty.sandbox" : "inbox.empty.text")}
    </EmptyState>
  );
}
