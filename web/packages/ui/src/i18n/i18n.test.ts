import { expect, test } from "vitest";
import { uiAr } from "./ar";
import { uiEn } from "./en";

test("the Arabic texts name only keys that exist, with the same placeholders", () => {
  const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).toSorted();
  const english: Record<string, string> = uiEn;
  for (const [key, text] of Object.entries(uiAr)) {
    expect(english[key], key).toBeDefined();
    expect(holes(text), key).toEqual(holes(english[key] ?? ""));
  }
});
