import type { Page } from "@playwright/test";
import { id } from "./data";
import { expect, test } from "./fixtures";

const THREAD = id("cnv", 1);
const path = `/t/green-leaf/inbox/${THREAD}`;

function messages(page: Page) {
  return page.getByRole("log", { name: /^Messages with/ });
}

async function openThread(page: Page, url: string): Promise<void> {
  await page.goto(url + path);
  await expect(messages(page).getByText("See you soon")).toBeVisible();
}

test("an answer appears at once, keeps its key over a broken network, and its ticks move live", async ({ page, tenant }) => {
  await openThread(page, tenant.url);
  tenant.server.failNextSends = 2;
  const box = page.getByRole("textbox", { name: /^Message to/ });
  await box.fill("On our way");
  await box.press("Enter");
  await expect(box).toHaveValue("");
  const bubble = messages(page).getByRole("listitem").filter({ hasText: "On our way" });
  await expect(bubble).toBeVisible();
  await expect.poll(() => tenant.server.sends.length).toBe(1);
  await expect(bubble).toHaveCount(1);
  await expect(bubble.getByRole("img", { name: "Queued" })).toBeVisible();
  const sent = tenant.server.threads.get(THREAD)?.at(-1);
  for (const [status, word] of [
    ["accepted", "Accepted by WhatsApp"],
    ["sent", "Sent"],
    ["delivered", "Delivered"],
    ["read", "Read"],
  ] as const) {
    tenant.server.progress(String(sent?.id), status);
    await expect(bubble.getByRole("img", { name: word })).toBeVisible();
  }
});

test("one stream serves all tabs, outlives the tab that owns it, and catches up after a cut", async ({ context, tenant }) => {
  const first = await context.newPage();
  await openThread(first, tenant.url);
  const second = await context.newPage();
  await openThread(second, tenant.url);
  await expect.poll(() => tenant.server.openStreams).toBe(1);
  tenant.server.receive(THREAD, { type: "text", body: "Seen in both tabs" });
  await expect(messages(first).getByText("Seen in both tabs")).toBeVisible();
  await expect(messages(second).getByText("Seen in both tabs")).toBeVisible();
  await first.close();
  tenant.server.receive(THREAD, { type: "text", body: "After the owner left" });
  await expect(messages(second).getByText("After the owner left")).toBeVisible();
  tenant.server.cutStreams();
  tenant.server.receive(THREAD, { type: "text", body: "During the cut" });
  await expect(messages(second).getByText("During the cut")).toHaveCount(1);
});

test("a lost answer asks before it may double", async ({ page, tenant }) => {
  await openThread(page, tenant.url);
  await page.getByRole("button", { name: "Send again (may double)" }).click();
  const dialog = page.getByRole("dialog", { name: "Send again" });
  await expect(dialog).toContainText("may then have it twice");
  await dialog.getByRole("button", { name: "Send again" }).click();
  await expect(dialog).toBeHidden();
  await expect(messages(page).getByText("And tomorrow from nine.")).toHaveCount(2);
});

