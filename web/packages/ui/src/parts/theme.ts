import { useSyncExternalStore } from "react";

/** What the person chose; `system` follows the operating system. */
export type Theme = "system" | "light" | "dark";

const STORAGE_KEY = "parlance.theme";
const listeners = new Set<() => void>();

function stored(): Theme {
  try {
    const value = localStorage.getItem(STORAGE_KEY);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system";
  }
}

function apply(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Applies the stored choice; call before the first paint. */
export function startTheme(): void {
  apply(stored());
}

/** Chooses a theme and remembers it in this browser. */
export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(STORAGE_KEY, theme);
  } catch {
    // Private windows may refuse storage: the choice then lasts until reload.
  }
  apply(theme);
  for (const listener of listeners) listener();
}

/** The present choice. */
export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, stored);
}
