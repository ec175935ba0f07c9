import type { ReactNode } from "react";
import { useState } from "react";
import type { Explained } from "../problem";
import { Button } from "./button";
import { Field, Input } from "./field";
import { ErrorNotice } from "./states";

type SignInProps = {
  brand: ReactNode;
  title: string;
  note?: ReactNode;
  labels: { email: string; password: string; submit: string };
  busy: boolean;
  error?: Explained;
  onSubmit: (email: string, password: string) => void;
  foot?: ReactNode;
};

/** The sign-in page of either app. */
export function SignInCard({ brand, title, note, labels, busy, error, onSubmit, foot }: SignInProps) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  return (
    <main className="thin-scroll flex h-full flex-col items-center overflow-y-auto px-4 py-[12vh] max-md:py-8">
      <div className="mb-6">{brand}</div>
      <form
        className="flex w-full max-w-90 flex-col gap-4 rounded-card border bg-surface p-6"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit(email, password);
        }}
      >
        <h1 className="text-xl">{title}</h1>
        {note}
        {error ? <ErrorNotice error={error} /> : null}
        <Field label={labels.email} error={error?.fields.email}>
          <Input
            type="email"
            name="email"
            autoComplete="username"
            required
            autoFocus
            dir="ltr"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <Field label={labels.password} error={error?.fields.password}>
          <Input
            type="password"
            name="password"
            autoComplete="current-password"
            required
            dir="ltr"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        <Button type="submit" variant="primary" busy={busy}>
          {labels.submit}
        </Button>
      </form>
      {foot ? <div className="mt-4">{foot}</div> : null}
    </main>
  );
}

/** The word mark: a bubble with a sound wave, and the name. */
export function Brand({ name, badge, compact }: { name: string; badge?: ReactNode; compact?: boolean }) {
  return (
    <span className="inline-flex items-center gap-2">
      <svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true" className="shrink-0">
        <path
          d="M5 3h18a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H12l-6.2 4.4A.5.5 0 0 1 5 26v-4a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4Z"
          fill="var(--accent)"
        />
        <path d="M8 10.5v4M12 8v9M16 10v5M20 11.5v2" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
      </svg>
      {compact ? null : <span className="font-semibold text-lg tracking-tight">{name}</span>}
      {badge}
    </span>
  );
}
