import type { WebhookOutcome } from "@parlance/api-client-admin";
import {
  adoptPastInstant,
  Badge,
  type Column,
  EmptyState,
  ErrorNotice,
  explain,
  Field,
  FilterBar,
  IconButton,
  Page,
  RelativeTime,
  Select,
  Table,
  type Tone,
} from "@parlance/ui";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { CircleCheck, Copy, FileQuestion, RefreshCw, ShieldAlert, TriangleAlert, Webhook } from "lucide-react";
import type { ReactNode } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";
import { tenantsQuery } from "../tenants/queries";

/** The outcomes a change can have. */
export const OUTCOMES = ["applied", "duplicate", "unsupported", "unroutable", "unbound_app", "unreadable"] as const;
type Outcome = WebhookOutcome["outcome"];

const LOOK: Record<Outcome, { tone: Tone; icon: ReactNode }> = {
  applied: { tone: "success", icon: <CircleCheck size={12} aria-hidden /> },
  duplicate: { tone: "neutral", icon: <Copy size={12} aria-hidden /> },
  unsupported: { tone: "info", icon: <FileQuestion size={12} aria-hidden /> },
  unroutable: { tone: "warning", icon: <TriangleAlert size={12} aria-hidden /> },
  unbound_app: { tone: "danger", icon: <ShieldAlert size={12} aria-hidden /> },
  unreadable: { tone: "danger", icon: <TriangleAlert size={12} aria-hidden /> },
};

function webhooksQuery(outcome: Outcome | undefined, tenantId: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ["webhooks", outcome, tenantId],
    queryFn: async ({ pageParam }) => {
      const page = await unwrap(
        api.GET("/v1/webhooks", { params: { query: { limit: 50, cursor: pageParam, outcome, tenant_id: tenantId } } }),
      );
      adoptPastInstant(page.items[0]?.received_at);
      return page;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: 10_000,
  });
}

/** What became of each change that Meta told; bodies are never shown. */
export function WebhooksPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/webhooks" });
  const filter = useSearch({ from: "/frame/webhooks" });
  const log = useInfiniteQuery(
    webhooksQuery(
      OUTCOMES.find((outcome) => outcome === filter.outcome),
      filter.tenant,
    ),
  );
  const tenants = useInfiniteQuery(tenantsQuery);
  const columns = useColumns();
  const filtered = Boolean(filter.outcome || filter.tenant);
  return (
    <Page
      title={t("webhooks.title")}
      wide
      actions={
        <IconButton label={t("webhooks.refresh")} icon={<RefreshCw size={16} aria-hidden />} onClick={() => void log.refetch()} />
      }
    >
      <p className="mb-4 max-w-160 text-muted text-sm">{t("webhooks.intro")}</p>
      <div className="flex flex-col gap-4">
        <FilterBar label={t("webhooks.filters")} onClear={filtered ? () => void navigate({ search: {} }) : undefined}>
          <Field label={t("webhooks.outcome")}>
            <Select
              value={filter.outcome ?? ""}
              onChange={(event) => void navigate({ search: { ...filter, outcome: event.target.value || undefined } })}
            >
              <option value="">{t("filter.all")}</option>
              {OUTCOMES.map((outcome) => (
                <option key={outcome} value={outcome}>
                  {t(`outcome.${outcome}`)}
                </option>
              ))}
            </Select>
          </Field>
          <Field label={t("webhooks.tenant")}>
            <Select
              value={filter.tenant ?? ""}
              onChange={(event) => void navigate({ search: { ...filter, tenant: event.target.value || undefined } })}
            >
              <option value="">{t("filter.all")}</option>
              {tenants.data?.pages
                .flatMap((page) => page.items)
                .map((tenant) => (
                  <option key={tenant.id} value={tenant.id}>
                    {tenant.name}
                  </option>
                ))}
            </Select>
          </Field>
        </FilterBar>
        {log.isError && !log.data ? (
          <ErrorNotice error={explain(log.error)} onRetry={() => void log.refetch()} />
        ) : (
          <Table
            label={t("webhooks.title")}
            rows={log.data?.pages.flatMap((page) => page.items)}
            rowKey={(row) => row.id}
            columns={columns}
            hasMore={log.hasNextPage}
            loadingMore={log.isFetchingNextPage}
            onLoadMore={() => void log.fetchNextPage()}
            empty={
              <EmptyState
                icon={<Webhook size={20} aria-hidden />}
                title={filtered ? t("webhooks.noMatch.title") : t("webhooks.empty.title")}
              >
                {filtered ? t("webhooks.noMatch.text") : t("webhooks.empty.text")}
              </EmptyState>
            }
          />
        )}
      </div>
    </Page>
  );
}

function useColumns(): Column<WebhookOutcome>[] {
  const t = useT();
  return [
    {
      key: "received",
      head: t("webhooks.received"),
      cell: (row) => <RelativeTime at={row.received_at} className="whitespace-nowrap" />,
    },
    {
      key: "outcome",
      head: t("webhooks.outcome"),
      cell: (row) => (
        <>
          <Badge tone={LOOK[row.outcome].tone} icon={LOOK[row.outcome].icon}>
            {t(`outcome.${row.outcome}`)}
          </Badge>
          <span className="wrap-any mt-0.5 block max-w-90 text-muted text-xs">
            {row.detail ?? t(`outcomeWhy.${row.outcome}`)}
          </span>
        </>
      ),
    },
    {
      key: "tenant",
      head: t("webhooks.tenant"),
      hideBelow: "md",
      cell: (row) =>
        row.tenant ? (
          <Link to="/tenants/$tenantId" params={{ tenantId: row.tenant.id }} className="text-accent-text underline">
            <bdi>{row.tenant.name}</bdi>
          </Link>
        ) : (
          <span className="text-muted">{t("webhooks.noTenant")}</span>
        ),
    },
    {
      key: "what",
      head: t("webhooks.what"),
      hideBelow: "md",
      cell: (row) => (
        <>
          <code className="font-mono text-xs">{row.field}</code>
          <span className="block text-muted text-xs">
            {[
              row.messages > 0 && t("webhooks.messages", { count: row.messages }),
              row.statuses > 0 && t("webhooks.statuses", { count: row.statuses }),
              row.duplicates > 0 && t("webhooks.duplicates", { count: row.duplicates }),
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </>
      ),
    },
    { key: "app", head: t("webhooks.app"), hideBelow: "lg", cell: (row) => <bdi>{row.meta_app.name}</bdi> },
    {
      key: "number",
      head: t("webhooks.number"),
      hideBelow: "lg",
      cell: (row) => (
        <code dir="ltr" className="font-mono text-xs">
          {row.provider_number_id ?? row.provider_waba_id ?? "–"}
        </code>
      ),
    },
  ];
}
