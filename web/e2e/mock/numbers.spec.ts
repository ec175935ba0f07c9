import { expectAccessible } from "../support/checks";
import { id } from "./data";
import { expect, test } from "./fixtures";

test("a diagnosis names each check and its cure", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/numbers/${id("num", 2)}`);
  await expect(page.getByText("1,000 messages or more")).toBeVisible();
  await expect(page.getByText("Stopped calling")).toBeVisible();
  await page.getByRole("button", { name: "Check connection" }).click();
  await expect(page.getByText("Something is in the way")).toBeVisible();
  await expect(page.getByRole("list", { name: "Connection to WhatsApp" }).getByText(/is missing/)).toBeVisible();
  await expectAccessible(page, "a diagnosis");
});

test("a number is proven by a code, then the run goes on", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/numbers/connect/${id("cxn", 1)}`);
  await expect(page.getByRole("list", { name: "Steps" }).getByRole("listitem")).toHaveCount(9);
  await page.getByRole("button", { name: "Request a code" }).click();
  await expect(page.getByText("The code is on its way to the number.")).toBeVisible();
  await page.getByRole("textbox", { name: "Code" }).fill("123-456");
  await page.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("The number is proven.")).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("The number is connected")).toBeVisible();
});

test("each stop of a number says what lifts it", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/numbers/${id("num", 2)}`);
  await expect(page.getByText("The access token has expired. Connecting it again lifts this.")).toBeVisible();
  await expect(page.getByText("The provider asks for a payment method. Resume it when that is mended.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Connect again" })).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("The number is resumed")).toBeVisible();
  await expect(page.getByRole("link", { name: "Connect again" })).toBeHidden();
});
