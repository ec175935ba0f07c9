import { ago, id, type Json, message } from "./data";

/** Messages of the kinds and marks that a thread rarely holds together. */
export function rareKinds(conversationId: string): Json[] {
  let minutes = 3200;
  let n = 40;
  const say = (content: Json, more: Json = {}, direction: "inbound" | "outbound" = "inbound", status?: string) => {
    minutes -= 10;
    n += 1;
    return message(conversationId, n, minutes, { direction, status, content, more });
  };
  return [
    say(
      { type: "text", body: "I saw your spring offer, does it still hold?" },
      {
        referral: {
          source_type: "ad",
          source_url: "https://example.com/ad/1",
          source_id: "120",
          headline: "Spring clean: 20 % off",
          body: "A brighter smile in forty minutes. Book this week and save.",
          click_id: null,
        },
      },
    ),
    say(
      {
        type: "list",
        header: "Treatments",
        body: "Which one shall it be?",
        footer: "Prices include VAT",
        button: "See treatments",
        sections: [
          { title: "Cleaning", rows: [{ id: "c1", title: "Quick clean", description: "20 minutes" }] },
          {
            title: "تبييض",
            rows: [
              { id: "w1", title: "Whitening at home", description: null },
              { id: "w2", title: "Whitening here", description: "Two visits of an hour each, with a check between them" },
            ],
          },
        ],
      },
      {},
      "outbound",
    ),
    say({ type: "choice", id: "w2", title: "Whitening here", description: "Two visits of an hour each" }),
    say(
      {
        type: "cta_url",
        body: "Choose a time that suits you.",
        display_text: "Open the calendar",
        url: "https://example.com/book",
        footer: "You can change it later",
      },
      {},
      "outbound",
    ),
    say({
      type: "order",
      catalog_id: "cat-1",
      text: "Wrapped as a gift, thanks 🎁",
      items: [
        { product_id: "TOOTHBRUSH-BAMBOO-MEDIUM", quantity: 2, price: 4.5, currency: "EUR" },
        { product_id: "عود", quantity: 1, price: 19, currency: "EUR" },
      ],
    }),
    say({
      type: "form_reply",
      name: "flow",
      fields: { first_name: "Asha", allergies: ["penicillin", "latex"], visits: 3, insured: true, address: { city: "Berlin" } },
    }),
    say({ type: "call_permission", granted: true, permanent: false, expires_at: ago(-6e8) }),
    say({ type: "revoked" }),
    say({ type: "text", body: "Tuesday at ten, please" }, { edited_at: ago(2_000_000) }),
    say({ type: "text", body: "Open on Sundays in May" }, { forwarded: "frequently" }),
    say({ type: "image", media_id: id("med", 1), caption: null }, { forwarded: "forwarded" }),
    say(
      { type: "text", body: "Written on the phone at the front desk" },
      { author: { kind: "business_app", name: "WhatsApp Business app" } },
      "outbound",
      "delivered",
    ),
    say(
      {
        type: "document",
        filename: "a-price-list-with-a-very-long-name-for-the-spring-of-the-year.pdf",
        link: "https://example.com/files/a-price-list-with-a-very-long-name-for-the-spring-of-the-year.pdf",
        caption: "Our prices",
      },
      {},
      "outbound",
    ),
    say({
      type: "contacts",
      cards: [
        {
          name: "Mei 李",
          organization: "Dental Lab Berlin",
          phones: ["+49 30 555 222"],
          emails: ["mei@example.com"],
          urls: ["https://example.com", "javascript:alert(1)"],
        },
      ],
    }),
    say({ type: "video", media_id: id("med", 3), caption: "How it hurts" }),
    say({ type: "reaction", emoji: "🙏", target_provider_id: "wamid.long-ago" }),
    say({ type: "hologram" }),
  ];
}
