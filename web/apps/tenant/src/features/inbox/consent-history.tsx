import type { Conversation } from "@parlance/api-client-tenant";
import { absoluteText, Button, Dialog, EmptyState, ErrorNotice, explain, Skeleton, Timeline } from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck, CircleSlash } from "lucide-react";
import { contactName } from "../../shared/format";
import { serverWord, useT } from "../../shared/texts";
import { consentsQuery } from "./queries";

type HistoryProps = { slug: string; contact: Conversation["contact"]; onClose: () => void };

/** Every word of a contact about what they want, newest first. */
export function ConsentHistory({ slug, contact, onClose }: HistoryProps) {
  const t = useT();
  const name = contactName(contact);
  const query = useInfiniteQuery(consentsQuery(slug, contact.id));
  const rows = query.data?.pages.flatMap((page) => page.items);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("consent.historyOf", { name })}>
      {query.isError && !rows ? (
        <ErrorNotice error={explain(query.error)} onRetry={() => void query.refetch()} />
      ) : !rows ? (
        <Skeleton className="h-32" />
      ) : rows.length === 0 ? (
        <EmptyState title={t("consent.empty.title")}>{t("consent.empty.text")}</EmptyState>
      ) : (
        <Timeline
          label={t("consent.history")}
          entries={rows.map((row) => ({
            key: row.id,
            icon: row.state === "granted" ? <CircleCheck size={13} aria-hidden /> : <CircleSlash size={13} aria-hidden />,
            title: `${t(`topic.${row.topic}`)}: ${t(`consentState.${row.state}`)}`,
            time: absoluteText(row.at),
            detail: (
              <>
                <span className="block">
                  {serverWord("consentSource", row.source)}
                  {row.recorded_by ? ` · ${row.recorded_by}` : ""}
                </span>
                {row.proof ? (
                  <span dir="auto" className="block text-text">
                    {row.proof}
                  </span>
                ) : null}
              </>
            ),
          }))}
        />
      )}
      {query.hasNextPage ? (
        <Button size="sm" className="mt-3" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("ui.loadMore")}
        </Button>
      ) : null}
    </Dialog>
  );
}
