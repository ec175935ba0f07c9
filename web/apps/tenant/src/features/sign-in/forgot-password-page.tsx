import "../../messages/settings";
import { Button, ErrorNotice, explain, Field, Input, Notice } from "@parlance/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { installationQuery } from "../../shared/installation";
import { OutsideCard } from "../../shared/outside-card";
import { useT } from "../../shared/texts";

/** Where a person asks for a new password. */
export function ForgotPasswordPage() {
  const t = useT();
  const [email, setEmail] = useState("");
  const installation = useQuery(installationQuery);
  const ask = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/password-reset", { body: { email: email.trim() } })),
  });
  const back = <Link to="/sign-in">{t("forgot.back")}</Link>;
  if (ask.isSuccess)
    return (
      <OutsideCard title={t("forgot.sentTitle")} foot={back}>
        <p className="text-sm">{t("forgot.sentText", { email: email.trim() })}</p>
        <p className="text-muted text-sm">{t("forgot.sentHint")}</p>
        <Button onClick={() => ask.reset()}>{t("forgot.again")}</Button>
      </OutsideCard>
    );
  if (installation.data && !installation.data.mail)
    return (
      <OutsideCard title={t("forgot.title")} foot={back}>
        <Notice tone="warning" title={t("settings.mailOff")}>
          {t("forgot.mailOff")}
        </Notice>
      </OutsideCard>
    );
  const error = ask.error ? explain(ask.error) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    ask.mutate();
  };
  return (
    <OutsideCard title={t("forgot.title")} onSubmit={submit} foot={back}>
      <p className="text-muted text-sm">{t("forgot.text")}</p>
      {error ? <ErrorNotice error={error} /> : null}
      <Field label={t("signIn.email")} error={error?.fields.email}>
        <Input
          type="email"
          required
          autoFocus
          dir="ltr"
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="primary" busy={ask.isPending}>
        {t("forgot.send")}
      </Button>
    </OutsideCard>
  );
}
