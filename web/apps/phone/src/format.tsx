import { Fragment, type ReactNode } from "react";
import { texts } from "./texts";

const locale = navigator.language;
const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const shortDay = new Intl.DateTimeFormat(locale, { day: "2-digit", month: "2-digit", year: "2-digit" });
const full = new Intl.DateTimeFormat(locale, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

export const clockTime = (at: string | number) => time.format(new Date(at));
export const fullTime = (at: string | number) => full.format(new Date(at));

const dayNumber = (at: Date) => Math.floor((at.getTime() - at.getTimezoneOffset() * 60_000) / 86_400_000);

export function daysBetween(earlier: string | number, later: string | number): number {
  return dayNumber(new Date(later)) - dayNumber(new Date(earlier));
}

/** Heading over the messages of one day. */
export function dayName(at: string, now: number): string {
  const ago = daysBetween(at, now);
  return ago === 0 ? texts.today : ago === 1 ? texts.yesterday : day.format(new Date(at));
}

/** Time of today, else the day, for the contact list. */
export function listTime(at: string, now: number): string {
  const ago = daysBetween(at, now);
  return ago === 0 ? clockTime(at) : ago === 1 ? texts.yesterday : shortDay.format(new Date(at));
}

/** A span of time in its two largest units. */
export function span(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  const parts = [
    [Math.floor(minutes / 1440), texts.days],
    [Math.floor(minutes / 60) % 24, texts.hours],
    [minutes % 60, texts.minutes],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, name]) => name(count))
    .join(" ");
}

const MARKS = /(```[\s\S]+?```|\*[^*\n]+\*|_[^_\n]+_|~[^~\n]+~|https?:\/\/[^\s<]+)/g;

/** WhatsApp's markup: *bold*, _italic_, ~struck~, ```code``` and links. */
export function rich(text: string): ReactNode {
  return text.split(MARKS).map((part, index) => {
    const inner = part.slice(1, -1);
    const key = `${index}-${part.length}`;
    if (index % 2 === 0) return <Fragment key={key}>{part}</Fragment>;
    if (part.startsWith("```")) return <code key={key}>{part.slice(3, -3)}</code>;
    if (part.startsWith("*")) return <strong key={key}>{inner}</strong>;
    if (part.startsWith("_")) return <em key={key}>{inner}</em>;
    if (part.startsWith("~")) return <s key={key}>{inner}</s>;
    return (
      <a key={key} href={part} target="_blank" rel="noreferrer">
        {part}
      </a>
    );
  });
}

/** A text without WhatsApp's markup, for one line. */
export function plain(text: string): string {
  return text
    .split(MARKS)
    .map((part, index) => (index % 2 === 0 || part.startsWith("http") ? part : part.replace(/^(```|[*_~])|(```|[*_~])$/g, "")))
    .join("");
}

/** First letters of the first two words, by whole characters of any script. */
export function initials(name: string): string {
  return name
    .split(/\s+/)
    .map((word) => Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(word))[0]?.segment ?? "")
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter))
    .slice(0, 2)
    .join("")
    .toLocaleUpperCase();
}

/** One of the avatar colours, always the same for a key. */
export function hue(key: string): number {
  let sum = 0;
  for (const letter of key) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 8;
  return sum;
}