test("a waiting message says why and is withdrawn after a second press", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}${path}?why=${id("msg", 20)}`);
  const sheet = page.getByRole("dialog", { name: "Delivery of this message" });
  await expect(sheet.getByText("It waits: this customer just got a message")).toBeVisible();
  await sheet.getByRole("button", { name: "Do not send it" }).click();
  await sheet.getByRole("button", { name: "Cancel sending" }).click();
  await expect(sheet.getByRole("button", { name: "Do not send it" })).toBeHidden();
  expect(tenant.server.threads.get(THREAD)?.find((row) => row.id === id("msg", 20))?.status).toBe("cancelled");
  await page.keyboard.press("Escape");
  const bubble = messages(page).getByRole("listitem").filter({ hasText: "We will call you before the visit." });
  await expect(bubble.getByRole("img", { name: "Cancelled" })).toBeVisible();
});

test("a withdrawal is recorded with its proof and explained above the composer", async ({ page, tenant }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await openThread(page, tenant.url);
  const panel = page.getByRole("complementary", { name: "Contact" });
  await panel.getByRole("button", { name: "Record" }).click();
  const dialog = page.getByRole("dialog", { name: /^Record the word of/ });
  await dialog.getByRole("button", { name: "Record it" }).click();
  await expect(dialog.getByText("Write where and how they said it.")).toBeVisible();
  await dialog.getByRole("textbox", { name: "Where and how" }).fill("On the phone with Ada");
  await dialog.getByRole("button", { name: "Record it" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(/withdrew consent to messages/)).toBeVisible();
  await panel.getByRole("button", { name: "History" }).click();
  await expect(page.getByRole("dialog", { name: /^Consent of/ }).getByText("On the phone with Ada")).toBeVisible();
});

test("a closed window offers templates, previews them live and sends", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/inbox/${id("cnv", 2)}`);
  await expect(page.getByText("The 24-hour window is closed")).toBeVisible();
  await page.getByRole("button", { name: "Choose a template" }).click();
  await page.getByRole("button", { name: /^appointment/ }).click();
  const dialog = page.getByRole("dialog", { name: "appointment" });
  await dialog.getByRole("button", { name: "Send template" }).click();
  await expect(dialog.getByText("Give a value; the template needs it.").first()).toBeVisible();
  await dialog.getByLabel("name").fill("Li");
  await dialog.getByLabel("day").fill("Monday");
  await dialog.getByLabel("time").fill("9:00");
  await expect(dialog.getByText("Dear Li, we see you on Monday at 9:00.")).toBeVisible();
  await dialog.getByRole("button", { name: "Send template" }).click();
  await expect(messages(page).getByText("Dear Li, we see you on Monday at 9:00.")).toBeVisible();
});

test("a photo is pasted, captioned and sent", async ({ page, tenant }) => {
  await openThread(page, tenant.url);
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await page.getByRole("textbox", { name: /^Message to/ }).evaluate((area, base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], "leaf.png", { type: "image/png" }));
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, png);
  await expect(page.getByText("leaf.png")).toBeVisible();
  await page.getByRole("textbox", { name: /^Message to/ }).fill("A leaf");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(messages(page).getByText("A leaf")).toBeVisible();
  await expect
    .poll(() => tenant.server.sends.at(-1)?.body.content)
    .toMatchObject({ type: "image", media_id: id("med", 9), caption: "A leaf" });
});

test("the keyboard triages, opens the palette and the key map, and closes the topmost", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/inbox`);
  await expect(page.getByText("Asha Nair").first()).toBeVisible();
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(id("cnv", 1)));
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(id("cnv", 2)));
  await page.keyboard.press("k");
  await expect(page).toHaveURL(new RegExp(id("cnv", 1)));
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox", { name: "Go to" }).fill("numbers");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/numbers$/);
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await expect(page).toHaveURL(/\/inbox$/);
});

test("an ended session leads to sign-in and back to the same page", async ({ page, tenant }) => {
  await openThread(page, tenant.url);
  tenant.server.signedIn = false;
  tenant.server.cutStreams();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await page.getByLabel("Email").fill("ada@green-leaf.example");
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toContainText("Email or password is wrong");
  await page.getByLabel("Password").fill("right");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(messages(page).getByText("See you soon")).toBeVisible();
});

test("Arabic turns the frame around and nothing scrolls sideways", async ({ page, tenant }) => {
  await openThread(page, tenant.url);
  await page.getByRole("button", { name: /Ada Okafor.*sign out/ }).click();
  await page.getByRole("menuitemradio", { name: "العربية" }).click();
  await page.keyboard.press("Escape");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByRole("link", { name: "الوارد" })).toBeVisible();
  const rail = await page.getByRole("navigation", { name: "الرئيسية" }).boundingBox();
  expect(rail?.x ?? 0).toBeGreaterThan(600);
  if (process.env.SHOTS_DIR) await page.screenshot({ path: `${process.env.SHOTS_DIR}/rtl.png` });
});
