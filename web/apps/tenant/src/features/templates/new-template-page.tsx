import "../../messages/setup";
import type { Waba } from "@parlance/api-client-tenant";
import {
  Button,
  buttonClass,
  Card,
  EmptyState,
  ErrorNotice,
  explain,
  Field,
  Input,
  MessageBubble,
  Page,
  PhoneFrame,
  Select,
  Skeleton,
  Textarea,
  toast,
} from "@parlance/ui";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, Phone } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, unwrap } from "../../shared/api";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { type Draft, EMPTY_DRAFT, partOf, placeholders, submission, withSamples } from "./draft";
import { DraftButtons } from "./draft-buttons";
import { templateQuery, wabasQuery } from "./queries";

const BODY_CHARS_MAX = 1024;
const SHORT_CHARS_MAX = 60;
const NAME_CHARS_MAX = 512;

/** Writes a simple template and submits it to Meta's review. */
export function NewTemplatePage() {
  const t = useT();
  const { slug } = useTenant();
  const wabas = useQuery(wabasQuery(slug));
  return (
    <Page
      title={t("draft.title")}
      wide
      back={
        <Link to="/t/$slug/templates" params={{ slug }} className={buttonClass("ghost", "-ms-2 text-muted")}>
          <ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />
          {t("nav.templates")}
        </Link>
      }
    >
      {wabas.isError ? (
        <ErrorNotice error={explain(wabas.error)} onRetry={() => void wabas.refetch()} />
      ) : !wabas.data ? (
        <Skeleton className="h-80" />
      ) : wabas.data.items.length === 0 ? (
        <div className="rounded-card border bg-surface">
          <EmptyState icon={<Phone size={20} aria-hidden />} title={t("draft.noNumber.title")}>
            {t("draft.noNumber.text")}
          </EmptyState>
        </div>
      ) : (
        <DraftForm slug={slug} wabas={wabas.data.items} />
      )}
    </Page>
  );
}

function DraftForm({ slug, wabas }: { slug: string; wabas: Waba[] }) {
  const t = useT();
  const { membership } = useTenant();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [wabaId, setWabaId] = useState(wabas[0]?.id ?? "");
  const [draft, setDraft] = useState<Draft>(EMPTY_DRAFT);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const submit = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/v1/t/{slug}/wabas/{waba_id}/templates", {
          params: { path: { slug, waba_id: wabaId } },
          body: submission(draft),
        }),
      ),
    onSuccess: async (template) => {
      client.setQueryData(templateQuery(slug, template.id).queryKey, template);
      void client.invalidateQueries({ queryKey: ["t", slug, "templates"] });
      toast({ text: t("draft.done", { name: template.name }) });
      await navigate({ to: "/t/$slug/templates/$templateId", params: { slug, templateId: template.id } });
    },
  });
  const error = submit.error ? explain(submit.error, t("connect.kept")) : undefined;
  const request = submission(draft);
  const faults = Object.fromEntries(
    Object.entries(error?.fields ?? {}).map(([path, message]) => [partOf(path, request), message]),
  );
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    submit.mutate();
  };
  return (
    <form onSubmit={onSubmit} className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="flex min-w-0 flex-col gap-4">
        <Identity draft={draft} wabas={wabas} wabaId={wabaId} faults={faults} onWaba={setWabaId} onChange={set} />
        <Card title={t("draft.texts")}>
          <div className="flex flex-col gap-4">
            <Field label={t("buttons.header")} error={faults["header.text"]} optional>
              <Input
                dir="auto"
                maxLength={SHORT_CHARS_MAX}
                value={draft.header}
                onChange={(event) => set({ header: event.target.value })}
              />
            </Field>
            <Field
              label={t("buttons.body")}
              hint={t("draft.bodyHint", { example: "{{first_name}}" })}
              error={faults["body.text"]}
            >
              <Textarea
                dir="auto"
                rows={5}
                required
                maxLength={BODY_CHARS_MAX}
                value={draft.body}
                onChange={(event) => set({ body: event.target.value })}
              />
            </Field>
            {placeholders(draft.body).map((key) => (
              <Field key={key} label={t("draft.sample", { key })} error={faults[`body.examples.${key}`]}>
                <Input
                  dir="auto"
                  required
                  value={draft.samples[key] ?? ""}
                  onChange={(event) => set({ samples: { ...draft.samples, [key]: event.target.value } })}
                />
              </Field>
            ))}
            <Field label={t("buttons.footer")} error={faults["footer.text"]} optional>
              <Input
                dir="auto"
                maxLength={SHORT_CHARS_MAX}
                value={draft.footer}
                onChange={(event) => set({ footer: event.target.value })}
              />
            </Field>
          </div>
        </Card>
        <Card title={t("draft.buttons")}>
          <DraftButtons buttons={draft.buttons} faults={faults} onChange={(buttons) => set({ buttons })} />
        </Card>
        {error ? <ErrorNotice error={error} /> : null}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" variant="primary" busy={submit.isPending}>
            {t("draft.submit")}
          </Button>
          <span className="text-muted text-sm">{t("draft.review")}</span>
        </div>
      </div>
      <PhoneFrame name={membership.tenant.name} id={membership.tenant.id} label={t("template.preview")}>
        <MessageBubble
          direction="in"
          title={draft.header.trim() || undefined}
          text={withSamples(draft.body, draft.samples).trim() || t("buttons.bodyHere")}
          footer={draft.footer.trim() || undefined}
          buttons={draft.buttons.map((button, index) => ({
            kind: button.kind === "url" ? "url" : "reply",
            text: button.text.trim() || t("buttons.button", { n: index + 1 }),
          }))}
        />
      </PhoneFrame>
    </form>
  );
}

