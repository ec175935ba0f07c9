import { expect, test } from "vitest";
import { fitting } from "./attachments";

const file = (type: string, size = 10) => fitting({ type, size });

test("a file goes out as what WhatsApp takes it for, or is refused before it is uploaded", () => {
  expect(file("image/png")).toEqual({ kind: "image" });
  expect(file("audio/ogg; codecs=opus")).toEqual({ kind: "audio" });
  expect(file("image/webp")).toEqual({ kind: "document" });
  expect(file("")).toEqual({ kind: "document" });
  expect(file("text/plain", 0)).toEqual({ kind: "document", refused: "empty" });
  expect(file("video/mp4", 16 * 1024 * 1024)).toEqual({ kind: "video" });
  expect(file("video/mp4", 16 * 1024 * 1024 + 1)).toEqual({ kind: "video", refused: "size" });
});
