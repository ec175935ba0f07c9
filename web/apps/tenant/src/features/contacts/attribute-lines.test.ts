import { expect, test } from "vitest";
import { attributeChanges, linesOf } from "./attribute-lines";

const line = (name: string, value: string) => ({ key: name, name, value });

test("only what changed is sent, and what is gone as null", () => {
  const before = { city: "Kyiv", tier: "gold", pet: "cat" };
  const lines = [line(" city ", "Lviv"), line("tier", "gold"), line("", ""), line("since", "2020")];
  expect(attributeChanges(before, lines)).toEqual({ changes: { pet: null, city: "Lviv", since: "2020" } });
  expect(attributeChanges(before, linesOf(before)).changes).toEqual({});
});

test("half a line and two of one name are faults", () => {
  expect(attributeChanges({}, [line("city", "")]).fault).toBe("both");
  expect(attributeChanges({}, [line("city", "a"), line("city", "b")]).fault).toBe("twice");
});
