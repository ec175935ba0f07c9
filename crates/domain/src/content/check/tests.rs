use serde_json::{Value, json};

use crate::content::Content;

fn content(value: Value) -> Content {
    serde_json::from_value(value).unwrap()
}

/// Fields at fault, without the prefix.
fn fields(value: Value) -> Vec<String> {
    let faults = content(value).faults();
    faults
        .iter()
        .map(|fault| fault.field.trim_start_matches("content.").to_owned())
        .collect()
}

fn list(sections: Value) -> Value {
    json!({"type": "list", "body": "Which?", "button": "Open", "sections": sections})
}

fn rows(count: usize) -> Value {
    (0..count)
        .map(|n| json!({"id": format!("r{n}"), "title": "Row"}))
        .collect()
}

const MED: &str = "med_00000000000000000000000000000001";

#[test]
fn what_stands_at_its_limits_passes() {
    let long = |count| "ä".repeat(count);
    for good in [
        json!({"type": "text", "body": long(4_096), "preview_url": true}),
        json!({"type": "image", "media_id": MED, "caption": long(1_024)}),
        json!({"type": "document", "link": "https://ex.test/a.pdf", "filename": long(240)}),
        json!({"type": "audio", "media_id": MED, "voice": true}),
        json!({"type": "location", "latitude": -90.0, "longitude": 180.0}),
        json!({"type": "reaction", "target_provider_id": "wamid.1", "emoji": "👩‍👩‍👧‍👦"}),
        json!({"type": "reaction", "target_provider_id": "wamid.1", "emoji": "1️⃣"}),
        json!({"type": "reaction", "target_provider_id": "wamid.1"}),
        json!({"type": "contacts", "cards": [{"name": "Ada", "phones": ["+49 170 1234567"]}]}),
        json!({"type": "buttons", "body": "?", "header_media": {"kind": "video", "media_id": MED},
            "buttons": [{"id": long(256), "title": long(20)}]}),
        list(json!([{"title": "A", "rows": rows(10)}])),
        list(json!([{"rows": rows(1)}])),
        json!({"type": "cta_url", "body": "Look", "display_text": "Open", "url": "https://ex.test/a?b=c"}),
    ] {
        assert_eq!(fields(good.clone()), Vec::<String>::new(), "{good}");
    }
}

#[test]
fn each_fault_names_its_field() {
    let long = |count| "ä".repeat(count);
    for (bad, at) in [
        (json!({"type": "text", "body": " "}), "body"),
        (json!({"type": "text", "body": long(4_097)}), "body"),
        (json!({"type": "text", "body": "a\u{0}"}), "body"),
        (json!({"type": "image"}), "media_id"),
        (
            json!({"type": "image", "media_id": MED, "link": "https://ex.test"}),
            "media_id",
        ),
        (
            json!({"type": "image", "media_id": MED, "filename": "a.png"}),
            "filename",
        ),
        (json!({"type": "video", "link": "ftp://ex.test"}), "link"),
        (
            json!({"type": "audio", "media_id": MED, "caption": "x"}),
            "caption",
        ),
        (
            json!({"type": "sticker", "media_id": MED, "voice": true}),
            "voice",
        ),
        (
            json!({"type": "location", "latitude": 90.1, "longitude": 0}),
            "latitude",
        ),
        (
            json!({"type": "reaction", "target_provider_id": "x", "emoji": "ok"}),
            "emoji",
        ),
        (json!({"type": "contacts", "cards": []}), "cards"),
        (
            json!({"type": "contacts", "cards": [{"name": "Ada", "phones": [""]}]}),
            "cards.0.phones.0",
        ),
    ] {
        assert_eq!(fields(bad.clone()), [at], "{bad}");
    }
}

#[test]
fn each_fault_of_what_can_be_tapped_names_its_field() {
    let long = |count| "ä".repeat(count);
    let two = |title: Value| {
        list(json!([{"title": "A", "rows": [{"id": "x", "title": "X"}]}, {"title": title, "rows": rows(1)}]))
    };
    for (bad, at) in [
        (json!({"type": "buttons", "body": "?", "buttons": []}), "buttons"),
        (
            json!({"type": "buttons", "body": "?", "header": "x", "header_media": {"kind": "image", "media_id": MED},
            "buttons": [{"id": "a", "title": "A"}]}),
            "header_media",
        ),
        (
            json!({"type": "buttons", "body": "?", "buttons": [{"id": "a", "title": "A"}, {"id": "b", "title": "A"}]}),
            "buttons.1",
        ),
        (list(json!([])), "sections"),
        (list(json!([{"rows": rows(11)}])), "sections"),
        (list(json!([{"rows": []}])), "sections.0.rows"),
        (
            list(json!([{"rows": [{"id": "a", "title": "A"}, {"id": "a", "title": "B"}]}])),
            "sections.0.rows.1.id",
        ),
        (
            list(json!([{"rows": [{"id": "a", "title": "A", "description": long(73)}]}])),
            "sections.0.rows.0.description",
        ),
        (two(Value::Null), "sections.1.title"),
        (
            json!({"type": "cta_url", "body": "x", "display_text": "", "url": "https://ex.test"}),
            "display_text",
        ),
        (
            json!({"type": "cta_url", "body": "x", "display_text": "x", "url": "javascript:1"}),
            "url",
        ),
        (json!({"type": "choice", "id": "a", "title": "A"}), "type"),
    ] {
        assert_eq!(fields(bad.clone()), [at], "{bad}");
    }
}
