import { Button, Dialog, ErrorNotice, explain, Field, Input, toast } from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { RoleSelect } from "../../shared/role-select";
import { rolesQuery } from "../../shared/roles";
import { type Permission, useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { LinkDialog } from "./link-dialog";
import { invitationsQuery } from "./queries";

/** Asks whom to invite as what; with mail off it shows the link afterwards. */
export function InviteDialog({ open, slug, onClose }: { open: boolean; slug: string; onClose: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const { can } = useTenant();
  const [email, setEmail] = useState("");
  const [chosen, setChosen] = useState<string>();
  const roles = useQuery({ ...rolesQuery(slug), enabled: open });
  const givable = roles.data?.items.filter((role) => role.permissions.every((one) => can(one as Permission)));
  const usual = givable?.find((role) => role.builtin && role.name === "agent") ?? givable?.[0];
  const roleId = chosen ?? usual?.id ?? "";
  const invite = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/invitations", {
          params: { path: { slug } },
          body: { email: email.trim(), role_id: roleId },
        }),
      ),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: invitationsQuery(slug).queryKey });
      if (made.link) return;
      toast({ text: t("invitations.sent", { email: email.trim() }) });
      onClose();
    },
  });
  const { reset } = invite;
  useEffect(() => {
    if (open) return;
    reset();
    setEmail("");
    setChosen(undefined);
  }, [open, reset]);
  if (open && invite.data?.link) return <LinkDialog email={email.trim()} link={invite.data.link} onClose={onClose} />;
  const error = invite.error ? explain(invite.error, t("invitations.kept")) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Dialog
      open={open}
      busy={invite.isPending}
      onOpenChange={(next) => !next && onClose()}
      title={t("team.invite")}
      footer={
        <>
          <Button onClick={onClose} disabled={invite.isPending}>
            {t("ui.cancel")}
          </Button>
          <Button type="submit" form="invite" variant="primary" busy={invite.isPending} disabled={!roleId}>
            {t("invitations.send")}
          </Button>
        </>
      }
    >
      <form id="invite" onSubmit={submit} className="flex flex-col gap-4">
        <Field label={t("invitations.email")} error={error?.fields.email}>
          <Input
            type="email"
            required
            maxLength={254}
            dir="ltr"
            autoComplete="off"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <RoleSelect
          label={t("team.role")}
          roles={roles.data?.items}
          value={roleId}
          onChange={setChosen}
          error={error?.fields.role_id}
        />
        {roles.error ? <ErrorNotice error={explain(roles.error)} onRetry={() => void roles.refetch()} /> : null}
        {error ? <ErrorNotice error={error} /> : null}
      </form>
    </Dialog>
  );
}
