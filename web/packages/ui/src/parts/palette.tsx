import { Search } from "lucide-react";
import { Dialog as RadixDialog } from "radix-ui";
import type { ReactNode } from "react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { cx } from "../cx";
import { Dialog } from "./dialog";
import { Kbd } from "./kbd";

/** One thing the palette can do or open. */
export type Command = { key: string; label: string; group: string; icon?: ReactNode; hint?: string; run: () => void };

type PaletteProps = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  label: string;
  placeholder: string;
  nothing: string;
  commands: Command[];
};

function matches(command: Command, query: string): boolean {
  const text = `${command.label} ${command.hint ?? ""}`.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Finds a page or a record by typing. */
export function CommandPalette({ open, onOpenChange, label, placeholder, nothing, commands }: PaletteProps) {
  const [query, setQuery] = useState("");
  const [index, setIndex] = useState(0);
  const listRef = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = useMemo(() => commands.filter((command) => matches(command, query.trim())).slice(0, 60), [commands, query]);
  useEffect(() => {
    if (open) {
      setQuery("");
      setIndex(0);
    }
  }, [open]);
  useEffect(() => {
    listRef.current?.querySelector(`[data-index="${index}"]`)?.scrollIntoView({ block: "nearest" });
  }, [index]);
  const run = (command: Command | undefined) => {
    if (!command) return;
    onOpenChange(false);
    command.run();
  };
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="anim-fade fixed inset-0 z-40 bg-overlay" />
        <RadixDialog.Content
          aria-describedby={undefined}
          className="anim-rise fixed inset-x-0 top-[12vh] z-50 mx-auto flex max-h-[70vh] w-[calc(100vw-32px)] max-w-140 flex-col overflow-hidden rounded-card border bg-raised text-text shadow-float max-md:top-4"
        >
          <RadixDialog.Title className="sr-only">{label}</RadixDialog.Title>
          <div className="flex items-center gap-2 border-b px-3">
            <Search size={16} aria-hidden className="shrink-0 text-muted" />
            <input
              role="combobox"
              aria-expanded
              aria-controls={`${id}-list`}
              aria-activedescendant={found[index] ? `${id}-${index}` : undefined}
              aria-label={label}
              placeholder={placeholder}
              value={query}
              onChange={(event) => {
                setQuery(event.target.value);
                setIndex(0);
              }}
              onKeyDown={(event) => {
                if (event.key === "ArrowDown") setIndex((i) => Math.min(i + 1, found.length - 1));
                else if (event.key === "ArrowUp") setIndex((i) => Math.max(i - 1, 0));
                else if (event.key === "Enter") run(found[index]);
                else return;
                event.preventDefault();
              }}
              className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-muted max-md:text-lg"
            />
          </div>
          <div ref={listRef} id={`${id}-list`} role="listbox" aria-label={label} className="thin-scroll overflow-y-auto p-1">
            {found.map((command, i) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above handles the keys
              <div
                key={command.key}
                id={`${id}-${i}`}
                data-index={i}
                role="option"
                tabIndex={-1}
                aria-selected={i === index}
                onClick={() => run(command)}
                onPointerMove={() => setIndex(i)}
                className={cx(
                  "flex min-h-9 cursor-pointer items-center gap-2 rounded px-2 text-sm max-md:min-h-11",
                  i === index && "bg-n4",
                )}
              >
                <span className="flex w-5 justify-center text-muted">{command.icon}</span>
                <span dir="auto" className="truncate">
                  {command.label}
                </span>
                <span className="ms-auto shrink-0 text-muted text-xs">{command.hint ?? command.group}</span>
              </div>
            ))}
          </div>
          {found.length === 0 ? <p className="px-4 pb-4 text-muted text-sm">{nothing}</p> : null}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** The map of keys. */
export function ShortcutsDialog({
  open,
  onOpenChange,
  title,
  groups,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  groups: { name: string; keys: { keys: string[]; does: string }[] }[];
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={title}>
      <div className="grid gap-5 sm:grid-cols-2">
        {groups.map((group) => (
          <section key={group.name}>
            <h3 className="mb-1.5 text-muted text-xs">{group.name}</h3>
            <dl className="flex flex-col gap-1.5 text-sm">
              {group.keys.map((entry) => (
                <div key={entry.does} className="flex items-center justify-between gap-3">
                  <dt>{entry.does}</dt>
                  <dd className="flex shrink-0 gap-1">
                    {entry.keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** Whether a key press belongs to a control being typed in, or to an open dialog or menu. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  // A button that was pressed in a dialog may be gone: the key then comes from the page itself.
  if (target === document.body && document.querySelector("[role=dialog][data-state=open]")) return true;
  return target.isContentEditable || Boolean(target.closest("input, textarea, select, [role=dialog], [role=menu]"));
}
