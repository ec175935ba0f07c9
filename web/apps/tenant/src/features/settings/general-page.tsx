import "../../messages/settings";
import type { Settings } from "@parlance/api-client-tenant";
import {
  Button,
  Card,
  ErrorNotice,
  explain,
  Field,
  Input,
  KeyValues,
  knownLanguages,
  LoadingRegion,
  Notice,
  Select,
  Skeleton,
  toast,
} from "@parlance/ui";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { meQuery, useTenant } from "../../shared/session";
import { SettingsPage } from "../../shared/settings-page";
import { useT } from "../../shared/texts";

/** The tenant's settings. */
export function settingsQuery(slug: string) {
  return queryOptions({
    queryKey: ["t", slug, "settings"],
    queryFn: () => unwrap(api.GET("/v1/t/{slug}/settings", { params: { path: { slug } } })),
  });
}

/** Name, time zone and language of the tenant, and what the installation does for it. */
export function GeneralPage() {
  const t = useT();
  const { slug } = useTenant();
  const settings = useQuery(settingsQuery(slug));
  return (
    <SettingsPage title={t("settings.general")}>
      {settings.isError && !settings.data ? (
        <ErrorNotice error={explain(settings.error)} onRetry={() => void settings.refetch()} />
      ) : settings.data ? (
        <div className="flex max-w-160 flex-col gap-4">
          <Identity slug={slug} settings={settings.data} />
          <Mail from={settings.data.mail_from} />
          <Kept settings={settings.data} />
        </div>
      ) : (
        <LoadingRegion className="flex max-w-160 flex-col gap-4">
          <Skeleton className="h-64" />
          <Skeleton className="h-24" />
          <Skeleton className="h-40" />
        </LoadingRegion>
      )}
    </SettingsPage>
  );
}

function zones(present: string): string[] {
  const known = Intl.supportedValuesOf("timeZone");
  return [...new Set(["UTC", present, ...known])].toSorted();
}

function Identity({ slug, settings }: { slug: string; settings: Settings }) {
  const t = useT();
  const client = useQueryClient();
  const [name, setName] = useState(settings.name);
  const [zone, setZone] = useState(settings.time_zone);
  const [language, setLanguage] = useState(settings.language);
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/v1/t/{slug}/settings", {
          params: { path: { slug } },
          body: { name: name.trim(), time_zone: zone, language },
        }),
      ),
    onSuccess: (changed) => {
      client.setQueryData(settingsQuery(slug).queryKey, changed);
      void client.invalidateQueries({ queryKey: meQuery.queryKey });
      toast({ text: t("settings.saved") });
    },
  });
  const error = change.error ? explain(change.error, t("settings.kept")) : undefined;
  const same = name.trim() === settings.name && zone === settings.time_zone && language === settings.language;
  const languages = knownLanguages();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Card title={t("settings.tenant")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("settings.name")} error={error?.fields.name}>
          <Input required maxLength={120} dir="auto" value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t("settings.zone")} hint={t("settings.zoneHint")} error={error?.fields.time_zone}>
          <Select value={zone} onChange={(event) => setZone(event.target.value)}>
            {zones(settings.time_zone).map((entry) => (
              <option key={entry} value={entry}>
                {entry.replaceAll("_", " ")}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("settings.language")} hint={t("settings.languageHint")} error={error?.fields.language}>
          <Select value={language} onChange={(event) => setLanguage(event.target.value)}>
            {languages.map((entry) => (
              <option key={entry.code} value={entry.code}>
                {entry.name}
              </option>
            ))}
            {languages.some((entry) => entry.code === language) ? null : <option value={language}>{language}</option>}
          </Select>
        </Field>
        {error ? <ErrorNotice error={error} /> : null}
        <div className="flex justify-end">
          <Button type="submit" variant="primary" busy={change.isPending} disabled={same}>
            {t("settings.save")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Mail({ from }: { from?: string | null }) {
  const t = useT();
  return (
    <Card title={t("settings.mail")}>
      {from ? (
        <KeyValues entries={[{ name: t("settings.mailFrom"), value: <bdi>{from}</bdi> }]} />
      ) : (
        <Notice tone="warning" title={t("settings.mailOff")}>
          {t("settings.mailOffText")}
        </Notice>
      )}
    </Card>
  );
}

function Kept({ settings }: { settings: Settings }) {
  const t = useT();
  const { retention } = settings;
  return (
    <Card title={t("settings.retention")}>
      <p className="mb-3 text-muted text-sm">{t("settings.retentionText")}</p>
      <KeyValues
        entries={[
          { name: t("settings.rawWebhooks"), value: t("settings.days", { count: retention.raw_webhook_days }) },
          { name: t("settings.webhookLog"), value: t("settings.days", { count: retention.webhook_outcome_days }) },
          { name: t("settings.liveEvents"), value: t("settings.days", { count: retention.outbox_days }) },
          { name: t("settings.idempotency"), value: t("settings.hours", { count: retention.idempotency_hours }) },
        ]}
      />
    </Card>
  );
}
