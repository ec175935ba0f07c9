import "../../messages/setup";
import type { PhoneNumber } from "@parlance/api-client-tenant";
import {
  Button,
  buttonClass,
  Card,
  CopyValue,
  ErrorNotice,
  explain,
  KeyValues,
  Notice,
  Page,
  RelativeTime,
  Skeleton,
  toast,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft, Play, RefreshCw } from "lucide-react";
import { api, unwrap } from "../../shared/api";
import { phoneText } from "../../shared/format";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { DiagnosisCard } from "./diagnosis-card";
import { LaneCard } from "./lane-card";
import { NumberState, Quality } from "./number-state";
import { numberQuery, numbersQuery } from "./queries";

/** One number: health, pause, ids. */
export function NumberPage() {
  const t = useT();
  const { slug, can } = useTenant();
  const { numberId } = useParams({ from: "/t/$slug/numbers/$numberId" });
  const number = useQuery(numberQuery(slug, numberId));
  const back = (
    <Link to="/t/$slug/numbers" params={{ slug }} className={buttonClass("ghost", "-ms-2 text-muted")}>
      <ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />
      {t("nav.numbers")}
    </Link>
  );
  if (!number.data) {
    return (
      <Page title={t("nav.numbers")} back={back}>
        {number.isError ? (
          <ErrorNotice error={explain(number.error)} onRetry={() => void number.refetch()} />
        ) : (
          <Skeleton className="h-60" />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={number.data.verified_name}
      back={back}
      badge={<NumberState number={number.data} />}
      actions={<Acts slug={slug} number={number.data} />}
    >
      <div className="flex flex-col gap-4">
        {number.data.stops.length > 0 ? (
          <Notice tone="warning" title={t("number.pausedTitle")}>
            {number.data.stops.map((stop) => (
              <p key={stop.class}>
                {stop.reason} {t(`number.lift.${stop.lift}`)}
              </p>
            ))}
            <p>{t("number.pausedEffect")}</p>
          </Notice>
        ) : null}
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <Facts number={number.data} />
          <div className="flex min-w-0 flex-col gap-4">
            <LaneCard slug={slug} phoneNumberId={number.data.id} />
            {can("numbers:manage") ? <DiagnosisCard slug={slug} phoneNumberId={number.data.id} /> : null}
          </div>
        </div>
      </div>
    </Page>
  );
}

function Facts({ number }: { number: PhoneNumber }) {
  const t = useT();
  return (
    <Card title={t("number.facts")}>
      <KeyValues
        entries={[
          { name: t("number.phone"), value: <bdi className="tabular">{phoneText(number.display_phone_number)}</bdi> },
          { name: t("numbers.quality"), value: <Quality quality={number.quality} /> },
          { name: t("number.status"), value: <span className="capitalize">{number.status.toLowerCase()}</span> },
          { name: t("numbers.pace"), value: t("numbers.perSecond", { count: number.throughput_mps }) },
          ...details(number, t),
          { name: t("number.providerId"), value: <CopyValue label={t("number.providerId")} text={number.provider_number_id} /> },
          { name: t("number.id"), value: <CopyValue label={t("number.id")} text={number.id} /> },
          { name: t("number.connectedSince"), value: <RelativeTime at={number.created_at} /> },
          {
            name: t("numbers.checked"),
            value: number.checked_at ? <RelativeTime at={number.checked_at} /> : t("number.neverChecked"),
          },
        ]}
      />
    </Card>
  );
}

/** What else Meta tells; what it does not tell is left out. */
function details(number: PhoneNumber, t: ReturnType<typeof useT>) {
  const { messaging_limit, name_status, is_pin_enabled, is_on_biz_app } = number.details;
  const word = (value: string) => <span className="capitalize">{value.replaceAll("_", " ").toLowerCase()}</span>;
  const yes = (value: boolean) => t(value ? "form.yes" : "form.no");
  return [
    ...(messaging_limit
      ? [{ name: t("number.limit"), value: <span className="uppercase">{messaging_limit.replace("TIER_", "")}</span> }]
      : []),
    ...(name_status ? [{ name: t("number.nameStatus"), value: word(name_status) }] : []),
    ...(is_pin_enabled == null ? [] : [{ name: t("number.pin"), value: yes(is_pin_enabled) }]),
    ...(is_on_biz_app == null ? [] : [{ name: t("number.onApp"), value: yes(is_on_biz_app) }]),
  ];
}

function Acts({ slug, number }: { slug: string; number: PhoneNumber }) {
  const t = useT();
  const { can } = useTenant();
  const client = useQueryClient();
  const path = { params: { path: { slug, phone_number_id: number.id } } };
  const take = (fresh: PhoneNumber, text: string) => {
    client.setQueryData(numberQuery(slug, number.id).queryKey, fresh);
    void client.invalidateQueries({ queryKey: numbersQuery(slug).queryKey });
    toast({ text });
  };
  const fail = (error: unknown) => {
    const words = explain(error);
    toast({ tone: "danger", text: words.title, detail: [words.detail, words.next, words.quote].filter(Boolean).join(" ") });
  };
  const check = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/t/{slug}/numbers/{phone_number_id}/check", path)),
    onSuccess: (fresh) => take(fresh, t("number.checkDone")),
    onError: fail,
  });
  const resume = useMutation({
    mutationFn: () => unwrap(api.POST("/v1/t/{slug}/numbers/{phone_number_id}/resume", path)),
    onSuccess: (fresh) => take(fresh, t(fresh.stops.length > 0 ? "number.resumePartly" : "number.resumeDone")),
    onError: fail,
  });
  if (!can("numbers:manage")) return null;
  return (
    <>
      <Button icon={<RefreshCw size={14} aria-hidden />} busy={check.isPending} onClick={() => check.mutate()}>
        {t("number.check")}
      </Button>
      {number.stops.some((stop) => stop.lift === "reconnect") ? (
        <Link to="/t/$slug/numbers/connect" params={{ slug }} className={buttonClass()}>
          {t("number.reconnect")}
        </Link>
      ) : null}
      {number.stops.some((stop) => stop.lift === "resume") ? (
        <Button variant="primary" icon={<Play size={14} aria-hidden />} busy={resume.isPending} onClick={() => resume.mutate()}>
          {t("number.resume")}
        </Button>
      ) : null}
    </>
  );
}
