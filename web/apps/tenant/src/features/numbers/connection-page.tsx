import "../../messages/setup";
import type { Connection } from "@parlance/api-client-tenant";
import {
  Button,
  buttonClass,
  Card,
  ErrorNotice,
  explain,
  Field,
  Input,
  Notice,
  Page,
  RelativeTime,
  Skeleton,
  type Step,
  StepLog,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useTenant } from "../../shared/session";
import { serverWord, useT } from "../../shared/texts";
import { PinAndTest, recipient } from "./pin-and-test";
import { ProveNumber } from "./prove-number";
import { connectionQuery } from "./queries";

/** The second half of the wizard: what was done, what failed and how to mend it. */
export function ConnectionPage() {
  const t = useT();
  const { slug, can } = useTenant();
  const { connectionId } = useParams({ from: "/t/$slug/numbers/connect/$connectionId" });
  const connection = useQuery(connectionQuery(slug, connectionId));
  return (
    <Page
      title={t("connect.log")}
      back={
        <Link to="/t/$slug/numbers" params={{ slug }} className={buttonClass("ghost", "-ms-2 text-muted")}>
          <ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />
          {t("nav.numbers")}
        </Link>
      }
    >
      <div className="flex max-w-150 flex-col gap-4">
        {connection.isError && !connection.data ? (
          <ErrorNotice error={explain(connection.error)} onRetry={() => void connection.refetch()} />
        ) : null}
        {connection.data ? (
          <>
            <Outcome slug={slug} connection={connection.data} />
            <Card title={t("connect.steps")}>
              <StepLog label={t("connect.steps")} steps={stepsOf(connection.data)} />
            </Card>
            {connection.data.state === "failed" && can("numbers:manage") ? (
              <>
                {failedAt(connection.data, "number", "register") ? (
                  <ProveNumber slug={slug} connectionId={connection.data.id} />
                ) : null}
                <Resume slug={slug} connection={connection.data} />
              </>
            ) : null}
          </>
        ) : connection.isPending ? (
          <Skeleton className="h-60" />
        ) : null}
      </div>
    </Page>
  );
}

function failedAt(connection: Connection, ...names: string[]): boolean {
  return connection.steps.some((step) => step.state === "failed" && names.includes(step.step));
}

function stateOf(word: string, atWork: boolean): Step["state"] {
  if (word === "done" || word === "failed") return word;
  return atWork ? "running" : "waiting";
}

function stepsOf(connection: Connection): Step[] {
  const firstOpen = connection.steps.findIndex((step) => step.state === "pending");
  return connection.steps.map((step, index) => ({
    key: step.step,
    title: serverWord("connectStep", step.step),
    state: stateOf(step.state, connection.state === "running" && index === firstOpen),
    detail: step.detail ?? undefined,
    time: step.state === "pending" ? undefined : <RelativeTime at={step.at} />,
  }));
}

function Outcome({ slug, connection }: { slug: string; connection: Connection }) {
  const t = useT();
  if (connection.state === "running") return <Notice tone="info">{t("connect.running")}</Notice>;
  if (connection.state === "failed") {
    return (
      <Notice tone="danger" title={t("connect.failed")}>
        {t("connect.failedText")}
      </Notice>
    );
  }
  return (
    <Notice
      tone="success"
      title={t("connect.done")}
      action={
        connection.phone_number_id ? (
          <Link to="/t/$slug/numbers/$numberId" params={{ slug, numberId: connection.phone_number_id }} className={buttonClass()}>
            {t("connect.open")}
          </Link>
        ) : undefined
      }
    >
      {t("connect.doneText")}
    </Notice>
  );
}

function Resume({ slug, connection }: { slug: string; connection: Connection }) {
  const t = useT();
  const client = useQueryClient();
  const [token, setToken] = useState("");
  const [extra, setExtra] = useState({ pin: "", test_to: "" });
  const resume = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/connections/{connection_id}/resume", {
          params: { path: { slug, connection_id: connection.id } },
          body: {
            access_token: token.trim() || undefined,
            pin: extra.pin.trim() || undefined,
            test_to: recipient(extra.test_to),
          },
        }),
      ),
    onSuccess: (fresh) => {
      client.setQueryData(connectionQuery(slug, connection.id).queryKey, fresh);
      void client.invalidateQueries({ queryKey: ["t", slug, "numbers"] });
    },
  });
  return (
    <Card title={t("connect.resumeTitle")}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          resume.mutate();
        }}
      >
        <Field label={t("connect.newToken")} hint={t("connect.newTokenHint")} optional>
          <Input dir="ltr" type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
        </Field>
        <PinAndTest
          fields={extra}
          errors={resume.error ? explain(resume.error).fields : undefined}
          onChange={(change) => setExtra({ ...extra, ...change })}
        />
        {resume.error ? <ErrorNotice error={explain(resume.error)} /> : null}
        <Button type="submit" variant="primary" busy={resume.isPending} className="self-start">
          {t("connect.resume")}
        </Button>
      </form>
    </Card>
  );
}
