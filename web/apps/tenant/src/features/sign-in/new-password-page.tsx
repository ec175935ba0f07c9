import "../../messages/settings";
import { ApiError, Button, buttonClass, ErrorNotice, explain, Field, Input } from "@parlance/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { linkToken } from "../../shared/link-token";
import { OutsideCard } from "../../shared/outside-card";
import { useT } from "../../shared/texts";

/** Where a person chooses a new password by the link of a mail. */
export function NewPasswordPage() {
  const t = useT();
  const client = useQueryClient();
  const [token] = useState(linkToken);
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/password-reset/complete", { body: { token, new_password: password } })),
    onSuccess: () => client.clear(),
  });
  if (reset.isSuccess)
    return (
      <OutsideCard title={t("newPassword.doneTitle")}>
        <p className="text-sm">{t("newPassword.doneText")}</p>
        <Link to="/sign-in" className={buttonClass("primary")}>
          {t("signIn.title")}
        </Link>
      </OutsideCard>
    );
  if (reset.error instanceof ApiError && reset.error.status === 404)
    return (
      <OutsideCard title={t("newPassword.goneTitle")}>
        <p className="text-muted text-sm">{t("newPassword.goneText")}</p>
        <Link to="/forgot-password" className={buttonClass("primary")}>
          {t("newPassword.askAgain")}
        </Link>
      </OutsideCard>
    );
  const error = reset.error ? explain(reset.error, t("account.passwordKept")) : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reset.mutate();
  };
  return (
    <OutsideCard title={t("newPassword.title")} onSubmit={submit} foot={<Link to="/sign-in">{t("forgot.back")}</Link>}>
      <p className="text-muted text-sm">{t("newPassword.text")}</p>
      {error ? <ErrorNotice error={error} /> : null}
      <Field label={t("account.new")} hint={t("account.newHint")} error={error?.fields.new_password}>
        <Input
          type="password"
          required
          autoFocus
          minLength={12}
          maxLength={256}
          dir="ltr"
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <Button type="submit" variant="primary" busy={reset.isPending}>
        {t("newPassword.set")}
      </Button>
    </OutsideCard>
  );
}
