import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "../cx";
import { Tooltip } from "./tooltip";

/** How loud a button is. */
export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";

const VARIANT: Record<ButtonVariant, string> = {
  primary: "bg-accent text-accent-on border-transparent enabled:hover:bg-accent-hover",
  secondary: "bg-raised text-text border-line-strong enabled:hover:bg-hover",
  ghost: "bg-transparent text-text border-transparent enabled:hover:bg-n4",
  danger: "bg-danger text-white border-transparent enabled:hover:bg-danger-hover",
};

const BASE =
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-semibold disabled:cursor-not-allowed disabled:opacity-60";

/** Props of Button: `busy` shows progress and blocks a second press. */
export type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & {
  variant?: ButtonVariant;
  size?: "sm" | "md";
  busy?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
};

/** A labelled button. */
export function Button({ variant = "secondary", size = "md", busy, icon, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={cx(
        BASE,
        VARIANT[variant],
        size === "sm" ? "h-7 px-2 text-xs max-md:h-11" : "h-8 px-3 text-sm max-md:h-11",
        className,
      )}
      {...rest}
    >
      {busy ? <LoaderCircle size={14} aria-hidden className="animate-spin" /> : icon}
      {children}
    </button>
  );
}

/** The classes of a button, for links that look like one. */
export function buttonClass(variant: ButtonVariant = "secondary", className?: string): string {
  return cx(BASE, VARIANT[variant].replaceAll("enabled:", ""), "h-8 px-3 text-sm no-underline max-md:h-11", className);
}

/** Props of IconButton: `label` names it for everyone, as tooltip and accessible name. */
export type IconButtonProps = Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> & {
  label: string;
  icon: ReactNode;
  variant?: ButtonVariant;
  shortcut?: string;
  side?: "top" | "bottom" | "left" | "right";
  pressed?: boolean;
  ref?: Ref<HTMLButtonElement>;
};

/** A square button with an icon and a name. */
export function IconButton({ label, icon, variant = "ghost", shortcut, side, pressed, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label} shortcut={shortcut} side={side}>
      <button
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        className={cx(
          BASE,
          VARIANT[variant],
          "size-8 p-0 max-md:size-11",
          pressed && "bg-accent-soft text-accent-text",
          className,
        )}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
