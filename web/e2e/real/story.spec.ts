import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { expect, signIn, signInPlatform, test } from "./fixtures";

const photo = {
  name: "tooth.png",
  mimeType: "image/png",
  buffer: readFileSync(fileURLToPath(new URL("./tooth.png", import.meta.url))),
};

test.use({ installation: "story" });

const INBOX_WITHIN_MS = 1000;

/** When a text first stood on a page, by the machine's clock in milliseconds since 1970. */
function momentOf(page: Page, text: string): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (!document.body.textContent?.includes(wanted)) return;
          observer.disconnect();
          resolve(Date.now());
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { childList: true, subtree: true, characterData: true });
        look();
      }),
    text,
  );
}

test("a customer writes, an agent answers, the window closes and opens again, tenants stay apart", async ({
  browser,
  dev,
  request,
}) => {
  const phone = await (await browser.newContext({ viewport: { width: 1200, height: 900 } })).newPage();
  const desk = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const [own, other] = dev.tenants;
  if (!own || !other) throw new Error("two demo tenants are expected");

  await test.step("the agent's inbox is empty and says why", async () => {
    await signIn(desk, dev, 0, "agent");
    await expect(desk.getByText("No open conversations")).toBeVisible();
    await expect(desk.getByText("Sandbox", { exact: true })).toBeVisible();
  });

  await test.step("the customer writes Hi with a photo", async () => {
    await phone.goto(dev.sandbox_phone);
    await phone.getByRole("button", { name: /Maya Fernández/ }).click();
    await phone.getByLabel("Writes to").selectOption(own.phone_number_id);
    await phone.locator("input[type=file]").setInputFiles(photo);
    await phone.getByRole("textbox", { name: "Caption" }).fill("Hi");
    const seen = momentOf(desk, "Maya Fernández");
    const written = await phone.evaluate(() => Date.now());
    await phone.getByRole("button", { name: "Send" }).click();
    await expect(phone.getByRole("log").getByText("Hi")).toBeVisible();
    const elapsed = (await seen) - written;
    console.log(`from the customer's tap to the agent's inbox: ${elapsed} ms`);
    expect(elapsed, "the message is in the inbox within a second").toBeLessThan(INBOX_WITHIN_MS);
  });

  const thread = desk.getByRole("log", { name: "Messages with Maya Fernández" });
  await test.step("it is in the agent's inbox without reload, with the photo", async () => {
    const row = desk.getByRole("link", { name: /Maya Fernández/ });
    await expect(row).toBeVisible();
    await row.click();
    await expect(thread.getByText("Hi", { exact: true })).toBeVisible();
    const image = thread.getByRole("button", { name: /^Open photo/ }).locator("img");
    await expect(image).toBeVisible();
    await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBeGreaterThan(0);
  });

  await test.step("the agent answers; the ticks go accepted, sent, delivered, read as the phone has it", async () => {
    const onPhone = phone.getByRole("log").getByText("Hello Maya");
    await request.post(`${dev.sandbox}/sandbox/faults`, { data: { webhook_outage: true } });
    await phone.getByRole("switch", { name: "Online" }).click();
    await expect(phone.getByRole("switch", { name: "Online" })).not.toBeChecked();
    const box = desk.getByRole("textbox", { name: /^Message to/ });
    await box.fill("Hello Maya, that looks *fine*.");
    await box.press("Enter");
    const bubble = thread.getByRole("listitem").filter({ hasText: "Hello Maya" });
    await expect(bubble).toHaveCount(1);
    await expect(bubble.getByRole("img", { name: "Accepted by WhatsApp" })).toBeVisible();
    await request.delete(`${dev.sandbox}/sandbox/faults`);
    await expect(bubble.getByRole("img", { name: "Sent", exact: true })).toBeVisible();
    await expect(onPhone).toBeHidden();
    await phone.getByRole("button", { name: /عمر/ }).click();
    await request.put(`${dev.sandbox}/sandbox/customers/maya`, { data: { name: "Maya Fernández", phone: "15550109001" } });
    await expect(bubble.getByRole("img", { name: "Delivered" })).toBeVisible();
    await phone.getByRole("button", { name: /Maya Fernández/ }).click();
    await expect(onPhone).toBeVisible();
    await expect(bubble.getByRole("img", { name: "Read" })).toBeVisible();
  });

  await test.step("why? shows the ledger", async () => {
    const bubble = thread.getByRole("listitem").filter({ hasText: "Hello Maya" });
    await bubble.hover();
    await bubble.getByRole("button", { name: /^Delivery/ }).click();
    const sheet = desk.getByRole("dialog", { name: "Delivery of this message" });
    await expect(sheet.getByText("The customer service window is open.")).toBeVisible();
    await expect(sheet.getByText("1 attempt")).toBeVisible();
    await desk.keyboard.press("Escape");
    await expect(sheet).toBeHidden();
  });

  await test.step("a day later the window is closed and offers approved templates", async () => {
    await phone.getByRole("button", { name: /^\+24 h/ }).click();
    await expect(desk.getByText("The 24-hour window is closed")).toBeVisible();
    await expect(desk.getByRole("complementary", { name: "Contact" }).getByText(/^Closed since/)).toBeVisible();
    await desk.getByRole("button", { name: "Choose a template" }).click();
    await desk
      .getByRole("button", { name: /^appointment_reminder/ })
      .first()
      .click();
    const dialog = desk.getByRole("dialog", { name: "appointment_reminder" });
    const fields = dialog.getByRole("textbox");
    const values = ["Maya", "Tuesday", "10:30"];
    for (const [index, value] of values.entries()) await fields.nth(index).fill(value);
    const preview = dialog.getByRole("region", { name: "Preview" });
    for (const value of values) await expect(preview).toContainText(value);
    await dialog.getByRole("button", { name: "Send template" }).click();
    await expect(dialog).toBeHidden();
    await expect(phone.getByRole("log").getByText("Tuesday")).toBeVisible();
  });

  await test.step("the customer taps the template's button and the window is open again", async () => {
    await phone
      .getByRole("log")
      .getByRole("button", { name: /^(Confirm|Bestätigen)/ })
      .last()
      .click();
    await expect(thread.getByText("Tapped a button of a template")).toBeVisible();
    await expect(desk.getByRole("textbox", { name: /^Message to/ })).toBeVisible();
  });

  await test.step("the same by the API with a key", async () => {
    const headers = { authorization: `Bearer ${own.api_key}` };
    const list = await request.get(`${dev.tenant_app}/v1/t/${own.slug}/conversations`, { headers });
    const conversation = (await list.json()).items[0];
    expect(conversation.contact.name).toBe("Maya Fernández");
    const send = () =>
      request.post(`${dev.tenant_app}/v1/t/${own.slug}/messages`, {
        headers: { ...headers, "idempotency-key": "story-1" },
        data: { conversation_id: conversation.id, content: { type: "text", body: "Sent by a program" } },
      });
    expect((await send()).status()).toBe(202);
    const again = await send();
    expect(again.headers()["idempotent-replayed"]).toBe("true");
    await expect(thread.getByText("Sent by a program")).toHaveCount(1);
    await expect(phone.getByRole("log").getByText("Sent by a program")).toHaveCount(1);
  });

  await test.step("the second tenant sees nothing of it", async () => {
    const page = await (await browser.newContext()).newPage();
    await signIn(page, dev, 1, "agent");
    await expect(page.getByText("No open conversations")).toBeVisible();
    await page.goto(`${dev.tenant_app}/t/${own.slug}/inbox`);
    await expect(page.getByText("There is no such page")).toBeVisible();
    await page.context().close();
  });

  await test.step("the platform admin sees tenants and webhook outcomes, never words", async () => {
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
    await signInPlatform(page, dev);
    await expect(page.getByText("Platform", { exact: true })).toBeVisible();
    await expect(page.getByRole("link", { name: own.name })).toBeVisible();
    await page.getByRole("link", { name: "Webhooks" }).click();
    await expect(page.getByRole("table").getByText("Applied").first()).toBeVisible();
    await expect(page.getByRole("table").getByText(/tomorrow|^in /)).toHaveCount(0);
    expect(await page.locator("main").innerText()).not.toMatch(/Hello Maya|looks fine|Sent by a program|Maya/);
    await page.context().close();
  });
});
