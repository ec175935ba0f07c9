import { hasText, translate, translateHook } from "@parlance/ui";
import type { en } from "../messages/en";
import type { enSettings } from "../messages/en-settings";

/** Translates with the keys of this app's catalogues; pages of the settings import theirs, `messages/settings`. */
export const useT = translateHook<typeof en & typeof enSettings>();

/** The text for a word the server chose, such as a state; the word itself when this build does not know it. */
export function serverWord(group: string, word: string): string {
  const key = `${group}.${word}`;
  return hasText(key) ? translate(key) : word.replaceAll("_", " ");
}
