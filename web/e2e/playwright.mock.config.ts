import { defineConfig } from "@playwright/test";
import { chromium } from "./support/browser";

export default defineConfig({
  testDir: "./mock",
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 8_000 },
  reporter: [["line"]],
  outputDir: "../test-results",
  use: { ...chromium, locale: "en-GB", timezoneId: "Europe/Berlin" },
});
