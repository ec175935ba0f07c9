import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";

/** What a browser must load before anything shows, gzip bytes; larger makes the first paint slow on phones. */
const ENTRY_BYTES_MAX = 150 * 1024;

describe.each(["tenant", "admin"])("the built %s app", (app) => {
  const dist = join(import.meta.dirname, "..", "apps", app, "dist");
  test.skipIf(!existsSync(dist))("has an entry within its size budget", () => {
    const html = readFileSync(join(dist, "index.html"), "utf8");
    const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1] ?? "");
    const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(dist, path))).length, 0);
    expect(scripts.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(ENTRY_BYTES_MAX);
  });
});
