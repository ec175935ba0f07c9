//! Webhook bodies and the facts they bring.

use domain::{
    channel::Party,
    content::{ContactCard, Content, Media},
    ports::{Change, Fact, InboundAdapter, InboundMessage},
};
use parlance_providers::cloud_api::CloudApiInbound;
use secrecy::SecretString;
use serde_json::{Value, json};
use time::OffsetDateTime;

/// RFC 4231, test case 2.
const RFC_BODY: &[u8] = b"what do ya want for nothing?";
const RFC_SIGNATURE: &str = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

fn secrets(list: &[&str]) -> Vec<SecretString> {
    list.iter().map(|secret| SecretString::from(*secret)).collect()
}

#[test]
fn signatures_fit_any_secret_and_exactly_the_bytes() {
    let verify =
        |list: &[&str], signature: &str, body: &[u8]| CloudApiInbound.verify(&secrets(list), signature, body);
    assert!(verify(&["Jefe"], RFC_SIGNATURE, RFC_BODY));
    assert!(verify(&["old", "Jefe", "new"], RFC_SIGNATURE, RFC_BODY));
    assert!(!verify(&["old"], RFC_SIGNATURE, RFC_BODY));
    assert!(!verify(&[], RFC_SIGNATURE, RFC_BODY));
    assert!(!verify(
        &["Jefe"],
        RFC_SIGNATURE,
        b"what do ya want for nothing? "
    ));
    for signature in [
        "",
        "sha256=",
        &RFC_SIGNATURE[7..],
        &RFC_SIGNATURE[..70],
        &format!("{RFC_SIGNATURE}00"),
        "sha1=5bdcc146",
        "sha256=zz",
    ] {
        assert!(!verify(&["Jefe"], signature, RFC_BODY), "{signature}");
    }
    // HMAC with an empty key is anyone's to make.
    let empty = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    assert!(!verify(&[""], empty, b""));
}

pub fn parse(body: &Value) -> Vec<Change> {
    CloudApiInbound.parse(body.to_string().as_bytes())
}

pub fn envelope(value: Value) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "201900000000001", "changes": [{"field": "messages", "value": value}]}]})
}

pub fn value(messages: Value) -> Value {
    json!({"messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100200", "phone_number_id": "109900000000001"},
        "contacts": [{"profile": {"name": "Ann B", "username": "@ann.b"}, "wa_id": "15550109999", "user_id": "US.77A1"}],
        "messages": messages})
}

/// A message of this type whose object of the same name is `part`.
pub fn element(kind: &str, part: Value) -> Value {
    json!({"from": "15550109999", "from_user_id": "US.77A1", "id": "wamid.IN1", "timestamp": "1790000000", "type": kind, kind: part})
}

pub fn at() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap()
}

pub fn ann() -> Party {
    Party {
        phone: Some("15550109999".into()),
        user_id: Some("US.77A1".into()),
        username: Some("ann.b".into()),
        profile_name: Some("Ann B".into()),
        parent_user_id: None,
    }
}

pub fn only_message(value: Value) -> InboundMessage {
    let mut changes = parse(&envelope(value));
    let Change {
        index: 0,
        provider_waba_id,
        provider_number_id,
        field,
        facts,
    } = changes.remove(0)
    else {
        panic!()
    };
    assert_eq!(
        (provider_waba_id.as_deref(), provider_number_id.as_deref()),
        (Some("201900000000001"), Some("109900000000001"))
    );
    assert_eq!(field, "messages");
    let [Fact::Message(message)] = &facts[..] else {
        panic!("{facts:?}")
    };
    (**message).clone()
}

fn content(kind: &str, part: Value) -> Content {
    only_message(value(json!([element(kind, part)]))).content
}

#[test]
fn a_text_with_reply_and_identities() {
    let mut text = element("text", json!({"body": "Hi"}));
    text["context"] = json!({"from": "15550100200", "id": "wamid.OUT1"});
    let expected = InboundMessage {
        reply_to: Some("wamid.OUT1".into()),
        ..InboundMessage::new(
            "wamid.IN1".into(),
            at(),
            ann(),
            Content::Text {
                body: "Hi".into(),
                preview_url: false,
            },
        )
    };
    assert_eq!(only_message(value(json!([text]))), expected);

    let mut without_phone = element("text", json!({"body": "Hi"}));
    without_phone.as_object_mut().unwrap().remove("from");
    without_phone["timestamp"] = json!(1_790_000_000);
    let mut hidden = value(json!([without_phone]));
    hidden["contacts"] = json!([{"profile": {"name": "Ann B"}, "user_id": "US.77A1"}]);
    let message = only_message(hidden);
    let known = Party {
        phone: None,
        username: None,
        ..ann()
    };
    assert_eq!((message.customer, message.sent_at), (known, at()));

    let mut alone = value(json!([element("text", json!({"body": "Hi"}))]));
    alone.as_object_mut().unwrap().remove("contacts");
    assert_eq!(
        only_message(alone).customer,
        Party {
            username: None,
            profile_name: None,
            ..ann()
        }
    );
}

#[test]
fn contacts_that_contradict_are_not_mixed() {
    let mut other = value(json!([element("text", json!({"body": "Hi"}))]));
    other["contacts"] = json!([{"profile": {"name": "Bob"}, "wa_id": "15550109999", "user_id": "US.OTHER"}]);
    assert_eq!(only_message(other).customer.profile_name, None);
    let mut old = element("text", json!({"body": "Hi"}));
    old.as_object_mut().unwrap().remove("from_user_id");
    assert_eq!(only_message(value(json!([old]))).customer, ann());
}

