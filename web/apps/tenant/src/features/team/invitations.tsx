import type { Invitation } from "@parlance/api-client-tenant";
import { Badge, ErrorNotice, explain, IconButton, Menu, MenuItem, RelativeTime, serverNow, Table, toast } from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MailX, MoreHorizontal, Send } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { roleName } from "../../shared/role-name";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { LinkDialog } from "./link-dialog";
import { invitationsQuery } from "./queries";

/** Invitations that wait for their person; nothing when there is none. */
export function Invitations({ slug }: { slug: string }) {
  const t = useT();
  const { can } = useTenant();
  const invitations = useQuery(invitationsQuery(slug));
  const [link, setLink] = useState<{ email: string; link: string }>();
  const rows = invitations.data?.items;
  if (invitations.isError && !rows)
    return <ErrorNotice error={explain(invitations.error)} onRetry={() => void invitations.refetch()} />;
  if (!rows?.length) return null;
  return (
    <section aria-labelledby="invitations" className="flex flex-col gap-2">
      <h2 id="invitations" className="text-base">
        {t("invitations.title")}
      </h2>
      <Table
        label={t("invitations.title")}
        rows={rows}
        rowKey={(row) => row.id}
        empty={null}
        columns={[
          {
            key: "email",
            head: t("invitations.email"),
            className: "max-md:min-w-36",
            cell: (row) => (
              <>
                <bdi className="font-semibold">{row.email}</bdi>
                {row.invited_by ? (
                  <span className="block text-muted text-xs">{t("invitations.by", { name: row.invited_by })}</span>
                ) : null}
              </>
            ),
          },
          { key: "role", head: t("team.role"), hideBelow: "md", cell: (row) => <Badge>{roleName(row.role.name)}</Badge> },
          { key: "state", head: t("invitations.state"), cell: (row) => <State invitation={row} /> },
          {
            key: "acts",
            head: <span className="sr-only">{t("keys.acts")}</span>,
            className: "text-end",
            cell: (row) => (can("team:manage") ? <Acts slug={slug} invitation={row} onLink={setLink} /> : null),
          },
        ]}
      />
      {link ? <LinkDialog {...link} onClose={() => setLink(undefined)} /> : null}
    </section>
  );
}

function State({ invitation }: { invitation: Invitation }) {
  const t = useT();
  const expired = Date.parse(invitation.expires_at) <= serverNow();
  const tone = invitation.mail === "failed" ? "danger" : invitation.mail === "sent" ? "success" : "neutral";
  return (
    <span className="flex flex-col items-start gap-0.5">
      {expired ? (
        <Badge tone="warning">{t("invitations.expired")}</Badge>
      ) : (
        <Badge tone={tone}>{t(`invitations.mail.${invitation.mail}`)}</Badge>
      )}
      <span className="text-muted text-xs">
        {expired ? null : t("invitations.until")} <RelativeTime at={invitation.expires_at} />
      </span>
      {invitation.mail_error ? <span className="text-danger-text text-xs">{invitation.mail_error}</span> : null}
    </span>
  );
}

type ActsProps = {
  slug: string;
  invitation: Invitation;
  onLink: (link: { email: string; link: string }) => void;
};

function Acts({ slug, invitation, onLink }: ActsProps) {
  const t = useT();
  const client = useQueryClient();
  const path = { slug, invitation_id: invitation.id };
  const fresh = () => void client.invalidateQueries({ queryKey: invitationsQuery(slug).queryKey });
  const failed = (error: unknown) => {
    const words = explain(error);
    toast({ tone: "danger", text: words.title, detail: words.detail });
  };
  const resend = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/t/{slug}/invitations/{invitation_id}/resend", { params: { path } })),
    onSuccess: (sent) => {
      if (sent.link) onLink({ email: invitation.email, link: sent.link });
      else toast({ text: t("invitations.resent", { email: invitation.email }) });
      fresh();
    },
    onError: failed,
  });
  const withdraw = useMutation({
    mutationFn: () => unwrap(api.DELETE("/v1/t/{slug}/invitations/{invitation_id}", { params: { path } })),
    onSuccess: () => {
      toast({ text: t("invitations.withdrawn", { email: invitation.email }) });
      fresh();
    },
    onError: failed,
  });
  return (
    <Menu
      align="end"
      trigger={
        <IconButton
          label={t("invitations.acts", { email: invitation.email })}
          icon={<MoreHorizontal size={16} aria-hidden />}
          disabled={resend.isPending || withdraw.isPending}
        />
      }
    >
      <MenuItem icon={<Send size={15} aria-hidden />} onSelect={() => resend.mutate()}>
        {invitation.mail === "none" ? t("invitations.newLink") : t("invitations.resend")}
      </MenuItem>
      <MenuItem danger icon={<MailX size={15} aria-hidden />} onSelect={() => withdraw.mutate()}>
        {t("invitations.withdraw")}
      </MenuItem>
    </Menu>
  );
}
