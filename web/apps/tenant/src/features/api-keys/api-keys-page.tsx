import "../../messages/settings";
import type { ApiKey } from "@parlance/api-client-tenant";
import {
  Badge,
  Button,
  ConfirmDialog,
  EmptyState,
  ErrorNotice,
  explain,
  RelativeTime,
  serverNow,
  Table,
  toast,
} from "@parlance/ui";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useTenant } from "../../shared/session";
import { SettingsPage } from "../../shared/settings-page";
import { useT } from "../../shared/texts";
import { CreateKeyDialog } from "./create-key-dialog";

/** The tenant's API keys. */
export function apiKeysQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "api-keys"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/api-keys", { params: { path: { slug } } })),
  });
}

/** Keys for the tenant's own programs. */
export function ApiKeysPage() {
  const t = useT();
  const { slug } = useTenant();
  const client = useQueryClient();
  const search = useSearch({ from: "/t/$slug/settings/api-keys" });
  const navigate = useNavigate({ from: "/t/$slug/settings/api-keys" });
  const keys = useQuery(apiKeysQuery(slug));
  const [revoking, setRevoking] = useState<ApiKey>();
  const create = (
    <Button variant="primary" icon={<Plus size={14} aria-hidden />} onClick={() => void navigate({ search: { create: true } })}>
      {t("keys.create")}
    </Button>
  );
  const rows = keys.data?.items;
  return (
    <SettingsPage title={t("keys.title")} actions={rows?.length ? create : undefined}>
      <p className="mb-4 max-w-150 text-muted text-sm">{t("keys.intro")}</p>
      {keys.isError && !keys.data ? (
        <ErrorNotice error={explain(keys.error)} onRetry={() => void keys.refetch()} />
      ) : (
        <Table
          label={t("keys.title")}
          rows={rows}
          rowKey={(row) => row.id}
          empty={
            <EmptyState icon={<KeyRound size={20} aria-hidden />} title={t("keys.empty.title")} action={create}>
              {t("keys.empty.text")}
            </EmptyState>
          }
          columns={[
            {
              key: "name",
              head: t("keys.name"),
              cell: (row) => (
                <>
                  <span dir="auto" className="font-semibold">
                    {row.name}
                  </span>
                  <code dir="ltr" className="block whitespace-nowrap text-start font-mono text-muted text-xs">
                    {hintText(row.hint)}
                  </code>
                </>
              ),
            },
            {
              key: "scopes",
              head: t("keys.scopes"),
              hideBelow: "lg",
              cell: (row) => (
                <span className="flex flex-wrap gap-1">
                  {row.scopes.map((scope) => (
                    <Badge key={scope}>{scope}</Badge>
                  ))}
                </span>
              ),
            },
            {
              key: "used",
              head: t("keys.used"),
              hideBelow: "md",
              cell: (row) => (row.last_used_at ? <RelativeTime at={row.last_used_at} /> : t("keys.neverUsed")),
            },
            { key: "state", head: t("keys.state"), cell: (row) => <KeyState apiKey={row} /> },
            {
              key: "acts",
              head: <span className="sr-only">{t("keys.acts")}</span>,
              className: "text-end",
              cell: (row) =>
                row.revoked_at ? null : (
                  <Button size="sm" aria-label={t("keys.revokeNamed", { name: row.name })} onClick={() => setRevoking(row)}>
                    {t("keys.revoke")}
                  </Button>
                ),
            },
          ]}
        />
      )}
      <CreateKeyDialog
        open={search.create === true}
        slug={slug}
        onClose={() => void navigate({ search: {}, replace: true })}
        onCreated={() => void client.invalidateQueries({ queryKey: apiKeysQuery(slug).queryKey })}
      />
      {revoking ? <RevokeDialog slug={slug} apiKey={revoking} onClose={() => setRevoking(undefined)} /> : null}
    </SettingsPage>
  );
}

/** What is known of a secret: its last characters. */
function hintText(hint: string): string {
  return `plk_…${hint.slice(-4)}`;
}

function KeyState({ apiKey }: { apiKey: ApiKey }) {
  const t = useT();
  if (apiKey.revoked_at) return <Badge tone="danger">{t("keys.revoked")}</Badge>;
  if (apiKey.expires_at && Date.parse(apiKey.expires_at) < serverNow()) return <Badge tone="warning">{t("keys.expired")}</Badge>;
  return (
    <span className="flex flex-col items-start gap-0.5">
      <Badge tone="success">{t("keys.active")}</Badge>
      {apiKey.expires_at ? (
        <span className="text-muted text-xs">
          {t("keys.expires")} <RelativeTime at={apiKey.expires_at} />
        </span>
      ) : null}
    </span>
  );
}

function RevokeDialog({ slug, apiKey, onClose }: { slug: string; apiKey: ApiKey; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/v1/t/{slug}/api-keys/{api_key_id}", { params: { path: { slug, api_key_id: apiKey.id } } })),
    onSuccess: () => {
      toast({ text: t("keys.revokeDone", { name: apiKey.name }) });
      void client.invalidateQueries({ queryKey: apiKeysQuery(slug).queryKey });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      danger
      onOpenChange={(open) => !open && onClose()}
      title={t("keys.revokeNamed", { name: apiKey.name })}
      effect={<p>{t("keys.revokeEffect", { name: apiKey.name, hint: hintText(apiKey.hint) })}</p>}
      action={t("keys.revoke")}
      busy={revoke.isPending}
      error={revoke.error ? <ErrorNotice error={explain(revoke.error)} /> : undefined}
      onConfirm={() => revoke.mutate()}
    />
  );
}