type IdentityProps = {
  draft: Draft;
  wabas: Waba[];
  wabaId: string;
  faults: Record<string, string>;
  onWaba: (wabaId: string) => void;
  onChange: (change: Partial<Draft>) => void;
};

function Identity({ draft, wabas, wabaId, faults, onWaba, onChange }: IdentityProps) {
  const t = useT();
  return (
    <Card title={t("draft.identity")}>
      <div className="grid gap-4 sm:grid-cols-2">
        {wabas.length > 1 ? (
          <Field label={t("draft.account")} className="sm:col-span-2">
            <Select value={wabaId} onChange={(event) => onWaba(event.target.value)}>
              {wabas.map((waba) => (
                <option key={waba.id} value={waba.id}>
                  {waba.name} · {waba.graph_environment.name}
                </option>
              ))}
            </Select>
          </Field>
        ) : null}
        <Field label={t("templates.name")} hint={t("draft.nameHint")} error={faults.name} className="sm:col-span-2">
          <Input
            dir="ltr"
            required
            autoComplete="off"
            pattern="[a-z0-9_]+"
            maxLength={NAME_CHARS_MAX}
            value={draft.name}
            onChange={(event) => onChange({ name: event.target.value.toLowerCase().replaceAll(/[\s-]/g, "_") })}
          />
        </Field>
        <Field label={t("templates.language")} hint={t("draft.languageHint")} error={faults.language}>
          <Input
            dir="ltr"
            required
            autoComplete="off"
            pattern="[A-Za-z0-9_]{2,16}"
            value={draft.language}
            onChange={(event) => onChange({ language: event.target.value })}
          />
        </Field>
        <Field label={t("templates.category")} hint={t(`draft.category.${draft.category}`)} error={faults.category}>
          <Select
            value={draft.category}
            onChange={(event) => onChange({ category: event.target.value === "MARKETING" ? "MARKETING" : "UTILITY" })}
          >
            <option value="UTILITY">{t("draft.utility")}</option>
            <option value="MARKETING">{t("topic.marketing")}</option>
          </Select>
        </Field>
      </div>
    </Card>
  );
}
