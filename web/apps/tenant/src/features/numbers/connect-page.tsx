import "../../messages/setup";
import type { MetaApp } from "@parlance/api-client-tenant";
import {
  Button,
  buttonClass,
  Card,
  CodeBlock,
  EmptyState,
  ErrorNotice,
  explain,
  Field,
  Input,
  Page,
  Select,
  Skeleton,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { AppWindow, ArrowLeft } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { PinAndTest, recipient } from "./pin-and-test";
import { connectionQuery, metaAppsQuery } from "./queries";

/** The first half of the wizard: which app, which number, which token. */
export function ConnectPage() {
  const t = useT();
  const { slug } = useTenant();
  const apps = useQuery(metaAppsQuery(slug));
  return (
    <Page
      title={t("connect.title")}
      back={
        <Link to="/t/$slug/numbers" params={{ slug }} className={buttonClass("ghost", "-ms-2 text-muted")}>
          <ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />
          {t("nav.numbers")}
        </Link>
      }
    >
      {apps.isError ? (
        <ErrorNotice error={explain(apps.error)} onRetry={() => void apps.refetch()} />
      ) : !apps.data ? (
        <Skeleton className="h-80" />
      ) : apps.data.items.length === 0 ? (
        <div className="rounded-card border bg-surface">
          <EmptyState icon={<AppWindow size={20} aria-hidden />} title={t("connect.noApps.title")}>
            {t("connect.noApps.text")}
          </EmptyState>
        </div>
      ) : (
        <ConnectForm slug={slug} apps={apps.data.items} />
      )}
    </Page>
  );
}

function ConnectForm({ slug, apps }: { slug: string; apps: MetaApp[] }) {
  const t = useT();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [fields, setFields] = useState({
    meta_app_id: apps[0]?.id ?? "",
    provider_waba_id: "",
    provider_number_id: "",
    access_token: "",
    pin: "",
    test_to: "",
  });
  const chosen = apps.find((app) => app.id === fields.meta_app_id);
  const connect = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/t/{slug}/connections", { params: { path: { slug } }, body: request(fields) })),
    onSuccess: (connection) => {
      client.setQueryData(connectionQuery(slug, connection.id).queryKey, connection);
      void client.invalidateQueries({ queryKey: ["t", slug, "numbers"] });
      void navigate({ to: "/t/$slug/numbers/connect/$connectionId", params: { slug, connectionId: connection.id } });
    },
  });
  const error = connect.error ? explain(connect.error, t("connect.kept")) : undefined;
  const set = (name: keyof typeof fields) => (event: { target: { value: string } }) =>
    setFields({ ...fields, [name]: event.target.value });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    connect.mutate();
  };
  return (
    <form onSubmit={submit} className="flex max-w-150 flex-col gap-4">
      <Card title={t("connect.app")}>
        <div className="flex flex-col gap-4">
          <Field label={t("connect.metaApp")} error={error?.fields.meta_app_id}>
            <Select value={fields.meta_app_id} onChange={set("meta_app_id")} required>
              {apps.map((app) => (
                <option key={app.id} value={app.id}>
                  {app.name} · {app.graph_environment.name}
                </option>
              ))}
            </Select>
          </Field>
          {chosen ? (
            <div className="flex flex-col gap-1">
              <span className="font-semibold text-sm">{t("connect.callback")}</span>
              <CodeBlock label={t("connect.callback")} text={chosen.callback_url} />
              <span className="text-muted text-xs">{t("connect.callbackHint")}</span>
            </div>
          ) : null}
        </div>
      </Card>
      <Card title={t("connect.number")}>
        <div className="flex flex-col gap-4">
          <Field label={t("connect.wabaId")} hint={t("connect.wabaHint")} error={error?.fields.provider_waba_id}>
            <Input
              dir="ltr"
              inputMode="numeric"
              required
              autoComplete="off"
              value={fields.provider_waba_id}
              onChange={set("provider_waba_id")}
            />
          </Field>
          <Field label={t("connect.numberId")} hint={t("connect.numberHint")} error={error?.fields.provider_number_id}>
            <Input
              dir="ltr"
              inputMode="numeric"
              required
              autoComplete="off"
              value={fields.provider_number_id}
              onChange={set("provider_number_id")}
            />
          </Field>
          <Field label={t("connect.token")} hint={t("connect.tokenHint")} error={error?.fields.access_token}>
            <Input
              dir="ltr"
              type="password"
              required
              autoComplete="off"
              value={fields.access_token}
              onChange={set("access_token")}
            />
          </Field>
        </div>
      </Card>
      <Card title={t("connect.options")}>
        <PinAndTest fields={fields} errors={error?.fields} onChange={(change) => setFields({ ...fields, ...change })} />
      </Card>
      {error ? <ErrorNotice error={error} /> : null}
      <div className="flex items-center gap-3">
        <Button type="submit" variant="primary" busy={connect.isPending}>
          {t("numbers.connect")}
        </Button>
        {connect.isPending ? (
          <span role="status" className="text-muted text-sm">
            {t("connect.running")}
          </span>
        ) : null}
      </div>
    </form>
  );
}

type Fields = Record<"meta_app_id" | "provider_waba_id" | "provider_number_id" | "access_token" | "pin" | "test_to", string>;

function request(fields: Fields) {
  return {
    meta_app_id: fields.meta_app_id,
    provider_waba_id: fields.provider_waba_id.trim(),
    provider_number_id: fields.provider_number_id.trim(),
    access_token: fields.access_token.trim(),
    pin: fields.pin.trim() || undefined,
    test_to: recipient(fields.test_to),
  };
}
