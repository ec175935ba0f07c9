import { fileURLToPath } from "node:url";
import { test as base } from "@playwright/test";
import { MockServer } from "./server";

const dist = (app: string) => fileURLToPath(new URL(`../../apps/${app}/dist`, import.meta.url));

type Mock = { server: MockServer; url: string };

async function serve(surface: "tenant" | "admin", use: (mock: Mock) => Promise<void>): Promise<void> {
  const server = new MockServer(dist(surface), surface);
  const url = await server.start();
  await use({ server, url });
  await server.stop();
}

/** Tests with a mock server of each surface. */
export const test = base.extend<{ tenant: Mock; admin: Mock }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from the pattern
  tenant: async ({}, use) => serve("tenant", use),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures' names from the pattern
  admin: async ({}, use) => serve("admin", use),
});
export { expect } from "@playwright/test";
