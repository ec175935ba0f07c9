import { expect, signInPlatform, test } from "./fixtures";

test("the platform creates a tenant, its owner connects a number, a customer reaches it, suspension stops sign-in", async ({
  browser,
  dev,
  request,
}) => {
  const portal = await (await browser.newContext()).newPage();
  const desk = await (await browser.newContext()).newPage();
  const owner = { email: "kim@harbour.example", password: "" };
  const waba = { id: "201900000000077", number: "109900000000077", name: "Harbour Yoga" };

  await test.step("the platform admin creates the tenant and hands over the password", async () => {
    await signInPlatform(portal, dev);
    await portal.getByRole("button", { name: "Create a tenant" }).click();
    const dialog = portal.getByRole("dialog", { name: "Create a tenant" });
    await dialog.getByLabel("Name", { exact: true }).fill(waba.name);
    await expect(dialog.getByLabel("Address name")).toHaveValue("harbour-yoga");
    await dialog.getByLabel("Owner's name").fill("Kim Harbour");
    await dialog.getByLabel("Owner's email").fill(owner.email);
    await dialog.getByRole("button", { name: "Create a tenant" }).click();
    const done = portal.getByRole("dialog", { name: "Harbour Yoga is created" });
    owner.password = (await done.getByRole("group", { name: "One-time password" }).innerText()).trim();
    await done.getByRole("button", { name: "Done" }).click();
    await expect(portal.getByRole("link", { name: waba.name })).toBeVisible();
  });

  await test.step("the owner signs in and connects a number with the step log", async () => {
    const made = await request.put(`${dev.sandbox}/sandbox/wabas/${waba.id}`, {
      data: {
        name: waba.name,
        business_id: "301900000000077",
        access_tokens: [dev.sandbox_credentials.access_token],
        numbers: [{ id: waba.number, display_phone_number: "+1 555-010-0277", verified_name: waba.name }],
        templates: [],
      },
    });
    expect(made.ok(), await made.text()).toBe(true);
    await desk.goto(dev.tenant_app);
    await desk.getByLabel("Email").fill(owner.email);
    await desk.getByLabel("Password").fill(owner.password);
    await desk.getByRole("button", { name: "Sign in" }).click();
    await expect(desk.getByText("No open conversations")).toBeVisible();
    await desk.getByRole("link", { name: "See your numbers" }).click();
    await desk.getByRole("link", { name: "Connect a number" }).click();
    await desk.getByLabel("WhatsApp Business Account id").fill(waba.id);
    await desk.getByLabel("Phone number id").fill(waba.number);
    await desk.getByLabel("Access token").fill("EAAwrong");
    await desk.getByRole("button", { name: "Connect a number" }).click();
    await expect(desk.getByText("Not connected yet")).toBeVisible();
    await expect(desk.getByRole("list", { name: "Steps" }).getByText("Failed")).toBeVisible();
    await desk.getByLabel("New access token").fill(dev.sandbox_credentials.access_token);
    await desk.getByRole("button", { name: "Try again" }).click();
    await expect(desk.getByText("The number is connected")).toBeVisible();
  });

  await test.step("a customer's message arrives", async () => {
    await desk.getByRole("link", { name: "Inbox" }).click();
    await expect(desk.getByText("No open conversations")).toBeVisible();
    const said = await request.post(`${dev.sandbox}/sandbox/customers/omar/threads/${waba.number}/messages`, {
      data: { type: "text", text: "هل لديكم صف غدًا؟", body: "هل لديكم صف غدًا؟" },
    });
    expect(said.ok(), await said.text()).toBe(true);
    await expect(desk.getByRole("link", { name: /هل لديكم صف غدًا/ })).toBeVisible();
  });

  await test.step("suspension names the tenant and ends the session", async () => {
    await portal.getByRole("link", { name: waba.name }).click();
    await portal.getByRole("button", { name: "Suspend" }).click();
    const confirm = portal.getByRole("dialog", { name: "Suspend Harbour Yoga" });
    await expect(confirm).toContainText("Messages from its customers are still received");
    await confirm.getByRole("button", { name: "Suspend Harbour Yoga" }).click();
    await expect(portal.getByText("Suspended", { exact: true })).toBeVisible();
    await expect(desk.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await portal.getByRole("button", { name: "Resume" }).click();
    await portal.getByRole("dialog").getByRole("button", { name: "Resume Harbour Yoga" }).click();
    await expect(portal.getByText("Active", { exact: true })).toBeVisible();
  });
});
