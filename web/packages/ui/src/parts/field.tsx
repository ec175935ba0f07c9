import { ChevronDown, CircleAlert, Search, X } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, Ref, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { createContext, use, useId } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";

const useT = translateHook<typeof uiEn>();
type Wiring = { id: string; describedBy: string | undefined; invalid: boolean };
const FieldContext = createContext<Wiring | null>(null);

const CONTROL =
  "w-full rounded-control border border-control-line bg-surface px-2.5 text-text text-sm placeholder:text-muted disabled:opacity-60 aria-invalid:border-danger-text max-md:text-lg";

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  optional?: boolean;
  hideLabel?: boolean;
  className?: string;
  children: ReactNode;
};

/** Label, control, hint and error, wired together for assistive technology. */
export function Field({ label, hint, error, optional, hideLabel, className, children }: FieldProps) {
  const t = useT();
  const id = useId();
  const hintId = hint ? `${id}-hint` : undefined;
  const errorId = error ? `${id}-error` : undefined;
  const describedBy = [hintId, errorId].filter(Boolean).join(" ") || undefined;
  return (
    <div className={cx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "font-semibold text-sm"}>
        {label}
        {optional ? <span className="font-normal text-muted"> ({t("ui.optional")})</span> : null}
      </label>
      <FieldContext value={{ id, describedBy, invalid: Boolean(error) }}>{children}</FieldContext>
      {hint ? (
        <p id={hintId} className="text-muted text-xs">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={errorId} role="alert" className="flex items-start gap-1 text-danger-text text-xs">
          <CircleAlert size={14} aria-hidden className="mt-px shrink-0" />
          <span className="wrap-any">{error}</span>
        </p>
      ) : null}
    </div>
  );
}

function useWiring(own: { id?: string; "aria-describedby"?: string }) {
  const field = use(FieldContext);
  return {
    id: own.id ?? field?.id,
    "aria-describedby": own["aria-describedby"] ?? field?.describedBy,
    "aria-invalid": field?.invalid || undefined,
  };
}

type InputProps = InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

/** A one-line text control. */
export function Input({ className, ...rest }: InputProps) {
  return <input {...rest} {...useWiring(rest)} className={cx(CONTROL, "h-8 max-md:h-11", className)} />;
}

type TextareaProps = TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> };

/** A control for several lines of text. */
export function Textarea({ className, ...rest }: TextareaProps) {
  return <textarea {...rest} {...useWiring(rest)} className={cx(CONTROL, "min-h-16 resize-y py-1.5", className)} />;
}

type SelectProps = SelectHTMLAttributes<HTMLSelectElement> & { ref?: Ref<HTMLSelectElement> };

/** A choice of one, by the platform's own picker. */
export function Select({ className, children, ...rest }: SelectProps) {
  return (
    <span className={cx("relative block", className)}>
      <select {...rest} {...useWiring(rest)} className={cx(CONTROL, "h-8 appearance-none truncate pe-8 max-md:h-11")}>
        {children}
      </select>
      <ChevronDown size={15} aria-hidden className="pointer-events-none absolute inset-y-0 end-2.5 my-auto text-muted" />
    </span>
  );
}

type CheckboxProps = Omit<InputHTMLAttributes<HTMLInputElement>, "type"> & { label: ReactNode; hint?: ReactNode };

/** A labelled checkbox. */
export function Checkbox({ label, hint, className, ...rest }: CheckboxProps) {
  const id = useId();
  return (
    <div className={cx("flex items-start gap-2 max-md:min-h-11 max-md:items-center", className)}>
      <input
        id={id}
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 accent-accent max-md:size-5"
        aria-describedby={hint ? `${id}-hint` : undefined}
        {...rest}
      />
      <div>
        <label htmlFor={id} className="text-sm">
          {label}
        </label>
        {hint ? (
          <p id={`${id}-hint`} className="text-muted text-xs">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}

type SearchInputProps = Pick<InputProps, "ref" | "onKeyDown"> & {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  className?: string;
};

/** A search box with its own clear button. */
export function SearchInput({ label, value, onChange, placeholder, className, ref, onKeyDown }: SearchInputProps) {
  const t = useT();
  return (
    <div className={cx("relative", className)}>
      <Search size={14} aria-hidden className="pointer-events-none absolute inset-y-0 start-2.5 my-auto text-muted" />
      <Input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={placeholder ?? label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={onKeyDown}
        className="ps-8 pe-8 [&::-webkit-search-cancel-button]:hidden"
      />
      {value ? (
        <button
          type="button"
          aria-label={t("ui.clearFilters")}
          onClick={() => onChange("")}
          className="absolute inset-y-0 end-1 my-auto flex size-6 items-center justify-center rounded text-muted hover:bg-n4 max-md:size-11"
        >
          <X size={14} aria-hidden />
        </button>
      ) : null}
    </div>
  );
}
