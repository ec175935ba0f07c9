import type { APIRequestContext, Page } from "@playwright/test";
import { expect, signIn, test } from "./fixtures";
import type { DevFile } from "./stack";

type DevMail = { to: string; subject: string; text: string; at: string };
const PASSWORD = "a password of the story";
const OTHER = "another password of it";

/** The link of the newest mail to somebody whose subject fits. */
async function linkOf(request: APIRequestContext, dev: DevFile, to: string, subject: RegExp): Promise<string> {
  let link: string | undefined;
  await expect(async () => {
    const mails = (await (await request.get(`${dev.mail}/mails.json`)).json()) as DevMail[];
    const mail = mails.find((entry) => entry.to === to && subject.test(entry.subject));
    link = mail?.text.match(/https?:\/\/\S+/)?.[0];
    expect(link).toBeTruthy();
  }).toPass({ timeout: 15_000 });
  return link ?? "";
}

async function signInAs(page: Page, dev: DevFile, email: string, password: string): Promise<void> {
  await page.goto(`${dev.tenant_app}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("an invited person joins with the limits of their role, which change live, and replaces a lost password", async ({
  browser,
  dev,
  request,
}) => {
  const desk = await (await browser.newContext()).newPage();
  const mine = await (await browser.newContext()).newPage();
  const email = "nadia@bright.example";

  await test.step("the owner makes a role and invites", async () => {
    await signIn(desk, dev, 0, "owner");
    await desk.getByRole("link", { name: "Settings" }).click();
    await desk.getByRole("link", { name: "Roles" }).click();
    await desk.getByRole("link", { name: "Make a role" }).click();
    await desk.getByRole("textbox", { name: "Name" }).fill("Front desk");
    await desk.getByRole("checkbox", { name: "Read conversations" }).check();
    await desk.getByRole("checkbox", { name: "Read numbers" }).check();
    await desk.getByRole("button", { name: "Make a role" }).click();
    await expect(desk.getByText("Front desk is saved")).toBeVisible();
    await desk.getByRole("link", { name: "Team" }).click();
    await desk.getByRole("button", { name: "Invite somebody" }).click();
    const dialog = desk.getByRole("dialog", { name: "Invite somebody" });
    await dialog.getByLabel("Email").fill(email);
    await dialog.getByLabel("Role").selectOption({ label: "Front desk" });
    await dialog.getByRole("button", { name: "Send invitation" }).click();
    await expect(desk.getByRole("row", { name: new RegExp(email) }).getByText("Mail sent")).toBeVisible();
  });

  await test.step("the mail stands on its page, and its link lets the person in with the role's limits", async () => {
    const link = await linkOf(request, dev, email, /^Join /);
    await mine.goto(dev.mail);
    await mine.getByRole("link", { name: link }).first().click();
    await mine.getByLabel("Your name").fill("Nadia Haddad");
    await mine.getByLabel("Choose a password").fill(PASSWORD);
    await mine.getByRole("button", { name: "Join" }).click();
    await expect(mine.getByRole("link", { name: "Inbox", exact: true })).toBeVisible();
    await expect(mine.getByRole("link", { name: "Numbers", exact: true })).toBeVisible();
    await expect(mine.getByRole("link", { name: "Settings" })).toBeHidden();
    await expect(mine.getByRole("link", { name: "Templates" })).toBeHidden();
    const again = await browser.newContext().then((context) => context.newPage());
    await again.goto(link);
    await expect(again.getByText("This invitation does not work")).toBeVisible();
  });

  await test.step("the role changes, and what the person sees changes without a reload", async () => {
    await desk.getByRole("link", { name: "Roles" }).click();
    await desk.getByRole("link", { name: "Front desk" }).click();
    await desk.getByRole("checkbox", { name: "Read templates" }).check();
    await desk.getByRole("checkbox", { name: "Read numbers" }).uncheck();
    await desk.getByRole("button", { name: "Save role" }).click();
    await expect(mine.getByRole("link", { name: "Templates" })).toBeVisible();
    await expect(mine.getByRole("link", { name: "Numbers", exact: true })).toBeHidden();
  });

  await test.step("a lost password is replaced, which ends the session", async () => {
    const lost = await (await browser.newContext()).newPage();
    await lost.goto(dev.tenant_app);
    await lost.getByRole("link", { name: "Forgot your password?" }).click();
    await lost.getByLabel("Email").fill(email);
    await lost.getByRole("button", { name: "Send the link" }).click();
    await expect(lost.getByText("Look into your mail")).toBeVisible();
    await lost.goto(await linkOf(request, dev, email, /password/));
    await lost.getByLabel("New password").fill(OTHER);
    await lost.getByRole("button", { name: "Set password" }).click();
    await expect(lost.getByText("Your password is set")).toBeVisible();
    await expect(mine.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await signInAs(mine, dev, email, PASSWORD);
    await expect(mine.getByText("is wrong")).toBeVisible();
    await signInAs(mine, dev, email, OTHER);
    await expect(mine.getByRole("link", { name: "Inbox", exact: true })).toBeVisible();
  });

  await test.step("the owner removes the person, who is out at once; the log tells of it", async () => {
    await desk.getByRole("link", { name: "Team" }).click();
    await desk.getByRole("button", { name: "Nadia Haddad" }).click();
    await desk.getByRole("button", { name: "Remove from the team" }).click();
    await desk.getByRole("dialog", { name: "Remove Nadia Haddad" }).getByRole("button", { name: "Remove from the team" }).click();
    await expect(desk.getByText("Nadia Haddad is removed")).toBeVisible();
    await expect(mine.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await desk.getByRole("link", { name: "Audit log" }).click();
    await expect(desk.getByRole("cell", { name: "Removed a member" }).first()).toBeVisible();
  });
});
