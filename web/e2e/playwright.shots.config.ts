import { defineConfig } from "@playwright/test";
import { chromium } from "./support/browser";

export default defineConfig({
  testDir: "./shots",
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  reporter: [["line"]],
  outputDir: "../test-results",
  use: { ...chromium, locale: "en-GB", timezoneId: "Europe/Berlin" },
});
