import type { Diagnosis } from "@parlance/api-client-tenant";
import { Badge, Button, Card, ErrorNotice, explain, Notice, Progress } from "@parlance/ui";
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, Stethoscope, TriangleAlert, XCircle } from "lucide-react";
import { serverWord, useT } from "../../shared/texts";
import { diagnose } from "./queries";

type Check = Diagnosis["checks"][number];

const LOOK = {
  fine: { tone: "success", icon: <CircleCheck size={12} aria-hidden /> },
  attention: { tone: "warning", icon: <TriangleAlert size={12} aria-hidden /> },
  failed: { tone: "danger", icon: <XCircle size={12} aria-hidden /> },
} as const;

/** Checks the whole way to WhatsApp on request and names the cure of what fails. */
export function DiagnosisCard({ slug, phoneNumberId }: { slug: string; phoneNumberId: string }) {
  const t = useT();
  const run = useMutation({ mutationFn: () => diagnose(slug, phoneNumberId) });
  return (
    <Card
      title={t("diagnosis.title")}
      actions={
        <Button size="sm" busy={run.isPending} icon={<Stethoscope size={13} aria-hidden />} onClick={() => run.mutate()}>
          {t("diagnosis.run")}
        </Button>
      }
    >
      <div className="flex flex-col gap-3" aria-live="polite">
        {run.isPending ? <Progress label={t("diagnosis.running")} /> : null}
        {run.error ? <ErrorNotice error={explain(run.error)} /> : null}
        {run.data ? (
          <>
            <Notice
              tone={run.data.healthy ? "success" : "danger"}
              title={t(run.data.healthy ? "diagnosis.healthy" : "diagnosis.ill")}
            >
              {run.data.healthy ? undefined : t("diagnosis.illText")}
            </Notice>
            <ul aria-label={t("diagnosis.title")} className="flex flex-col divide-y">
              {run.data.checks.map((check) => (
                <CheckRow key={check.check} check={check} />
              ))}
            </ul>
          </>
        ) : run.isPending || run.error ? null : (
          <p className="text-muted text-sm">{t("diagnosis.intro")}</p>
        )}
      </div>
    </Card>
  );
}

function CheckRow({ check }: { check: Check }) {
  const t = useT();
  return (
    <li className="py-2 text-sm">
      <p className="flex flex-wrap items-center justify-between gap-2">
        <span className="font-semibold">{serverWord("check", check.check)}</span>
        <Badge tone={LOOK[check.state].tone} icon={LOOK[check.state].icon}>
          {t(`checkState.${check.state}`)}
        </Badge>
      </p>
      <p className="wrap-any text-muted">{check.detail}</p>
    </li>
  );
}
