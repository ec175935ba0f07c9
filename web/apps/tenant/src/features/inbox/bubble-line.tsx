import type { BubbleButton } from "@parlance/ui";
import type { ReactNode } from "react";
import { webAddress } from "../../shared/format";

/** What a bubble is filled with. */
export type Parts = {
  header?: ReactNode;
  title?: string | null;
  text?: string | null;
  footer?: string | null;
  buttons?: BubbleButton[];
  below?: ReactNode;
  children?: ReactNode;
};

/** An icon with lines beside it. */
export function Line({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <span className="flex items-start gap-2">
      <span className="mt-0.5 shrink-0 text-bubble-meta">{icon}</span>
      <span className="wrap-any min-w-0">{children}</span>
    </span>
  );
}

/** A web address as a link if it may be one, else as text. */
export function Address({ value, text }: { value: string; text?: string }) {
  const href = webAddress(value);
  return href ? (
    <a href={href} target="_blank" rel="noopener noreferrer" dir={text ? "auto" : "ltr"} className="wrap-any underline">
      {text ?? value}
    </a>
  ) : (
    <span dir="ltr">{value}</span>
  );
}
