import { customerSays, expect, signIn, test } from "./fixtures";

test("a restart in mid-conversation loses nothing and doubles nothing", async ({ context, dev, stack, request }) => {
  const desk = await context.newPage();
  await customerSays(request, dev, "maya", 1, { type: "text", text: "Before the restart", body: "Before the restart" });
  await signIn(desk, dev, 1, "agent");
  await desk.getByRole("link", { name: /Maya Fernández/ }).click();
  const thread = desk.getByRole("log", { name: "Messages with Maya Fernández" });
  await expect(thread.getByText("Before the restart")).toBeVisible();
  await stack.stop();
  const box = desk.getByRole("textbox", { name: /^Message to/ });
  await box.fill("Written while the server was away");
  await box.press("Enter");
  await expect(thread.getByText("Tries again by itself")).toBeVisible();
  await stack.start();
  await customerSays(request, stack.dev, "maya", 1, { type: "text", text: "After the restart", body: "After the restart" });
  await expect(thread.getByText("After the restart")).toHaveCount(1);
  const retry = thread.getByRole("button", { name: "Try again" });
  const mine = thread.getByRole("listitem").filter({ hasText: "Written while the server was away" });
  await expect(retry.or(mine.getByRole("img", { name: /^(Accepted by WhatsApp|Sent|Delivered|Read)$/ })).first()).toBeVisible();
  if (await retry.isVisible()) await retry.click();
  await expect(mine.getByRole("img", { name: /^(Sent|Delivered|Read)$/ })).toBeVisible();
  await expect(mine).toHaveCount(1);
});

test("Arabic: the frame turns around and the thread stays usable at 390 px", async ({ browser, dev, request }) => {
  await customerSays(request, dev, "omar", 1, { type: "text", text: "مرحبا", body: "مرحبا" });
  const page = await (await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: "dark" })).newPage();
  await signIn(page, dev, 1, "owner");
  await page.getByRole("button", { name: /tenants, theme, language/ }).click();
  await page.getByRole("menuitemradio", { name: "العربية" }).click();
  await page.keyboard.press("Escape");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await page.getByRole("link", { name: /عمر/ }).click();
  const box = page.getByRole("textbox", { name: /^رسالة إلى/ });
  await box.fill("أهلا عمر");
  await page.getByRole("button", { name: "إرسال", exact: true }).click();
  await expect(page.getByRole("log").getByText("أهلا عمر")).toHaveCount(1);
  await page.getByRole("link", { name: "العودة إلى القائمة" }).click();
  await expect(page.getByRole("link", { name: /عمر/ })).toBeVisible();
  await page.context().close();
});
