import type { GraphEnvironmentCreate } from "@parlance/api-client-admin";
import {
  Badge,
  Button,
  Dialog,
  EmptyState,
  ErrorNotice,
  explain,
  Field,
  Input,
  Page,
  RelativeTime,
  Select,
  Table,
  toast,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Globe, Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";
import { environmentsQuery } from "./queries";

const KINDS = ["meta", "sandbox", "test"] as const;

/** Where the Graph API is spoken to. */
export function EnvironmentsPage() {
  const t = useT();
  const navigate = useNavigate({ from: "/graph-environments" });
  const { create } = useSearch({ from: "/frame/graph-environments" });
  const environments = useQuery(environmentsQuery);
  const button = (
    <Button variant="primary" icon={<Plus size={14} aria-hidden />} onClick={() => void navigate({ search: { create: true } })}>
      {t("environments.create")}
    </Button>
  );
  return (
    <Page title={t("nav.environments")} actions={environments.data?.items.length ? button : undefined} wide>
      <p className="mb-4 max-w-160 text-muted text-sm">{t("environments.intro")}</p>
      {environments.isError && !environments.data ? (
        <ErrorNotice error={explain(environments.error)} onRetry={() => void environments.refetch()} />
      ) : (
        <Table
          label={t("nav.environments")}
          rows={environments.data?.items}
          rowKey={(row) => row.id}
          empty={
            <EmptyState icon={<Globe size={20} aria-hidden />} title={t("environments.empty.title")} action={button}>
              {t("environments.empty.text")}
            </EmptyState>
          }
          columns={[
            { key: "name", head: t("environments.name"), cell: (row) => <bdi className="font-semibold">{row.name}</bdi> },
            {
              key: "kind",
              head: t("environments.kind"),
              cell: (row) => <Badge tone={row.kind === "meta" ? "accent" : "info"}>{t(`environmentKind.${row.kind}`)}</Badge>,
            },
            {
              key: "url",
              head: t("environments.baseUrl"),
              hideBelow: "md",
              cell: (row) => (
                <code dir="ltr" className="font-mono text-xs">
                  {row.base_url}
                </code>
              ),
            },
            {
              key: "version",
              head: t("environments.version"),
              cell: (row) => <code className="font-mono text-xs">{row.graph_version}</code>,
            },
            {
              key: "created",
              head: t("tenants.created"),
              hideBelow: "lg",
              cell: (row) => <RelativeTime at={row.created_at} className="text-muted" />,
            },
          ]}
        />
      )}
      {create ? <CreateDialog onClose={() => void navigate({ search: {}, replace: true })} /> : null}
    </Page>
  );
}

function CreateDialog({ onClose }: { onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const [fields, setFields] = useState<GraphEnvironmentCreate>({
    name: "",
    kind: "meta",
    base_url: "https://graph.facebook.com",
    graph_version: "v26.0",
  });
  const create = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/graph-environments", { body: fields })),
    onSuccess: (made) => {
      toast({ text: t("environments.created", { name: made.name }) });
      void client.invalidateQueries({ queryKey: environmentsQuery.queryKey });
      onClose();
    },
  });
  const error = create.error ? explain(create.error, t("form.kept")) : undefined;
  const set = (name: keyof typeof fields) => (event: { target: { value: string } }) =>
    setFields({ ...fields, [name]: event.target.value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog
      open
      busy={create.isPending}
      onOpenChange={(open) => !open && onClose()}
      title={t("environments.create")}
      footer={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" form="create-environment" variant="primary" busy={create.isPending}>
            {t("environments.create")}
          </Button>
        </>
      }
    >
      <form id="create-environment" onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("environments.name")} error={error?.fields.name}>
          <Input dir="auto" required value={fields.name} onChange={set("name")} />
        </Field>
        <Field label={t("environments.kind")} error={error?.fields.kind}>
          <Select
            value={fields.kind}
            onChange={(event) => setFields({ ...fields, kind: KINDS.find((kind) => kind === event.target.value) ?? "meta" })}
          >
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`environmentKind.${kind}`)}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("environments.baseUrl")} hint={t("environments.baseUrlHint")} error={error?.fields.base_url}>
          <Input dir="ltr" type="url" required value={fields.base_url} onChange={set("base_url")} />
        </Field>
        <Field label={t("environments.version")} error={error?.fields.graph_version}>
          <Input dir="ltr" required pattern="v\d+\.\d+" value={fields.graph_version} onChange={set("graph_version")} />
        </Field>
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}
