import { hasText, translate, translateHook } from "@parlance/ui";
import type { en } from "../messages/en";
import type { enSettings } from "../messages/en-settings";
import type { enSetup } from "../messages/en-setup";

/** Translates with the keys of this app's catalogues; pages that load later import theirs, `messages/settings` or `messages/setup`. */
export const useT = translateHook<typeof en & typeof enSettings & typeof enSetup>();

/** The text for a word the server chose, such as a state; the word itself when this build does not know it. */
export function serverWord(group: string, word: string): string {
  const key = `${group}.${word}`;
  return hasText(key) ? translate(key) : word.replaceAll("_", " ");
}
