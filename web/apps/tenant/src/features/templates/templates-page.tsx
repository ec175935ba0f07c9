import type { Template } from "@parlance/api-client-tenant";
import {
  Badge,
  Button,
  buttonClass,
  type Column,
  EmptyState,
  ErrorNotice,
  explain,
  Field,
  FilterBar,
  Menu,
  MenuItem,
  Page,
  RelativeTime,
  Select,
  Table,
  toast,
} from "@parlance/ui";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { LayoutTemplate, Plus, RefreshCw } from "lucide-react";
import { api, unwrap } from "../../shared/api";
import { phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { numbersQuery } from "../numbers/queries";
import { templatesQuery, wabasQuery } from "./queries";
import { TEMPLATE_STATES, TemplateStatus } from "./status-badge";

/** The template library. */
export function TemplatesPage() {
  const t = useT();
  const { slug, can } = useTenant();
  const filter = useSearch({ from: "/t/$slug/templates" });
  const navigate = useNavigate({ from: "/t/$slug/templates" });
  const list = useInfiniteQuery(templatesQuery(slug, { status: filter.status, number: filter.number }));
  const numbers = useQuery({ ...numbersQuery(slug), enabled: can("numbers:read") });
  const filtered = Boolean(filter.status || filter.number);
  const columns: Column<Template>[] = [
    {
      key: "name",
      head: t("templates.name"),
      cell: (row) => (
        <Link
          to="/t/$slug/templates/$templateId"
          params={{ slug, templateId: row.id }}
          className="font-semibold text-text no-underline after:absolute after:inset-0 hover:underline"
        >
          {row.name}
        </Link>
      ),
    },
    { key: "language", head: t("templates.language"), cell: (row) => <bdi>{row.language}</bdi> },
    {
      key: "category",
      head: t("templates.category"),
      hideBelow: "md",
      cell: (row) => <span className="capitalize">{row.category.toLowerCase()}</span>,
    },
    { key: "status", head: t("templates.status"), cell: (row) => <TemplateStatus status={row.status} /> },
    {
      key: "quality",
      head: t("templates.quality"),
      hideBelow: "lg",
      cell: (row) => (row.quality ? <span className="capitalize">{row.quality.toLowerCase()}</span> : "–"),
    },
    {
      key: "synced",
      head: t("templates.synced"),
      hideBelow: "md",
      cell: (row) => <RelativeTime at={row.synced_at} className="relative z-1 text-muted" />,
    },
  ];
  return (
    <Page title={t("nav.templates")} wide actions={can("templates:manage") ? <Acts slug={slug} /> : undefined}>
      <div className="flex flex-col gap-4">
        <FilterBar label={t("templates.filters")} onClear={filtered ? () => void navigate({ search: {} }) : undefined}>
          <Field label={t("templates.status")}>
            <Select
              value={filter.status ?? ""}
              onChange={(event) => void navigate({ search: { ...filter, status: event.target.value || undefined } })}
            >
              <option value="">{t("filter.all")}</option>
              {TEMPLATE_STATES.map((state) => (
                <option key={state} value={state}>
                  {t(`templateStatus.${state}`)}
                </option>
              ))}
            </Select>
          </Field>
          {numbers.data && numbers.data.items.length > 1 ? (
            <Field label={t("templates.forNumber")}>
              <Select
                value={filter.number ?? ""}
                onChange={(event) => void navigate({ search: { ...filter, number: event.target.value || undefined } })}
              >
                <option value="">{t("filter.all")}</option>
                {numbers.data.items.map((number) => (
                  <option key={number.id} value={number.id}>
                    {number.verified_name} · {phoneText(number.display_phone_number)}
                  </option>
                ))}
              </Select>
            </Field>
          ) : null}
        </FilterBar>
        {list.isError && !list.data ? (
          <ErrorNotice error={explain(list.error)} onRetry={() => void list.refetch()} />
        ) : (
          <Table
            label={t("nav.templates")}
            columns={columns}
            rows={list.data?.pages.flatMap((page) => page.items)}
            rowKey={(row) => row.id}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            onLoadMore={() => void list.fetchNextPage()}
            empty={<NoTemplates slug={slug} filtered={filtered} />}
          />
        )}
      </div>
    </Page>
  );
}

function NoTemplates({ slug, filtered }: { slug: string; filtered: boolean }) {
  const t = useT();
  if (filtered) {
    return (
      <EmptyState
        icon={<LayoutTemplate size={20} aria-hidden />}
        title={t("templates.noMatch.title")}
        action={
          <Link to="/t/$slug/templates" params={{ slug }} className={buttonClass()}>
            {t("ui.clearFilters")}
          </Link>
        }
      >
        {t("templates.noMatch.text")}
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={<LayoutTemplate size={20} aria-hidden />} title={t("templates.empty.title")}>
      {t("templates.empty.text")}
    </EmptyState>
  );
}

function Acts({ slug }: { slug: string }) {
  const t = useT();
  return (
    <>
      <SyncButton slug={slug} />
      <Link to="/t/$slug/templates/new" params={{ slug }} className={buttonClass("primary")}>
        <Plus size={14} aria-hidden />
        {t("draft.title")}
      </Link>
    </>
  );
}

function SyncButton({ slug }: { slug: string }) {
  const t = useT();
  const client = useQueryClient();
  const wabas = useQuery(wabasQuery(slug));
  const sync = useMutation({
    mutationFn: (wabaId: string) =>
      unwrap(api.POST("/v1/t/{slug}/wabas/{waba_id}/templates/sync", { params: { path: { slug, waba_id: wabaId } } })),
    onSuccess: (result) => {
      toast({ text: t("templates.syncDone", result) });
      void client.invalidateQueries({ queryKey: ["t", slug, "templates"] });
    },
    onError: (error) => {
      const words = explain(error);
      toast({ tone: "danger", text: words.title, detail: [words.detail, words.next, words.quote].filter(Boolean).join(" ") });
    },
  });
  const items = wabas.data?.items ?? [];
  const [only] = items;
  if (!only) return null;
  const icon = <RefreshCw size={14} aria-hidden />;
  if (items.length === 1) {
    return (
      <Button icon={icon} busy={sync.isPending} onClick={() => sync.mutate(only.id)}>
        {t("templates.sync")}
      </Button>
    );
  }
  return (
    <Menu
      align="end"
      trigger={
        <Button icon={icon} busy={sync.isPending}>
          {t("templates.sync")}
        </Button>
      }
    >
      {items.map((waba) => (
        <MenuItem key={waba.id} onSelect={() => sync.mutate(waba.id)} hint={<Badge>{waba.graph_environment.name}</Badge>}>
          {waba.name}
        </MenuItem>
      ))}
    </Menu>
  );
}
