import { cx, isTyping, SearchInput, Tooltip } from "@parlance/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useT } from "../../shared/texts";
import { VIEWS, type View } from "./views";

const TYPING_MS = 200;

type HeadProps = { slug: string; view: View; q: string | undefined; first: string | undefined };

/** Views and search of the inbox; both stand in the address. */
export function InboxHead({ slug, view, q, first }: HeadProps) {
  const t = useT();
  return (
    <header className="border-b px-4 pt-3">
      <Search slug={slug} q={q} first={first} />
      <nav aria-label={t("inbox.views")} className="-mx-1 mt-2 -mb-px flex flex-wrap gap-x-0.5">
        {VIEWS.map((name) => {
          const current = view === name && !q;
          const link = (
            <Link
              key={name}
              to="/t/$slug/inbox"
              params={{ slug }}
              search={{ view: name === "all" ? undefined : name }}
              aria-current={current ? "page" : undefined}
              aria-label={name === "resolved" ? t("inbox.view.resolved") : undefined}
              className={cx(
                "focus-inset flex items-center border-b-2 px-2 py-2 text-sm no-underline max-md:min-h-11",
                name === "resolved" && "ms-auto",
                current ? "border-accent-text font-semibold text-text" : "border-transparent text-muted hover:text-text",
              )}
            >
              {name === "resolved" ? <CircleCheck size={16} aria-hidden /> : t(`inbox.view.${name}`)}
            </Link>
          );
          return name === "resolved" ? (
            <Tooltip key={name} text={t("inbox.view.resolved")} side="bottom">
              {link}
            </Tooltip>
          ) : (
            link
          );
        })}
      </nav>
    </header>
  );
}

function Search({ slug, q, first }: Omit<HeadProps, "view">) {
  const t = useT();
  const navigate = useNavigate();
  const [text, setText] = useState(q ?? "");
  const boxRef = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(q ?? ""), [q]);
  const search = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    const go = () => void navigate({ to: ".", search: (old) => ({ ...old, q: next.trim() || undefined }), replace: true });
    if (next === "") go();
    else timer.current = setTimeout(go, TYPING_MS);
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      boxRef.current?.focus();
    };
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
      clearTimeout(timer.current);
    };
  }, []);
  return (
    <SearchInput
      ref={boxRef}
      label={t("inbox.search")}
      value={text}
      onChange={search}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          search("");
          event.currentTarget.blur();
        } else if (event.key === "Enter" && first && text.trim() === (q ?? "")) {
          void navigate({ to: "/t/$slug/inbox/$conversationId", params: { slug, conversationId: first }, search: true });
          event.currentTarget.blur();
        } else if (event.key === "ArrowDown") {
          event.preventDefault();
          event.currentTarget.closest("section")?.querySelector<HTMLElement>("ul a")?.focus();
        }
      }}
    />
  );
}
