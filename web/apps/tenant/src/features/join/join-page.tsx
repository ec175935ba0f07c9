import "../../messages/settings";
import type { OpenInvitation } from "@parlance/api-client-tenant";
import {
  ApiError,
  Button,
  buttonClass,
  ErrorNotice,
  explain,
  Field,
  Input,
  LoadingRegion,
  RelativeTime,
  Skeleton,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { forgetInvitation, invitationToken } from "../../shared/link-token";
import { OutsideCard } from "../../shared/outside-card";
import { roleName } from "../../shared/role-name";
import { meQuery } from "../../shared/session";
import { useT } from "../../shared/texts";

/** Where an invitation is accepted. */
export function JoinPage() {
  const t = useT();
  const [token] = useState(invitationToken);
  const invitation = useQuery({
    queryKey: ["invitation"],
    queryFn: () => unwrap(api.POST("/v1/invitation", { body: { token } })),
    retry: false,
    gcTime: 0,
  });
  if (invitation.error) {
    const gone = invitation.error instanceof ApiError && invitation.error.status === 404;
    return (
      <OutsideCard title={gone ? t("join.gone") : t("join.title")}>
        {gone ? (
          <p className="text-muted text-sm">{t("join.goneText")}</p>
        ) : (
          <ErrorNotice error={explain(invitation.error)} onRetry={() => void invitation.refetch()} />
        )}
        <Link to="/sign-in" className={buttonClass("secondary")}>
          {t("signIn.title")}
        </Link>
      </OutsideCard>
    );
  }
  if (!invitation.data)
    return (
      <OutsideCard title={t("join.title")}>
        <LoadingRegion className="flex flex-col gap-3">
          <Skeleton className="h-5 w-2/3" />
          <Skeleton className="h-8" />
          <Skeleton className="h-8" />
        </LoadingRegion>
      </OutsideCard>
    );
  return invitation.data.known ? (
    <Known token={token} invitation={invitation.data} />
  ) : (
    <Newcomer token={token} invitation={invitation.data} />
  );
}

type JoinProps = { token: string; invitation: OpenInvitation };

function useAccept(token: string, slug: string) {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (person?: { name: string; password: string }) =>
      unwrap(api.POST("/v1/invitation/accept", { body: { token, ...person } })),
    onSuccess: async (me) => {
      forgetInvitation();
      client.removeQueries({ queryKey: ["t"] });
      client.setQueryData(meQuery.queryKey, me);
      await navigate({ to: "/t/$slug", params: { slug }, replace: true });
    },
  });
}

function Facts({ invitation }: { invitation: OpenInvitation }) {
  const t = useT();
  return (
    <p className="text-muted text-sm">
      {t("join.as", { email: invitation.email, role: roleName(invitation.role) })} · {t("invitations.until")}{" "}
      <RelativeTime at={invitation.expires_at} />
    </p>
  );
}

function Newcomer({ token, invitation }: JoinProps) {
  const t = useT();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useAccept(token, invitation.slug);
  const error = accept.error ? explain(accept.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate({ name: name.trim(), password });
  };
  return (
    <OutsideCard title={t("join.titleOf", { tenant: invitation.tenant })} onSubmit={submit}>
      <Facts invitation={invitation} />
      {error ? <ErrorNotice error={error} /> : null}
      <input type="text" name="username" autoComplete="username" value={invitation.email} readOnly hidden />
      <Field label={t("join.name")} error={error?.fields.name}>
        <Input
          required
          autoFocus
          maxLength={120}
          dir="auto"
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </Field>
      <Field label={t("join.password")} hint={t("account.newHint")} error={error?.fields.password}>
        <Input
          type="password"
          required
          minLength={12}
          maxLength={256}
          dir="ltr"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="primary" busy={accept.isPending}>
        {t("join.accept")}
      </Button>
    </OutsideCard>
  );
}

function Known({ token, invitation }: JoinProps) {
  const t = useT();
  const me = useQuery({ ...meQuery, retry: false });
  const accept = useAccept(token, invitation.slug);
  const mine = me.data?.user.email.toLowerCase() === invitation.email.toLowerCase();
  return (
    <OutsideCard title={t("join.titleOf", { tenant: invitation.tenant })}>
      <Facts invitation={invitation} />
      {accept.error ? <ErrorNotice error={explain(accept.error)} /> : null}
      {mine ? (
        <Button variant="primary" busy={accept.isPending} onClick={() => accept.mutate(undefined)}>
          {t("join.accept")}
        </Button>
      ) : (
        <>
          <p className="text-sm">
            {me.data
              ? t("join.otherPerson", { email: me.data.user.email, wanted: invitation.email })
              : t("join.signInFirst", { email: invitation.email })}
          </p>
          <Link to="/sign-in" search={{ next: "/join" }} className={buttonClass("primary")}>
            {t("join.signIn")}
          </Link>
        </>
      )}
    </OutsideCard>
  );
}
