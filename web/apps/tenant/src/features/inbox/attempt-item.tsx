import type { SendAttempt } from "@parlance/api-client-tenant";
import { absoluteText, Badge } from "@parlance/ui";
import { serverWord, useT } from "../../shared/texts";

/** One row of the ledger: what became of it, what held it up, and who can mend it. */
export function AttemptItem({ attempt }: { attempt: SendAttempt }) {
  const t = useT();
  const { fault } = attempt;
  const at = attempt.finished_at ?? attempt.claimed_at ?? attempt.planned_at;
  return (
    <li className="rounded-card border p-3 text-sm">
      <p className="flex flex-wrap justify-between gap-x-3">
        <span className="font-semibold">
          {attempt.attempt}. {serverWord("attempt", attempt.state)}
        </span>
        <span className="text-muted text-xs">{absoluteText(at)}</span>
      </p>
      {attempt.wait ? (
        <p className="mt-1 text-muted">
          {t("delivery.heldUp", { reason: serverWord("wait", attempt.wait), time: absoluteText(attempt.not_before) })}
        </p>
      ) : null}
      {fault ? (
        <>
          <p className="wrap-any mt-1 text-muted">
            {fault.message ?? serverWord("fault", fault.class)}
            {fault.code == null ? "" : ` (${fault.code})`}
            {fault.trace_id ? ` · ${fault.trace_id}` : ""}
          </p>
          {fault.acts ? (
            <p className="mt-2 flex flex-wrap items-center gap-2">
              <Badge tone={fault.acts === "machine" ? "info" : "warning"}>{t(`acts.${fault.acts}`)}</Badge>
              <span>{t(`actsDo.${fault.acts}`)}</span>
            </p>
          ) : null}
        </>
      ) : null}
    </li>
  );
}
