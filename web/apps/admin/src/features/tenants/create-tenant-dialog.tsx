import type { TenantCreated } from "@parlance/api-client-admin";
import { Button, Checkbox, CodeBlock, Dialog, ErrorNotice, explain, Field, Input, KeyValues, Notice } from "@parlance/ui";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";

const EMPTY = { name: "", slug: "", ownerName: "", ownerEmail: "", sandbox: false };

/** An address name from a name: lower case, digits and hyphens. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[̀-ͯ]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
}

type CreateProps = { open: boolean; onClose: () => void; onCreated: () => void };

/** Makes a tenant with its first owner. */
export function CreateTenantDialog({ open, onClose, onCreated }: CreateProps) {
  const t = useT();
  const [fields, setFields] = useState(EMPTY);
  const [slugTouched, setSlugTouched] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/tenants", {
          body: {
            name: fields.name.trim(),
            slug: fields.slug,
            sandbox: fields.sandbox,
            owner: { email: fields.ownerEmail.trim(), name: fields.ownerName.trim() },
          },
        }),
      ),
    onSuccess: onCreated,
  });
  const { reset } = create;
  useEffect(() => {
    if (open) return;
    reset();
    setFields(EMPTY);
    setSlugTouched(false);
  }, [open, reset]);
  if (create.data) return <Created open={open} created={create.data} onClose={onClose} />;

  const error = create.error ? explain(create.error, t("tenants.kept")) : undefined;
  const fault = (name: string) => error?.fields[name];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Dialog
      open={open}
      busy={create.isPending}
      onOpenChange={(next) => !next && onClose()}
      title={t("tenants.create")}
      description={t("tenants.createText")}
      footer={
        <>
          <Button onClick={onClose} disabled={create.isPending}>
            {t("ui.cancel")}
          </Button>
          <Button type="submit" form="create-tenant" variant="primary" busy={create.isPending}>
            {t("tenants.create")}
          </Button>
        </>
      }
    >
      <form id="create-tenant" onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("tenants.name")} error={fault("name")}>
          <Input
            dir="auto"
            required
            maxLength={120}
            value={fields.name}
            onChange={(event) =>
              setFields({ ...fields, name: event.target.value, slug: slugTouched ? fields.slug : slugOf(event.target.value) })
            }
          />
        </Field>
        <Field label={t("tenants.slug")} hint={t("tenants.slugHint", { slug: fields.slug || "…" })} error={fault("slug")}>
          <Input
            dir="ltr"
            required
            pattern="[a-z0-9][a-z0-9\-]*"
            maxLength={40}
            value={fields.slug}
            onChange={(event) => {
              setSlugTouched(true);
              setFields({ ...fields, slug: event.target.value });
            }}
          />
        </Field>
        <Field label={t("tenants.ownerName")} error={fault("owner.name")}>
          <Input
            dir="auto"
            required
            value={fields.ownerName}
            onChange={(event) => setFields({ ...fields, ownerName: event.target.value })}
          />
        </Field>
        <Field label={t("tenants.ownerEmail")} hint={t("tenants.ownerHint")} error={fault("owner.email")}>
          <Input
            dir="ltr"
            type="email"
            required
            value={fields.ownerEmail}
            onChange={(event) => setFields({ ...fields, ownerEmail: event.target.value })}
          />
        </Field>
        <Checkbox
          label={t("tenants.sandbox")}
          hint={t("tenants.sandboxHint")}
          checked={fields.sandbox}
          onChange={(event) => setFields({ ...fields, sandbox: event.target.checked })}
        />
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}

function Created({ open, created, onClose }: { open: boolean; created: TenantCreated; onClose: () => void }) {
  const t = useT();
  const { tenant, owner } = created;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title={t("tenants.createdTitle", { name: tenant.name })}
      footer={
        <Button variant="primary" onClick={onClose}>
          {t("tenants.handedOver")}
        </Button>
      }
    >
      <div className="flex flex-col gap-4">
        <KeyValues
          entries={[
            { name: t("tenants.slug"), value: <code className="font-mono text-xs">{tenant.slug}</code> },
            { name: t("tenants.ownerEmail"), value: <bdi>{owner.email}</bdi> },
          ]}
        />
        {owner.password ? (
          <>
            <Notice tone="warning">{t("tenants.passwordOnce")}</Notice>
            <CodeBlock label={t("tenants.password")} text={owner.password} />
          </>
        ) : (
          <Notice tone="info">{t("tenants.knownOwner", { email: owner.email })}</Notice>
        )}
      </div>
    </Dialog>
  );
}
