//! Golden bodies of templates, and what is refused without a call.

use std::collections::BTreeMap;

use domain::{
    content::{Content, TemplateMessage},
    ports::{ChannelProvider, FaultClass, OutboundMessage, Payload, SendOutcome},
    template::{Card, Component, HeaderKind, Rendered, Template, TemplateButton, Values},
};
use serde_json::{Value, json};

use crate::{
    bodies::{ACCEPTED, MEDIA, body_of, media, message, text, whole},
    peer::{self, Peer},
};

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

/// A template message with its values.
fn filled(template: Box<Template>, values: Values) -> OutboundMessage {
    let content = TemplateMessage {
        name: template.name.clone(),
        language: template.language.clone(),
        parameters: values,
        rendered: Rendered::default(),
    };
    message(Payload {
        content: Content::Template(Box::new(content)),
        template: Some(template),
        media: media(),
    })
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
        ("header.media", MEDIA),
    ];
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
        {"type": "header", "parameters": [{"type": "image", "image": {"id": "998"}}]},
        {"type": "body", "parameters": [
            {"type": "text", "parameter_name": "first_name", "text": "Ann"},
            {"type": "text", "parameter_name": "order_no", "text": "A-77"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "A-77"}]},
        {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": [{"type": "payload", "payload": "STOP"}]},
        {"type": "button", "sub_type": "copy_code", "index": "3",
            "parameters": [{"type": "coupon_code", "coupon_code": "SAVE10"}]}]});
    let message = filled(template(parts), values(&given));
    assert_eq!(body_of(message).await, whole("template", expected));
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
    let message = filled(template(parts), given);
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
        {"type": "header", "parameters": [{"type": "text", "text": "A-77"}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "Parcel"}]}]});
    assert_eq!(body_of(message).await, whole("template", expected));

    let plain = filled(template(vec![body_component("Hello")]), Values::default());
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}});
    assert_eq!(body_of(plain).await, whole("template", expected));
}

#[tokio::test]
async fn template_with_a_place_an_offer_a_form_and_cards() {
    let card = || Card {
        components: vec![
            Component::HeaderMedia {
                kind: HeaderKind::Image,
            },
            body_component("{{1}}"),
            Component::Buttons {
                buttons: vec![TemplateButton::QuickReply { text: "Buy".into() }],
            },
        ],
    };
    let parts = vec![
        Component::HeaderLocation,
        Component::LimitedTimeOffer {
            text: "Soon".into(),
            has_expiration: true,
        },
        Component::Buttons {
            buttons: vec![
                TemplateButton::Flow { text: "Book".into() },
                TemplateButton::Plain {
                    provider_type: "VOICE_CALL".into(),
                    text: "Call".into(),
                },
            ],
        },
        Component::Carousel {
            cards: vec![card(), card()],
        },
    ];
    let given = values(&[
        ("header.latitude", "52.5"),
        ("header.longitude", "-13.25"),
        ("header.name", "Shop"),
        ("header.address", "Street 1"),
        ("offer.expires_at", "2026-11-27T00:00:00.5Z"),
        ("button.0", "token-7"),
        ("button.0.data", r#"{"day":"Monday"}"#),
        ("card.0.header.media", MEDIA),
        ("card.0.body.1", "Tea"),
        ("card.0.button.0", "TEA"),
        ("card.1.header.media", "https://ex.test/cake.png"),
        ("card.1.body.1", "Cake"),
    ]);
    let card = |index: usize, image: Value, body: &str| {
        json!({"card_index": index, "components": [
            {"type": "header", "parameters": [{"type": "image", "image": image}]},
            {"type": "body", "parameters": [{"type": "text", "text": body}]}]})
    };
    let mut tea = card(0, json!({"id": "998"}), "Tea");
    tea["components"].as_array_mut().unwrap().push(json!(
        {"type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [{"type": "payload", "payload": "TEA"}]}));
    let cake = card(1, json!({"link": "https://ex.test/cake.png"}), "Cake");
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
        {"type": "header", "parameters": [{"type": "location", "location":
            {"latitude": "52.5", "longitude": "-13.25", "name": "Shop", "address": "Street 1"}}]},
        {"type": "limited_time_offer", "parameters": [
            {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_795_737_600_500_i64}}]},
        {"type": "button", "sub_type": "flow", "index": "0", "parameters": [
            {"type": "action", "action": {"flow_token": "token-7", "flow_action_data": {"day": "Monday"}}}]},
        {"type": "carousel", "cards": [tea, cake]}]});
    assert_eq!(
        body_of(filled(template(parts), given)).await,
        whole("template", expected)
    );
}

#[tokio::test]
async fn a_one_time_code_stands_in_body_and_button() {
    let parts = vec![
        body_component("{{1}} is your code."),
        Component::Buttons {
            buttons: vec![TemplateButton::Otp {
                text: "Copy".into(),
                otp_type: "COPY_CODE".into(),
            }],
        },
    ];
    let expected = json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "123456"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123456"}]}]});
    let message = filled(template(parts), values(&[("body.1", "123456")]));
    assert_eq!(body_of(message).await, whole("template", expected));
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
    let other = values(&[
        ("body.1", "x"),
        ("header.media", "med_00000000000000000000000000000002"),
    ]);
    let api = peer::api();
    for message in [
        filled(template(parts()), values(&[("body.1", "x")])),
        filled(template(parts()), values(&[("header.media", MEDIA)])),
        filled(template(parts()), other),
        message(Payload::plain(Content::System {
            event: "x".into(),
            body: None,
        })),
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
