import { useSyncExternalStore } from "react";

type PluralForms = { other: string; zero?: string; one?: string; two?: string; few?: string; many?: string };
/** One text, or its plural forms chosen by the `count` parameter. */
export type Message = string | PluralForms;
/** Texts of one language by key. */
export type Catalogue = Record<string, Message>;
type Placeholder<S> = S extends `${string}{${infer P}}${infer Rest}` ? P | Placeholder<Rest> : never;
type TextOf<M> = M extends string ? M : M extends PluralForms ? M["other"] | "{count}" : never;
type ParamsOf<M> = [Placeholder<TextOf<M>>] extends [never] ? [] : [params: Record<Placeholder<TextOf<M>>, string | number>];
/** Looks a text up by key and fills in its named placeholders. */
export type Translate<C extends Catalogue> = <K extends keyof C & string>(key: K, ...params: ParamsOf<C[K]>) => string;

/** A language people can choose. */
export type Language = { code: string; name: string; dir: "ltr" | "rtl"; load?: () => Promise<Catalogue> };

type State = { language: string; locale: string; dir: "ltr" | "rtl"; texts: Catalogue };

const STORAGE_KEY = "parlance.language";
let languages: Language[] = [];
let fallback: Catalogue = {};
let state: State = { language: "en", locale: "en", dir: "ltr", texts: {} };
const listeners = new Set<() => void>();

function publish(next: State): void {
  state = next;
  document.documentElement.lang = next.language;
  document.documentElement.dir = next.dir;
  for (const listener of listeners) listener();
}

/** Sets the languages up and loads the stored choice; await it before the first paint. */
export async function startLanguages(known: Language[], base: Catalogue): Promise<void> {
  languages = known;
  fallback = base;
  let stored: string | null = null;
  try {
    stored = localStorage.getItem(STORAGE_KEY);
  } catch {
    stored = null;
  }
  await applyLanguage(stored ?? "en");
}

/** The reader's own variant of a language, for dates and numbers: en becomes en-GB where the browser says so. */
function readerLocale(code: string): string {
  return navigator.languages.find((tag) => tag === code || tag.startsWith(`${code}-`)) ?? code;
}

async function applyLanguage(code: string): Promise<void> {
  const language = languages.find((l) => l.code === code) ?? languages[0];
  if (!language) return;
  const texts = language.load ? await language.load() : {};
  publish({ language: language.code, locale: readerLocale(language.code), dir: language.dir, texts });
}

/** Switches the language and remembers the choice in this browser. */
export async function setLanguage(code: string): Promise<void> {
  await applyLanguage(code);
  try {
    localStorage.setItem(STORAGE_KEY, code);
  } catch {
    return;
  }
}

/** Adds English texts of pages that are loaded later than the first paint. */
export function addTexts(texts: Catalogue): void {
  fallback = { ...fallback, ...texts };
}

/** Takes a language over for people who have chosen none in this browser. */
export async function suggestLanguage(code: string): Promise<void> {
  try {
    if (localStorage.getItem(STORAGE_KEY) !== null) return;
  } catch {
    return;
  }
  if (state.language !== code) await applyLanguage(code);
}

/** The languages offered. */
export function knownLanguages(): Language[] {
  return languages;
}

function fill(text: string, params: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(state.locale).format(value) : value;
  });
}

/** Translates outside of React, for example in the error function. */
export function translate(key: string, params: Record<string, string | number> = {}): string {
  const message = state.texts[key] ?? fallback[key] ?? key;
  if (typeof message === "string") return fill(message, params);
  const rule = new Intl.PluralRules(state.locale).select(Number(params.count ?? 0));
  return fill(message[rule] ?? message.other, params);
}

/** Whether a key has a text; for keys built from values the server sends. */
export function hasText(key: string): boolean {
  return (state.texts[key] ?? fallback[key]) !== undefined;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The language in use, the reader's variant of it (BCP 47) and the writing direction. */
export function useLocale(): { language: string; locale: string; dir: "ltr" | "rtl" } {
  return useSyncExternalStore(subscribe, () => state);
}

/** A translate hook typed over one catalogue. */
export function translateHook<C extends Catalogue>(): () => Translate<C> {
  const typed = ((key: string, params?: Record<string, string | number>) => translate(key, params)) as Translate<C>;
  return () => {
    useSyncExternalStore(subscribe, () => state);
    return typed;
  };
}

/** The reader's locale outside of React. */
export function currentLocale(): string {
  return state.locale;
}
