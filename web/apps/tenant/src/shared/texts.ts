import { translateHook } from "@parlance/ui";
import type { en } from "../messages/en";

/** Translates with the keys of this app's catalogue. */
export const useT = translateHook<typeof en>();
