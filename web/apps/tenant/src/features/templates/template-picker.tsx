import type { Conversation, Outgoing, Template } from "@parlance/api-client-tenant";
import { Badge, Button, cx, Dialog, EmptyState, ErrorNotice, explain, LoadingRegion, SearchInput, Skeleton } from "@parlance/ui";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, LayoutTemplate } from "lucide-react";
import { useState } from "react";
import { useT } from "../../shared/texts";
import { sendableQuery } from "./queries";
import { givenValues, TemplateFields, TemplatePreview, useFaults, type Values } from "./template-form";

type TemplateContent = Extract<Outgoing, { type: "template" }>;
type PickerProps = {
  slug: string;
  phoneNumber: Conversation["phone_number"];
  contactName: string;
  initial: string | undefined;
  onClose: () => void;
  onSend: (content: TemplateContent) => void;
};

/** Chooses an approved template, fills its parameters and shows it as the customer will see it. */
export function TemplatePicker({ slug, phoneNumber, contactName, initial, onClose, onSend }: PickerProps) {
  const t = useT();
  const templates = useQuery(sendableQuery(slug, phoneNumber.id));
  const [chosenId, setChosenId] = useState(initial);
  const chosen = templates.data?.find((template) => template.id === chosenId);
  if (chosen) {
    return (
      <FillTemplate
        key={chosen.id}
        slug={slug}
        template={chosen}
        phoneNumberId={phoneNumber.id}
        contactName={contactName}
        onBack={() => setChosenId(undefined)}
        onClose={onClose}
        onSend={onSend}
      />
    );
  }
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t("picker.title")} description={t("picker.description")}>
      {templates.isError ? (
        <ErrorNotice error={explain(templates.error)} onRetry={() => void templates.refetch()} />
      ) : templates.data ? (
        <Choices templates={templates.data} onChoose={setChosenId} />
      ) : (
        <LoadingRegion className="flex flex-col gap-2">
          <Skeleton className="h-14" />
          <Skeleton className="h-14" />
          <Skeleton className="h-14" />
        </LoadingRegion>
      )}
    </Dialog>
  );
}

function bodyOf(template: Template): string {
  const body = template.components.find((component) => component.type === "body");
  return body?.type === "body" ? body.text : "";
}

function Choices({ templates, onChoose }: { templates: Template[]; onChoose: (id: string) => void }) {
  const t = useT();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLocaleLowerCase();
  const found = templates.filter((template) => `${template.name} ${bodyOf(template)}`.toLocaleLowerCase().includes(wanted));
  if (templates.length === 0) {
    return (
      <EmptyState icon={<LayoutTemplate size={20} aria-hidden />} title={t("picker.empty.title")}>
        {t("picker.empty.text")}
      </EmptyState>
    );
  }
  return (
    <div className="flex flex-col gap-3">
      <SearchInput label={t("picker.search")} value={search} onChange={setSearch} />
      <ul className="flex flex-col gap-2">
        {found.map((template) => (
          <li key={template.id}>
            <button
              type="button"
              onClick={() => onChoose(template.id)}
              className={cx(
                "flex w-full flex-col items-start gap-1 rounded-card border px-3 py-2 text-start hover:border-accent-line hover:bg-hover",
              )}
            >
              <span className="flex w-full flex-wrap items-center gap-2">
                <span className="wrap-any font-semibold text-sm">{template.name}</span>
                <Badge>{template.language}</Badge>
                <Badge>{template.category.toLowerCase()}</Badge>
              </span>
              <span dir="auto" className="wrap-any line-clamp-2 text-muted text-sm">
                {bodyOf(template)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className="py-6 text-center text-muted">{t("picker.noMatch", { search })}</p> : null}
    </div>
  );
}

type FillProps = {
  slug: string;
  template: Template;
  phoneNumberId: string;
  contactName: string;
  onBack: () => void;
  onClose: () => void;
  onSend: (content: TemplateContent) => void;
};

function FillTemplate({ slug, template, phoneNumberId, contactName, onBack, onClose, onSend }: FillProps) {
  const t = useT();
  const [values, setValues] = useState<Values>({});
  const [tried, setTried] = useState(false);
  const { faults, checked } = useFaults(slug, template, values);
  const shown = Object.fromEntries(Object.entries(faults).filter(([key]) => tried || values[key]));
  const submit = () => {
    setTried(true);
    if (!checked || Object.keys(faults).length > 0) return;
    onSend({ type: "template", template_id: template.id, parameters: givenValues(values) });
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={template.name}
      description={t("picker.fill", { name: contactName, language: template.language })}
      footer={
        <>
          <Button icon={<ArrowLeft size={14} aria-hidden className="rtl:-scale-x-100" />} onClick={onBack} className="me-auto">
            {t("picker.other")}
          </Button>
          <Button variant="primary" onClick={submit}>
            {t("picker.send")}
          </Button>
        </>
      }
    >
      <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_320px]">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <TemplateFields
            slug={slug}
            template={template}
            phoneNumberId={phoneNumberId}
            values={values}
            faults={shown}
            onChange={setValues}
          />
          <button type="submit" hidden tabIndex={-1} />
        </form>
        <TemplatePreview slug={slug} template={template} values={values} />
      </div>
    </Dialog>
  );
}
