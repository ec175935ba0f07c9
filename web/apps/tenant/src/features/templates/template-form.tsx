import type { Parameter, Template } from "@parlance/api-client-tenant";
import { Button, ErrorNotice, explain, Field, Input, MessageBubble, Notice, PhoneFrame, Progress, Skeleton } from "@parlance/ui";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { MediaPhoto, PHOTO_TYPES, uploadMedia } from "../../shared/media";
import { useTenant } from "../../shared/session";
import { useT } from "../../shared/texts";
import { previewQuery } from "./queries";
import { renderedParts } from "./rendered";

/** Values by parameter key. */
export type Values = Record<string, string>;

/** The values without those left empty. */
export function givenValues(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}

function useSettled<T>(value: T, delayMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs);
    return () => clearTimeout(timer);
  }, [value, delayMs]);
  return settled;
}

/** The live preview of a template, rendered by the server. */
export function TemplatePreview({ slug, template, values }: { slug: string; template: Template; values: Values }) {
  const t = useT();
  const { membership } = useTenant();
  const preview = useQuery(previewQuery(slug, template.id, givenValues(useSettled(values, 120))));
  return (
    <PhoneFrame name={membership.tenant.name} id={membership.tenant.id} label={t("template.preview")}>
      {preview.data ? (
        <MessageBubble
          direction="in"
          {...renderedParts(preview.data.rendered, (mediaId) => (
            <MediaPhoto slug={slug} mediaId={mediaId} alt={t("kind.image")} />
          ))}
        />
      ) : preview.isError ? (
        <ErrorNotice error={explain(preview.error)} onRetry={() => void preview.refetch()} />
      ) : (
        <Skeleton className="h-28 w-full rounded-card" />
      )}
    </PhoneFrame>
  );
}

/** Faults of the values by parameter key, as the server sees them. */
export function useFaults(
  slug: string,
  template: Template,
  values: Values,
): { faults: Record<string, string>; checked: boolean } {
  const preview = useQuery(previewQuery(slug, template.id, givenValues(useSettled(values, 120))));
  const faults: Record<string, string> = {};
  for (const fault of preview.data?.faults ?? []) faults[fault.field.replace(/^(content\.)?parameters\./, "")] = fault.message;
  return { faults, checked: preview.isSuccess && !preview.isPlaceholderData };
}

type FieldsProps = {
  slug: string;
  template: Template;
  phoneNumberId: string | undefined;
  values: Values;
  faults: Record<string, string>;
  onChange: (values: Values) => void;
};

function partOf(key: string): "header" | "body" | "button" {
  return key.startsWith("header") ? "header" : key.startsWith("button") ? "button" : "body";
}

/** One control for each parameter. */
export function TemplateFields({ slug, template, phoneNumberId, values, faults, onChange }: FieldsProps) {
  const t = useT();
  const shown = template.parameters.filter((parameter) => parameter.kind !== "payload");
  if (shown.length === 0) return <p className="text-muted text-sm">{t("template.noParameters")}</p>;
  return (
    <div className="flex flex-col gap-4">
      {shown.map((parameter) => {
        const set = (value: string) => onChange({ ...values, [parameter.key]: value });
        const label = /^\d+$/.test(parameter.label)
          ? t(`template.${partOf(parameter.key)}Position`, { n: parameter.label })
          : parameter.key === "header.media"
            ? t("template.headerMedia")
            : parameter.label;
        if (parameter.kind === "image") {
          return (
            <ImageField
              key={parameter.key}
              slug={slug}
              label={label}
              phoneNumberId={phoneNumberId}
              error={faults[parameter.key]}
              value={values[parameter.key] ?? ""}
              onChange={set}
            />
          );
        }
        if (parameter.kind === "video" || parameter.kind === "document") {
          return (
            <Notice key={parameter.key} tone="warning">
              {t("template.noUpload")}
            </Notice>
          );
        }
        return (
          <TextField
            key={parameter.key}
            parameter={parameter}
            label={label}
            error={faults[parameter.key]}
            value={values[parameter.key] ?? ""}
            onChange={set}
          />
        );
      })}
    </div>
  );
}

function TextField({
  parameter,
  label,
  error,
  value,
  onChange,
}: {
  parameter: Parameter;
  label: string;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
}) {
  const t = useT();
  const hints = { url_suffix: t("template.urlSuffix"), code: t("template.code") } as Record<string, string>;
  const example = parameter.example ? t("template.example", { value: parameter.example }) : undefined;
  return (
    <Field
      label={label}
      hint={[hints[parameter.kind], example].filter(Boolean).join(" ") || undefined}
      error={error}
      optional={!parameter.required}
    >
      <Input dir="auto" value={value} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}

type ImageProps = {
  slug: string;
  label: string;
  phoneNumberId: string | undefined;
  error: string | undefined;
  value: string;
  onChange: (value: string) => void;
};

function ImageField({ slug, label, phoneNumberId, error, value, onChange }: ImageProps) {
  const t = useT();
  const fileRef = useRef<HTMLInputElement>(null);
  const [progress, setProgress] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => uploadMedia(slug, phoneNumberId ?? "", { file, kind: "image" }, setProgress),
    onSuccess: (media) => onChange(media.id),
  });
  return (
    <div className="flex flex-col items-start gap-2">
      <span className="font-semibold text-sm">{label}</span>
      {value ? <MediaPhoto slug={slug} mediaId={value} alt={label} /> : null}
      {upload.isPending ? <Progress value={progress} label={t("send.uploading")} /> : null}
      {upload.error ? <ErrorNotice error={explain(upload.error)} /> : null}
      <Button disabled={!phoneNumberId || upload.isPending} onClick={() => fileRef.current?.click()}>
        {value ? t("template.otherPhoto") : t("template.choosePhoto")}
      </Button>
      {error && !upload.isPending ? <p className="text-danger-text text-xs">{error}</p> : null}
      <input
        ref={fileRef}
        type="file"
        accept={PHOTO_TYPES.join(",")}
        className="sr-only"
        tabIndex={-1}
        aria-label={label}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) upload.mutate(file);
          event.target.value = "";
        }}
      />
    </div>
  );
}
