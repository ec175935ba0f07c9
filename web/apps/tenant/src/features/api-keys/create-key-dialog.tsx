import { Button, CodeBlock, Dialog, ErrorNotice, explain, Field, Input, Notice, Select, serverNow } from "@parlance/ui";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { PermissionChoices } from "../../shared/permission-choices";
import { type Permission, useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";

const DAY_MS = 86_400_000;
const USUAL: Permission[] = ["conversations:read", "messages:send", "templates:read"];

type CreateProps = { open: boolean; slug: string; onClose: () => void; onCreated: () => void };

/** Makes a key and shows its secret once. */
export function CreateKeyDialog({ open, slug, onClose, onCreated }: CreateProps) {
  const t = useT();
  const { can } = useTenant();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Permission[]>(USUAL.filter(can));
  const [days, setDays] = useState("90");
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/api-keys", {
          params: { path: { slug } },
          body: {
            name: name.trim(),
            scopes,
            expires_at: days ? new Date(serverNow() + Number(days) * DAY_MS).toISOString() : null,
          },
        }),
      ),
    onSuccess: onCreated,
  });
  const { reset } = create;
  useEffect(() => {
    if (open) return;
    reset();
    setName("");
  }, [open, reset]);
  const secret = create.data?.secret;
  const error = create.error ? explain(create.error, t("keys.kept")) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  if (secret) {
    return (
      <Dialog
        open={open}
        onOpenChange={(next) => !next && onClose()}
        title={t("keys.createdTitle", { name: create.data?.api_key.name ?? "" })}
        footer={
          <Button variant="primary" onClick={onClose}>
            {t("keys.stored")}
          </Button>
        }
      >
        <div className="flex flex-col gap-3">
          <Notice tone="warning">{t("keys.once")}</Notice>
          <CodeBlock label={t("keys.secret")} text={secret} />
          <p className="text-muted text-sm">{t("keys.tryIt")}</p>
          <CodeBlock
            label={t("keys.tryIt")}
            text={`curl -H 'Authorization: Bearer ${secret}' \\\n  '${window.location.origin}/v1/t/${slug}/conversations?limit=5'`}
          />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      open={open}
      busy={create.isPending}
      onOpenChange={(next) => !next && onClose()}
      title={t("keys.create")}
      footer={
        <>
          <Button onClick={onClose} disabled={create.isPending}>
            {t("ui.cancel")}
          </Button>
          <Button type="submit" form="create-key" variant="primary" busy={create.isPending}>
            {t("keys.create")}
          </Button>
        </>
      }
    >
      <form id="create-key" onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("keys.name")} hint={t("keys.nameHint")} error={error?.fields.name}>
          <Input required maxLength={80} dir="auto" value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <PermissionChoices legend={t("keys.scopes")} chosen={scopes} onChange={setScopes} />
        <Field label={t("keys.expiry")}>
          <Select value={days} onChange={(event) => setDays(event.target.value)}>
            <option value="30">{t("keys.days", { count: 30 })}</option>
            <option value="90">{t("keys.days", { count: 90 })}</option>
            <option value="365">{t("keys.days", { count: 365 })}</option>
            <option value="">{t("keys.noExpiry")}</option>
          </Select>
        </Field>
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}
