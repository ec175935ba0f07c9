use super::*;

fn values(pairs: &[(&str, &str)]) -> Values {
    Values(
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    )
}

fn order_update() -> Template {
    Template {
        provider_id: "77".into(),
        name: "order_update".into(),
        language: "en_US".into(),
        category: "UTILITY".into(),
        status: "APPROVED".into(),
        quality: None,
        rejected_reason: None,
        components: vec![
            Component::HeaderText {
                text: "Order {{1}}".into(),
                examples: BTreeMap::from([("1".into(), "A-77".into())]),
            },
            Component::Body {
                text: "Hi {{first_name}}, on {{day}}. Bye {{first_name}}!".into(),
                examples: BTreeMap::new(),
            },
            Component::Footer { text: "Acme".into() },
            Component::Buttons {
                buttons: vec![
                    TemplateButton::QuickReply {
                        text: "Confirm".into(),
                    },
                    TemplateButton::Url {
                        text: "Track".into(),
                        url: "https://ex.test/t/{{1}}".into(),
                        example: None,
                    },
                ],
            },
        ],
    }
}

#[test]
fn schema_names_each_parameter_once() {
    let keys: Vec<_> = order_update()
        .parameters()
        .into_iter()
        .map(|p| (p.key, p.required))
        .collect();
    let expected = [
        ("header.1", true),
        ("body.first_name", true),
        ("body.day", true),
        ("button.0", false),
        ("button.1", true),
    ];
    assert_eq!(keys, expected.map(|(k, r)| (k.to_owned(), r)));
}

#[test]
fn check_names_missing_unknown_and_ill_formed_values() {
    let faults = order_update().check(&values(&[
        ("header.1", "A"),
        ("body.first_name", "A\nB"),
        ("body.nope", "x"),
        ("button.1", "9"),
    ]));
    let fields: Vec<_> = faults.iter().map(|f| f.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "parameters.body.first_name",
            "parameters.body.day",
            "parameters.body.nope"
        ]
    );
}

#[test]
fn render_fills_every_place_and_shows_what_is_missing() {
    let rendered = order_update().render(&values(&[
        ("header.1", "A-1"),
        ("body.first_name", "Ann"),
        ("button.1", "A-1"),
    ]));
    assert_eq!(
        rendered.header,
        Some(RenderedHeader::Text {
            text: "Order A-1".into()
        })
    );
    assert_eq!(rendered.body, "Hi Ann, on {{day}}. Bye Ann!");
    assert_eq!(
        rendered.buttons.get(1).and_then(|b| b.value.clone()),
        Some("https://ex.test/t/A-1".into())
    );
}

#[test]
fn only_approved_templates_of_known_parts_can_be_sent() {
    let mut template = order_update();
    assert_eq!(template.unsendable(), None);
    template.status = "PAUSED".into();
    assert!(template.unsendable().is_some());
    template.status = "APPROVED".into();
    template.components.push(Component::Unsupported {
        kind: "CAROUSEL".into(),
    });
    assert!(template.unsendable().is_some());
}

fn launch() -> Template {
    let card = || Card {
        components: vec![
            Component::HeaderMedia {
                kind: HeaderKind::Image,
            },
            Component::Body {
                text: "{{1}} now".into(),
                examples: BTreeMap::new(),
            },
            Component::Buttons {
                buttons: vec![TemplateButton::Url {
                    text: "Shop".into(),
                    url: "https://ex.test/{{1}}".into(),
                    example: None,
                }],
            },
        ],
    };
    Template {
        components: vec![
            Component::HeaderLocation,
            Component::LimitedTimeOffer {
                text: "Ends soon".into(),
                has_expiration: true,
            },
            Component::Buttons {
                buttons: vec![TemplateButton::Flow { text: "Start".into() }],
            },
            Component::Carousel {
                cards: vec![card(), card()],
            },
        ],
        ..order_update()
    }
}

