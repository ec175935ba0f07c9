import type { MetaApp } from "@parlance/api-client-admin";
import { Badge, Button, buttonClass, CopyValue, EmptyState, ErrorNotice, explain, Page, Table } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { AppWindow, Plus } from "lucide-react";
import { useState } from "react";
import { useT } from "../../shared/texts";
import { AddSecretDialog, CreateAppDialog } from "./meta-app-dialogs";
import { environmentsQuery, metaAppsQuery } from "./queries";

/** The Meta apps of the installation. */
export function MetaAppsPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/meta-apps" });
  const { create } = useSearch({ from: "/frame/meta-apps" });
  const apps = useQuery(metaAppsQuery);
  const environments = useQuery(environmentsQuery);
  const [adding, setAdding] = useState<MetaApp>();
  const first = environments.data?.items.length === 0;
  const button = first ? (
    <Link to="/graph-environments" search={{ create: true }} className={buttonClass("primary")}>
      {t("apps.environmentFirst")}
    </Link>
  ) : (
    <Button variant="primary" icon={<Plus size={14} aria-hidden />} onClick={() => void navigate({ search: { create: true } })}>
      {t("apps.create")}
    </Button>
  );
  return (
    <Page title={t("nav.apps")} actions={apps.data?.items.length ? button : undefined} wide>
      <p className="mb-4 max-w-160 text-muted text-sm">{t("apps.intro")}</p>
      {apps.isError && !apps.data ? (
        <ErrorNotice error={explain(apps.error)} onRetry={() => void apps.refetch()} />
      ) : (
        <Table
          label={t("nav.apps")}
          rows={apps.data?.items}
          rowKey={(row) => row.id}
          empty={
            <EmptyState icon={<AppWindow size={20} aria-hidden />} title={t("apps.empty.title")} action={button}>
              {t("apps.empty.text")}
            </EmptyState>
          }
          columns={[
            {
              key: "name",
              head: t("apps.name"),
              cell: (row) => (
                <>
                  <span className="block font-semibold">
                    <bdi>{row.name}</bdi>
                  </span>
                  <code dir="ltr" className="font-mono text-muted text-xs">
                    {row.app_id}
                  </code>
                </>
              ),
            },
            {
              key: "environment",
              head: t("apps.environment"),
              hideBelow: "md",
              cell: (row) => <bdi>{row.graph_environment.name}</bdi>,
            },
            {
              key: "callback",
              head: t("apps.callback"),
              cell: (row) => <CopyValue label={t("apps.callback")} text={row.callback_url} />,
            },
            {
              key: "secrets",
              head: t("apps.secrets"),
              hideBelow: "lg",
              cell: (row) => (
                <span className="flex flex-wrap gap-1">
                  {row.secrets.map((secret) => (
                    <Badge key={`${secret.hint}-${secret.created_at}`}>…{secret.hint.replace(/^[….]+/, "")}</Badge>
                  ))}
                </span>
              ),
            },
            {
              key: "acts",
              head: <span className="sr-only">{t("apps.acts")}</span>,
              className: "text-end",
              cell: (row) => (
                <Button size="sm" aria-label={t("apps.addSecretNamed", { name: row.name })} onClick={() => setAdding(row)}>
                  {t("apps.addSecret")}
                </Button>
              ),
            },
          ]}
        />
      )}
      {create && environments.data ? (
        <CreateAppDialog environments={environments.data.items} onClose={() => void navigate({ search: {}, replace: true })} />
      ) : null}
      {adding ? <AddSecretDialog app={adding} onClose={() => setAdding(undefined)} /> : null}
    </Page>
  );
}
