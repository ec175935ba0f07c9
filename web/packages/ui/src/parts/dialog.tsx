import { X } from "lucide-react";
import { Dialog as RadixDialog } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { Button, IconButton } from "./button";

const useT = translateHook<typeof uiEn>();

/** Starts in the first field; without one on the dialog itself, so that no tooltip of a button pops up. */
function focusField(event: Event): void {
  event.preventDefault();
  const content = event.currentTarget ?? event.target;
  if (!(content instanceof HTMLElement)) return;
  (content.querySelector<HTMLElement>("input:not([type=file]), select, textarea") ?? content).focus();
}

type DialogProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  side?: boolean;
  busy?: boolean;
};

/** A question or a form above the page; `side` makes it a sheet at the edge. */
export function Dialog({ open, onOpenChange, title, description, children, footer, wide, side, busy }: DialogProps) {
  const t = useT();
  return (
    <RadixDialog.Root open={open} onOpenChange={(next) => !busy && onOpenChange(next)}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="anim-fade fixed inset-0 z-40 bg-overlay" />
        <RadixDialog.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusField}
          className={cx(
            "fixed z-50 flex flex-col border bg-raised text-text shadow-float focus:outline-none",
            side
              ? "anim-side inset-y-0 end-0 w-full max-w-110 border-y-0 border-e-0"
              : cx(
                  "anim-rise inset-x-0 top-[max(16px,12vh)] mx-auto max-h-[min(84vh,calc(100dvh-32px))] w-[calc(100vw-32px)] rounded-card max-md:top-4",
                  wide ? "max-w-220" : "max-w-120",
                ),
          )}
        >
          <header className="flex items-start gap-3 border-b px-4 py-3">
            <div className="min-w-0 flex-1 py-1">
              <RadixDialog.Title className="wrap-any text-lg">{title}</RadixDialog.Title>
              {description ? (
                <RadixDialog.Description className="mt-1 text-muted text-sm">{description}</RadixDialog.Description>
              ) : null}
            </div>
            <RadixDialog.Close asChild>
              <IconButton label={t("ui.close")} icon={<X size={16} aria-hidden />} disabled={busy} />
            </RadixDialog.Close>
          </header>
          {children ? (
            <div
              className="thin-scroll focus-inset min-h-0 flex-1 overflow-y-auto px-4 py-4"
              tabIndex={0}
              role="group"
              aria-label={typeof title === "string" ? title : undefined}
            >
              {children}
            </div>
          ) : null}
          {footer ? <footer className="flex flex-wrap justify-end gap-2 border-t px-4 py-3">{footer}</footer> : null}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

type ConfirmProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  effect: ReactNode;
  action: string;
  danger?: boolean;
  busy?: boolean;
  error?: ReactNode;
  onConfirm: () => void;
};

/** Asks before an act that can't be undone: names the object and what goes with it. */
export function ConfirmDialog({ open, onOpenChange, title, effect, action, danger, busy, error, onConfirm }: ConfirmProps) {
  const t = useT();
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      busy={busy}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)} disabled={busy}>
            {t("ui.cancel")}
          </Button>
          <Button variant={danger ? "danger" : "primary"} busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-base">
        {effect}
        {error}
      </div>
    </Dialog>
  );
}
