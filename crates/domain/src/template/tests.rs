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
