// Every call that @great-detail/whatsapp supports, against the sandbox at $SANDBOX. It is copied beside its node_modules.
import { createHmac } from "node:crypto";
import Client from "@great-detail/whatsapp";

const PHONE = "109900000000001";
const WABA = "201900000000001";
const TO = "+15550109999";
const PNG = Buffer.from("89504e470d0a1a0a2d6e6f742d7265616c6c79", "hex");
const sdk = new Client({
  baseUrl: process.env.SANDBOX,
  // Without the slash, this client's paths would replace the version.
  graphVersion: "v26.0/",
  request: { headers: { Authorization: "Bearer EAAclients" } },
});
let passed = 0;
let failed = 0;

async function check(name, work, expected = () => true) {
  try {
    const answer = await work();
    const body = typeof answer?.json === "function" ? await answer.json() : answer;
    if (!expected(body)) throw new Error(`unexpected answer ${JSON.stringify(body)}`);
    passed += 1;
    return body;
  } catch (error) {
    failed += 1;
    const said = error.data ?? (await error.response?.text?.().catch(() => "")) ?? "";
    console.log(`  not ok ${name}: ${error.message} ${typeof said === "string" ? said : JSON.stringify(said)}`);
  }
}

const sent = (body) => body.messages[0].id.startsWith("wamid.");
const done = (body) => body.success === true;
const message = (type, content, more = {}) =>
  sdk.message.createMessage({ phoneNumberID: PHONE, to: TO, type, [type]: content, ...more });

const uploaded = await check(
  "media.upload",
  () => sdk.media.upload({ phoneNumberID: PHONE, file: new Blob([PNG], { type: "image/png" }), filename: "a.png", mimeType: "image/png" }),
  (body) => /^\d+$/.test(body.id),
);
const url = await check("media.getURL", () => sdk.media.getURL({ mediaID: uploaded.id, phoneNumberID: PHONE }), (body) =>
  body.url.startsWith(process.env.SANDBOX),
);
await check(
  "media bytes",
  async () => Buffer.from(await (await fetch(url.url, { headers: { Authorization: "Bearer EAAclients" } })).arrayBuffer()),
  (bytes) => bytes.equals(PNG),
);
const text = await check("message text", () => message("text", { body: "Hello", preview_url: false }), sent);
await check("message reply", () => message("text", { body: "A reply" }, { context: { message_id: process.env.INBOUND } }), sent);
await check("message image by id", () => message("image", { id: uploaded.id, caption: "Look" }), sent);
for (const [type, file] of [["image", "a.png"], ["video", "a.mp4"], ["audio", "a.ogg"], ["document", "a.pdf"], ["sticker", "a.webp"]]) {
  await check(`message ${type} by link`, () => message(type, { link: `https://ex.test/${file}` }), sent);
}
await check("message location", () => message("location", { latitude: 52.5, longitude: 13.4, name: "Here", address: "Berlin" }), sent);
await check("message contacts", () => message("contacts", [{ name: { formatted_name: "Ben B", first_name: "Ben" }, phones: [{ phone: "+1555" }] }]), sent);
await check("message reaction", () => message("reaction", { message_id: process.env.INBOUND, emoji: "👍" }), sent);
await check("message buttons", () => message("interactive", { type: "button", body: { text: "?" }, action: { buttons: [{ type: "reply", reply: { id: "y", title: "Yes" } }] } }), sent);
await check("message list", () => message("interactive", { type: "list", body: { text: "?" }, action: { button: "Open", sections: [{ title: "Cups", rows: [{ id: "s", title: "Small" }] }] } }), sent);
await check("message link", () => message("interactive", { type: "cta_url", body: { text: "?" }, action: { name: "cta_url", parameters: { display_text: "Open", url: "https://ex.test/" } } }), sent);
await check(
  "message template",
  () => message("template", { name: "come_back", language: { code: "en_US" }, components: [{ type: "body", parameters: [{ type: "text", parameter_name: "first_name", text: "Ann" }] }] }),
  (body) => body.messages[0].message_status === "accepted",
);
await check("message status read", () => sdk.message.createStatus({ phoneNumberID: PHONE, status: "read", message_id: process.env.INBOUND }), done);
await check("message status typing", () => sdk.message.createStatus({ phoneNumberID: PHONE, status: "read", message_id: process.env.INBOUND, typing_indicator: { type: "text" } }), done);
await check("media.delete", () => sdk.media.delete({ mediaID: uploaded.id, phoneNumberID: PHONE }), done);

await check("phoneNumbers.get", () => sdk.phoneNumbers.getPhoneNumber({ phoneNumberID: PHONE, fields: ["id", "status", ["health_status", ["entities"]]] }), (body) => body.status === "CONNECTED");
await check("phoneNumbers.list", () => sdk.phoneNumbers.listPhoneNumbers({ businessAccountID: WABA }), (body) => body.data[0].id === PHONE);
await check("phoneNumbers.update", () => sdk.phoneNumbers.updatePhoneNumber({ phoneNumberID: PHONE, new_display_name: "Kranz" }), done);
await check("businessProfile.update", () => sdk.businessProfile.updateBusinessProfile({ phoneNumberID: PHONE, about: "Coffee", vertical: "RESTAURANT" }), done);
await check("businessProfile.get", () => sdk.businessProfile.getBusinessProfile({ phoneNumberID: PHONE, fields: ["about", "vertical"] }), (body) => body.data[0].about === "Coffee");
await check("whatsappBusinessAccount.get", () => sdk.whatsappBusinessAccount.get(WABA, { fields: ["id", "name", "currency"] }), (body) => body.currency === "USD");
await check("subscribedApps.create", () => sdk.subscribedApps.createSubscription({ businessAccountID: WABA }), done);
await check("subscribedApps.list", () => sdk.subscribedApps.listSubscriptions({ businessAccountID: WABA }), (body) => body.data.length === 1);

const created = await check(
  "template.create",
  () => sdk.template.create(WABA, { name: "from_node", language: "en_US", category: "UTILITY", components: [{ type: "BODY", text: "Your table is ready." }] }),
  (body) => body.status === "PENDING",
);
await check("template.list", () => sdk.template.list(WABA, { status: ["PENDING", "APPROVED"], category: "UTILITY", limit: 5, fields: ["id", "name"] }), (body) => body.data.length === 1);
await check("template.get", () => sdk.template.get(created.id, { fields: ["id", "name", "status"] }), (body) => body.name === "from_node");
const verdict = { method: "POST", headers: { "content-type": "application/json" }, body: '{"status": "APPROVED"}' };
await fetch(`${process.env.SANDBOX}/sandbox/templates/${created.id}/status`, verdict);
await check("template.update", () => sdk.template.update(created.id, { components: [{ type: "BODY", text: "Your table is ready now." }] }), done);
await check("template.delete", () => sdk.template.delete(WABA, { name: "from_node" }), done);

const body = '{"object":"whatsapp_business_account","entry":[]}';
const signature = `sha256=${createHmac("sha256", "secret-of-clients").update(body).digest("hex")}`;
const event = await sdk.webhook.eventNotification({ method: "POST", query: {}, headers: { "x-hub-signature-256": signature }, body });
await check("webhook signature", () => event.checkSignature("secret-of-clients"), (fits) => fits === true);
await check("error of a refusal", () => message("text", { body: "" }).then(() => false, (error) => error.response.status === 400), (refused) => refused === true);
void text;

console.log(`@great-detail/whatsapp: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
