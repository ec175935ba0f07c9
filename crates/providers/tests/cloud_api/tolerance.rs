//! Whatever arrives: no panic, no lost neighbour.

use domain::{
    content::Content,
    ports::{Fact, InboundAdapter},
};
use parlance_providers::cloud_api::CloudApiInbound;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    inbound::{element, envelope, value},
    webhooks::status,
};

fn facts(body: &str) -> Vec<Fact> {
    CloudApiInbound.parse(body.as_bytes()).remove(0).facts
}

/// A batch whose message list is spliced from raw pieces, so that pieces may be no valid element at all.
fn batch(pieces: &[String]) -> String {
    envelope(value(json!(["SPLICE"])))
        .to_string()
        .replace("\"SPLICE\"", &pieces.join(","))
}

fn numbered(n: usize) -> String {
    let mut message = element("text", json!({"body": format!("text {n}")}));
    message["id"] = json!(format!("wamid.{n}"));
    message.to_string()
}

fn bodies(facts: &[Fact]) -> Vec<String> {
    let body = |fact: &Fact| match fact {
        Fact::Message(message) => match &message.content {
            Content::Text { body, .. } => Some(body.clone()),
            _ => None,
        },
        _ => None,
    };
    facts.iter().filter_map(body).collect()
}

fn strange_piece() -> impl Strategy<Value = String> {
    let deep = format!("{{\"id\":{}1{}}}", "[".repeat(4_000), "]".repeat(4_000));
    let fixed = [
        "null",
        "1",
        "-0.5e9",
        "true",
        "\"text\"",
        "[]",
        "{}",
        "[[{}]]",
        "1e999",
        r#""\ud83d""#,
        r#"{"id":"a","id":"b"}"#,
        r#"{"id":"x","timestamp":"-1","from":"1","type":"text","text":{"body":"lost in time"}}"#,
        r#"{"id":"x","timestamp":99999999999999999999,"from":"1","type":"text"}"#,
        r#"{"id":"x","timestamp":"1790000000","from":"not a phone","type":"text","text":{"body":"?"}}"#,
        r#"{"id":"x","timestamp":"1790000000","from":"1","group_id":"g","type":"text","text":{"body":"?"}}"#,
        r#"{"id":["x"],"timestamp":{},"from":[],"type":{},"text":0}"#,
    ];
    prop_oneof![
        proptest::sample::select(fixed.map(str::to_owned).to_vec()),
        Just(deep)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(!CloudApiInbound.parse(&body).is_empty());
        prop_assert!(CloudApiInbound.stream_key(&body).len() <= body.len());
    }

    #[test]
    fn bent_payloads_never_panic(edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..12)) {
        let mut whole = value(json!([element("text", json!({"body": "Hi \u{e9}"})), element("image", json!({"id": "1"})),
            element("contacts", json!([{"name": {"formatted_name": "B"}}])), element("system", json!({"type": "t"}))]));
        whole["statuses"] = json!([status("failed"), status("read")]);
        let mut body = envelope(whole).to_string().into_bytes();
        for (at, byte, how) in edits {
            let at = at.index(body.len());
            match how {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => drop(body.remove(at)),
            }
        }
        prop_assert!(!CloudApiInbound.parse(&body).is_empty());
        let _ = CloudApiInbound.stream_key(&body);
    }

    #[test]
    fn neighbours_of_strange_elements_survive(strange in proptest::collection::vec((any::<prop::sample::Index>(), strange_piece()), 1..20), good in 1_usize..40) {
        let mut pieces: Vec<String> = (0..good).map(numbered).collect();
        for (at, piece) in &strange {
            pieces.insert(at.index(pieces.len() + 1), piece.clone());
        }
        let found = facts(&batch(&pieces));
        prop_assert_eq!(found.len(), pieces.len());
        let expected: Vec<String> = (0..good).map(|n| format!("text {n}")).collect();
        prop_assert_eq!(bodies(&found), expected);
    }
}

#[test]
fn a_thousand_updates_of_every_kind_keep_their_order() {
    let changes: Vec<Value> = (0..1_000)
        .map(|n| match n % 4 {
            0 => json!({"field": "messages", "value": value(json!([element("text", json!({"body": format!("text {n}")}))]))}),
            1 => json!({"field": "messages", "value": {"statuses": [status("sent")]}}),
            2 => json!({"field": "calls", "value": {"x": n}}),
            _ => json!([n]),
        })
        .collect();
    let (first, second) = changes.split_at(500);
    let body = json!({"entry": [{"id": "1", "changes": first}, {"id": "2", "changes": second}]}).to_string();
    let changes = CloudApiInbound.parse(body.as_bytes());
    assert_eq!(changes.len(), 1_000);
    for (index, change) in changes.iter().enumerate() {
        assert_eq!((change.index as usize, change.facts.len()), (index, 1));
        assert_eq!(
            change.provider_waba_id.as_deref(),
            Some(if index < 500 { "1" } else { "2" })
        );
        let fits = match index % 4 {
            0 => bodies(&change.facts) == [format!("text {index}")],
            1 => matches!(change.facts[..], [Fact::Status(_)]),
            2 => change.field == "calls",
            _ => change.field == "unreadable",
        };
        assert!(fits, "{change:?}");
    }
}

#[test]
fn escapes_of_every_sort_become_text_that_the_database_takes() {
    let message = |body: &str| {
        let piece = element("text", json!({"body": "SPLICE"}))
            .to_string()
            .replace("SPLICE", body);
        bodies(&facts(&batch(&[piece, numbered(1)])))
    };
    for (escaped, expected) in [
        (r"caf\u00e9 \ud83d\ude00 a\/b", "café 😀 a/b"),
        (r"null\u0000byte", "nullbyte"),
        (r"cut \ud83d", "cut \u{fffd}"),
        (r"cut \ud83d\u0041 \ude00\n", "cut \u{fffd}A \u{fffd}\n"),
        (r"both \ud83d\ud83d\ude00", "both \u{fffd}😀"),
        (r#"quote \" \\ud83d"#, r#"quote " \ud83d"#),
    ] {
        assert_eq!(message(escaped), [expected, "text 1"], "{escaped}");
    }
    let mut latin1 = batch(&[numbered(0), numbered(1)]).into_bytes();
    let at = latin1.windows(6).position(|window| window == b"text 0").unwrap();
    latin1[at] = 0xe9;
    let found = CloudApiInbound.parse(&latin1).remove(0).facts;
    assert_eq!(bodies(&found), ["\u{fffd}ext 0", "text 1"]);
}
