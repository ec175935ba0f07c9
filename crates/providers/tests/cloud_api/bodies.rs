//! Golden bodies of every kind that can be sent.

use std::collections::BTreeMap;

use domain::{
    channel::Recipient,
    content::{ButtonsMessage, ReplyButton},
    ids::MessageId,
    ports::{ChannelProvider, FaultClass, OutboundMessage, Payload, SendOutcome},
    template::{Component, HeaderKind, Template, TemplateButton, Values},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::peer::{self, Peer};

const ACCEPTED: &str = r#"{"messaging_product":"whatsapp","contacts":[{"input":"+15550109999","wa_id":"15550109999"}],
    "messages":[{"id":"wamid.ABC"}]}"#;
const MESSAGE_ID: &str = "msg_00000000000000000000000000000007";

fn phone() -> Recipient {
    Recipient::Phone("15550109999".into())
}

pub fn message(payload: Payload) -> OutboundMessage {
    OutboundMessage {
        message_id: MessageId::new(Uuid::from_u128(7)),
        to: phone(),
        payload,
        reply_to: None,
    }
}

pub fn text() -> OutboundMessage {
    message(Payload::Text {
        body: "Grüße 👋".into(),
    })
}

async fn body_of(message: OutboundMessage) -> Value {
    let peer = Peer::start(|_| peer::json(200, ACCEPTED)).await;
    let outcome = peer::api().send(&peer.connection(), &message).await;
    assert!(matches!(outcome, SendOutcome::Accepted { .. }), "{outcome:?}");
    let seen = peer.seen().remove(0);
    assert_eq!(seen.line, "POST /v26.0/109900000000001/messages HTTP/1.1");
    assert!(seen.head.contains("authorization: Bearer token-1"));
    assert!(seen.head.contains("content-type: application/json"));
    seen.json()
}

fn whole(kind: &str, part: Value) -> Value {
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
async fn image_and_buttons() {
    let image = |caption: Option<&str>| {
        message(Payload::Image {
            provider_media_id: "998".into(),
            caption: caption.map(str::to_owned),
        })
    };
    assert_eq!(
        body_of(image(Some("Look"))).await,
        whole("image", json!({"id": "998", "caption": "Look"}))
    );
    assert_eq!(body_of(image(None)).await, whole("image", json!({"id": "998"})));

    let button = |id: &str, title: &str| ReplyButton {
        id: id.into(),
        title: title.into(),
    };
    let buttons = message(Payload::Buttons(ButtonsMessage {
        body: "Which?".into(),
        header: Some("Order".into()),
        footer: None,
        buttons: vec![button("a", "One"), button("b", "Two")],
    }));
    let expected = json!({"type": "button", "header": {"type": "text", "text": "Order"}, "body": {"text": "Which?"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "One"}},
            {"type": "reply", "reply": {"id": "b", "title": "Two"}}]}});
    assert_eq!(body_of(buttons).await, whole("interactive", expected));
}

fn template(components: Vec<Component>) -> Box<Template> {
    Box::new(Template {
        provider_id: "1".into(),
        name: "order_update".into(),
        language: "en_US".into(),
        category: "UTILITY".into(),
        status: "APPROVED".into(),
        quality: None,
        rejected_reason: None,
        components,
    })
}

fn values(pairs: &[(&str, &str)]) -> Values {
    Values(
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    )
}

fn body_component(text: &str) -> Component {
    Component::Body {
        text: text.into(),
        examples: BTreeMap::new(),
    }
}

#[tokio::test]
async fn template_with_named_parameters_media_and_buttons() {
    let parts = vec![
        Component::HeaderMedia {
            kind: HeaderKind::Image,
        },
        body_component("Hi {{first_name}}, {{order_no}} left. {{first_name}}!"),
        Component::Footer { text: "Acme".into() },
        Component::Buttons {
            buttons: vec![
                TemplateButton::Url {
                    text: "Track".into(),
                    url: "https://ex.test/t/{{1}}".into(),
                    example: None,
                },
                TemplateButton::QuickReply { text: "Stop".into() },
                TemplateButton::QuickReply {
                    text: "Thanks".into(),
                },
                TemplateButton::CopyCode { example: None },
                TemplateButton::PhoneNumber {
                    text: "Call".into(),
                    phone_number: "+15550100200".into(),
                },
                TemplateButton::Url {
                    text: "Shop".into(),
                    url: "https://ex.test".into(),
                    example: None,
                },
            ],
        },
    ];
    let given = [
        ("body.first_name", "Ann"),
        ("body.order_no", "A-77"),
        ("button.0", "A-77"),
        ("button.1", "STOP"),
        ("button.3", "SAVE10"),
        ("header.media", "med_x"),
    ];
    let payload = Payload::Template {
        template: template(parts),
        values: values(&given),
        header_media_id: Some("555".into()),
    };
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": "555"}}]},
        {"type": "body", "parameters": [
            {"type": "text", "parameter_name": "first_name", "text": "Ann"},
            {"type": "text", "parameter_name": "order_no", "text": "A-77"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "A-77"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [{"type": "payload", "payload": "STOP"}]},
        {"type": "button", "sub_type": "copy_code", "index": "3",
            "parameters": [{"type": "coupon_code", "coupon_code": "SAVE10"}]}]});
    assert_eq!(body_of(message(payload)).await, whole("template", expected));
}

#[tokio::test]
async fn template_with_positional_parameters_or_none() {
    let parts = vec![
        Component::HeaderText {
            text: "Order {{1}}".into(),
            examples: BTreeMap::new(),
        },
        body_component("{{2}} is here, {{1}}"),
    ];
    let given = values(&[("header.1", "A-77"), ("body.1", "Ann"), ("body.2", "Parcel")]);
    let payload = Payload::Template {
        template: template(parts),
        values: given,
        header_media_id: None,
    };
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
        {"type": "header", "parameters": [{"type": "text", "text": "A-77"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "Parcel"}]}]});
    assert_eq!(body_of(message(payload)).await, whole("template", expected));

    let plain = Payload::Template {
        template: template(vec![body_component("Hello")]),
        values: Values::default(),
        header_media_id: None,
    };
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}});
    assert_eq!(body_of(message(plain)).await, whole("template", expected));
}

#[tokio::test]
async fn what_can_not_be_filled_or_addressed_is_refused_without_a_call() {
    let peer = Peer::start(|_| peer::json(200, ACCEPTED)).await;
    let parts = || {
        vec![
            Component::HeaderMedia {
                kind: HeaderKind::Video,
            },
            body_component("{{1}}"),
        ]
    };
    let send = |values, header_media_id: Option<&str>| {
        let header_media_id = header_media_id.map(str::to_owned);
        message(Payload::Template {
            template: template(parts()),
            values,
            header_media_id,
        })
    };
    let api = peer::api();
    for message in [
        send(values(&[("body.1", "x")]), None),
        send(Values::default(), Some("5")),
    ] {
        let outcome = api.send(&peer.connection(), &message).await;
        assert!(
            matches!(&outcome, SendOutcome::Refused(fault) if fault.class == FaultClass::Invalid),
            "{outcome:?}"
        );
    }
    for id in ["", "..", "1/../2", "1?x=1", "1#", "%2e%2e"] {
        let mut connection = peer.connection();
        connection.provider_number_id = id.into();
        assert!(
            matches!(api.send(&connection, &text()).await, SendOutcome::Refused(_)),
            "{id}"
        );
    }
    assert!(peer.seen().is_empty());
}
