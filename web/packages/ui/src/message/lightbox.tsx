import { ChevronLeft, ChevronRight, Download, X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { IconButton } from "../parts/button";

const useT = translateHook<typeof uiEn>();

type LightboxProps = {
  open: boolean;
  url: string | undefined;
  caption: string;
  place?: string;
  onClose: () => void;
  onPrevious?: () => void;
  onNext?: () => void;
};

/** A photo over the whole window; the arrow keys step through those beside it. */
export function Lightbox({ open, url, caption, place, onClose, onPrevious, onNext }: LightboxProps) {
  const t = useT();
  const rtl = () => document.documentElement.dir === "rtl";
  return (
    <Dialog.Root open={open} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="anim-fade fixed inset-0 z-40 bg-black/85" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            if (event.target instanceof HTMLElement) event.target.focus();
          }}
          className="fixed inset-0 z-50 flex flex-col text-white focus:outline-none"
          onClick={onClose}
          onKeyDown={(event) => {
            const forward = event.key === (rtl() ? "ArrowLeft" : "ArrowRight");
            if (!forward && event.key !== (rtl() ? "ArrowRight" : "ArrowLeft")) return;
            event.preventDefault();
            (forward ? onNext : onPrevious)?.();
          }}
        >
          <header className="flex items-center gap-2 p-3">
            <Dialog.Title dir="auto" className="wrap-any line-clamp-2 min-w-0 flex-1 text-base">
              {caption}
            </Dialog.Title>
            {place ? <span className="tabular shrink-0 text-sm">{place}</span> : null}
            <a
              href={url}
              download
              aria-label={t("ui.download")}
              onClick={(event) => event.stopPropagation()}
              className="flex size-8 items-center justify-center rounded-control text-white hover:bg-white/20 max-md:size-11"
            >
              <Download size={17} aria-hidden />
            </a>
            <Dialog.Close asChild>
              <IconButton
                label={t("ui.close")}
                icon={<X size={18} aria-hidden />}
                className="text-white enabled:hover:bg-white/20"
              />
            </Dialog.Close>
          </header>
          <div className="relative flex min-h-0 flex-1 items-center justify-center p-4 pt-0">
            {url ? <img src={url} alt={caption} className="max-h-full max-w-full rounded-control object-contain" /> : null}
            {onPrevious ? <Step label={t("ui.previous")} side="start" onStep={onPrevious} /> : null}
            {onNext ? <Step label={t("ui.next")} side="end" onStep={onNext} /> : null}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Step({ label, side, onStep }: { label: string; side: "start" | "end"; onStep: () => void }) {
  const Icon = side === "start" ? ChevronLeft : ChevronRight;
  return (
    <button
      type="button"
      aria-label={label}
      onClick={(event) => {
        event.stopPropagation();
        onStep();
      }}
      className={`absolute inset-y-0 my-auto flex size-11 items-center justify-center rounded-full bg-black/50 text-white hover:bg-black/70 ${side === "start" ? "start-3" : "end-3"}`}
    >
      <Icon size={22} aria-hidden className="rtl:-scale-x-100" />
    </button>
  );
}
