import { id } from "./data";
import { expect, test } from "./fixtures";

const path = `/t/green-leaf/inbox/${id("cnv", 1)}`;

test("a document goes out under its name, and what is too large is refused before the upload", async ({ page, tenant }) => {
  await page.goto(tenant.url + path);
  const picker = page.locator("input[type=file]");
  await picker.setInputFiles({ name: "clip.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(16 * 1024 * 1024 + 1) });
  await expect(page.getByText("A video may have 16 MB at most")).toBeVisible();
  await picker.setInputFiles({ name: "prices.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") });
  await expect(page.getByText("prices.pdf")).toBeVisible();
  await page.getByRole("textbox", { name: /^Message to/ }).fill("Our prices");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect
    .poll(() => tenant.server.sends.map((send) => send.body.content))
    .toEqual([{ type: "document", media_id: id("med", 9), caption: "Our prices", filename: "prices.pdf" }]);
});

test("a list is built in its dialog and sent with its rows", async ({ page, tenant }) => {
  await page.goto(tenant.url + path);
  await page.getByRole("textbox", { name: /^Message to/ }).fill("When shall we come?");
  await page.getByRole("button", { name: "Message with something to tap" }).click();
  await page.getByRole("menuitem", { name: "List to choose from" }).click();
  const dialog = page.getByRole("dialog", { name: "Message with a list" });
  await dialog.getByRole("button", { name: "Send" }).click();
  await expect(dialog.getByText("Give the row a title.")).toBeVisible();
  await dialog.getByRole("textbox", { name: "Text on the button" }).fill("See times");
  await dialog.getByRole("textbox", { name: "Row 1", exact: true }).fill("Ten o'clock");
  await dialog.getByRole("button", { name: "Send" }).click();
  await expect(dialog).toBeHidden();
  await expect
    .poll(() => tenant.server.sends.at(-1)?.body.content)
    .toMatchObject({
      type: "list",
      body: "When shall we come?",
      button: "See times",
      sections: [{ rows: [{ id: "row-1", title: "Ten o'clock" }] }],
    });
});
