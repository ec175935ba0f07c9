import { serverWord } from "./texts";

/** A role by name: built-in ones in the reader's language, custom ones as they were named. */
export function roleName(name: string): string {
  return serverWord("role", name);
}
