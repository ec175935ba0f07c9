//! Statuses, other fields, strange bodies and streams.

use domain::{
    ids::MessageId,
    ports::{Change, Fact, InboundAdapter, Pricing, StatusUpdate},
    status::MessageStatus,
};
use parlance_providers::cloud_api::CloudApiInbound;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::inbound::{ann, at, element, envelope, parse, value};

pub fn status(name: &str) -> Value {
    json!({"id": "wamid.OUT1", "status": name, "timestamp": "1790000000", "recipient_id": "15550109999", "recipient_user_id": "US.77A1",
        "biz_opaque_callback_data": "msg_00000000000000000000000000000007", "pricing": {"billable": true, "pricing_model": "PMP", "type": "regular", "category": "authentication-international"}})
}

fn with_statuses(statuses: Value) -> Vec<Fact> {
    let mut value = value(json!([]));
    value["statuses"] = statuses;
    parse(&envelope(value)).remove(0).facts
}

#[test]
fn statuses_with_our_id_and_errors() {
    let expected = |status, message_id, error| {
        Fact::Status(Box::new(StatusUpdate {
            provider_id: "wamid.OUT1".into(),
            status,
            at: at(),
            message_id,
            recipient: ann(),
            error,
            pricing: Pricing {
                billable: Some(true),
                model: Some("PMP".into()),
                kind: Some("regular".into()),
                category: Some("authentication_international".into()),
                free_until: None,
            },
        }))
    };
    let ours = Some(MessageId::new(Uuid::from_u128(7)));
    for (name, rank) in [
        ("sent", MessageStatus::Sent),
        ("delivered", MessageStatus::Delivered),
        ("read", MessageStatus::Read),
        ("played", MessageStatus::Played),
    ] {
        assert_eq!(with_statuses(json!([status(name)])), [expected(rank, ours, None)]);
    }
    let mut failed = status("failed");
    failed["biz_opaque_callback_data"] = json!("job-42");
    failed["errors"] = json!([{"code": 131_026, "title": "Undeliverable", "message": "Undeliverable", "error_data": {"details": "Not to 15550109999"}, "href": "x"}]);
    let words = "Undeliverable: Not to …".to_owned();
    assert_eq!(
        with_statuses(json!([failed])),
        [expected(MessageStatus::Failed, None, Some((131_026, words)))]
    );
    let told = |what: &str| Fact::Unsupported { what: what.into() };
    let mut group = status("sent");
    group["recipient_type"] = json!("group");
    assert_eq!(
        with_statuses(json!([status("deleted"), status("warning"), group])),
        ["status:deleted", "status:warning", "status:group"].map(told)
    );
}

#[test]
fn other_fields_and_strange_bodies_are_one_fact_each() {
    let one = |field: &str, value: Value| {
        let body = json!({"entry": [{"id": 7, "time": 1, "changes": [{"field": field, "value": value}]}]});
        let mut changes = parse(&body);
        assert_eq!(changes.len(), 1);
        changes.remove(0)
    };
    let told = |what: &str| vec![Fact::Unsupported { what: what.into() }];
    let calls = one(
        "calls",
        json!({"metadata": {"phone_number_id": "1"}, "calls": [{}], "messages": [element("text", json!({"body": "x"}))]}),
    );
    assert_eq!(
        (
            calls.field.as_str(),
            calls.facts,
            calls.provider_number_id.as_deref()
        ),
        ("calls", told("field:calls"), Some("1"))
    );
    assert_eq!(calls.provider_waba_id.as_deref(), Some("7"));
    let partner = one(
        "account_update",
        json!({"event": "PARTNER_ADDED", "waba_info": {"waba_id": "201"}}),
    );
    assert_eq!(partner.provider_waba_id.as_deref(), Some("201"));
    assert_eq!(
        one(
            "messages",
            json!({"errors": [{"code": 130_429, "title": "Rate limit hit"}]})
        )
        .facts,
        told("errors:130429")
    );
    assert_eq!(
        one("messages", json!({"user_actions": [{}]})).facts,
        told("user_actions")
    );
    assert_eq!(one("messages", json!({})).facts, told("messages:empty"));
    assert_eq!(one("messages", json!("x")).facts, told("unreadable"));
    assert_eq!(
        one("messages", json!({"messages": "x"})).facts,
        told("messages:unreadable")
    );
    for body in [
        &b""[..],
        b"not json",
        b"{",
        b"[]",
        b"null",
        b"{}",
        br#"{"entry":null}"#,
        br#"{"entry":[]}"#,
        br#"{"entry":[1]}"#,
        b"\xff\xfe",
    ] {
        let changes = CloudApiInbound.parse(body);
        let expected = Change {
            index: 0,
            provider_waba_id: None,
            provider_number_id: None,
            field: "unreadable".into(),
            facts: told("unreadable"),
        };
        assert_eq!(changes, [expected], "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn streams_are_found_without_parsing() {
    let key =
        |body: &str| String::from_utf8(CloudApiInbound.stream_key(body.as_bytes()).into_owned()).unwrap();
    assert_eq!(key(&envelope(value(json!([]))).to_string()), "109900000000001");
    assert_eq!(key(r#"{"metadata":{"phone_number_id" : 42 }}"#), "42");
    // Neither a text that is the word nor an escaped copy of the key decides.
    let tricky = value(json!([
        element("text", json!({"body": "phone_number_id"})),
        element("text", json!({"body": "\"phone_number_id\":\"6\""}))
    ]));
    let messages_first = tricky.to_string().replace("\"metadata\"", "\"zz\"");
    assert_eq!(key(&messages_first), "109900000000001");
    assert_eq!(
        key(r#"{"entry":[{"id":"201","changes":[{"field":"flows","value":{}}]}]}"#),
        "201"
    );
    assert_eq!(key(r#"{"entry":[{"id":201}]}"#), "201");
    for body in [
        "",
        "nonsense",
        r#"{"entry":[]}"#,
        r#"{"phone_number_id":null}"#,
        r#""phone_number_id":"#,
    ] {
        assert_eq!(key(body), body);
    }
}
