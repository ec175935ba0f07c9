import type { GraphEnvironment, MetaApp } from "@parlance/api-client-admin";
import { Button, CodeBlock, Dialog, ErrorNotice, explain, Field, Input, Notice, Select, toast } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";
import { metaAppsQuery } from "./queries";

function randomToken(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(18)), (byte) => byte.toString(36).padStart(2, "0")).join("");
}

/** Registers a Meta app; then shows what to enter at Meta. */
export function CreateAppDialog({ environments, onClose }: { environments: GraphEnvironment[]; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const [fields, setFields] = useState(() => ({
    graph_environment_id: environments[0]?.id ?? "",
    app_id: "",
    name: "",
    app_secret: "",
    verify_token: randomToken(),
  }));
  const create = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/meta-apps", { body: fields })),
    onSuccess: () => void client.invalidateQueries({ queryKey: metaAppsQuery.queryKey }),
  });
  if (create.data) return <Registered app={create.data} verifyToken={fields.verify_token} onClose={onClose} />;
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
      title={t("apps.create")}
      description={t("apps.createText")}
      footer={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" form="create-app" variant="primary" busy={create.isPending}>
            {t("apps.create")}
          </Button>
        </>
      }
    >
      <form id="create-app" onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("apps.environment")} error={error?.fields.graph_environment_id}>
          <Select required value={fields.graph_environment_id} onChange={set("graph_environment_id")}>
            {environments.map((environment) => (
              <option key={environment.id} value={environment.id}>
                {environment.name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label={t("apps.name")} error={error?.fields.name}>
          <Input dir="auto" required value={fields.name} onChange={set("name")} />
        </Field>
        <Field label={t("apps.appId")} error={error?.fields.app_id}>
          <Input dir="ltr" required inputMode="numeric" autoComplete="off" value={fields.app_id} onChange={set("app_id")} />
        </Field>
        <Field label={t("apps.secret")} hint={t("apps.secretHint")} error={error?.fields.app_secret}>
          <Input dir="ltr" type="password" required autoComplete="off" value={fields.app_secret} onChange={set("app_secret")} />
        </Field>
        <Field label={t("apps.verifyToken")} hint={t("apps.verifyHint")} error={error?.fields.verify_token}>
          <Input dir="ltr" required autoComplete="off" value={fields.verify_token} onChange={set("verify_token")} />
        </Field>
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}

function Registered({ app, verifyToken, onClose }: { app: MetaApp; verifyToken: string; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t("apps.createdTitle", { name: app.name })}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("apps.entered")}
        </Button>
      }
    >
      <div className="flex flex-col gap-3">
        <Notice tone="info">{t("apps.enterAtMeta")}</Notice>
        <span className="font-semibold text-sm">{t("apps.callback")}</span>
        <CodeBlock label={t("apps.callback")} text={app.callback_url} />
        <span className="font-semibold text-sm">{t("apps.verifyToken")}</span>
        <CodeBlock label={t("apps.verifyToken")} text={verifyToken} />
      </div>
    </Dialog>
  );
}

/** Adds an app secret while the old one still counts, so that it can be rotated without a gap. */
export function AddSecretDialog({ app, onClose }: { app: MetaApp; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const [secret, setSecret] = useState("");
  const add = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/meta-apps/{meta_app_id}/secrets", {
          params: { path: { meta_app_id: app.id } },
          body: { app_secret: secret },
        }),
      ),
    onSuccess: () => {
      toast({ text: t("apps.secretAdded", { name: app.name }) });
      void client.invalidateQueries({ queryKey: metaAppsQuery.queryKey });
      onClose();
    },
  });
  const error = add.error ? explain(add.error, t("form.kept")) : undefined;
  return (
    <Dialog
      open
      busy={add.isPending}
      onOpenChange={(open) => !open && onClose()}
      title={t("apps.addSecretNamed", { name: app.name })}
      description={t("apps.addSecretText")}
      footer={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" form="add-secret" variant="primary" busy={add.isPending}>
            {t("apps.addSecret")}
          </Button>
        </>
      }
    >
      <form
        id="add-secret"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Field label={t("apps.secret")} hint={t("apps.secretHint")} error={error?.fields.app_secret}>
          <Input
            dir="ltr"
            type="password"
            required
            autoComplete="off"
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
        </Field>
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}
