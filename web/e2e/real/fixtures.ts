import { type APIRequestContext, test as base, type Page } from "@playwright/test";
import { type DevFile, Stack, userOf } from "./stack";

/** Tests against the real program; a file that needs an untouched one names its own `installation`. */
export const test = base.extend<{ dev: DevFile }, { installation: string; stack: Stack }>({
  installation: ["shared", { option: true, scope: "worker" }],
  stack: [
    async ({ installation: _named }, use) => {
      const stack = new Stack();
      try {
        await stack.start();
        await use(stack);
      } finally {
        await stack.discard();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],
  dev: async ({ stack }, use) => use(stack.dev),
});
export { expect } from "@playwright/test";

/** Signs a person in to the tenant app through its page. */
export async function signIn(page: Page, dev: DevFile, tenant: number, role: string): Promise<void> {
  const user = userOf(dev, tenant, role);
  await page.goto(dev.tenant_app);
  await page.getByLabel("Email").fill(user.email);
  await page.getByLabel("Password").fill(user.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** Signs the platform admin in through the portal's page. */
export async function signInPlatform(page: Page, dev: DevFile): Promise<void> {
  await page.goto(dev.admin_portal);
  await page.getByLabel("Email").fill(dev.platform_admin.email);
  await page.getByLabel("Password").fill(dev.platform_admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

/** A customer writes through the sandbox's control API. */
export async function customerSays(
  request: APIRequestContext,
  dev: DevFile,
  customer: string,
  tenant: number,
  message: object,
): Promise<void> {
  const number = dev.tenants[tenant]?.phone_number_id;
  const answer = await request.post(`${dev.sandbox}/sandbox/customers/${customer}/threads/${number}/messages`, { data: message });
  if (!answer.ok()) throw new Error(`the sandbox refused: ${answer.status()} ${await answer.text()}`);
}
