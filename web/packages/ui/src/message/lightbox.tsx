import { Download, X } from "lucide-react";
import { Dialog } from "radix-ui";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { IconButton } from "../parts/button";

const useT = translateHook<typeof uiEn>();

/** A photo over the whole window. */
export function Lightbox({ url, caption, onClose }: { url: string | undefined; caption: string; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog.Root open={url !== undefined} onOpenChange={(open) => !open && onClose()}>
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
        >
          <header className="flex items-center gap-2 p-3">
            <Dialog.Title dir="auto" className="wrap-any line-clamp-2 min-w-0 flex-1 text-base">
              {caption}
            </Dialog.Title>
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
          <div className="flex min-h-0 flex-1 items-center justify-center p-4 pt-0">
            <img src={url} alt={caption} className="max-h-full max-w-full rounded-control object-contain" />
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
