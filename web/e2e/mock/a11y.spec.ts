import { WIDTHS } from "../support/browser";
import { expectAccessibleInThemes, expectNoSidewaysScroll } from "../support/checks";
import { expect, test } from "./fixtures";
import { ADMIN_PAGES, TENANT_PAGES } from "./pages";

for (const app of ["tenant", "admin"] as const) {
  for (const entry of app === "tenant" ? TENANT_PAGES : ADMIN_PAGES) {
    test(`${app} ${entry.route} is accessible in both themes at three widths`, async ({ page, tenant, admin }) => {
      await page.goto((app === "tenant" ? tenant.url : admin.url) + entry.path);
      for (const { name, width, height } of WIDTHS) {
        await page.setViewportSize({ width, height });
        await expect(page.getByText(entry.ready).filter({ visible: true }).first()).toBeVisible();
        await expectAccessibleInThemes(page, `${entry.path} ${name}`);
        await expectNoSidewaysScroll(page, `${entry.path} ${name}`);
      }
    });
  }
}
