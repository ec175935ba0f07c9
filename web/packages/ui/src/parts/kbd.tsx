import type { ReactNode } from "react";
import { cx } from "../cx";

/** A key of the keyboard. */
export function Kbd({ children, inverse }: { children: ReactNode; inverse?: boolean }) {
  return (
    <kbd
      className={cx(
        "inline-flex h-5 min-w-5 items-center justify-center rounded border px-1 font-sans text-xs",
        inverse ? "border-n9 text-n3" : "border-line-strong bg-n3 text-muted",
      )}
    >
      {children}
    </kbd>
  );
}
