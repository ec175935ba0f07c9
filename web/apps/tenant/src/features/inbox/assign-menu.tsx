import type { Conversation, Person } from "@parlance/api-client-tenant";
import { Avatar, Button, Menu, MenuItem, MenuLabel, MenuSeparator } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Check, UserRound, UserRoundX } from "lucide-react";
import { useMe } from "../../shared/session";
import { useT } from "../../shared/texts";
import { assigneesQuery } from "./queries";

type AssignProps = {
  slug: string;
  conversation: Conversation;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onAssign: (to: Person | null) => void;
};

/** Whose the conversation is, and to whom it can be given. */
export function AssignMenu({ slug, conversation, open, onOpenChange, onAssign }: AssignProps) {
  const t = useT();
  const { user } = useMe();
  const people = useQuery({ ...assigneesQuery(slug), enabled: open });
  const { assignee } = conversation;
  const others = people.data?.items.filter((person) => person.id !== user.id) ?? [];
  const mark = (own: boolean) => (own ? <Check size={14} role="img" aria-label={t("work.current")} /> : undefined);
  return (
    <Menu
      align="end"
      open={open}
      onOpenChange={onOpenChange}
      trigger={
        <Button
          aria-label={assignee ? t("work.assignedTo", { name: assignee.name }) : t("work.assign")}
          className="max-w-36 max-lg:size-8 max-lg:p-0 max-md:size-11"
          icon={
            assignee ? (
              <Avatar name={assignee.name} id={assignee.id} size={18} />
            ) : (
              <UserRound size={15} aria-hidden className="shrink-0" />
            )
          }
        >
          <bdi className="truncate max-lg:sr-only">{assignee ? assignee.name : t("work.assign")}</bdi>
        </Button>
      }
    >
      <MenuItem
        icon={<Avatar name={user.name} id={user.id} size={18} />}
        onSelect={() => onAssign({ id: user.id, name: user.name })}
        hint={mark(assignee?.id === user.id)}
      >
        {t("work.me")}
      </MenuItem>
      <MenuItem icon={<UserRoundX size={16} aria-hidden />} onSelect={() => onAssign(null)} hint={mark(!assignee)}>
        {t("work.nobody")}
      </MenuItem>
      {others.length > 0 ? (
        <>
          <MenuSeparator />
          <MenuLabel>{t("work.team")}</MenuLabel>
        </>
      ) : null}
      {others.map((person) => (
        <MenuItem
          key={person.id}
          icon={<Avatar name={person.name} id={person.id} size={18} />}
          onSelect={() => onAssign(person)}
          hint={mark(assignee?.id === person.id)}
        >
          <bdi>{person.name}</bdi>
        </MenuItem>
      ))}
    </Menu>
  );
}
