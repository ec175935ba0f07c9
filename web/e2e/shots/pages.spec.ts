import { expect, test } from "../mock/fixtures";
import { ADMIN_PAGES, TENANT_PAGES } from "../mock/pages";
import { THEMES, WIDTHS } from "../support/browser";

const out = process.env.SHOTS_DIR;
test.skip(!out, "set SHOTS_DIR to take screenshots");

for (const app of ["tenant", "admin"] as const) {
  test(`pages of ${app}`, async ({ page, tenant, admin }) => {
    test.setTimeout(300_000);
    const base = app === "tenant" ? tenant.url : admin.url;
    for (const entry of app === "tenant" ? TENANT_PAGES : ADMIN_PAGES) {
      for (const { name, width, height } of WIDTHS) {
        await page.setViewportSize({ width, height });
        await page.goto(base + entry.path);
        await expect(page.getByText(entry.ready).filter({ visible: true }).first()).toBeVisible();
        await page.evaluate(() => document.fonts.ready);
        for (const theme of THEMES) {
          await page.emulateMedia({ colorScheme: theme });
          await page.screenshot({ path: `${out}/${app}-${entry.route.replaceAll(/[/$]+/g, "_")}-${name}-${theme}.png` });
        }
      }
    }
  });
}
