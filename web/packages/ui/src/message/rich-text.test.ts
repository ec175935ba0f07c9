import { expect, test } from "vitest";
import { findEmoji } from "./emoji";
import { hasMarks, plainText } from "./rich-text";

test.each([
  ["*bold* and _italic_ and ~gone~ and `code`", "bold and italic and gone and code"],
  ["*_both_*", "both"],
  ["2*3*4 stays, so does snake_case_name and a ~ b ~ c", "2*3*4 stays, so does snake_case_name and a ~ b ~ c"],
  ["* no * edge", "* no * edge"],
  ["*مهم* جدا", "مهم جدا"],
  ["https://example.com/a_b_c", "https://example.com/a_b_c"],
])("%s loses its marks", (text, plain) => {
  expect(plainText(text)).toBe(plain);
});

test("a preview is shown for marks only", () => {
  expect(hasMarks("see https://example.com/_x_")).toBe(false);
  expect(hasMarks("3 * 4 * 5")).toBe(false);
  expect(hasMarks("now *bold*")).toBe(true);
});

test("emoji are found by the beginnings of their words", () => {
  expect(findEmoji("thumbs up").map((found) => found.emoji)).toEqual(["👍"]);
  expect(findEmoji("zzz")).toEqual([]);
});
