import { type KeyboardEvent, useId, useState } from "react";
import { cx } from "../cx";
import type { uiEn } from "../i18n/en";
import { translateHook } from "../i18n/i18n";
import { EMOJI_GROUPS, findEmoji } from "./emoji";

const useT = translateHook<typeof uiEn>();
const COLUMNS = 7;
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };

/** Chooses an emoji by group or by search; the arrow keys move, Enter takes. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const t = useT();
  const id = useId();
  const [search, setSearch] = useState("");
  const [at, setAt] = useState(0);
  const groups = search.trim() ? [{ name: "found" as const, emoji: findEmoji(search) }] : EMOJI_GROUPS;
  const all = groups.flatMap((group) => group.emoji);
  const move = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const chosen = all[at];
    if (step !== undefined) {
      const sideways = Math.abs(step) === 1 && document.documentElement.dir === "rtl" ? -step : step;
      const next = Math.min(Math.max(at + sideways, 0), all.length - 1);
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && chosen) onPick(chosen.emoji);
    else return;
    event.preventDefault();
  };
  let index = -1;
  return (
    <div className="flex w-84 max-w-[calc(100vw-32px)] flex-col">
      <input
        autoFocus
        role="combobox"
        aria-expanded={all.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={all[at] ? `${id}-${at}` : undefined}
        aria-label={t("ui.emoji.search")}
        placeholder={t("ui.emoji.search")}
        value={search}
        onChange={(event) => {
          setSearch(event.target.value);
          setAt(0);
        }}
        onKeyDown={move}
        className="m-2 mb-1 h-8 rounded-control border border-control-line bg-surface px-2.5 text-sm placeholder:text-muted max-md:h-11 max-md:text-lg"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t("ui.emoji")}
        tabIndex={-1}
        className={cx("thin-scroll overflow-y-auto p-2 pt-0", all.length > 0 && "h-60")}
      >
        {groups.map((group) => (
          <div key={group.name} role="group" aria-label={t(`ui.emoji.${group.name}`)}>
            <p aria-hidden className="sticky top-0 bg-raised py-1 text-muted text-xs">
              {t(`ui.emoji.${group.name}`)}
            </p>
            <div className="grid grid-cols-7">
              {group.emoji.map(({ emoji, words }) => {
                index += 1;
                const own = index;
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox above handles the keys
                  <span
                    key={emoji}
                    id={`${id}-${own}`}
                    role="option"
                    tabIndex={-1}
                    aria-label={words}
                    aria-selected={own === at}
                    onClick={() => onPick(emoji)}
                    onPointerMove={() => setAt(own)}
                    className={cx(
                      "flex aspect-square cursor-pointer items-center justify-center rounded text-xl",
                      own === at && "bg-n4",
                    )}
                  >
                    {emoji}
                  </span>
                );
              })}
            </div>
          </div>
        ))}
      </div>
      {all.length === 0 ? <p className="px-3 pb-3 text-muted text-sm">{t("ui.emoji.nothing")}</p> : null}
    </div>
  );
}
