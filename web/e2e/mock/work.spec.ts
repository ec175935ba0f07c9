import type { Page } from "@playwright/test";
import { id, message } from "./data";
import { expect, test } from "./fixtures";

const FIRST = id("cnv", 1);
const inbox = "/t/green-leaf/inbox";

function messages(page: Page) {
  return page.getByRole("log", { name: /^Messages with/ });
}

function rows(page: Page) {
  return page.getByRole("list", { name: "Conversations" }).getByRole("listitem");
}

test("views are addresses, a resolved conversation leaves them, undo brings it back, and the customer reopens it", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.url}${inbox}?view=mine`);
  await expect(rows(page).first()).toContainText("Ada Okafor");
  await page.getByRole("link", { name: "Unassigned" }).click();
  await expect(page).toHaveURL(/view=unassigned/);
  await expect(page.getByRole("link", { name: /李小龙|Bartholomew/ }).first()).toBeVisible();
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.getByRole("link", { name: /عائشة/ }).first().click();
  await expect(messages(page).getByText("See you soon")).toBeVisible();

  await page.getByRole("button", { name: "Resolve" }).click();
  const note = page.getByRole("log", { name: "Notifications" });
  await expect(note.getByText(/: resolved$/)).toBeVisible();
  const row = rows(page).locator(`a[href*="${FIRST}"]`);
  await expect(row).toHaveCount(0);
  await note.getByRole("button", { name: "Undo" }).click();
  await expect(row).toHaveCount(1);

  await page.getByRole("button", { name: "Resolve" }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole("link", { name: "Resolved", exact: true }).click();
  await expect(page).toHaveURL(/view=resolved/);
  await expect(row).toHaveCount(1);
  await row.click();
  tenant.server.receive(FIRST, { type: "text", body: "One more question" });
  await expect(messages(page).getByText(/wrote, so the conversation is open again/)).toHaveCount(2);
  await expect(messages(page).getByText("One more question")).toBeVisible();
  await expect(row).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Resolve" })).toBeVisible();
});

test("a note keeps its key over a broken network, looks different, and is never sent", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}${inbox}/${FIRST}`);
  await expect(messages(page).getByText("See you soon")).toBeVisible();
  tenant.server.failNextSends = 2;
  await page.keyboard.press("n");
  const box = page.getByRole("textbox", { name: "Internal note" });
  await expect(box).toBeFocused();
  await box.fill("Wants the *blue* one");
  await box.press("Enter");
  const note = messages(page).getByRole("region", { name: "Internal note" }).filter({ hasText: "Wants the blue one" });
  await expect(note).toHaveCount(1);
  await expect.poll(() => tenant.server.notes.size).toBe(1);
  await expect(note).toHaveCount(1);
  await expect(note.locator("strong")).toHaveText("blue");
  expect(tenant.server.sends).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("textbox", { name: /^Message to/ })).toBeVisible();
});

