import { id } from "./data";
import { expect, test } from "./fixtures";

test("a template is written with its samples; what is refused is said at its field, then it is submitted", async ({
  page,
  tenant,
}) => {
  await page.goto(`${tenant.url}/t/green-leaf/templates/new`);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("taken");
  await page.getByRole("textbox", { name: "Text", exact: true }).fill("Dear {{first_name}}, your order left.");
  await page.getByRole("textbox", { name: "Sample for first_name" }).fill("Asha");
  await expect(page.getByText("Dear Asha, your order left.")).toBeVisible();
  await page.getByRole("button", { name: "Add a reply" }).click();
  await page.getByRole("textbox", { name: "Button 1" }).fill("Thanks");
  await page.getByRole("button", { name: "Submit for review" }).click();
  await expect(page.getByText("Values may not stand side by side.")).toBeVisible();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Order left");
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("order_left");
  await page.getByRole("button", { name: "Submit for review" }).click();
  await expect(page.getByText("order_left is submitted")).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/templates/${id("tpl", 3)}$`));
});

test("a template is deleted after a word about what goes with it", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/templates/${id("tpl", 1)}`);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete appointment in en_US" });
  await expect(dialog).toContainText("Messages sent with it stay");
  await dialog.getByRole("button", { name: "Delete template" }).click();
  await expect(page.getByText("appointment in en_US is deleted")).toBeVisible();
});