#[test]
fn media_of_every_kind() {
    let part = json!({"id": 778899, "mime_type": "image/jpeg", "sha256": "abc=", "caption": "Look", "url": "https://x", "filename": "a.pdf", "voice": true});
    let media = Media {
        media_id: None,
        link: None,
        mime_type: Some("image/jpeg".into()),
        caption: Some("Look".into()),
        filename: Some("a.pdf".into()),
        voice: true,
        provider_media_id: Some("778899".into()),
        sha256: Some("abc=".into()),
    };
    for (kind, expected) in [
        ("image", Content::Image(media.clone())),
        ("video", Content::Video(media.clone())),
        ("audio", Content::Audio(media.clone())),
        ("document", Content::Document(media.clone())),
        ("sticker", Content::Sticker(media.clone())),
    ] {
        assert_eq!(content(kind, part.clone()), expected);
    }
    let mut failed = element("video", json!({}));
    failed["errors"] =
        json!([{"code": 131_052, "title": "Media download error", "error_data": {"details": "Too big"}}]);
    let expected = Content::Unsupported {
        provider_type: "video".into(),
        reason: Some("(131052) Media download error: Too big".into()),
    };
    assert_eq!(only_message(value(json!([failed]))).content, expected);
}

#[test]
fn places_cards_reactions_taps_and_choices() {
    let place = json!({"latitude": 48.137, "longitude": "11.575", "name": "Office", "address": "Street 1", "url": "https://x"});
    let expected = Content::Location {
        latitude: 48.137,
        longitude: 11.575,
        name: Some("Office".into()),
        address: Some("Street 1".into()),
    };
    assert_eq!(content("location", place), expected);

    let cards = json!([{"name": {"formatted_name": "Bob C"}, "phones": [{"phone": "+1 555", "wa_id": "1555"}, {"wa_id": "1556"}]}, {"vcard": "x"}]);
    let card = |name: &str, phones: &[&str]| ContactCard {
        name: name.into(),
        phones: phones.iter().map(ToString::to_string).collect(),
        ..ContactCard::default()
    };
    assert_eq!(
        content("contacts", cards),
        Content::Contacts {
            cards: vec![card("Bob C", &["+1 555", "1556"]), card("", &[])]
        }
    );

    let reaction = |emoji: Option<&str>| Content::Reaction {
        target_provider_id: "wamid.OUT1".into(),
        emoji: emoji.map(str::to_owned),
    };
    assert_eq!(
        content("reaction", json!({"message_id": "wamid.OUT1", "emoji": "❤️"})),
        reaction(Some("❤️"))
    );
    assert_eq!(
        content("reaction", json!({"message_id": "wamid.OUT1", "emoji": ""})),
        reaction(None)
    );
    assert_eq!(
        content("reaction", json!({"message_id": "wamid.OUT1"})),
        reaction(None)
    );

    let tap = Content::ButtonTap {
        title: "Stop".into(),
        payload: Some("STOP".into()),
    };
    assert_eq!(content("button", json!({"payload": "STOP", "text": "Stop"})), tap);
    let choice = |description: Option<&str>| Content::Choice {
        id: "a".into(),
        title: "One".into(),
        description: description.map(str::to_owned),
    };
    assert_eq!(
        content(
            "interactive",
            json!({"type": "button_reply", "button_reply": {"id": "a", "title": "One"}})
        ),
        choice(None)
    );
    let row =
        json!({"type": "list_reply", "list_reply": {"id": "a", "title": "One", "description": "First"}});
    assert_eq!(content("interactive", row), choice(Some("First")));
    let changed = json!({"type": "user_changed_number", "body": "Ann changed", "wa_id": "15550108888"});
    assert_eq!(
        content("system", changed),
        Content::System {
            event: "user_changed_number".into(),
            body: Some("Ann changed".into())
        }
    );
}

#[test]
fn what_is_not_understood_is_kept_under_its_name() {
    let unsupported = |name: &str| Content::Unsupported {
        provider_type: name.into(),
        reason: None,
    };
    for (kind, part, expected) in [
        ("order", json!({"catalog_id": "1"}), "order"),
        ("order", json!({"product_items": [{"quantity": 1}, 7]}), "order"),
        ("edit", json!({"original_message_id": "wamid.X"}), "edit"),
        ("revoke", json!({}), "revoke"),
        (
            "interactive",
            json!({"type": "call_permission_reply", "call_permission_reply": {"response": "later"}}),
            "interactive.call_permission_reply",
        ),
        ("unsupported", json!({"type": "poll"}), "unsupported.poll"),
        ("hologram", json!([1, 2]), "hologram"),
        ("text", json!({"body": {"deep": 1}}), "text"),
        ("text", json!([]), "text"),
        ("image", json!({"caption": "no id"}), "image"),
        ("location", json!({"latitude": 91, "longitude": 0}), "location"),
        ("reaction", json!({}), "reaction"),
        (
            "interactive",
            json!({"type": "nfm_reply", "nfm_reply": {"body": "Sent"}}),
            "interactive.nfm_reply",
        ),
        ("interactive", json!({}), "interactive"),
        ("we ird\n", json!(1), "we_ird_"),
    ] {
        assert_eq!(
            content(kind, part.clone()),
            unsupported(expected),
            "{kind} {part}"
        );
    }
}