test("by keyboard alone: find, answer with marks, take, resolve, and see every key", async ({ page, tenant }) => {
  await page.goto(tenant.url + inbox);
  await expect(rows(page).first()).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("fatou");
  await expect(rows(page).first()).toContainText("Fatou Diop");
  await expect(page).toHaveURL(/q=fatou/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Fatou Diop" }).first()).toBeVisible();
  await page.keyboard.press("r");
  await page.keyboard.type("Yes, *today*");
  await expect(page.getByRole("region", { name: "As the customer sees it" }).locator("strong")).toHaveText("today");
  await page.keyboard.press("Enter");
  await expect(messages(page).getByText("Yes, today")).toBeVisible();
  expect(tenant.server.sends.map((send) => send.body.content)).toEqual([{ type: "text", body: "Yes, *today*" }]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("a");
  await expect(page.getByRole("menuitem", { name: "Me" })).toBeVisible();
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  await expect(messages(page).getByText("Ada Okafor took the conversation")).toBeVisible();
  await page.keyboard.press("e");
  await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
  await page.keyboard.press("?");
  const map = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(map.getByText("Resolve or reopen")).toBeVisible();
});

test("offline, an answer waits and goes out once when the network is back", async ({ page, tenant, context }) => {
  await page.goto(`${tenant.url}${inbox}/${FIRST}`);
  await expect(messages(page).getByText("See you soon")).toBeVisible();
  await context.setOffline(true);
  const box = page.getByRole("textbox", { name: /^Message to/ });
  await box.fill("Written in a tunnel");
  await box.press("Enter");
  await expect(messages(page).getByText("You are offline.")).toBeVisible();
  await context.setOffline(false);
  await expect.poll(() => tenant.server.sends.length).toBe(1);
  await expect(messages(page).getByRole("listitem").filter({ hasText: "Written in a tunnel" })).toHaveCount(1);
});

test("older pages come without moving what is read, and only what is near is in the page", async ({ page, tenant }) => {
  const long = id("cnv", 3);
  const text = (n: number) => `Message number ${n}${n % 7 === 0 ? `\n${"and more ".repeat(40)}` : ""}`;
  const thread = Array.from({ length: 220 }, (_, n) =>
    message(long, 5000 + n, 400 - n, { content: { type: "text", body: text(n) } }),
  );
  tenant.server.threads.set(long, thread);
  await page.goto(`${tenant.url}${inbox}/${long}`);
  const list = messages(page);
  await expect(list.getByText("Message number 219")).toBeInViewport();
  expect(await list.getByRole("listitem").count()).toBeLessThan(50);

  const place = (wanted?: string) =>
    list.evaluate((log, text) => {
      const top = log.getBoundingClientRect().top;
      const found = [...log.querySelectorAll("ol > li")].find((row) =>
        text ? row.textContent?.includes(text) : row.getBoundingClientRect().top >= top,
      );
      return {
        text: /Message number \d+\b/.exec(found?.textContent ?? "")?.[0] ?? "",
        y: found?.getBoundingClientRect().top ?? 0,
      };
    }, wanted);
  const height = () => list.evaluate((log) => log.scrollHeight);
  tenant.server.slowMs = 700;
  await list.evaluate((log) => log.scrollTo(0, 600));
  await expect(page.locator('[role="log"] button[aria-busy="true"]')).toBeAttached();
  const [before, short] = [await place(), await height()];
  await expect.poll(height).toBeGreaterThan(short + 1000);
  await expect.poll(async () => Math.abs((await place(before.text)).y - before.y)).toBeLessThan(3);

  tenant.server.slowMs = 0;
  await expect
    .poll(async () => {
      await list.evaluate((log) => log.scrollTo(0, 0));
      return list.getByText("Message number 1", { exact: true }).count();
    })
    .toBe(1);
  await page.getByRole("button", { name: "Newest" }).click();
  await expect(list.getByText("Message number 219")).toBeInViewport();
});

test("a reaction is shown at once, sent with its message, and taken back by the same emoji", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}${inbox}/${FIRST}`);
  const bubble = messages(page).getByRole("listitem").filter({ hasText: "See you soon" });
  await bubble.hover();
  await bubble.getByRole("button", { name: "React" }).click();
  await page.getByRole("button", { name: "React with 🙏" }).click();
  await expect(bubble.getByRole("img", { name: "Your side reacted 🙏" })).toBeVisible();
  await expect.poll(() => tenant.server.sends.at(-1)?.body.content).toMatchObject({ type: "reaction", emoji: "🙏" });
  await bubble.hover();
  await bubble.getByRole("button", { name: "React" }).click();
  await page.getByRole("button", { name: "Take 🙏 back" }).click();
  await expect(bubble.getByRole("img", { name: "Your side reacted 🙏" })).toHaveCount(0);
});

test("an emoji is found by its name and written where the caret stands", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}${inbox}/${FIRST}`);
  const box = page.getByRole("textbox", { name: /^Message to/ });
  await box.fill("Thank you!");
  await page.getByRole("button", { name: "Emoji" }).click();
  await page.getByRole("combobox", { name: "Search emoji" }).fill("folded");
  await expect(page.getByText("No emoji fits.")).toBeVisible();
  await page.getByRole("combobox", { name: "Search emoji" }).fill("pray");
  await page.keyboard.press("Enter");
  await expect(box).toHaveValue("Thank you!🙏");
  await expect(box).toBeFocused();
});

test("a contact is named and described, and the inbox uses the name", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/contacts`);
  await page.getByRole("searchbox", { name: "Search by name or phone" }).fill("fatou");
  await page.getByRole("link", { name: "Fatou Diop" }).first().click();
  await page.getByRole("button", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit Fatou Diop" });
  await dialog.getByLabel("Name to use").fill("Mme Diop");
  await dialog.getByRole("button", { name: "Remove attribute 1" }).click();
  await dialog.getByRole("button", { name: "Add an attribute" }).click();
  await dialog.getByRole("textbox", { name: "Name of attribute 3" }).fill("Language");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByText("Give every attribute a name and a value.")).toBeVisible();
  await dialog.getByRole("textbox", { name: "Value of attribute 3" }).fill("French");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { name: "Mme Diop" })).toBeVisible();
  await expect(page.getByText("French")).toBeVisible();
  await expect(page.getByText("Berlin")).toHaveCount(0);
  await page.getByRole("button", { name: "History" }).click();
  await expect(page.getByRole("dialog", { name: "Consent of Mme Diop" })).toBeVisible();
});
