import "../../messages/settings";
import type { Role } from "@parlance/api-client-tenant";
import {
  Badge,
  Button,
  buttonClass,
  ConfirmDialog,
  EmptyState,
  ErrorNotice,
  explain,
  Field,
  Input,
  LoadingRegion,
  Notice,
  Skeleton,
  toast,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { PermissionChoices } from "../../shared/permission-choices";
import { roleName } from "../../shared/role-name";
import { rolesQuery } from "../../shared/roles";
import { meQuery, type Permission, useTenant } from "../../shared/session";
import { SettingsPage } from "../../shared/settings-page";
import { useT } from "../../shared/texts";

/** A role that does not exist yet. */
export function NewRolePage() {
  const t = useT();
  return (
    <SettingsPage title={t("roles.create")}>
      <RoleForm />
    </SettingsPage>
  );
}

/** One role; built-in ones are read only. */
export function RolePage() {
  const t = useT();
  const { slug } = useTenant();
  const { roleId } = useParams({ from: "/t/$slug/settings/roles/$roleId" });
  const roles = useQuery(rolesQuery(slug));
  const role = roles.data?.items.find((entry) => entry.id === roleId);
  return (
    <SettingsPage title={role ? roleName(role.name) : t("roles.title")}>
      {roles.isError && !roles.data ? (
        <ErrorNotice error={explain(roles.error)} onRetry={() => void roles.refetch()} />
      ) : role ? (
        <RoleForm key={role.id} role={role} />
      ) : roles.data ? (
        <EmptyState
          title={t("roles.gone")}
          action={
            <Link to="/t/$slug/settings/roles" params={{ slug }} className={buttonClass("primary")}>
              {t("roles.all")}
            </Link>
          }
        />
      ) : (
        <LoadingRegion className="flex max-w-160 flex-col gap-4">
          <Skeleton className="h-14" />
          <Skeleton className="h-96" />
        </LoadingRegion>
      )}
    </SettingsPage>
  );
}

function useSaved(): (text: string) => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { slug } = useTenant();
  return (text) => {
    toast({ text });
    void client.invalidateQueries({ queryKey: rolesQuery(slug).queryKey });
    void client.invalidateQueries({ queryKey: ["t", slug, "members"] });
    void client.invalidateQueries({ queryKey: meQuery.queryKey });
    void navigate({ to: "/t/$slug/settings/roles", params: { slug } });
  };
}

function RoleForm({ role }: { role?: Role }) {
  const t = useT();
  const { slug, can } = useTenant();
  const saved = useSaved();
  const [name, setName] = useState(role ? (role.builtin ? roleName(role.name) : role.name) : "");
  const [permissions, setPermissions] = useState((role?.permissions ?? []) as Permission[]);
  const beyond = role ? role.permissions.some((permission) => !can(permission as Permission)) : false;
  const fixed = Boolean(role?.builtin) || beyond || !can("roles:manage");
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), permissions };
      return role
        ? unwrap(api.PUT("/v1/t/{slug}/roles/{role_id}", { params: { path: { slug, role_id: role.id } }, body }))
        : unwrap(api.POST("/v1/t/{slug}/roles", { params: { path: { slug } }, body }));
    },
    onSuccess: (made) => saved(t("roles.saved", { name: made.name })),
  });
  const error = save.error ? explain(save.error, t("roles.kept")) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit} className="flex max-w-160 flex-col gap-5">
      {role?.builtin ? <Notice title={t("roles.builtin")}>{t("roles.builtinText")}</Notice> : null}
      {beyond && !role?.builtin ? <Notice>{t("roles.beyondText")}</Notice> : null}
      {role && !role.builtin && !fixed ? (
        <p className="text-muted text-sm">{t("roles.atOnce", { count: role.members })}</p>
      ) : null}
      {role?.builtin ? null : (
        <Field label={t("roles.name")} error={error?.fields.name}>
          <Input
            required
            maxLength={60}
            dir="auto"
            disabled={fixed}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
      )}
      <PermissionChoices legend={t("roles.may")} chosen={permissions} onChange={setPermissions} readOnly={fixed} />
      {error ? <ErrorNotice error={error} /> : null}
      {fixed ? null : (
        <div className="flex flex-wrap items-center justify-end gap-2">
          {role ? <DeleteRole role={role} /> : null}
          <Link to="/t/$slug/settings/roles" params={{ slug }} className={buttonClass()}>
            {t("ui.cancel")}
          </Link>
          <Button type="submit" variant="primary" busy={save.isPending}>
            {role ? t("roles.save") : t("roles.create")}
          </Button>
        </div>
      )}
    </form>
  );
}

function DeleteRole({ role }: { role: Role }) {
  const t = useT();
  const { slug } = useTenant();
  const saved = useSaved();
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE("/v1/t/{slug}/roles/{role_id}", { params: { path: { slug, role_id: role.id } } })),
    onSuccess: () => saved(t("roles.deleted", { name: role.name })),
  });
  if (role.members > 0) return <Badge className="me-auto">{t("roles.inUse", { count: role.members })}</Badge>;
  return (
    <>
      <Button className="me-auto" onClick={() => setAsked(true)}>
        {t("roles.delete")}
      </Button>
      <ConfirmDialog
        open={asked}
        danger
        onOpenChange={setAsked}
        title={t("roles.deleteNamed", { name: role.name })}
        effect={<p>{t("roles.deleteEffect", { name: role.name })}</p>}
        action={t("roles.delete")}
        busy={remove.isPending}
        error={remove.error ? <ErrorNotice error={explain(remove.error)} /> : undefined}
        onConfirm={() => remove.mutate()}
      />
    </>
  );
}
