//! Golden bodies of every kind that can be sent.

use std::collections::BTreeMap;

use domain::{
    MediaId,
    channel::Recipient,
    content::Content,
    ids::MessageId,
    ports::{ChannelProvider, OutboundMessage, Payload, SendOutcome},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::peer::{self, Peer};

pub const ACCEPTED: &str = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+15550109999","wa_id":"15550109999"}],
    "messages":[{"id":"wamid.ABC"}]}"#;
const MESSAGE_ID: &str = "msg_00000000000000000000000000000007";

fn phone() -> Recipient {
    Recipient::Phone("15550109999".into())
}

/// Our id of an uploaded file, and the provider's.
pub const MEDIA: &str = "med_00000000000000000000000000000001";
const UPLOADED: &str = "998";

pub fn media() -> BTreeMap<MediaId, String> {
    BTreeMap::from([(MEDIA.parse().unwrap(), UPLOADED.to_owned())])
}

pub fn message(payload: Payload) -> OutboundMessage {
    OutboundMessage {
        message_id: MessageId::new(Uuid::from_u128(7)),
        to: phone(),
        payload,
        reply_to: None,
    }
}

fn plain(content: Value) -> OutboundMessage {
    let content: Content = serde_json::from_value(content).unwrap();
    assert_eq!(content.faults(), []);
    message(Payload {
        media: media(),
        ..Payload::plain(content)
    })
}

pub fn text() -> OutboundMessage {
    plain(json!({"type": "text", "body": "Grüße 👋"}))
}

pub async fn body_of(message: OutboundMessage) -> Value {
    let peer = Peer::start(|_| peer::json(200, ACCEPTED)).await;
    let outcome = peer::api().send(&peer.connection(), &message).await;
    assert!(matches!(outcome, SendOutcome::Accepted { .. }), "{outcome:?}");
    let seen = peer.seen().remove(0);
    assert_eq!(seen.line, "POST /v26.0/109900000000001/messages HTTP/1.1");
    assert!(seen.head.contains("authorization: Bearer token-1"));
    assert!(seen.head.contains("content-type: application/json"));
    seen.json()
}

pub fn whole(kind: &str, part: Value) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": "+15550109999", "type": kind, kind: part,
        "biz_opaque_callback_data": MESSAGE_ID})
}

#[tokio::test]
async fn text_reply_and_user_id() {
    assert_eq!(body_of(text()).await, whole("text", json!({"body": "Grüße 👋"})));

    let reply = OutboundMessage {
        reply_to: Some("wamid.IN".into()),
        ..text()
    };
    let mut expected = whole("text", json!({"body": "Grüße 👋"}));
    expected["context"] = json!({"message_id": "wamid.IN"});
    assert_eq!(body_of(reply).await, expected);

    let by_user_id = OutboundMessage {
        to: Recipient::UserId("US.77A1B2C3D4".into()),
        ..text()
    };
    let body = body_of(by_user_id).await;
    assert_eq!(
        (&body["recipient"], body.get("to")),
        (&json!("US.77A1B2C3D4"), None)
    );
}

#[tokio::test]
async fn files_by_upload_and_by_address() {
    for (content, kind, part) in [
        (
            json!({"type": "image", "media_id": MEDIA, "caption": "Look"}),
            "image",
            json!({"id": "998", "caption": "Look"}),
        ),
        (
            json!({"type": "image", "media_id": MEDIA, "caption": ""}),
            "image",
            json!({"id": "998"}),
        ),
        (
            json!({"type": "video", "link": "https://ex.test/a.mp4"}),
            "video",
            json!({"link": "https://ex.test/a.mp4"}),
        ),
        (
            json!({"type": "audio", "media_id": MEDIA, "voice": true}),
            "audio",
            json!({"id": "998", "voice": true}),
        ),
        (
            json!({"type": "document", "media_id": MEDIA, "caption": "Bill", "filename": "bill.pdf"}),
            "document",
            json!({"id": "998", "caption": "Bill", "filename": "bill.pdf"}),
        ),
        (
            json!({"type": "sticker", "media_id": MEDIA}),
            "sticker",
            json!({"id": "998"}),
        ),
    ] {
        assert_eq!(body_of(plain(content)).await, whole(kind, part));
    }
}

