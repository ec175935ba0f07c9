import { CircleAlert, CircleCheck, Info, RefreshCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import type { Explained } from "../problem";
import { Button } from "./button";

const useT = translateHook<typeof uiEn>();

/** What this is, why it is empty, and the one next step. */
export function EmptyState({
  icon,
  title,
  children,
  action,
  className,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  return (
    <div className={cx("mx-auto flex max-w-96 flex-col items-center gap-2 px-6 py-12 text-center", className)}>
      {icon ? (
        <div className="mb-1 flex size-11 items-center justify-center rounded-full border bg-surface text-muted">{icon}</div>
      ) : null}
      <h2 className="text-lg">{title}</h2>
      {children ? <div className="text-muted text-sm">{children}</div> : null}
      {action ? <div className="mt-2">{action}</div> : null}
    </div>
  );
}

/** A grey shape where content will be. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("anim-pulse block rounded bg-n5", className)} />;
}

/** Announces that a region is loading while its skeletons show. */
export function LoadingRegion({ children, className }: { children: ReactNode; className?: string }) {
  const t = useT();
  return (
    <div aria-busy className={className}>
      <span className="sr-only" role="status">
        {t("ui.loading")}
      </span>
      {children}
    </div>
  );
}

const NOTICE = {
  info: { box: "border-info-line bg-info-soft text-info-text", Icon: Info },
  success: { box: "border-success-line bg-success-soft text-success-text", Icon: CircleCheck },
  warning: { box: "border-warning-line bg-warning-soft text-warning-text", Icon: TriangleAlert },
  danger: { box: "border-danger-line bg-danger-soft text-danger-text", Icon: CircleAlert },
} as const;

/** A remark in place, with an optional act. */
export function Notice({
  tone = "info",
  title,
  children,
  action,
  className,
}: {
  tone?: keyof typeof NOTICE;
  title?: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}) {
  const { box, Icon } = NOTICE[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : "note"}
      className={cx("flex flex-wrap items-start gap-x-3 gap-y-2 rounded-card border px-3 py-2 text-sm", box, className)}
    >
      <Icon size={16} aria-hidden className="mt-0.5 shrink-0" />
      <div className="wrap-any min-w-0 flex-1 basis-48">
        {title ? <p className="font-semibold">{title}</p> : null}
        {children ? <div className="text-text">{children}</div> : null}
      </div>
      {action}
    </div>
  );
}

/** An error: what happened, what was kept, what to do, and the code to quote. */
export function ErrorNotice({ error, onRetry, className }: { error: Explained; onRetry?: () => void; className?: string }) {
  const t = useT();
  return (
    <Notice
      tone="danger"
      title={error.title}
      className={className}
      action={
        onRetry ? (
          <Button size="sm" icon={<RefreshCw size={13} aria-hidden />} onClick={onRetry}>
            {t("ui.tryAgain")}
          </Button>
        ) : undefined
      }
    >
      {error.detail ? <p>{error.detail}</p> : null}
      {error.kept ? <p>{error.kept}</p> : null}
      {error.next ? <p>{error.next}</p> : null}
      {error.quote ? <p className="mt-1 text-muted text-xs">{t("ui.quote", { id: error.quote })}</p> : null}
    </Notice>
  );
}

/** Progress of known (0–1) or unknown length, always with a word. */
export function Progress({ value, label }: { value?: number; label: string }) {
  const known = value !== undefined;
  return (
    <div className="flex items-center gap-2 text-xs">
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={known ? Math.round(value * 100) : undefined}
        className="h-1.5 w-24 overflow-hidden rounded-full bg-n5"
      >
        <div
          className={cx("h-full bg-accent", !known && "anim-pulse")}
          style={{ width: known ? `${Math.round(value * 100)}%` : "100%" }}
        />
      </div>
      <span className="text-muted">{label}</span>
    </div>
  );
}
