import "../../messages/settings";
import { Badge, buttonClass, EmptyState, ErrorNotice, explain, Table } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, ShieldCheck } from "lucide-react";
import { roleName } from "../../shared/role-name";
import { rolesQuery } from "../../shared/roles";
import { useTenant } from "../../shared/session";
import { SettingsPage } from "../../shared/settings-page";
import { useT } from "../../shared/texts";

/** Built-in and custom roles. */
export function RolesPage() {
  const t = useT();
  const { slug, can } = useTenant();
  const roles = useQuery(rolesQuery(slug));
  return (
    <SettingsPage
      title={t("roles.title")}
      actions={
        can("roles:manage") ? (
          <Link to="/t/$slug/settings/roles/new" params={{ slug }} className={buttonClass("primary")}>
            <Plus size={14} aria-hidden />
            {t("roles.create")}
          </Link>
        ) : undefined
      }
    >
      <p className="mb-4 max-w-150 text-muted text-sm">{t("roles.intro")}</p>
      {roles.isError && !roles.data ? (
        <ErrorNotice error={explain(roles.error)} onRetry={() => void roles.refetch()} />
      ) : (
        <Table
          label={t("roles.title")}
          rows={roles.data?.items}
          rowKey={(row) => row.id}
          empty={<EmptyState icon={<ShieldCheck size={20} aria-hidden />} title={t("roles.title")} />}
          columns={[
            {
              key: "name",
              head: t("roles.name"),
              cell: (row) => (
                <Link
                  to="/t/$slug/settings/roles/$roleId"
                  params={{ slug, roleId: row.id }}
                  className="font-semibold text-text no-underline after:absolute after:inset-0 hover:underline"
                >
                  <bdi>{roleName(row.name)}</bdi>
                </Link>
              ),
            },
            {
              key: "kind",
              head: t("roles.kind"),
              cell: (row) =>
                row.builtin ? <Badge>{t("roles.builtin")}</Badge> : <Badge tone="accent">{t("roles.custom")}</Badge>,
            },
            {
              key: "may",
              head: t("roles.may"),
              hideBelow: "md",
              cell: (row) => t("roles.permissions", { count: row.permissions.length }),
            },
            {
              key: "members",
              head: t("team.members"),
              numeric: true,
              cell: (row) => row.members,
            },
          ]}
        />
      )}
    </SettingsPage>
  );
}
