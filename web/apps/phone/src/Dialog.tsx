import { X } from "lucide-react";
import { type CSSProperties, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { texts } from "./texts";

/** Where the phone is on the screen, for a sheet that comes up from its lower edge. */
function overPhone(): CSSProperties {
  const box = document.querySelector(".phone")?.getBoundingClientRect();
  if (!box) return {};
  const border = window.innerWidth < 768 ? 0 : 8;
  return {
    insetInlineStart: "auto",
    left: box.left + border,
    right: "auto",
    top: "auto",
    bottom: window.innerHeight - box.bottom + border,
    width: box.width - 2 * border,
    maxHeight: box.height * 0.75,
  };
}

interface Props {
  title: string;
  /** Comes up from the lower edge of the phone. */
  sheet?: boolean;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog with a heading; Esc and the backdrop close it. */
export function Dialog({ title, sheet, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const [place] = useState(() => (sheet ? overPhone() : {}));
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Esc closes a modal dialog by itself
    <dialog
      ref={dialog}
      className={sheet ? "sheet" : undefined}
      style={place}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="dialog-box">
        <header>
          <h2 id={heading}>{title}</h2>
          <button type="button" className="icon" aria-label={texts.close} title={texts.close} onClick={onClose}>
            <X aria-hidden="true" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
