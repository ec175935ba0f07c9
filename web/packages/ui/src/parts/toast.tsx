import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { Button } from "./button";

const useT = translateHook<typeof uiEn>();
type Toast = {
  id: number;
  tone: "success" | "danger" | "info";
  text: string;
  detail?: string;
  undo?: () => void;
  action?: { label: string; run: () => void };
};

let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function publish(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows a remark that goes by itself; one with `undo` or `action` stays longer. */
export function toast(entry: Omit<Toast, "id" | "tone"> & { tone?: Toast["tone"] }): void {
  publish([...toasts.slice(-3), { tone: "success", ...entry, id: nextId++ }]);
}

function dismiss(id: number): void {
  publish(toasts.filter((entry) => entry.id !== id));
}

const ICON = { success: CircleCheck, danger: CircleAlert, info: Info };
const COLOUR = { success: "text-success-text", danger: "text-danger-text", info: "text-info-text" };

function ToastCard({ entry }: { entry: Toast }) {
  const t = useT();
  const [held, setHeld] = useState(false);
  const lingers = Boolean(entry.undo || entry.action || entry.tone === "danger");
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(entry.id), lingers ? 8000 : 4000);
    return () => clearTimeout(timer);
  }, [entry.id, held, lingers]);
  const Icon = ICON[entry.tone];
  return (
    <li
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="anim-rise pointer-events-auto flex w-full items-start gap-2 rounded-card border bg-raised px-3 py-2 text-sm shadow-float"
    >
      <Icon size={16} aria-hidden className={cx("mt-1 shrink-0", COLOUR[entry.tone])} />
      <div className="wrap-any min-w-0 flex-1 py-0.5">
        <p>{entry.text}</p>
        {entry.detail ? <p className="text-muted text-xs">{entry.detail}</p> : null}
      </div>
      {entry.undo ? (
        <Button
          size="sm"
          onClick={() => {
            entry.undo?.();
            dismiss(entry.id);
          }}
        >
          {t("ui.undo")}
        </Button>
      ) : null}
      {entry.action ? (
        <Button
          size="sm"
          onClick={() => {
            entry.action?.run();
            dismiss(entry.id);
          }}
        >
          {entry.action.label}
        </Button>
      ) : null}
      <button
        type="button"
        aria-label={t("ui.dismiss")}
        onClick={() => dismiss(entry.id)}
        className="flex size-6 items-center justify-center rounded text-muted hover:bg-n4 max-md:size-11"
      >
        <X size={14} aria-hidden />
      </button>
    </li>
  );
}

/** Keeps toasts above an element at the foot of the page, such as a composer, while it is there. */
export function useToastsAbove(element: HTMLElement | null): void {
  useEffect(() => {
    if (!element) return;
    const { style } = document.documentElement;
    const observer = new ResizeObserver(() => style.setProperty("--toast-bottom", `${element.offsetHeight + 12}px`));
    observer.observe(element);
    return () => {
      observer.disconnect();
      style.removeProperty("--toast-bottom");
    };
  }, [element]);
}

/** Where toasts appear; once per app. */
export function Toaster() {
  const t = useT();
  const entries = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <section
      aria-label={t("ui.notifications")}
      className="pointer-events-none fixed inset-x-0 bottom-[var(--toast-bottom,16px)] z-70 flex justify-center px-4"
    >
      <div role="log" aria-live="polite" aria-label={t("ui.notifications")} className="w-full max-w-100">
        <ol className="flex flex-col gap-2">
          {entries.map((entry) => (
            <ToastCard key={entry.id} entry={entry} />
          ))}
        </ol>
      </div>
    </section>
  );
}
