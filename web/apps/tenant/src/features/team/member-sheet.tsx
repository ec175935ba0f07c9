import type { Member } from "@parlance/api-client-tenant";
import { Button, ConfirmDialog, Dialog, ErrorNotice, explain, LoadingRegion, Skeleton, toast } from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { roleName } from "../../shared/role-name";
import { RoleSelect } from "../../shared/role-select";
import { rolesQuery } from "../../shared/roles";
import { meQuery, type Permission, useMe, useTenant } from "../../shared/session";
import { SessionList } from "../../shared/session-list";
import { useT } from "../../shared/texts";
import { memberSessionsQuery } from "./queries";

type SheetProps = { slug: string; member: Member; onClose: () => void };

/** One member: role, sessions, and the way out. */
export function MemberSheet({ slug, member, onClose }: SheetProps) {
  const t = useT();
  const { can } = useTenant();
  const roles = useQuery(rolesQuery(slug));
  const role = roles.data?.items.find((entry) => entry.id === member.role.id);
  const beyond = role ? !role.permissions.every((permission) => can(permission as Permission)) : false;
  return (
    <Dialog
      open
      side
      onOpenChange={(open) => !open && onClose()}
      title={member.user.name}
      description={<bdi>{member.user.email}</bdi>}
    >
      <div className="flex flex-col gap-6">
        {roles.error ? <ErrorNotice error={explain(roles.error)} onRetry={() => void roles.refetch()} /> : null}
        {beyond ? (
          <p className="text-muted text-sm">{t("team.beyond", { role: roleName(member.role.name) })}</p>
        ) : (
          <RoleChange slug={slug} member={member} />
        )}
        <Sessions slug={slug} member={member} fixed={beyond} />
        {beyond ? null : <Removal slug={slug} member={member} onGone={onClose} />}
      </div>
    </Dialog>
  );
}

function RoleChange({ slug, member }: { slug: string; member: Member }) {
  const t = useT();
  const client = useQueryClient();
  const roles = useQuery(rolesQuery(slug));
  const [roleId, setRoleId] = useState(member.role.id);
  const change = useMutation({
    mutationFn: () =>
      unwrap(
        api.PATCH("/v1/t/{slug}/members/{user_id}", {
          params: { path: { slug, user_id: member.user.id } },
          body: { role_id: roleId },
        }),
      ),
    onSuccess: (changed) => {
      toast({ text: t("team.roleChanged", { name: member.user.name, role: roleName(changed.role.name) }) });
      void client.invalidateQueries({ queryKey: ["t", slug, "members"] });
      void client.invalidateQueries({ queryKey: rolesQuery(slug).queryKey });
      void client.invalidateQueries({ queryKey: meQuery.queryKey });
    },
  });
  const error = change.error ? explain(change.error, t("team.roleKept")) : undefined;
  return (
    <div className="flex flex-col gap-3">
      <RoleSelect
        label={t("team.role")}
        roles={roles.data?.items}
        value={roleId}
        onChange={setRoleId}
        error={error?.fields.role_id}
      />
      {error ? <ErrorNotice error={error} /> : null}
      <div className="flex justify-end">
        <Button variant="primary" disabled={roleId === member.role.id} busy={change.isPending} onClick={() => change.mutate()}>
          {t("team.changeRole")}
        </Button>
      </div>
    </div>
  );
}

function Sessions({ slug, member, fixed }: { slug: string; member: Member; fixed: boolean }) {
  const t = useT();
  const client = useQueryClient();
  const sessions = useQuery(memberSessionsQuery(slug, member.user.id));
  const signOut = useMutation({
    mutationFn: () =>
      unwrap(
        api.DELETE("/v1/t/{slug}/members/{user_id}/sessions", {
          params: { path: { slug, user_id: member.user.id } },
        }),
      ),
    onSuccess: () => {
      toast({ text: t("team.signedOut", { name: member.user.name }) });
      void client.invalidateQueries({ queryKey: memberSessionsQuery(slug, member.user.id).queryKey });
    },
  });
  const rows = sessions.data?.items;
  return (
    <section aria-labelledby="member-sessions" className="flex flex-col gap-3">
      <h3 id="member-sessions" className="font-semibold text-sm">
        {t("sessions.title")}
      </h3>
      {sessions.isError && !rows ? (
        <ErrorNotice error={explain(sessions.error)} onRetry={() => void sessions.refetch()} />
      ) : rows ? (
        rows.length ? (
          <SessionList sessions={rows} />
        ) : (
          <p className="text-muted text-sm">{t("team.notSignedIn")}</p>
        )
      ) : (
        <LoadingRegion className="flex flex-col gap-2">
          <Skeleton className="h-9" />
          <Skeleton className="h-9" />
        </LoadingRegion>
      )}
      {signOut.error ? <ErrorNotice error={explain(signOut.error)} /> : null}
      {rows?.length && !fixed ? (
        <div className="flex justify-end">
          <Button busy={signOut.isPending} onClick={() => signOut.mutate()}>
            {t("team.signOut")}
          </Button>
        </div>
      ) : null}
    </section>
  );
}

function Removal({ slug, member, onGone }: { slug: string; member: Member; onGone: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const me = useMe();
  const { membership } = useTenant();
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/v1/t/{slug}/members/{user_id}", { params: { path: { slug, user_id: member.user.id } } })),
    onSuccess: () => {
      toast({ text: t("team.removed", { name: member.user.name }) });
      void client.invalidateQueries({ queryKey: ["t", slug, "members"] });
      onGone();
    },
  });
  const self = member.user.id === me.user.id;
  const words = { name: member.user.name, tenant: membership.tenant.name };
  return (
    <div className="border-t pt-4">
      <Button variant="danger" onClick={() => setAsked(true)}>
        {self ? t("team.leave") : t("team.remove")}
      </Button>
      <ConfirmDialog
        open={asked}
        danger
        onOpenChange={setAsked}
        title={self ? t("team.leaveNamed", { tenant: words.tenant }) : t("team.removeNamed", { name: words.name })}
        effect={<p>{self ? t("team.leaveEffect", { tenant: words.tenant }) : t("team.removeEffect", words)}</p>}
        action={self ? t("team.leave") : t("team.remove")}
        busy={remove.isPending}
        error={remove.error ? <ErrorNotice error={explain(remove.error)} /> : undefined}
        onConfirm={() => remove.mutate()}
      />
    </div>
  );
}