#[tokio::test]
async fn places_cards_reactions_and_previews() {
    let card = json!({"name": "Ada Byron", "phones": ["+15550100300"], "emails": ["ada@ex.test"], "organization": "Acme"});
    let full = json!({"name": "Ada B.", "first_name": "Ada", "last_name": "Byron", "phones": [], "urls": ["https://ex.test"]});
    for (content, kind, part) in [
        (
            json!({"type": "text", "body": "See https://ex.test", "preview_url": true}),
            "text",
            json!({"body": "See https://ex.test", "preview_url": true}),
        ),
        (
            json!({"type": "location", "latitude": 52.5, "longitude": -13.25, "name": "Shop"}),
            "location",
            json!({"latitude": 52.5, "longitude": -13.25, "name": "Shop"}),
        ),
        (
            json!({"type": "contacts", "cards": [card, full]}),
            "contacts",
            json!([
            {"name": {"formatted_name": "Ada Byron", "first_name": "Ada"}, "phones": [{"phone": "+15550100300"}],
                "emails": [{"email": "ada@ex.test"}], "org": {"company": "Acme"}},
            {"name": {"formatted_name": "Ada B.", "first_name": "Ada", "last_name": "Byron"}, "urls": [{"url": "https://ex.test"}]}]),
        ),
        (
            json!({"type": "reaction", "target_provider_id": "wamid.IN", "emoji": "👍"}),
            "reaction",
            json!({"message_id": "wamid.IN", "emoji": "👍"}),
        ),
        (
            json!({"type": "reaction", "target_provider_id": "wamid.IN"}),
            "reaction",
            json!({"message_id": "wamid.IN", "emoji": ""}),
        ),
    ] {
        assert_eq!(body_of(plain(content)).await, whole(kind, part));
    }
}

#[tokio::test]
async fn buttons_lists_and_links() {
    let button = |id: &str, title: &str| json!({"id": id, "title": title});
    let reply = |id: &str, title: &str| json!({"type": "reply", "reply": {"id": id, "title": title}});
    for (content, part) in [
        (
            json!({"type": "buttons", "body": "Which?", "header": "Order", "buttons": [button("a", "One"), button("b", "Two")]}),
            json!({"type": "button", "header": {"type": "text", "text": "Order"}, "body": {"text": "Which?"},
                "action": {"buttons": [reply("a", "One"), reply("b", "Two")]}}),
        ),
        (
            json!({"type": "buttons", "body": "Which?", "footer": "Acme", "header_media": {"kind": "document", "media_id": MEDIA, "filename": "a.pdf"},
            "buttons": [button("a", "One")]}),
            json!({"type": "button", "header": {"type": "document", "document": {"id": "998", "filename": "a.pdf"}},
                "body": {"text": "Which?"}, "footer": {"text": "Acme"}, "action": {"buttons": [reply("a", "One")]}}),
        ),
        (
            json!({"type": "list", "body": "Which?", "header": "Menu", "button": "Open", "sections": [
            {"title": "Tea", "rows": [{"id": "1", "title": "Green", "description": "Fresh"}, {"id": "2", "title": "Black"}]},
            {"title": "Cake", "rows": [{"id": "3", "title": "Plum"}]}]}),
            json!({"type": "list", "header": {"type": "text", "text": "Menu"}, "body": {"text": "Which?"}, "action": {"button": "Open", "sections": [
                {"title": "Tea", "rows": [{"id": "1", "title": "Green", "description": "Fresh"}, {"id": "2", "title": "Black"}]},
                {"title": "Cake", "rows": [{"id": "3", "title": "Plum"}]}]}}),
        ),
        (
            json!({"type": "cta_url", "body": "Look", "header_media": {"kind": "image", "link": "https://ex.test/a.png"},
            "display_text": "Open", "url": "https://ex.test/shop"}),
            json!({"type": "cta_url", "header": {"type": "image", "image": {"link": "https://ex.test/a.png"}}, "body": {"text": "Look"},
                "action": {"name": "cta_url", "parameters": {"display_text": "Open", "url": "https://ex.test/shop"}}}),
        ),
    ] {
        assert_eq!(body_of(plain(content)).await, whole("interactive", part));
    }
}
