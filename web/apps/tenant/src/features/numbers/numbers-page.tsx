import "../../messages/setup";
import { buttonClass, EmptyState, ErrorNotice, explain, Page, RelativeTime, Table } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Phone, Plus } from "lucide-react";
import { phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { NumberState, Quality } from "./number-state";
import { numbersQuery } from "./queries";

/** The tenant's WhatsApp numbers. */
export function NumbersPage() {
  const t = useT();
  const { slug, can } = useTenant();
  const numbers = useQuery(numbersQuery(slug));
  const connect = can("numbers:manage") ? (
    <Link to="/t/$slug/numbers/connect" params={{ slug }} className={buttonClass("primary")}>
      <Plus size={14} aria-hidden />
      {t("numbers.connect")}
    </Link>
  ) : undefined;
  return (
    <Page title={t("nav.numbers")} actions={numbers.data?.items.length ? connect : undefined}>
      {numbers.isError && !numbers.data ? (
        <ErrorNotice error={explain(numbers.error)} onRetry={() => void numbers.refetch()} />
      ) : (
        <Table
          label={t("nav.numbers")}
          rows={numbers.data?.items}
          rowKey={(row) => row.id}
          empty={
            <EmptyState icon={<Phone size={20} aria-hidden />} title={t("numbers.empty.title")} action={connect}>
              {connect ? t("numbers.empty.text") : t("numbers.empty.ask")}
            </EmptyState>
          }
          columns={[
            {
              key: "name",
              head: t("numbers.name"),
              cell: (row) => (
                <>
                  <Link
                    to="/t/$slug/numbers/$numberId"
                    params={{ slug, numberId: row.id }}
                    className="font-semibold text-text no-underline after:absolute after:inset-0 hover:underline"
                  >
                    <bdi>{row.verified_name}</bdi>
                  </Link>
                  <span className="tabular block text-muted">
                    <bdi>{phoneText(row.display_phone_number)}</bdi>
                  </span>
                </>
              ),
            },
            { key: "state", head: t("numbers.state"), cell: (row) => <NumberState number={row} /> },
            { key: "quality", head: t("numbers.quality"), hideBelow: "md", cell: (row) => <Quality quality={row.quality} /> },
            {
              key: "pace",
              head: t("numbers.pace"),
              numeric: true,
              hideBelow: "lg",
              cell: (row) => t("numbers.perSecond", { count: row.throughput_mps }),
            },
            {
              key: "checked",
              head: t("numbers.checked"),
              hideBelow: "lg",
              cell: (row) => (row.checked_at ? <RelativeTime at={row.checked_at} className="relative z-1 text-muted" /> : "–"),
            },
          ]}
        />
      )}
    </Page>
  );
}
