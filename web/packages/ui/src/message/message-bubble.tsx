import { CornerUpLeft, ExternalLink, List, Phone, Reply } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { Skeleton } from "../parts/states";
import { richText } from "./rich-text";

const useT = translateHook<typeof uiEn>();

/** A button under a message; with an address it is a link. */
export type BubbleButton = { kind: "reply" | "url" | "phone" | "list" | "other"; text: string; href?: string };

type BubbleProps = {
  direction: "in" | "out";
  mark?: ReactNode;
  quote?: { author: string; text: string; onOpen?: () => void };
  header?: ReactNode;
  title?: string | null;
  text?: string | null;
  footer?: string | null;
  buttons?: BubbleButton[];
  below?: ReactNode;
  meta?: ReactNode;
  reactions?: { emoji: string; label: string }[];
  tone?: "plain" | "failed" | "pending";
  children?: ReactNode;
};

const BUTTON_ICON = { reply: Reply, url: ExternalLink, phone: Phone, list: List, other: CornerUpLeft };

/** One message as WhatsApp draws it: mark, quote, header, text, footer, meta, buttons, what unfolds below, and reactions. */
export function MessageBubble({
  direction,
  mark,
  quote,
  header,
  title,
  text,
  footer,
  buttons,
  below,
  meta,
  reactions,
  tone = "plain",
  children,
}: BubbleProps) {
  const out = direction === "out";
  return (
    <div className={cx("flex flex-col", out ? "items-end" : "items-start")}>
      <div
        className={cx(
          "relative max-w-full rounded-card border text-base",
          out ? "rounded-se-[3px] border-bubble-out-line bg-bubble-out" : "rounded-ss-[3px] border-bubble-in-line bg-bubble-in",
          tone === "failed" && "border-danger-line",
          tone === "pending" && "opacity-80",
        )}
      >
        {mark ? <div className="px-3 pt-1.5 text-bubble-meta text-xs">{mark}</div> : null}
        {quote ? <Quote {...quote} /> : null}
        {header ? <div className="p-1 pb-0">{header}</div> : null}
        <div className="px-3 py-1.5">
          {title ? (
            <p dir="auto" className="wrap-any font-semibold">
              {title}
            </p>
          ) : null}
          {text ? (
            <p dir="auto" className="wrap-any whitespace-pre-wrap">
              {richText(text)}
            </p>
          ) : null}
          {children}
          {footer ? (
            <p dir="auto" className="wrap-any mt-0.5 text-bubble-meta text-xs">
              {footer}
            </p>
          ) : null}
          {meta ? (
            <div className="mt-0.5 flex flex-wrap items-center justify-end gap-1.5 text-bubble-meta text-xs">{meta}</div>
          ) : null}
        </div>
        {buttons && buttons.length > 0 ? <Buttons buttons={buttons} out={out} /> : null}
        {below ? <div className={cx("border-t", out ? "border-bubble-out-line" : "border-bubble-in-line")}>{below}</div> : null}
      </div>
      {reactions && reactions.length > 0 ? (
        <ul className="relative z-1 -mt-1.5 mx-2 flex gap-1">
          {reactions.map((reaction) => (
            <li key={reaction.label} className="rounded-full border bg-raised px-1.5 py-0.5 text-xs">
              <span role="img" aria-label={reaction.label}>
                {reaction.emoji}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function Quote({ author, text, onOpen }: { author: string; text: string; onOpen?: () => void }) {
  const body = (
    <>
      <span className="block font-semibold text-accent-text text-xs">{author}</span>
      <span dir="auto" className="wrap-any line-clamp-2 block text-bubble-meta text-sm">
        {text}
      </span>
    </>
  );
  const shape = "m-1 mb-0 block max-w-full rounded-control border-accent-text border-s-3 bg-n12/5 px-2 py-1 text-start";
  return onOpen ? (
    <button type="button" onClick={onOpen} className={cx(shape, "w-[calc(100%-8px)]")}>
      {body}
    </button>
  ) : (
    <div className={shape}>{body}</div>
  );
}

function Buttons({ buttons, out }: { buttons: BubbleButton[]; out: boolean }) {
  return (
    <ul className={cx("border-t", out ? "border-bubble-out-line" : "border-bubble-in-line")}>
      {buttons.map((button, index) => {
        const Icon = BUTTON_ICON[button.kind];
        return (
          <li
            key={`${button.kind}-${button.text}`}
            className={cx(
              "flex min-h-8 items-center justify-center gap-1.5 px-3 py-1.5 font-semibold text-accent-text text-sm",
              index > 0 && (out ? "border-bubble-out-line border-t" : "border-bubble-in-line border-t"),
            )}
          >
            <Icon size={14} aria-hidden className="shrink-0 rtl:-scale-x-100" />
            {button.href ? (
              <a href={button.href} target="_blank" rel="noopener noreferrer" dir="auto" className="wrap-any underline">
                {button.text}
              </a>
            ) : (
              <span dir="auto" className="wrap-any">
                {button.text}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

type PhotoProps = {
  src?: string;
  alt: string;
  width?: number;
  height?: number;
  state?: "ready" | "loading" | "missing";
  note?: string;
  onOpen?: () => void;
};

/** A photo in a bubble; says so when it is still being fetched or is gone. */
export function BubblePhoto({ src, alt, state = "ready", note, onOpen }: PhotoProps) {
  const t = useT();
  if (state === "loading" || (state === "ready" && !src)) {
    return (
      <div className="relative">
        <Skeleton className="h-45 w-60 max-w-full rounded-control" />
        {note ? <span className="absolute inset-x-0 bottom-2 text-center text-muted text-xs">{note}</span> : null}
      </div>
    );
  }
  if (state === "missing")
    return (
      <div className="flex h-24 w-60 max-w-full items-center justify-center rounded-control bg-n4 px-4 text-center text-muted text-xs">
        {note}
      </div>
    );
  return (
    <button
      type="button"
      onClick={onOpen}
      aria-label={`${t("ui.openImage")}: ${alt}`}
      className="block overflow-hidden rounded-control"
    >
      <img src={src} alt="" loading="lazy" className="block max-h-64 min-h-16 w-80 max-w-full bg-n4 object-cover" />
    </button>
  );
}
