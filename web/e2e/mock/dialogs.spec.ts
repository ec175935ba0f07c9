import type { Page } from "@playwright/test";
import { THEMES, WIDTHS } from "../support/browser";
import { expectAccessible, expectNoSidewaysScroll } from "../support/checks";
import { id } from "./data";
import { expect, test } from "./fixtures";

type Case = { app: "tenant" | "admin"; name: string; path: string; open: (page: Page) => Promise<void> };
const thread = `/t/green-leaf/inbox/${id("cnv", 1)}`;
const press = (name: string | RegExp) => async (page: Page) => page.getByRole("button", { name }).first().click();
const interactive = (name: string) => async (page: Page) => {
  await page.getByRole("button", { name: "Message with something to tap" }).click();
  await page.getByRole("menuitem", { name }).click();
};

const CASES: Case[] = [
  { app: "tenant", name: "template picker", path: thread, open: press("Send a template") },
  { app: "tenant", name: "reply buttons", path: thread, open: interactive("Reply buttons") },
  { app: "tenant", name: "list", path: thread, open: interactive("List to choose from") },
  { app: "tenant", name: "link button", path: thread, open: interactive("Link button") },
  { app: "tenant", name: "delivery", path: `${thread}?why=${id("msg", 15)}`, open: async () => undefined },
  { app: "tenant", name: "waiting", path: `${thread}?why=${id("msg", 20)}`, open: press("Do not send it") },
  { app: "tenant", name: "record consent", path: `${thread}?consent=record`, open: async () => undefined },
  { app: "tenant", name: "consent history", path: `${thread}?consent=history`, open: async () => undefined },
  { app: "tenant", name: "confirm send again", path: thread, open: press("Send again (may double)") },
  { app: "tenant", name: "emoji", path: thread, open: press("Emoji") },
  { app: "tenant", name: "edit contact", path: `/t/green-leaf/contacts/${id("con", 1)}`, open: press("Edit") },
  { app: "tenant", name: "photo", path: thread, open: press(/^Open photo/) },
  { app: "tenant", name: "create key", path: "/t/green-leaf/settings/api-keys?create=true", open: async () => undefined },
  { app: "tenant", name: "revoke key", path: "/t/green-leaf/settings/api-keys", open: press("Revoke web shop") },
  { app: "tenant", name: "invite", path: "/t/green-leaf/settings/team?invite=true", open: async () => undefined },
  { app: "tenant", name: "member", path: `/t/green-leaf/settings/team?member=${id("usr", 3)}`, open: async () => undefined },
  { app: "tenant", name: "delete role", path: `/t/green-leaf/settings/roles/${id("rol", 6)}`, open: press("Delete") },
  { app: "tenant", name: "delete template", path: `/t/green-leaf/templates/${id("tpl", 1)}`, open: press("Delete") },
  { app: "tenant", name: "palette", path: "/t/green-leaf/numbers", open: async (page) => page.keyboard.press("Control+k") },
  { app: "tenant", name: "shortcuts", path: "/t/green-leaf/numbers", open: async (page) => page.keyboard.press("?") },
  { app: "admin", name: "create tenant", path: "/tenants?create=true", open: async () => undefined },
  { app: "admin", name: "suspend tenant", path: `/tenants/${id("ten", 1)}`, open: press("Suspend") },
  { app: "admin", name: "add environment", path: "/graph-environments?create=true", open: async () => undefined },
  { app: "admin", name: "add app", path: "/meta-apps?create=true", open: async () => undefined },
  { app: "admin", name: "add secret", path: "/meta-apps", open: press(/^Add a secret to/) },
];

for (const { app, name, path, open } of CASES) {
  test(`${app}: the dialog "${name}" is accessible in both themes at three widths`, async ({ page, tenant, admin }) => {
    await page.goto((app === "tenant" ? tenant.url : admin.url) + path);
    await expect(page.getByRole("navigation", { name: "Main" }).or(page.getByRole("dialog"))).toBeVisible();
    if (path === thread) await expect(page.getByText("See you soon")).toBeVisible();
    await open(page);
    await expect(page.getByRole("dialog")).toBeVisible();
    for (const { name: width, ...size } of WIDTHS) {
      await page.setViewportSize({ width: size.width, height: size.height });
      for (const theme of THEMES) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        await expectAccessible(page, `${name} ${width} ${theme}`, theme === THEMES[0] ? undefined : "colours");
        if (process.env.SHOTS_DIR)
          await page.screenshot({ path: `${process.env.SHOTS_DIR}/dialog-${name.replaceAll(" ", "-")}-${width}-${theme}.png` });
      }
      await expectNoSidewaysScroll(page, `${name} ${width}`);
    }
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  });
}
