import { id } from "./data";
import { expect, test } from "./fixtures";

test("with mail off an invitation ends in a link to copy, and a refusal stays at its field", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/settings/team`);
  await page.getByRole("button", { name: "Invite somebody" }).click();
  const dialog = page.getByRole("dialog", { name: "Invite somebody" });
  await dialog.getByLabel("Email").fill("taken@example.com");
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  await expect(dialog.getByText("This person belongs to the team already.").first()).toBeVisible();
  await dialog.getByLabel("Email").fill("mei@example.com");
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  const link = page.getByRole("dialog", { name: "Link for mei@example.com" });
  await expect(link.getByRole("group", { name: "Invitation link" })).toContainText("/join#pli_");
  await link.getByRole("button", { name: "I have handed it over" }).click();
  await expect(page).toHaveURL(/\/settings\/team$/);
});

test("built-in roles are read only, custom ones are edited, the address tells which", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/settings/roles`);
  await page.getByRole("link", { name: "Agent" }).click();
  await expect(page).toHaveURL(`${tenant.url}/t/green-leaf/settings/roles/${id("rol", 3)}`);
  await expect(page.getByRole("checkbox", { name: "Send messages" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Save role" })).toBeHidden();
  await page.goto(`${tenant.url}/t/green-leaf/settings/roles/${id("rol", 5)}`);
  await page.getByRole("checkbox", { name: "Read contacts" }).uncheck();
  await page.getByRole("button", { name: "Save role" }).click();
  await expect(page.getByText("استقبال المساء is saved")).toBeVisible();
});

test("the filters of the audit log stand in the address and in the export", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/settings/audit`);
  await page.getByLabel("What").selectOption({ label: "Changed a role" });
  await expect(page).toHaveURL(/action=role\.update/);
  await expect(page.getByRole("cell", { name: "Changed a member's role" })).toBeHidden();
  await expect(page.getByRole("link", { name: "Export CSV" })).toHaveAttribute("href", /audit\.csv\?action=role\.update/);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByText("something.new").first()).toBeVisible();
});

test("a wrong password is told at its field and nothing else is lost", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/t/green-leaf/account`);
  await page.getByLabel("Current password").fill("wrong");
  await page.getByLabel("New password").fill("a long enough password");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("This is not your password.")).toBeVisible();
  await expect(page.getByLabel("New password")).toHaveValue("a long enough password");
});

test("an invitation that does not work says so, and one for another person asks to sign in as them", async ({ page, tenant }) => {
  await page.goto(`${tenant.url}/join#gone`);
  await expect(page.getByText("This invitation does not work")).toBeVisible();
  await page.goto("about:blank");
  await page.goto(`${tenant.url}/join#other`);
  await expect(page.getByText("You are signed in as ada@green-leaf.example")).toBeVisible();
  await page.goto("about:blank");
  await page.goto(`${tenant.url}/join#known`);
  await expect(page.getByRole("button", { name: "Join" })).toBeVisible();
});
