import { expect, test } from "vitest";
import { EMPTY_DRAFT, partOf, placeholders, submission, withSamples } from "./draft";

test("a draft is submitted with a sample of each placeholder and without its empty parts", () => {
  const body = "Dear {{ name }}, {{day}} suits? Yours, {{name}}";
  expect(placeholders(body)).toEqual(["name", "day"]);
  expect(withSamples(body, { name: "Asha" })).toBe("Dear Asha, {{day}} suits? Yours, Asha");
  const request = submission({
    ...EMPTY_DRAFT,
    name: " visit ",
    body,
    samples: { name: "Asha", day: "Tuesday", gone: "x" },
    buttons: [{ key: 1, kind: "quick_reply", text: "Yes ", url: "" }],
  });
  expect(request).toEqual({
    name: "visit",
    language: "en_US",
    category: "UTILITY",
    components: [
      { type: "body", text: body, examples: { name: "Asha", day: "Tuesday" } },
      { type: "buttons", buttons: [{ kind: "quick_reply", text: "Yes" }] },
    ],
  });
  expect(partOf("components.0.examples.day", request)).toBe("body.examples.day");
  expect(partOf("name", request)).toBe("name");
});
