import "../../messages/settings";
import type { AuditEntry } from "@parlance/api-client-tenant";
import {
  Badge,
  buttonClass,
  EmptyState,
  ErrorNotice,
  explain,
  Field,
  FilterBar,
  Input,
  RelativeTime,
  Select,
  Table,
} from "@parlance/ui";
import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, ScrollText } from "lucide-react";
import { api, unwrap } from "../../shared/api";
import { membersQuery } from "../../shared/members";
import { useTenant } from "../../shared/session";
import { SettingsPage } from "../../shared/settings-page";
import { serverWord, useT } from "../../shared/texts";
import { ACTIONS } from "./actions";
import { EntryDetails } from "./entry-details";

/** What the address says of the wanted entries; days are the reader's. */
export type AuditSearch = { person?: string; action?: string; from?: string; to?: string };

/** The query of the API for a search: days become instants, the last day counts as a whole. */
function auditFilter(search: AuditSearch) {
  const start = (day: string, plus = 0) => {
    const date = new Date(`${day}T00:00:00`);
    date.setDate(date.getDate() + plus);
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
  };
  return {
    user_id: search.person,
    action: search.action,
    from: search.from ? start(search.from) : undefined,
    before: search.to ? start(search.to, 1) : undefined,
  };
}

function auditQuery(slug: string, search: AuditSearch) {
  return infiniteQueryOptions({
    queryKey: ["t", slug, "audit", search],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET("/v1/t/{slug}/audit", {
          params: { path: { slug }, query: { ...auditFilter(search), cursor: pageParam } },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });
}

/** Who did what and when. */
export function AuditPage() {
  const t = useT();
  const { slug } = useTenant();
  const search = useSearch({ from: "/t/$slug/settings/audit" });
  const entries = useInfiniteQuery(auditQuery(slug, search));
  const filtered = Object.values(search).some(Boolean);
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(auditFilter(search))) if (value) query.set(name, value);
  return (
    <SettingsPage
      title={t("audit.title")}
      actions={
        <a href={`/v1/t/${slug}/audit.csv?${query}`} download className={buttonClass()}>
          <Download size={14} aria-hidden />
          {t("audit.export")}
        </a>
      }
    >
      <div className="flex flex-col gap-4">
        <Filters filtered={filtered} />
        {entries.isError && !entries.data ? (
          <ErrorNotice error={explain(entries.error)} onRetry={() => void entries.refetch()} />
        ) : (
          <Table
            label={t("audit.title")}
            rows={entries.data?.pages.flatMap((page) => page.items)}
            rowKey={(row) => row.id}
            hasMore={entries.hasNextPage}
            loadingMore={entries.isFetchingNextPage}
            onLoadMore={() => void entries.fetchNextPage()}
            empty={
              <EmptyState icon={<ScrollText size={20} aria-hidden />} title={filtered ? t("audit.noMatch") : t("audit.empty")}>
                {filtered ? t("audit.noMatchText") : t("audit.emptyText")}
              </EmptyState>
            }
            columns={[
              {
                key: "at",
                head: t("audit.when"),
                className: "align-top! whitespace-nowrap",
                cell: (row) => <RelativeTime at={row.at} />,
              },
              { key: "who", head: t("audit.who"), className: "align-top!", cell: (row) => <Who entry={row} /> },
              {
                key: "what",
                head: t("audit.what"),
                className: "align-top!",
                cell: (row) => (
                  <>
                    <span className="block">{serverWord("action", row.action)}</span>
                    <code className="block font-mono text-muted text-xs max-lg:hidden">
                      <bdi>{row.action}</bdi>
                    </code>
                    <div className="lg:hidden">
                      <EntryDetails entry={row} />
                    </div>
                  </>
                ),
              },
              {
                key: "details",
                head: t("audit.details"),
                hideBelow: "lg",
                cell: (row) => <EntryDetails entry={row} />,
              },
            ]}
          />
        )}
      </div>
    </SettingsPage>
  );
}

function Filters({ filtered }: { filtered: boolean }) {
  const t = useT();
  const { slug, can } = useTenant();
  const search = useSearch({ from: "/t/$slug/settings/audit" });
  const navigate = useNavigate({ from: "/t/$slug/settings/audit" });
  const set = (change: AuditSearch) => void navigate({ search: { ...search, ...change }, replace: true });
  const members = useInfiniteQuery({ ...membersQuery(slug), enabled: can("team:read") });
  const people = members.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <FilterBar label={t("audit.filters")} onClear={filtered ? () => void navigate({ search: {} }) : undefined}>
      {can("team:read") ? (
        <Field label={t("audit.who")} className="w-48 max-md:w-full">
          <Select value={search.person ?? ""} onChange={(event) => set({ person: event.target.value || undefined })}>
            <option value="">{t("audit.anybody")}</option>
            {people.map((member) => (
              <option key={member.user.id} value={member.user.id}>
                {member.user.name}
              </option>
            ))}
            {search.person && !people.some((member) => member.user.id === search.person) ? (
              <option value={search.person}>{t("audit.somebody")}</option>
            ) : null}
          </Select>
        </Field>
      ) : null}
      <Field label={t("audit.what")} className="w-56 max-md:w-full">
        <Select value={search.action ?? ""} onChange={(event) => set({ action: event.target.value || undefined })}>
          <option value="">{t("audit.anything")}</option>
          {ACTIONS.map((action) => (
            <option key={action} value={action}>
              {serverWord("action", action)}
            </option>
          ))}
        </Select>
      </Field>
      <Field label={t("audit.from")}>
        <Input
          type="date"
          value={search.from ?? ""}
          max={search.to}
          onChange={(event) => set({ from: event.target.value || undefined })}
        />
      </Field>
      <Field label={t("audit.to")}>
        <Input
          type="date"
          value={search.to ?? ""}
          min={search.from}
          onChange={(event) => set({ to: event.target.value || undefined })}
        />
      </Field>
    </FilterBar>
  );
}

function Who({ entry }: { entry: AuditEntry }) {
  const t = useT();
  const { actor } = entry;
  if (actor.kind === "worker") return <span className="text-muted">{t("audit.worker", { name: actor.id ?? "" })}</span>;
  const gone = actor.kind === "api_key" ? t("audit.goneKey") : t("audit.gonePerson");
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      <bdi className={actor.name ? "" : "text-muted"}>{actor.name ?? gone}</bdi>
      {actor.kind === "api_key" ? <Badge>{t("audit.apiKey")}</Badge> : null}
    </span>
  );
}
