import { useSyncExternalStore } from "react";
import { currentLocale, translate, useLocale } from "../i18n/i18n";
import { Tooltip } from "./tooltip";

let offsetMs = 0;
let tick = 0;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function wake(): void {
  tick += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(wake, 15_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in milliseconds since 1970: this browser's clock corrected by the server's answers. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Takes over the server's clock from an instant it reported. */
export function adoptServerTime(instant: string): void {
  const parsed = Date.parse(instant);
  if (Number.isNaN(parsed)) return;
  const next = parsed - Date.now();
  if (Math.abs(next - offsetMs) < 2000) return;
  offsetMs = next;
  wake();
}

/** Moves the server's clock on when something that has already happened lies ahead of it. */
export function adoptPastInstant(instant: string | null | undefined): void {
  if (instant && Date.parse(instant) > serverNow()) adoptServerTime(instant);
}

/** Re-renders every quarter of a minute; answers the server's present time in milliseconds. */
export function useNow(): number {
  useSyncExternalStore(subscribe, () => tick);
  return serverNow();
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];

/** An instant as people say it: "5 min ago", "in 2 hr". */
export function relativeText(iso: string, now = serverNow()): string {
  const difference = Date.parse(iso) - now;
  if (Math.abs(difference) > 7 * 86_400_000) {
    return new Intl.DateTimeFormat(currentLocale(), { dateStyle: "medium" }).format(new Date(iso));
  }
  for (const [unit, size] of STEPS) {
    if (Math.abs(difference) >= size) {
      return new Intl.RelativeTimeFormat(currentLocale(), { numeric: "auto", style: "short" }).format(
        Math.round(difference / size),
        unit,
      );
    }
  }
  return translate("ui.justNow");
}

/** An instant in full, in the reader's zone and locale. */
export function absoluteText(iso: string): string {
  return new Intl.DateTimeFormat(currentLocale(), { dateStyle: "full", timeStyle: "medium" }).format(new Date(iso));
}

/** The time of day of an instant. */
export function clockText(iso: string): string {
  return new Intl.DateTimeFormat(currentLocale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}

/** The day of an instant: a word for near days, a date for others. */
export function dayText(iso: string, now = serverNow()): string {
  const day = (time: number) => {
    const date = new Date(time);
    return Math.round(new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 86_400_000);
  };
  const away = day(Date.parse(iso)) - day(now);
  if (away === 0 || away === -1) return new Intl.RelativeTimeFormat(currentLocale(), { numeric: "auto" }).format(away, "day");
  return new Intl.DateTimeFormat(currentLocale(), { weekday: "long", day: "numeric", month: "long" }).format(new Date(iso));
}

/** A relative time with the absolute one in a tooltip. */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  useLocale();
  const now = useNow();
  return (
    <Tooltip text={absoluteText(at)}>
      <time dateTime={at} className={className}>
        {relativeText(at, now)}
      </time>
    </Tooltip>
  );
}
