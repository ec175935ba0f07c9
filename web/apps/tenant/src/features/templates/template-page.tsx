import type { Template } from "@parlance/api-client-tenant";
import {
  Badge,
  buttonClass,
  Card,
  ErrorNotice,
  explain,
  KeyValues,
  Notice,
  Page,
  RelativeTime,
  Skeleton,
  Table,
} from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { DeleteTemplate } from "./delete-template";
import { templateQuery } from "./queries";
import { TemplateStatus } from "./status-badge";
import { TemplateFields, TemplatePreview, useFaults, type Values } from "./template-form";

/** One template: state, parameters and a live preview. */
export function TemplatePage() {
  const t = useT();
  const { slug, can } = useTenant();
  const { templateId } = useParams({ from: "/t/$slug/templates/$templateId" });
  const template = useQuery(templateQuery(slug, templateId));
  const back = (
    <Link to="/t/$slug/templates" params={{ slug }} className={buttonClass("ghost", "-ms-2 text-muted")}>
      <ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />
      {t("nav.templates")}
    </Link>
  );
  if (template.isError && !template.data) {
    return (
      <Page title={t("nav.templates")} back={back}>
        <ErrorNotice error={explain(template.error)} onRetry={() => void template.refetch()} />
      </Page>
    );
  }
  if (!template.data) {
    return (
      <Page title={t("ui.loading")} back={back} wide>
        <Skeleton className="h-80" />
      </Page>
    );
  }
  return (
    <Page
      title={template.data.name}
      back={back}
      wide
      badge={<TemplateStatus status={template.data.status} />}
      actions={
        can("templates:manage") && template.data.status !== "DELETED" ? (
          <DeleteTemplate slug={slug} template={template.data} />
        ) : undefined
      }
    >
      <Detail slug={slug} template={template.data} />
    </Page>
  );
}

function exampleValues(template: Template): Values {
  const values: Values = {};
  for (const parameter of template.parameters) {
    if (parameter.example && parameter.kind !== "image" && parameter.kind !== "payload")
      values[parameter.key] = parameter.example;
  }
  return values;
}

function Detail({ slug, template }: { slug: string; template: Template }) {
  const t = useT();
  const [values, setValues] = useState(() => exampleValues(template));
  const { faults } = useFaults(slug, template, values);
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="flex min-w-0 flex-col gap-4">
        {template.unsendable ? (
          <Notice tone="warning" title={t("template.unsendable")}>
            {template.unsendable}
          </Notice>
        ) : null}
        {template.rejected_reason ? (
          <Notice tone="danger" title={t("template.rejected")}>
            {template.rejected_reason}
          </Notice>
        ) : null}
        <Card title={t("template.facts")}>
          <KeyValues
            entries={[
              { name: t("templates.language"), value: <bdi>{template.language}</bdi> },
              { name: t("templates.category"), value: <span className="capitalize">{template.category.toLowerCase()}</span> },
              {
                name: t("templates.quality"),
                value: template.quality ? (
                  <span className="capitalize">{template.quality.toLowerCase()}</span>
                ) : (
                  t("template.noQuality")
                ),
              },
              { name: t("templates.synced"), value: <RelativeTime at={template.synced_at} /> },
            ]}
          />
        </Card>
        <section className="flex flex-col gap-2">
          <h2 className="text-base">{t("template.parameters")}</h2>
          <Table
            label={t("template.parameters")}
            rows={template.parameters}
            rowKey={(row) => row.key}
            empty={<p className="px-4 py-3 text-muted text-sm">{t("template.noParameters")}</p>}
            columns={[
              {
                key: "key",
                head: t("template.key"),
                cell: (row) => <code className="wrap-any font-mono text-xs">{row.key}</code>,
              },
              { key: "kind", head: t("template.kind"), cell: (row) => t(`parameterKind.${row.kind}`) },
              {
                key: "required",
                head: t("template.required"),
                hideBelow: "md",
                cell: (row) => (row.required ? <Badge>{t("ui.required")}</Badge> : t("ui.optional")),
              },
              {
                key: "example",
                head: t("template.exampleHead"),
                hideBelow: "md",
                cell: (row) => <span dir="auto">{row.example ?? "–"}</span>,
              },
            ]}
          />
        </section>
      </div>
      <div className="flex flex-col gap-4">
        <TemplatePreview slug={slug} template={template} values={values} />
        {template.parameters.length > 0 ? (
          <Card title={t("template.tryValues")}>
            <TemplateFields
              slug={slug}
              template={template}
              phoneNumberId={undefined}
              values={values}
              faults={faults}
              onChange={setValues}
            />
          </Card>
        ) : null}
      </div>
    </div>
  );
}
