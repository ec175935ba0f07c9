import { THEMES, WIDTHS } from "../support/browser";
import { test } from "./fixtures";
import { ADMIN_PAGES, TENANT_PAGES } from "./pages";

const out = process.env.SHOTS_DIR;
test.skip(!out, "set SHOTS_DIR to take screenshots");

for (const { name, width, height } of WIDTHS) {
  for (const theme of THEMES) {
    test(`pages at ${name}, ${theme}`, async ({ browser, tenant, admin }) => {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
      const page = await context.newPage();
      for (const [app, base, pages] of [
        ["tenant", tenant.url, TENANT_PAGES],
        ["admin", admin.url, ADMIN_PAGES],
      ] as const) {
        for (const entry of pages) {
          await page.goto(base + entry.path);
          await page.getByText(entry.ready).filter({ visible: true }).first().waitFor();
          await page.waitForLoadState("networkidle");
          await page.screenshot({ path: `${out}/${app}-${entry.route.replaceAll(/[/$]+/g, "_")}-${name}-${theme}.png` });
        }
      }
      await context.close();
    });
  }
}
