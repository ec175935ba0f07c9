import { hasText, translate, translateHook } from "@parlance/ui";
import type { en } from "../messages/en";
import type { enContacts } from "../messages/en-contacts";
import type { enSettings } from "../messages/en-settings";
import type { enSetup } from "../messages/en-setup";

/** Translates with the keys of this app's catalogues; pages that load later import theirs, such as `messages/settings` or `messages/contacts`. */
export const useT = translateHook<typeof en & typeof enContacts & typeof enSettings & typeof enSetup>();

/** The text for a word the server chose, such as a state; the word itself when this build does not know it. */
export function serverWord(group: string, word: string): string {
  const key = `${group}.${word}`;
  return hasText(key) ? translate(key) : word.replaceAll("_", " ");
}
