import { Check, CircleAlert, CircleDashed, Copy, LoaderCircle, SkipForward } from "lucide-react";
import type { ReactNode } from "react";
import { useEffect, useState } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { Button, IconButton } from "./button";

const useT = translateHook<typeof uiEn>();

/** The clipboard API exists on secure origins only; a plain-HTTP host in a local network needs the old way. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function useCopy(text: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  return [copied, () => void writeClipboard(text).then(() => setCopied(true))];
}

/** Text to copy as it stands, such as a command or a secret. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  const t = useT();
  const [copied, copy] = useCopy(text);
  return (
    <div className="flex items-start gap-2 rounded-control border bg-n3 py-1 ps-3 pe-1">
      <pre
        dir="ltr"
        tabIndex={0}
        role="group"
        aria-label={label}
        className="wrap-any thin-scroll max-h-80 min-w-0 flex-1 overflow-auto whitespace-pre-wrap py-1.5 font-mono text-xs"
      >
        {text}
      </pre>
      <Button
        size="sm"
        variant="ghost"
        icon={copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
        onClick={copy}
      >
        <span aria-live="polite">{copied ? t("ui.copied") : t("ui.copy")}</span>
      </Button>
    </div>
  );
}

/** A short value with its own copy button. */
export function CopyValue({ text, label }: { text: string; label: string }) {
  const t = useT();
  const [copied, copy] = useCopy(text);
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code dir="ltr" className="wrap-any min-w-0 font-mono text-xs">
        {text}
      </code>
      <IconButton
        label={copied ? t("ui.copied") : `${t("ui.copy")}: ${label}`}
        icon={copied ? <Check size={13} aria-hidden /> : <Copy size={13} aria-hidden />}
        onClick={copy}
        className="size-6"
      />
    </span>
  );
}

/** Facts about one thing, name beside value. */
export function KeyValues({ entries, stacked }: { entries: { name: string; value: ReactNode }[]; stacked?: boolean }) {
  return (
    <dl
      className={cx(
        "grid gap-x-4 text-sm",
        stacked
          ? "grid-cols-1 gap-y-2"
          : "grid-cols-[minmax(7rem,max-content)_minmax(0,1fr)] gap-y-2 max-md:grid-cols-1 max-md:gap-y-0",
      )}
    >
      {entries.map((entry) => (
        <div key={entry.name} className="contents">
          <dt className={cx("text-muted", stacked && "-mb-1.5 text-xs")}>{entry.name}</dt>
          <dd className="wrap-any min-w-0 max-md:pb-2">{entry.value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The state of one step of long work. */
export type StepState = "done" | "running" | "failed" | "waiting" | "skipped";
/** One step of long work. */
export type Step = { key: string; title: ReactNode; state: StepState; detail?: ReactNode; time?: ReactNode };

const STEP = {
  done: { Icon: Check, colour: "border-success-line bg-success-soft text-success-text" },
  running: { Icon: LoaderCircle, colour: "border-info-line bg-info-soft text-info-text" },
  failed: { Icon: CircleAlert, colour: "border-danger-line bg-danger-soft text-danger-text" },
  waiting: { Icon: CircleDashed, colour: "border-line-strong bg-n3 text-muted" },
  skipped: { Icon: SkipForward, colour: "border-line-strong bg-n3 text-muted" },
} as const;

/** Steps in order, each with its state as icon and word. */
export function StepLog({ label, steps }: { label: string; steps: Step[] }) {
  const t = useT();
  return (
    <ol aria-label={label} className="flex flex-col">
      {steps.map((step, index) => {
        const { Icon, colour } = STEP[step.state];
        return (
          <li key={step.key} className="relative flex gap-3 pb-4 last:pb-0">
            {index < steps.length - 1 ? (
              <span aria-hidden className="absolute start-3 top-7 bottom-1 w-px bg-line-strong" />
            ) : null}
            <span className={cx("flex size-6 shrink-0 items-center justify-center rounded-full border", colour)}>
              <Icon size={13} aria-hidden className={step.state === "running" ? "animate-spin" : undefined} />
            </span>
            <div className="wrap-any min-w-0 flex-1 pt-0.5 text-sm">
              <p className="flex flex-wrap items-baseline gap-x-2">
                <span className="font-semibold">{step.title}</span>
                <span className="text-muted text-xs">{t(`ui.step.${step.state}`)}</span>
                {step.time ? <span className="ms-auto text-muted text-xs">{step.time}</span> : null}
              </p>
              {step.detail ? <div className="mt-0.5 text-muted">{step.detail}</div> : null}
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** What happened to one thing, newest last. */
export function Timeline({
  label,
  entries,
}: {
  label: string;
  entries: { key: string; title: ReactNode; time?: ReactNode; detail?: ReactNode; icon?: ReactNode }[];
}) {
  return (
    <ol aria-label={label} className="flex flex-col">
      {entries.map((entry, index) => (
        <li key={entry.key} className="relative flex gap-3 pb-3 last:pb-0">
          {index < entries.length - 1 ? (
            <span aria-hidden className="absolute start-3 top-6 bottom-0 w-px bg-line-strong" />
          ) : null}
          <span className="relative flex size-6 shrink-0 items-center justify-center rounded-full border bg-surface text-muted">
            {entry.icon ?? <span className="size-1.5 rounded-full bg-n9" />}
          </span>
          <div className="wrap-any min-w-0 flex-1 pt-0.5 text-sm">
            <div className="flex flex-wrap items-baseline gap-x-2">
              <span>{entry.title}</span>
              {entry.time ? <span className="text-muted text-xs">{entry.time}</span> : null}
            </div>
            {entry.detail ? <div className="text-muted text-xs">{entry.detail}</div> : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
