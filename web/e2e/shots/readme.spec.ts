import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { customerSays, expect, signIn, signInPlatform, test } from "../real/fixtures";
import { palettePng } from "../support/palette-png";
import { jpegOf, RETAINER, Scene } from "./scene";

const OUT = fileURLToPath(new URL("../../../docs/images/", import.meta.url));
const BYTES_MAX = 250_000;
const SIZE = { width: 1440, height: 900 };
const SMALL = { width: 390, height: 844 };

type Listed<T> = { items: T[] };

async function keep(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  const file = `${OUT}${name}.png`;
  writeFileSync(file, await palettePng(page.context(), await page.screenshot()));
  expect(statSync(file).size, name).toBeLessThan(BYTES_MAX);
}

test("pictures for the README", async ({ browser, dev, request }) => {
  mkdirSync(OUT, { recursive: true });
  const [own] = dev.tenants;
  if (!own) throw new Error("a demo tenant is expected");
  const scene = new Scene(request, dev);
  await scene.add("amara", { name: "Amara Okonkwo", phone: "15550109005" });
  await scene.add("jonas", { name: "Jonas Weber", phone: "15550109006" });
  await scene.add("yuki", { name: "田中 ゆき", phone: "15550109007" });
  await scene.add("sofia", { name: "Sofía & Luca", phone: "15550109008", username: "sofia.luca" });

  await scene.until(13, 5);
  await scene.writes("maya", "Hello, I'd like to book my yearly check-up.");
  await scene.writes("jonas", "Danke, dann bis nächste Woche!");
  const desk = await (await browser.newContext({ viewport: SIZE, colorScheme: "light" })).newPage();
  await signIn(desk, dev, 0, "agent");
  await expect(desk.getByRole("link", { name: /Maya Fernández/ })).toBeVisible();

  const api = (path: string) => `${dev.tenant_app}/v1/t/${own.slug}/${path}`;
  const headers = { authorization: `Bearer ${own.api_key}` };
  const listed = async <T>(path: string) => ((await (await request.get(api(path), { headers })).json()) as Listed<T>).items;
  const conversationOf = async (name: string) => {
    const all = await listed<{ id: string; contact: { name: string } }>("conversations");
    return all.find((row) => row.contact.name === name)?.id ?? "";
  };
  /** An answer written by the person at the desk. */
  const answer = async (name: string, content: object) => {
    const conversation = await conversationOf(name);
    const body = { conversation_id: conversation, content };
    const status = await desk.evaluate(
      async ([url, read, data]) => {
        await fetch(read, { method: "POST" });
        const sent = await fetch(url, {
          method: "POST",
          headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
          body: data,
        });
        return sent.status === 202 ? "" : `${sent.status} ${await sent.text()}`;
      },
      [api("messages"), api(`conversations/${conversation}/read`), JSON.stringify(body)] as const,
    );
    expect(status).toBe("");
  };
  const say = (name: string, body: string) => answer(name, { type: "text", body });

  await test.step("the day before", async () => {
    const templates = await listed<{ id: string; name: string; language: string; parameters: { key: string; kind: string }[] }>(
      "templates?limit=100",
    );
    const reminder = templates.find((row) => row.name === "appointment_reminder" && row.language === "en_US");
    const values = ["Maya", "Thursday", "10:30"];
    const keys = reminder?.parameters.filter((parameter) => parameter.kind === "text") ?? [];
    const parameters = Object.fromEntries(keys.map((parameter, index) => [parameter.key, values[index] ?? ""]));
    await answer("Maya Fernández", { type: "template", template_id: reminder?.id, parameters });
    await scene.arrived("maya", 1);
    await scene.reads("maya");
    await scene.taps("maya", 0);
    await say("Jonas Weber", "Gern, bis dann!");
    await scene.arrived("jonas", 1);
    await scene.reads("jonas");
  });

  await test.step("this morning", async () => {
    await scene.until(7, 2);
    await scene.writes("yuki", "今日の予約を金曜日に変更できますか？");
    await expect(desk.getByRole("link", { name: /田中/ })).toBeVisible();
    await say("田中 ゆき", "はい、金曜日の15時はいかがでしょうか？");
    await scene.arrived("yuki", 1);
    await scene.until(7, 24);
    await scene.writes("sofia", "Luca lost his first tooth 🦷🎉");
    await scene.until(7, 31);
    await scene.writes("omar", "مرحبا، هل لديكم موعد شاغر غدًا صباحًا؟");
    await scene.until(7, 36);
    await scene.writes("maya", "Good morning. My night guard cracked 😬");
    await scene.until(7, 37);
    const photo = await jpegOf(desk, RETAINER);
    await scene.says("maya", { type: "image", data_base64: photo.toString("base64"), caption: "On the right side" });
    await scene.until(7, 39);
    await say("Maya Fernández", "Oh no. Best not to wear it tonight. Mending it takes *twenty minutes*; when can you come by?");
    await scene.arrived("maya", 2);
    await answer("Maya Fernández", {
      type: "buttons",
      body: "We could see you at one of these times.",
      buttons: [
        { id: "today", title: "Today 16:30" },
        { id: "tomorrow", title: "Tomorrow 9:00" },
      ],
    });
    await scene.arrived("maya", 3);
    await scene.reads("maya");
    await scene.until(7, 41);
    await scene.taps("maya", 0);
    await scene.until(7, 43);
    await scene.writes("lin", "谢谢医生，牙齿已经不疼了 🌿");
    await scene.writes("priya", "क्या मैं अपनी बेटी को भी साथ ला सकती हूँ?");
    await customerSays(request, dev, "priya", 0, { type: "text", text: "वह छह साल की है।" });
    await scene.until(7, 44);
    await scene.writes("amara", "Do you take my insurance?");
    await scene.until(7, 45);
    await say("Maya Fernández", "Booked: *today at 16:30* with Dr. Lindqvist. Bring the guard along 🙂");
    await scene.arrived("maya", 4);
    await scene.reads("maya");
    const booked = (await scene.thread("maya")).filter((message) => message.from === "business").at(-1);
    await scene.says("maya", { type: "reaction", message_id: booked?.id, emoji: "❤️" });
  });

  await test.step("the inbox, light and dark", async () => {
    await desk.getByRole("link", { name: /Maya Fernández/ }).click();
    const thread = desk.getByRole("log", { name: "Messages with Maya Fernández" });
    await expect(thread.getByText("❤️")).toBeVisible();
    const image = thread.getByRole("button", { name: /^Open photo/ }).locator("img");
    await expect.poll(() => image.evaluate((element: HTMLImageElement) => element.naturalWidth)).toBeGreaterThan(0);
    await expect(thread.getByRole("listitem").filter({ hasText: "Booked" }).getByRole("img", { name: "Read" })).toBeVisible();
    await expect(desk.locator("[aria-busy=true]")).toHaveCount(0);
    await expect(desk.getByRole("link", { name: /Maya Fernández/ })).toContainText("just now");
    await desk.getByRole("textbox", { name: /^Message to/ }).fill("See you this afternoon, Maya");
    await keep(desk, "inbox-light");
    await desk.emulateMedia({ colorScheme: "dark" });
    await keep(desk, "inbox-dark");
    await desk.emulateMedia({ colorScheme: "light" });
  });

  await test.step("the same on a small screen", async () => {
    await desk.setViewportSize(SMALL);
    await keep(desk, "inbox-small");
    await desk.setViewportSize(SIZE);
  });

  await test.step("contacts and team", async () => {
    await desk.goto(`${dev.tenant_app}/t/${own.slug}/contacts`);
    await expect(desk.getByRole("link", { name: /Maya Fernández/ })).toBeVisible();
    await keep(desk, "contacts");
    const owner = await (await browser.newContext({ viewport: SIZE, colorScheme: "light" })).newPage();
    await signIn(owner, dev, 0, "owner");
    await owner.goto(`${dev.tenant_app}/t/${own.slug}/settings/team`);
    await expect(owner.getByRole("table", { name: "Members" }).getByText("Owner", { exact: true })).toBeVisible();
    await expect(owner.locator("[aria-busy=true]")).toHaveCount(0);
    await keep(owner, "team");
  });

  await test.step("the inbox from right to left", async () => {
    await desk.goto(`${dev.tenant_app}/t/${own.slug}/inbox/${await conversationOf("عمر الخطيب")}`);
    await desk.evaluate(() => localStorage.setItem("parlance.language", "ar"));
    await desk.reload();
    await expect(desk.locator("html[dir=rtl]")).toHaveCount(1);
    await expect(desk.getByRole("log").getByText("مرحبا")).toBeVisible();
    await keep(desk, "inbox-rtl");
  });

  await test.step("the admin portal", async () => {
    const portal = await (await browser.newContext({ viewport: SIZE, colorScheme: "light" })).newPage();
    await signInPlatform(portal, dev);
    await portal.goto(`${dev.admin_portal}/webhooks`);
    await expect(portal.getByRole("row").nth(3)).toBeVisible();
    await keep(portal, "admin");
  });

  await test.step("the customer's phone", async () => {
    const phone = await (await browser.newContext({ viewport: SIZE, colorScheme: "light" })).newPage();
    await phone.goto(`${dev.sandbox_phone}#/maya/${own.phone_number_id}`);
    await expect(phone.getByRole("log").getByText("Booked")).toBeVisible();
    await keep(phone, "phone");
  });
});
