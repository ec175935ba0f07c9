import { Popover as RadixPopover } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

type PopoverProps = {
  trigger: ReactElement;
  label: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  side?: "top" | "bottom" | "left" | "right";
  align?: "start" | "end" | "center";
  /** What gets the focus when it closes; the trigger if left out. */
  focusAfter?: () => HTMLElement | null;
  children: ReactNode;
};

/** A small panel that opens from its trigger. */
export function Popover({
  trigger,
  label,
  open,
  onOpenChange,
  side = "top",
  align = "start",
  focusAfter,
  children,
}: PopoverProps) {
  return (
    <RadixPopover.Root open={open} onOpenChange={onOpenChange}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content
          aria-label={label}
          side={side}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            if (!focusAfter) return;
            event.preventDefault();
            focusAfter()?.focus();
          }}
          className="anim-fade z-50 rounded-card border bg-raised text-text shadow-float focus:outline-none"
        >
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
