import { customerSays, expect, signIn, test } from "./fixtures";

type Thread = { messages: { from: string; text?: string }[] };

test("a team works on a conversation: taken, noted, resolved, and opened again live by the customer", async ({
  browser,
  dev,
  request,
}) => {
  const own = dev.tenants[1];
  if (!own) throw new Error("two demo tenants are expected");
  await customerSays(request, dev, "priya", 1, { type: "text", text: "Is my order ready?", body: "Is my order ready?" });
  const desk = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  const phone = await (await browser.newContext({ viewport: { width: 390, height: 844 } })).newPage();
  await signIn(desk, dev, 1, "agent");
  await signIn(phone, dev, 1, "owner");
  const link = /Priya|प्रिया/;
  const thread = desk.getByRole("log", { name: /^Messages with/ });

  await test.step("the agent takes it; it is theirs and nobody else's", async () => {
    await desk.getByRole("link", { name: "Unassigned" }).click();
    await desk.getByRole("link", { name: link }).click();
    await expect(thread.getByText("Is my order ready?")).toBeVisible();
    await expect(desk.getByRole("button", { name: "Assign" })).toBeVisible();
    await desk.keyboard.press("a");
    await desk.getByRole("menuitem", { name: "Me", exact: true }).click();
    await expect(thread.getByText(/took the conversation/)).toBeVisible();
    await expect(desk.getByRole("list", { name: "Conversations" }).getByRole("link", { name: link })).toHaveCount(0);
    await desk.getByRole("link", { name: "Mine" }).click();
    await expect(desk.getByRole("link", { name: link })).toBeVisible();
  });

  await test.step("a note reaches the colleague at once and never the customer", async () => {
    await desk.getByRole("link", { name: link }).click();
    await phone.getByRole("link", { name: link }).click();
    await desk.keyboard.press("n");
    await desk.keyboard.type("Paid by card, not by cash");
    await desk.keyboard.press("Enter");
    const seen = phone.getByRole("log", { name: /^Messages with/ }).getByText("Paid by card, not by cash");
    await expect(seen).toBeVisible();
    await desk.keyboard.press("Escape");
    await expect(desk.getByRole("textbox", { name: /^Message to/ })).toBeFocused();
    await desk.keyboard.type("Yes, since noon");
    await desk.keyboard.press("Enter");
    await expect(
      thread
        .getByRole("listitem")
        .filter({ hasText: "Yes, since noon" })
        .getByRole("img", { name: /^(Sent|Delivered|Read)$/ }),
    ).toBeVisible();
    const answer = await request.get(`${dev.sandbox}/sandbox/customers/priya/threads/${own.phone_number_id}?all=true`);
    const got = ((await answer.json()) as Thread).messages;
    expect(JSON.stringify(got)).toContain("since noon");
    expect(JSON.stringify(got)).not.toContain("by card");
  });

  await test.step("resolved by key, it is found among the resolved; the customer's next word opens it everywhere", async () => {
    await desk.keyboard.press("Escape");
    await desk.keyboard.press("e");
    await expect(thread.getByText(/resolved the conversation/)).toBeVisible();
    await expect(phone.getByRole("button", { name: "Reopen" })).toBeVisible();
    await desk.getByRole("link", { name: "Resolved", exact: true }).click();
    await expect(desk.getByRole("link", { name: link })).toBeVisible();
    await customerSays(request, dev, "priya", 1, { type: "text", text: "On my way", body: "On my way" });
    await expect(desk.getByRole("link", { name: link })).toHaveCount(0);
    await expect(phone.getByRole("button", { name: "Resolve" })).toBeVisible();
    await expect(phone.getByText(/wrote, so the conversation is open again/)).toBeVisible();
    await expect(phone.getByText("On my way")).toBeVisible();
  });

  await test.step("at 390 px the colleague answers and finds the contact by name", async () => {
    const box = phone.getByRole("textbox", { name: /^Message to/ });
    await box.fill("See you");
    await phone.getByRole("button", { name: "Send", exact: true }).click();
    await expect(phone.getByRole("log").getByText("See you")).toBeVisible();
    await phone.getByRole("link", { name: "Back to the list" }).click();
    await phone.getByRole("searchbox", { name: "Search by name or phone" }).fill("zzz");
    await expect(phone.getByText("Nobody is called “zzz”")).toBeVisible();
    await phone.getByRole("button", { name: "Clear filters" }).click();
    await expect(phone.getByRole("link", { name: link })).toBeVisible();
  });
});
