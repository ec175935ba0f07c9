import { WIDTHS } from "../support/browser";
import { expectAccessibleInThemes, expectNoSidewaysScroll } from "../support/checks";
import { customerSays, expect, signIn, signInPlatform, test } from "./fixtures";

type Listed = { items: { id: string }[] };

test("every page of the tenant app is accessible with real data", async ({ page, dev, request }) => {
  test.setTimeout(240_000);
  const own = dev.tenants[0];
  if (!own) throw new Error("a demo tenant is expected");
  for (const [customer, body] of [
    ["priya", "नमस्ते, क्या आप आज खुले हैं?"],
    ["omar", "مرحبا، هل الموعد غدًا متاح؟"],
    ["lin", "你好，我的订单什么时候到？ 🌿"],
  ] as const) {
    await customerSays(request, dev, customer, 0, { type: "text", text: body, body });
  }
  await signIn(page, dev, 0, "owner");
  await expect(page.getByRole("link", { name: /عمر/ })).toBeVisible();
  const first = async (list: string) => {
    const answer = await request.get(`${dev.tenant_app}/v1/t/${own.slug}/${list}`, {
      headers: { authorization: `Bearer ${own.api_key}` },
    });
    return ((await answer.json()) as Listed).items[0]?.id ?? "";
  };
  const paths = [
    "inbox",
    `inbox/${await first("conversations")}`,
    "contacts",
    `contacts/${await first("contacts")}`,
    "templates",
    "templates/new",
    `templates/${await first("templates")}`,
    "numbers",
    `numbers/${await first("numbers")}`,
    "numbers/connect",
    "settings/general",
    "settings/team",
    "settings/roles",
    "settings/roles/new",
    "settings/api-keys",
    "settings/audit",
    "account",
  ].map((path) => `/t/${own.slug}/${path}`);
  for (const path of [...paths, "/gallery", "/sign-in", "/forgot-password", "/new-password"]) {
    await page.goto(dev.tenant_app + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(path === "/gallery" ? 3 : 0);
    for (const { name, width, height } of WIDTHS) {
      await page.setViewportSize({ width, height });
      if (name === WIDTHS[0].name) await expectAccessibleInThemes(page, `${path} ${name}`);
      await expectNoSidewaysScroll(page, `${path} ${name}`);
    }
  }
});

test("every page of the admin portal is accessible with real data", async ({ page, dev }) => {
  test.setTimeout(240_000);
  await signInPlatform(page, dev);
  for (const path of [
    "/tenants",
    `/tenants/${dev.tenants[0]?.id}`,
    "/lanes",
    "/retention",
    "/webhooks",
    "/graph-environments",
    "/meta-apps",
    "/sign-in",
  ]) {
    await page.goto(dev.admin_portal + path);
    await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    for (const { name, width, height } of WIDTHS) {
      await page.setViewportSize({ width, height });
      if (name === WIDTHS[0].name) await expectAccessibleInThemes(page, `${path} ${name}`);
      await expectNoSidewaysScroll(page, `${path} ${name}`);
    }
  }
});

test("the phone page is accessible", async ({ page, dev }) => {
  await page.goto(dev.sandbox_phone);
  await page.getByRole("button", { name: /Maya Fernández/ }).click();
  for (const { name, width, height } of WIDTHS) {
    await page.setViewportSize({ width, height });
    await expectAccessibleInThemes(page, `phone ${name}`);
    await expectNoSidewaysScroll(page, `phone ${name}`);
  }
});
