import type { Tenant, TenantDetail } from "@parlance/api-client-admin";
import {
  Badge,
  Button,
  buttonClass,
  Card,
  ConfirmDialog,
  CopyValue,
  EmptyState,
  ErrorNotice,
  explain,
  KeyValues,
  Page,
  RelativeTime,
  Skeleton,
  Table,
  toast,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, CirclePause, Play } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";
import { tenantQuery, tenantsQuery } from "./queries";
import { TenantState } from "./tenant-state";

/** One tenant: state and numbers, never its words. */
export function TenantPage() {
  const t = useT();
  const { tenantId } = useParams({ from: "/frame/tenants/$tenantId" });
  const detail = useQuery(tenantQuery(tenantId));
  const back = (
    <Link to="/tenants" className={buttonClass("ghost", "-ms-2 text-muted")}>
      <ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />
      {t("nav.tenants")}
    </Link>
  );
  if (!detail.data) {
    return (
      <Page title={t("nav.tenants")} back={back}>
        {detail.isError ? (
          <ErrorNotice error={explain(detail.error)} onRetry={() => void detail.refetch()} />
        ) : (
          <Skeleton className="h-60" />
        )}
      </Page>
    );
  }
  const { tenant } = detail.data;
  return (
    <Page title={tenant.name} back={back} badge={<TenantState tenant={tenant} />} actions={<StateAct tenant={tenant} />} wide>
      <div className="flex flex-col gap-4">
        <Card title={t("tenant.facts")}>
          <KeyValues
            entries={[
              { name: t("tenants.slug"), value: <CopyValue label={t("tenants.slug")} text={tenant.slug} /> },
              { name: t("tenant.id"), value: <CopyValue label={t("tenant.id")} text={tenant.id} /> },
              { name: t("tenants.created"), value: <RelativeTime at={tenant.created_at} /> },
              {
                name: t("nav.webhooks"),
                value: (
                  <Link to="/webhooks" search={{ tenant: tenant.id }} className="text-accent-text underline">
                    {t("tenant.seeWebhooks")}
                  </Link>
                ),
              },
            ]}
          />
        </Card>
        <Numbers detail={detail.data} />
      </div>
    </Page>
  );
}

function Numbers({ detail }: { detail: TenantDetail }) {
  const t = useT();
  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-base">{t("tenant.numbers")}</h2>
      <Table
        label={t("tenant.numbers")}
        rows={detail.numbers}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t("tenant.noNumbers.title")}>{t("tenant.noNumbers.text")}</EmptyState>}
        columns={[
          {
            key: "number",
            head: t("tenant.number"),
            cell: (row) => (
              <>
                <span className="block font-semibold">
                  <bdi>{row.verified_name}</bdi>
                </span>
                <bdi className="tabular text-muted">{row.display_phone_number}</bdi>
              </>
            ),
          },
          {
            key: "state",
            head: t("tenants.state"),
            cell: (row) =>
              row.paused_reason ? (
                <Badge tone="warning">{t("tenant.paused", { reason: row.paused_reason })}</Badge>
              ) : (
                <Badge tone={row.status === "CONNECTED" ? "success" : "neutral"}>
                  <span className="inline-block first-letter:uppercase">{row.status.toLowerCase()}</span>
                </Badge>
              ),
          },
          {
            key: "quality",
            head: t("tenant.quality"),
            hideBelow: "md",
            cell: (row) => <span className="capitalize">{row.quality?.toLowerCase() ?? "–"}</span>,
          },
          {
            key: "pace",
            head: t("tenant.pace"),
            numeric: true,
            hideBelow: "lg",
            cell: (row) => t("tenant.perSecond", { count: row.throughput_mps }),
          },
        ]}
      />
    </section>
  );
}

function StateAct({ tenant }: { tenant: Tenant }) {
  const t = useT();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const active = tenant.state === "active";
  const path = { params: { path: { tenant_id: tenant.id } } };
  const change = useMutation({
    mutationFn: () =>
      unwrap(active ? api.POST("/v1/tenants/{tenant_id}/suspend", path) : api.POST("/v1/tenants/{tenant_id}/resume", path)),
    onSuccess: () => {
      setAsking(false);
      toast({ text: active ? t("tenant.suspendDone", { name: tenant.name }) : t("tenant.resumeDone", { name: tenant.name }) });
      void client.invalidateQueries({ queryKey: tenantQuery(tenant.id).queryKey });
      void client.invalidateQueries({ queryKey: tenantsQuery.queryKey });
    },
  });
  const open = (next: boolean) => {
    setAsking(next);
    change.reset();
  };
  const title = active ? t("tenant.suspendNamed", { name: tenant.name }) : t("tenant.resumeNamed", { name: tenant.name });
  return (
    <>
      <Button icon={active ? <CirclePause size={14} aria-hidden /> : <Play size={14} aria-hidden />} onClick={() => open(true)}>
        {active ? t("tenant.suspend") : t("tenant.resume")}
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={open}
        title={title}
        danger={active}
        action={title}
        busy={change.isPending}
        error={change.error ? <ErrorNotice error={explain(change.error)} /> : undefined}
        effect={
          <p>{active ? t("tenant.suspendEffect", { name: tenant.name }) : t("tenant.resumeEffect", { name: tenant.name })}</p>
        }
        onConfirm={() => change.mutate()}
      />
    </>
  );
}
