import type { ReactNode } from "react";
import { Avatar } from "../parts/avatar";

/** A phone around a preview, headed by the business's name. */
export function PhoneFrame({ name, id, label, children }: { name: string; id: string; label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      className="mx-auto w-full max-w-80 overflow-hidden rounded-[26px] border-[6px] border-phone bg-thread"
    >
      <div className="flex items-center gap-2 border-b bg-surface px-3 py-2">
        <Avatar name={name} id={id} size={26} />
        <span dir="auto" className="truncate font-semibold text-sm">
          {name}
        </span>
      </div>
      <div className="thin-scroll flex min-h-70 flex-col justify-end gap-2 p-3">{children}</div>
    </section>
  );
}
