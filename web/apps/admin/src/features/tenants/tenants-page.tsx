import { Button, EmptyState, ErrorNotice, explain, Page, RelativeTime, Table } from "@parlance/ui";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Building2, Plus } from "lucide-react";
import { useT } from "../../shared/texts";
import { CreateTenantDialog } from "./create-tenant-dialog";
import { tenantsQuery } from "./queries";
import { TenantState } from "./tenant-state";

/** The tenants of the installation. */
export function TenantsPage() {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate({ from: "/tenants" });
  const { create } = useSearch({ from: "/frame/tenants" });
  const tenants = useInfiniteQuery(tenantsQuery);
  const rows = tenants.data?.pages.flatMap((page) => page.items);
  const button = (
    <Button variant="primary" icon={<Plus size={14} aria-hidden />} onClick={() => void navigate({ search: { create: true } })}>
      {t("tenants.create")}
    </Button>
  );
  return (
    <Page title={t("nav.tenants")} actions={rows?.length ? button : undefined} wide>
      {tenants.isError && !rows ? (
        <ErrorNotice error={explain(tenants.error)} onRetry={() => void tenants.refetch()} />
      ) : (
        <Table
          label={t("nav.tenants")}
          rows={rows}
          rowKey={(row) => row.id}
          hasMore={tenants.hasNextPage}
          loadingMore={tenants.isFetchingNextPage}
          onLoadMore={() => void tenants.fetchNextPage()}
          empty={
            <EmptyState icon={<Building2 size={20} aria-hidden />} title={t("tenants.empty.title")} action={button}>
              {t("tenants.empty.text")}
            </EmptyState>
          }
          columns={[
            {
              key: "name",
              head: t("tenants.name"),
              cell: (row) => (
                <>
                  <Link
                    to="/tenants/$tenantId"
                    params={{ tenantId: row.id }}
                    className="font-semibold text-text no-underline after:absolute after:inset-0 hover:underline"
                  >
                    <bdi>{row.name}</bdi>
                  </Link>
                  <code dir="ltr" className="block text-start font-mono text-muted text-xs">
                    {row.slug}
                  </code>
                </>
              ),
            },
            { key: "state", head: t("tenants.state"), cell: (row) => <TenantState tenant={row} /> },
            {
              key: "created",
              head: t("tenants.created"),
              hideBelow: "md",
              cell: (row) => <RelativeTime at={row.created_at} className="relative z-1 text-muted" />,
            },
          ]}
        />
      )}
      <CreateTenantDialog
        open={create === true}
        onClose={() => void navigate({ search: {}, replace: true })}
        onCreated={() => void client.invalidateQueries({ queryKey: tenantsQuery.queryKey })}
      />
    </Page>
  );
}
