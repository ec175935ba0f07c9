import "../../messages/settings";
import type { Member } from "@parlance/api-client-tenant";
import { Avatar, Badge, Button, EmptyState, ErrorNotice, explain, RelativeTime, Table } from "@parlance/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { UserPlus, Users } from "lucide-react";
import { membersQuery } from "../../shared/members";
import { roleName } from "../../shared/role-name";
import { useMe, useTenant } from "../../shared/session";
import { SettingsPage } from "../../shared/settings-page";
import { useT } from "../../shared/texts";
import { Invitations } from "./invitations";
import { InviteDialog } from "./invite-dialog";
import { MemberSheet } from "./member-sheet";

/** Who works in the tenant, and who is invited. */
export function TeamPage() {
  const t = useT();
  const { slug, can } = useTenant();
  const me = useMe();
  const search = useSearch({ from: "/t/$slug/settings/team" });
  const navigate = useNavigate({ from: "/t/$slug/settings/team" });
  const members = useInfiniteQuery(membersQuery(slug));
  const rows = members.data?.pages.flatMap((page) => page.items);
  const open = rows?.find((row) => row.user.id === search.member);
  const close = () => void navigate({ search: {}, replace: true });
  return (
    <SettingsPage
      title={t("team.title")}
      actions={
        can("team:manage") ? (
          <Button
            variant="primary"
            icon={<UserPlus size={14} aria-hidden />}
            onClick={() => void navigate({ search: { invite: true } })}
          >
            {t("team.invite")}
          </Button>
        ) : undefined
      }
    >
      <div className="flex flex-col gap-6">
        {members.isError && !members.data ? (
          <ErrorNotice error={explain(members.error)} onRetry={() => void members.refetch()} />
        ) : (
          <Table
            label={t("team.members")}
            rows={rows}
            rowKey={(row) => row.user.id}
            selectedKey={search.member}
            hasMore={members.hasNextPage}
            loadingMore={members.isFetchingNextPage}
            onLoadMore={() => void members.fetchNextPage()}
            empty={
              <EmptyState icon={<Users size={20} aria-hidden />} title={t("team.members")}>
                {t("team.empty")}
              </EmptyState>
            }
            columns={[
              {
                key: "person",
                head: t("team.person"),
                cell: (row) => (
                  <PersonCell member={row} me={me.user.id} onOpen={() => void navigate({ search: { member: row.user.id } })} />
                ),
              },
              { key: "role", head: t("team.role"), cell: (row) => <Badge>{roleName(row.role.name)}</Badge> },
              {
                key: "seen",
                head: t("team.lastSeen"),
                hideBelow: "md",
                cell: (row) => (row.last_seen_at ? <RelativeTime at={row.last_seen_at} /> : t("team.neverSeen")),
              },
              {
                key: "joined",
                head: t("team.joined"),
                hideBelow: "lg",
                cell: (row) => <RelativeTime at={row.joined_at} className="text-muted" />,
              },
            ]}
          />
        )}
        <Invitations slug={slug} />
      </div>
      <InviteDialog open={search.invite === true} slug={slug} onClose={close} />
      {open && can("team:manage") ? <MemberSheet key={open.user.id} slug={slug} member={open} onClose={close} /> : null}
    </SettingsPage>
  );
}

function PersonCell({ member, me, onOpen }: { member: Member; me: string; onOpen: () => void }) {
  const t = useT();
  const { can } = useTenant();
  const name = (
    <>
      <bdi>{member.user.name}</bdi>
      {member.user.id === me ? <span className="font-normal text-muted"> · {t("team.you")}</span> : null}
    </>
  );
  return (
    <span className="flex items-center gap-3">
      <Avatar name={member.user.name} id={member.user.id} size={28} />
      <span className="min-w-0">
        {can("team:manage") ? (
          <button
            type="button"
            onClick={onOpen}
            className="block text-start font-semibold after:absolute after:inset-0 hover:underline"
          >
            {name}
          </button>
        ) : (
          <span className="block font-semibold">{name}</span>
        )}
        <bdi className="block text-muted text-xs">{member.user.email}</bdi>
      </span>
    </span>
  );
}
