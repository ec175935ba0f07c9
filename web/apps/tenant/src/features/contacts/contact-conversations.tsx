import "../../messages/contacts";
import type { Contact } from "@parlance/api-client-tenant";
import { Badge, RelativeTime, Skeleton } from "@parlance/ui";
import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, UserRound } from "lucide-react";
import { phoneText } from "../../shared/format";
import { useT } from "../../shared/texts";
import { conversationQuery } from "../inbox/queries";

type ListProps = { slug: string; contact: Contact; current?: string };

/** A contact's conversations, one per number, the latest first: on which number, when, whose, and whether it is done. */
export function ContactConversations({ slug, contact, current }: ListProps) {
  const t = useT();
  const loaded = useQueries({ queries: contact.conversations.map((id) => conversationQuery(slug, id)) });
  const rows = loaded
    .flatMap((query) => (query.data ? [query.data] : []))
    .toSorted((a, b) => b.last_message_at.localeCompare(a.last_message_at));
  if (contact.conversations.length === 0) return <p className="text-muted text-sm">{t("contact.noConversations")}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {rows.map((row) => (
        <li key={row.id}>
          <Link
            to="/t/$slug/inbox/$conversationId"
            params={{ slug, conversationId: row.id }}
            aria-current={row.id === current ? "page" : undefined}
            className="-mx-2 flex flex-wrap items-center gap-x-2 gap-y-1 rounded-control px-2 py-1.5 text-sm text-text no-underline hover:bg-hover max-md:min-h-11"
          >
            <span className="min-w-0 flex-1 truncate">
              <bdi>{row.phone_number.verified_name || phoneText(row.phone_number.display_phone_number)}</bdi>
            </span>
            {row.id === current ? <Badge>{t("contact.thisOne")}</Badge> : null}
            <RelativeTime at={row.last_message_at} className="text-muted text-xs" />
            {row.state === "resolved" || row.assignee ? (
              <span className="flex w-full gap-3 text-muted text-xs">
                {row.state === "resolved" ? (
                  <span className="flex items-center gap-1">
                    <CircleCheck size={12} aria-hidden />
                    {t("inbox.resolved")}
                  </span>
                ) : null}
                {row.assignee ? (
                  <span className="flex min-w-0 items-center gap-1">
                    <UserRound size={12} role="img" aria-label={t("inbox.assignedTo")} className="shrink-0" />
                    <bdi className="truncate">{row.assignee.name}</bdi>
                  </span>
                ) : null}
              </span>
            ) : null}
          </Link>
        </li>
      ))}
      {loaded.some((query) => query.isPending) ? <Skeleton className="h-8" /> : null}
    </ul>
  );
}
