import type { RetentionReport } from "@parlance/api-client-admin";
import {
  absoluteText,
  type Column,
  currentLocale,
  EmptyState,
  ErrorNotice,
  explain,
  hasText,
  Page,
  RelativeTime,
  Table,
  translate,
} from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useT } from "../../shared/texts";
import { retentionQuery } from "./queries";

/** The rule in words; its name when this build does not know it. */
function ruleText(rule: string): string {
  return hasText(`rule.${rule}`) ? translate(`rule.${rule}`) : rule.replaceAll("_", " ");
}

/** What was removed because it was older than its rule allows. */
export function RetentionPage() {
  const t = useT();
  const reports = useInfiniteQuery(retentionQuery);
  const columns = useColumns();
  return (
    <Page title={t("retention.title")} wide>
      <p className="mb-4 max-w-160 text-muted text-sm">{t("retention.intro")}</p>
      {reports.isError && !reports.data ? (
        <ErrorNotice error={explain(reports.error)} onRetry={() => void reports.refetch()} />
      ) : (
        <Table
          label={t("retention.title")}
          rows={reports.data?.pages.flatMap((page) => page.items)}
          rowKey={(row) => `${row.at}-${row.rule}-${row.first}`}
          columns={columns}
          hasMore={reports.hasNextPage}
          loadingMore={reports.isFetchingNextPage}
          onLoadMore={() => void reports.fetchNextPage()}
          empty={
            <EmptyState icon={<Eraser size={20} aria-hidden />} title={t("retention.empty.title")}>
              {t("retention.empty.text")}
            </EmptyState>
          }
        />
      )}
    </Page>
  );
}

function useColumns(): Column<RetentionReport>[] {
  const t = useT();
  return [
    { key: "at", head: t("retention.at"), cell: (row) => <RelativeTime at={row.at} className="whitespace-nowrap" /> },
    {
      key: "rule",
      head: t("retention.rule"),
      cell: (row) => (
        <>
          {ruleText(row.rule)}
          <code className="block font-mono text-muted text-xs">{row.rule}</code>
        </>
      ),
    },
    {
      key: "removed",
      head: t("retention.removed"),
      numeric: true,
      cell: (row) => new Intl.NumberFormat(currentLocale()).format(row.removed),
    },
    {
      key: "range",
      head: t("retention.range"),
      hideBelow: "md",
      cell: (row) => (
        <span dir="ltr" className="wrap-any font-mono text-xs">
          {row.first} – {row.last}
        </span>
      ),
    },
    {
      key: "cutoff",
      head: t("retention.cutoff"),
      hideBelow: "lg",
      cell: (row) => <span className="text-muted">{absoluteText(row.cutoff)}</span>,
    },
  ];
}
