import "../../messages/settings";
import { Button, Card, ErrorNotice, explain, Field, Input, KeyValues, LoadingRegion, Page, Skeleton, toast } from "@parlance/ui";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useMe } from "../../shared/session";
import { SessionList } from "../../shared/session-list";
import { useT } from "../../shared/texts";

const mySessionsQuery = queryOptions({
  queryKey: ["me", "sessions"],
  queryFn: () => unwrap(api.GET("/v1/me/sessions")),
});

/** The person's own password and sessions. */
export function AccountPage() {
  const t = useT();
  const me = useMe();
  return (
    <Page title={t("account.title")}>
      <div className="flex max-w-160 flex-col gap-4">
        <Card title={t("account.you")}>
          <KeyValues
            entries={[
              { name: t("account.name"), value: <bdi>{me.user.name}</bdi> },
              { name: t("account.email"), value: <bdi>{me.user.email}</bdi> },
            ]}
          />
        </Card>
        <PasswordCard email={me.user.email} />
        <SessionsCard />
      </div>
    </Page>
  );
}

function PasswordCard({ email }: { email: string }) {
  const t = useT();
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/me/password", { body: { current_password: current, new_password: next } })),
    onSuccess: () => {
      toast({ text: t("account.passwordChanged") });
      setCurrent("");
      setNext("");
      void client.invalidateQueries({ queryKey: mySessionsQuery.queryKey });
    },
  });
  const error = change.error ? explain(change.error, t("account.passwordKept")) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Card title={t("account.password")}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
        <Field label={t("account.current")} error={error?.fields.current_password}>
          <Input
            type="password"
            autoComplete="current-password"
            required
            dir="ltr"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </Field>
        <Field label={t("account.new")} hint={t("account.newHint")} error={error?.fields.new_password}>
          <Input
            type="password"
            autoComplete="new-password"
            required
            minLength={12}
            maxLength={256}
            dir="ltr"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </Field>
        {error ? <ErrorNotice error={error} /> : null}
        <div className="flex flex-wrap items-center justify-end gap-3">
          <p className="me-auto text-muted text-xs">{t("account.passwordEffect")}</p>
          <Button type="submit" variant="primary" busy={change.isPending}>
            {t("account.change")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function SessionsCard() {
  const t = useT();
  const client = useQueryClient();
  const sessions = useQuery(mySessionsQuery);
  const fresh = () => void client.invalidateQueries({ queryKey: mySessionsQuery.queryKey });
  const end = useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE("/v1/me/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSuccess: fresh,
  });
  const endOthers = useMutation({
    mutationFn: () => unwrap(api.DELETE("/v1/me/sessions")),
    onSuccess: () => {
      toast({ text: t("sessions.othersEnded") });
      fresh();
    },
  });
  const rows = sessions.data?.items;
  const failure = end.error ?? endOthers.error;
  return (
    <Card
      title={t("sessions.title")}
      actions={
        rows && rows.length > 1 ? (
          <Button size="sm" busy={endOthers.isPending} onClick={() => endOthers.mutate()}>
            {t("sessions.endOthers")}
          </Button>
        ) : undefined
      }
    >
      <div className="flex flex-col gap-3">
        {failure ? <ErrorNotice error={explain(failure)} /> : null}
        {sessions.isError && !rows ? (
          <ErrorNotice error={explain(sessions.error)} onRetry={() => void sessions.refetch()} />
        ) : rows ? (
          <SessionList
            sessions={rows}
            act={(session) =>
              session.current ? null : (
                <Button size="sm" busy={end.isPending && end.variables === session.id} onClick={() => end.mutate(session.id)}>
                  {t("sessions.end")}
                </Button>
              )
            }
          />
        ) : (
          <LoadingRegion className="flex flex-col gap-2">
            <Skeleton className="h-9" />
            <Skeleton className="h-9" />
          </LoadingRegion>
        )}
      </div>
    </Card>
  );
}
