import type { ReactNode } from "react";

/** A titled group of the gallery. */
export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4">
      <h2 className="border-b pb-1 text-lg">{title}</h2>
      {children}
    </section>
  );
}

/** One part with its name. */
export function Show({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-2">
      <h3 className="text-muted text-xs">{name}</h3>
      <div className="flex flex-wrap items-start gap-3">{children}</div>
    </div>
  );
}
