import { Direction, Tooltip as RadixTooltip } from "radix-ui";
import type { ReactElement, ReactNode } from "react";
import { useLocale } from "../i18n/i18n";
import { Kbd } from "./kbd";

/** Wraps the app once: tooltips share their delay, menus and tabs know the writing direction. */
export function UiProvider({ children }: { children: ReactNode }) {
  const { dir } = useLocale();
  return (
    <Direction.Provider dir={dir}>
      <RadixTooltip.Provider delayDuration={350}>{children}</RadixTooltip.Provider>
    </Direction.Provider>
  );
}

type TooltipProps = {
  text: ReactNode;
  shortcut?: string;
  side?: "top" | "bottom" | "left" | "right";
  children: ReactElement;
};

/** A short text beside the thing it explains, on hover and on focus. */
export function Tooltip({ text, shortcut, side = "top", children }: TooltipProps) {
  return (
    <RadixTooltip.Root>
      <RadixTooltip.Trigger asChild>{children}</RadixTooltip.Trigger>
      <RadixTooltip.Portal>
        <RadixTooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="anim-fade z-60 flex max-w-72 items-center gap-2 rounded-control bg-n12 px-2 py-1 text-n1 text-xs shadow-float"
        >
          <span className="wrap-any">{text}</span>
          {shortcut ? <Kbd inverse>{shortcut}</Kbd> : null}
        </RadixTooltip.Content>
      </RadixTooltip.Portal>
    </RadixTooltip.Root>
  );
}