#[test]
fn every_part_that_can_be_filled_has_its_parameters() {
    let keys: Vec<_> = launch().parameters().into_iter().map(|p| p.key).collect();
    let expected = "header.latitude header.longitude header.name header.address offer.expires_at button.0 button.0.data \
        card.0.header.media card.0.body.1 card.0.button.0 card.1.header.media card.1.body.1 card.1.button.0";
    assert_eq!(keys, expected.split_whitespace().collect::<Vec<_>>());
    let mut good = values(&[
        ("header.latitude", "52.52"),
        ("header.longitude", "-13.4"),
        ("header.name", "Shop"),
        ("header.address", "Street 1"),
        ("offer.expires_at", "2026-12-24T18:00:00Z"),
        ("button.0.data", r#"{"a":1}"#),
        ("card.0.header.media", "med_00000000000000000000000000000001"),
        ("card.0.body.1", "Tea"),
        ("card.0.button.0", "tea"),
        ("card.1.header.media", "https://ex.test/a.png"),
        ("card.1.body.1", "Cake"),
        ("card.1.button.0", "cake"),
    ]);
    assert_eq!(launch().check(&good), []);
    assert_eq!(launch().render(&good).cards[1].body, "Cake now");
    for (key, bad) in [
        ("header.latitude", "90.1"),
        ("header.longitude", "NaN"),
        ("offer.expires_at", "tomorrow"),
        ("button.0.data", "[]"),
        ("card.0.header.media", "picture.png"),
        ("card.1.button.0", ""),
    ] {
        let kept = good.0.insert(key.into(), bad.into()).unwrap_or_default();
        let fields: Vec<_> = launch().check(&good).into_iter().map(|f| f.field).collect();
        assert_eq!(fields, [format!("parameters.{key}")]);
        good.0.insert(key.into(), kept);
    }
}

#[test]
fn a_one_time_code_is_given_once_and_is_short() {
    let mut template = order_update();
    template.components = vec![
        Component::Body {
            text: "{{1}} is your code.".into(),
            examples: BTreeMap::new(),
        },
        Component::Buttons {
            buttons: vec![TemplateButton::Otp {
                text: "Copy".into(),
                otp_type: "COPY_CODE".into(),
            }],
        },
    ];
    assert!(template.needs_phone() && !order_update().needs_phone());
    assert_eq!(template.check(&values(&[("body.1", "123456")])), []);
    assert_eq!(
        template.check(&values(&[("body.1", "1234567890123456")])).len(),
        1
    );
}

fn new_template(value: serde_json::Value) -> Vec<String> {
    let template: NewTemplate = serde_json::from_value(value).unwrap();
    template.faults().into_iter().map(|f| f.field).collect()
}

#[test]
fn what_no_review_would_pass_is_named() {
    use serde_json::json;
    let body =
        |text: &str| json!({"type": "body", "text": text, "examples": {"1": "A", "2": "C", "name": "B"}});
    let with = |components: serde_json::Value| json!({"name": "sale_1", "language": "en_US", "category": "MARKETING", "components": components});
    assert_eq!(new_template(with(json!([body("Hi {{1}}, bye.")]))), [""; 0]);
    assert_eq!(new_template(with(json!([body("Hi {{name}}!")]))), [""; 0]);
    let url = |url: &str| json!({"type": "buttons", "buttons": [{"kind": "url", "text": "Go", "url": url}]});
    let quick = json!({"kind": "quick_reply", "text": "Yes"});
    let call = json!({"kind": "phone_number", "text": "Call", "phone_number": "+15550100200"});
    for (components, field) in [
        (json!([]), "components"),
        (json!([body("{{1}} is here.")]), "components.0"),
        (json!([body("Hi {{2}}, bye.")]), "components.0"),
        (
            json!([body("Hi {{name}}, {{nope}}!")]),
            "components.0.examples.nope",
        ),
        (
            json!([body("Hi."), {"type": "header_media", "kind": "image"}]),
            "samples",
        ),
        (
            json!([body("Hi."), url("https://ex.test/{{1}}")]),
            "components.1.buttons.0",
        ),
        (
            json!([body("Hi."), {"type": "buttons", "buttons": [quick, call, quick]}]),
            "components.1",
        ),
        (
            json!([body("Hi."), {"type": "unsupported", "kind": "MPM"}]),
            "components.1",
        ),
    ] {
        assert_eq!(new_template(with(components.clone())), [field], "{components}");
    }
    let code = |code: serde_json::Value| json!({"name": "code", "language": "en", "category": "AUTHENTICATION", "one_time_code": code});
    assert_eq!(new_template(code(json!({"otp_type": "COPY_CODE"}))), [""; 0]);
    assert_eq!(
        new_template(code(json!({"otp_type": "ONE_TAP"}))),
        ["one_time_code.supported_apps"]
    );
}
