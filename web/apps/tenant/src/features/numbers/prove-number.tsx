import { Button, Card, currentLocale, ErrorNotice, explain, Field, Input, Notice, Select } from "@parlance/ui";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useT } from "../../shared/texts";

const CODE_LANGUAGE: Record<string, string> = { ar: "ar", de: "de", es: "es", fr: "fr", pt: "pt_BR" };

function codeLanguage(): string {
  return CODE_LANGUAGE[currentLocale().slice(0, 2)] ?? "en_US";
}

/** Proves a number by a code that WhatsApp sends to it. */
export function ProveNumber({ slug, connectionId }: { slug: string; connectionId: string }) {
  const t = useT();
  const [method, setMethod] = useState<"sms" | "voice">("sms");
  const [code, setCode] = useState("");
  const path = { path: { slug, connection_id: connectionId } };
  const ask = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/connections/{connection_id}/request-code", {
          params: path,
          body: { method, language: codeLanguage() },
        }),
      ),
  });
  const verify = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/connections/{connection_id}/verify-code", {
          params: path,
          body: { code: code.replace(/\D/g, "") },
        }),
      ),
  });
  const problem = ask.error ?? verify.error;
  return (
    <Card title={t("prove.title")}>
      <div className="flex flex-col gap-4">
        <p className="text-muted text-sm">{t("prove.text")}</p>
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate();
          }}
        >
          <Field label={t("prove.method")}>
            <Select value={method} onChange={(event) => setMethod(event.target.value === "voice" ? "voice" : "sms")}>
              <option value="sms">{t("prove.sms")}</option>
              <option value="voice">{t("prove.voice")}</option>
            </Select>
          </Field>
          <Button type="submit" busy={ask.isPending}>
            {t("prove.request")}
          </Button>
          {ask.isSuccess ? (
            <span role="status" className="basis-full text-muted text-sm">
              {t("prove.requested")}
            </span>
          ) : null}
        </form>
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            verify.mutate();
          }}
        >
          <Field label={t("prove.code")}>
            <Input
              dir="ltr"
              inputMode="numeric"
              autoComplete="one-time-code"
              required
              maxLength={8}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          </Field>
          <Button type="submit" busy={verify.isPending}>
            {t("prove.verify")}
          </Button>
        </form>
        {verify.isSuccess ? <Notice tone="success">{t("prove.verified")}</Notice> : null}
        {problem ? <ErrorNotice error={explain(problem)} /> : null}
      </div>
    </Card>
  );
}
