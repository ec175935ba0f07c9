import { Brand } from "@parlance/ui";
import type { FormEvent, ReactNode } from "react";

type OutsideProps = { title: string; onSubmit?: (event: FormEvent) => void; children: ReactNode; foot?: ReactNode };

/** A page for who is not inside yet: one card below the brand. */
export function OutsideCard({ title, onSubmit, children, foot }: OutsideProps) {
  const card = "flex w-full max-w-90 flex-col gap-4 rounded-card border bg-surface p-6";
  const content = (
    <>
      <h1 className="wrap-any text-xl">{title}</h1>
      {children}
    </>
  );
  return (
    <main className="thin-scroll flex h-full flex-col items-center overflow-y-auto px-4 py-[12vh] max-md:py-8">
      <div className="mb-6">
        <Brand name="Parlance" />
      </div>
      {onSubmit ? (
        <form className={card} onSubmit={onSubmit}>
          {content}
        </form>
      ) : (
        <div className={card}>{content}</div>
      )}
      {foot ? <div className="mt-4 text-sm">{foot}</div> : null}
    </main>
  );
}
