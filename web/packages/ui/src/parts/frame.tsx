import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { IconButton } from "./button";
import { Tooltip } from "./tooltip";

const useT = translateHook<typeof uiEn>();
const STORAGE_KEY = "parlance.rail";

/** One destination of the rail. */
export type RailItem = { key: string; href: string; label: string; icon: ReactNode; active: boolean; count?: ReactNode };
/** What a rail link hands to the app's router link. */
export type RailLinkProps = {
  href: string;
  className: string;
  "aria-current"?: "page";
  "aria-label"?: string;
  children: ReactNode;
};

/** With more entries than this, the bar at the foot names only the open one: six names do not fit a phone. */
const FOOT_LABELS_MAX = 4;

type FrameProps = {
  brand: ReactNode;
  ribbon?: ReactNode;
  items: RailItem[];
  foot: (expanded: boolean) => ReactNode;
  link: (props: RailLinkProps) => ReactNode;
  immersed?: boolean;
  children: ReactNode;
};

function railExpanded(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === "wide";
  } catch {
    return false;
  }
}

/** The frame of both apps: a rail at the side (a bar at the foot of small screens, gone while `immersed`) and the page. */
export function AppFrame({ brand, ribbon, items, foot, link, immersed, children }: FrameProps) {
  const t = useT();
  const [expanded, setExpanded] = useState(railExpanded);
  const toggle = () => {
    setExpanded(!expanded);
    try {
      localStorage.setItem(STORAGE_KEY, expanded ? "narrow" : "wide");
    } catch {
      return;
    }
  };
  return (
    <div className="flex h-full flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:start-2 focus:top-2 focus:z-70 focus:rounded-control focus:bg-raised focus:px-3 focus:py-2"
      >
        {t("ui.skipToContent")}
      </a>
      {ribbon ? <header>{ribbon}</header> : null}
      <div className="flex min-h-0 flex-1 max-md:flex-col-reverse">
        <div
          className={cx(
            "z-20 flex shrink-0 border-e bg-surface max-md:w-full max-md:flex-row max-md:items-center max-md:border-e-0 max-md:border-t md:flex-col md:py-2",
            expanded ? "md:w-48" : "md:w-14",
            immersed && "max-md:hidden",
          )}
        >
          <div className="px-3 pb-2 max-md:hidden">{brand}</div>
          <nav
            aria-label={t("ui.mainNavigation")}
            className="flex min-w-0 flex-1 max-md:justify-around md:flex-col md:gap-0.5 md:px-2"
          >
            {items.map((item) => (
              <RailLink key={item.key} item={item} expanded={expanded} crowded={items.length > FOOT_LABELS_MAX} link={link} />
            ))}
          </nav>
          <div className="flex gap-1 max-md:px-1 md:flex-col md:px-2">
            {foot(expanded)}
            <IconButton
              label={expanded ? t("ui.collapse") : t("ui.expand")}
              side="right"
              icon={
                expanded ? (
                  <PanelLeftClose size={17} aria-hidden className="rtl:-scale-x-100" />
                ) : (
                  <PanelLeftOpen size={17} aria-hidden className="rtl:-scale-x-100" />
                )
              }
              onClick={toggle}
              className="size-10 text-muted max-md:hidden"
            />
          </div>
        </div>
        <main id="content" tabIndex={-1} className="relative min-h-0 min-w-0 flex-1 outline-none">
          {children}
        </main>
      </div>
    </div>
  );
}

type RailLinkOwnProps = { item: RailItem; expanded: boolean; crowded: boolean; link: FrameProps["link"] };

function RailLink({ item, expanded, crowded, link }: RailLinkOwnProps) {
  const element = link({
    href: item.href,
    "aria-current": item.active ? "page" : undefined,
    "aria-label": item.label,
    className: cx(
      "focus-inset relative flex items-center gap-3 rounded-control text-sm no-underline md:h-10 max-md:h-14 max-md:flex-col max-md:justify-center max-md:gap-0.5 max-md:text-xs",
      expanded ? "md:px-2.5" : "md:justify-center",
      crowded ? "max-md:min-w-11" : "max-md:min-w-14",
      item.active
        ? "bg-accent-soft font-semibold text-accent-text max-md:bg-transparent"
        : "text-muted hover:bg-n4 hover:text-text",
    ),
    children: (
      <>
        <span className="relative flex">
          {item.icon}
          {item.count && !expanded ? (
            <span className="absolute -end-2.5 -top-2.5 origin-bottom-left scale-75">{item.count}</span>
          ) : null}
        </span>
        <span className={cx("truncate", expanded ? "md:flex-1" : "md:hidden", crowded && !item.active && "max-md:hidden")}>
          {item.label}
        </span>
        {item.count && expanded ? <span className="max-md:hidden">{item.count}</span> : null}
      </>
    ),
  });
  return expanded ? (
    element
  ) : (
    <Tooltip text={item.label} side="right">
      <span className="contents">{element}</span>
    </Tooltip>
  );
}

/** Heading, acts and scrolling body of a page that is not three panes. */
export function Page({
  title,
  back,
  badge,
  actions,
  children,
  wide,
}: {
  title: ReactNode;
  back?: ReactNode;
  badge?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}) {
  return (
    <div
      className="thin-scroll focus-inset h-full overflow-y-auto"
      tabIndex={0}
      role="region"
      aria-label={typeof title === "string" ? title : undefined}
    >
      <div className="mx-auto w-full max-w-320 px-6 py-5 max-md:px-4">
        <div className={wide ? undefined : "max-w-240"}>
          {back ? <div className="mb-2">{back}</div> : null}
          <header className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2">
            <h1 dir="auto" className="wrap-any min-w-0 text-xl">
              {title}
            </h1>
            {badge}
            {actions ? <div className="ms-auto flex flex-wrap gap-2">{actions}</div> : null}
          </header>
          {children}
        </div>
      </div>
    </div>
  );
}

/** A titled block of a page. */
export function Card({
  title,
  actions,
  children,
  className,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={cx("rounded-card border bg-surface", className)}>
      {title ? (
        <header className="flex flex-wrap items-center gap-2 border-b px-4 py-2.5">
          <h2 className="text-base">{title}</h2>
          {actions ? <div className="ms-auto flex gap-2">{actions}</div> : null}
        </header>
      ) : null}
      <div className="px-4 py-3">{children}</div>
    </section>
  );
}
