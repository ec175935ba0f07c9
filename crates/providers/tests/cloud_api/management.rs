//! Templates, numbers and accounts: every field that changes them, as facts.

use domain::ports::{Fact, NumberAspect, NumberUpdate, TemplateAspect, TemplateUpdate};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};

use crate::inbound::parse;

/// When the changes were told.
pub const TIME: OffsetDateTime = datetime!(2026-09-21 14:13:20 UTC);

/// Facts of one change of a field.
pub fn facts(field: &str, value: Value) -> Vec<Fact> {
    let body = json!({"entry": [{"id": "201", "time": 1_790_000_000, "changes": [{"field": field, "value": value}]}]});
    parse(&body).remove(0).facts
}

fn template(field: &str, mut value: Value) -> TemplateUpdate {
    for (key, name) in [
        ("id", json!(77)),
        ("name", json!("offer")),
        ("language", json!("en-US")),
    ] {
        value[format!("message_template_{key}")] = name;
    }
    let mut found = facts(field, value);
    assert_eq!(found.len(), 1, "{found:?}");
    let Fact::Template(update) = found.remove(0) else {
        panic!()
    };
    assert_eq!(
        (update.provider_id.as_deref(), update.name.as_deref()),
        (Some("77"), Some("offer"))
    );
    assert_eq!(
        (update.language.as_deref(), update.at),
        (Some("en_US"), Some(TIME))
    );
    *update
}

fn numbers(field: &str, value: Value) -> Vec<NumberUpdate> {
    let found = facts(field, value);
    let number = |fact| match fact {
        Fact::Number(update) => *update,
        other => panic!("{other:?}"),
    };
    found.into_iter().map(number).collect()
}

#[test]
fn templates_change_status_quality_category_and_parts() {
    let seen = |field: &str, value: Value| {
        let update = template(field, value);
        (update.aspect, update.event, update.effect, update.reason)
    };
    let some = |word: &str| Some(word.to_owned());
    let field = "message_template_status_update";
    for (value, event, effect, reason) in [
        (
            json!({"event": "APPROVED", "reason": "NONE"}),
            "APPROVED",
            some("APPROVED"),
            None,
        ),
        (
            json!({"event": "PAUSED", "reason": null}),
            "PAUSED",
            some("PAUSED"),
            None,
        ),
        (
            json!({"event": "REJECTED", "reason": "SCAM"}),
            "REJECTED",
            some("REJECTED"),
            some("SCAM"),
        ),
        (
            json!({"event": "REINSTATED"}),
            "REINSTATED",
            some("APPROVED"),
            None,
        ),
        (json!({"event": "FLAGGED"}), "FLAGGED", None, None),
        (json!({"event": "UNARCHIVED"}), "UNARCHIVED", None, None),
    ] {
        let expected = (TemplateAspect::Status, event.to_owned(), effect, reason);
        assert_eq!(seen(field, value), expected);
    }
    let paused =
        json!({"event": "PAUSED", "other_info": {"title": "FIRST_PAUSE", "description": "Low quality"}});
    assert_eq!(
        template(field, paused).detail,
        json!({"title": "FIRST_PAUSE", "description": "Low quality"})
    );
    let red = (TemplateAspect::Quality, "RED".to_owned(), some("RED"), None);
    let score = json!({"previous_quality_score": "GREEN", "new_quality_score": "RED"});
    assert_eq!(seen("message_template_quality_update", score.clone()), red);
    assert_eq!(seen(field, score), red, "the documented example names this field");
    let field = "template_category_update";
    let announced =
        json!({"correct_category": "MARKETING", "new_category": "UTILITY", "category_update_timestamp": 1});
    assert_eq!(seen(field, announced).2, None);
    let changed = json!({"previous_category": "UTILITY", "new_category": "MARKETING"});
    assert_eq!(seen(field, changed).2, some("MARKETING"));
    let parts = json!({"message_template_element": "Hi"});
    assert_eq!(
        seen("message_template_components_update", parts).0,
        TemplateAspect::Components
    );
    assert_eq!(
        facts("message_template_status_update", json!({"event": "APPROVED"})),
        [Fact::Unsupported {
            what: "field:message_template_status_update".into()
        }],
        "names no template"
    );
}

#[test]
fn an_update_is_the_same_whatever_the_order_of_its_keys_and_another_at_another_time() {
    let key = |time: i64, value: &str| {
        let body = format!(
            r#"{{"entry":[{{"id":"201","time":{time},"changes":[{{"field":"security","value":{value}}}]}}]}}"#
        );
        let Fact::Number(update) = parse(&serde_json::from_str(&body).unwrap())
            .remove(0)
            .facts
            .remove(0)
        else {
            panic!()
        };
        update.key
    };
    let one = key(7, r#"{"event":"PIN_CHANGED","display_phone_number":"1"}"#);
    assert_eq!(
        one,
        key(7, r#"{"display_phone_number":"1","event":"PIN_CHANGED"}"#)
    );
    assert_ne!(
        one,
        key(8, r#"{"display_phone_number":"1","event":"PIN_CHANGED"}"#)
    );
}

#[test]
fn numbers_and_accounts_change() {
    let seen = |field: &str, value: Value| -> Vec<(NumberAspect, String, Option<String>)> {
        let updates = numbers(field, value);
        updates
            .into_iter()
            .map(|update| (update.aspect, update.event, update.effect))
            .collect()
    };
    let told =
        |aspect, event: &str, effect: Option<&str>| (aspect, event.to_owned(), effect.map(str::to_owned));
    use NumberAspect as A;
    let upgrade = json!({"display_phone_number": "15550100200", "event": "THROUGHPUT_UPGRADE", "max_daily_conversations_per_business": "TIER_UNLIMITED"});
    assert_eq!(
        numbers("phone_number_quality_update", upgrade.clone())[0]
            .display_phone_number
            .as_deref(),
        Some("15550100200")
    );
    let event = "THROUGHPUT_UPGRADE";
    assert_eq!(
        seen("phone_number_quality_update", upgrade),
        [
            told(A::Throughput, event, Some("1000")),
            told(A::Limit, event, Some("TIER_UNLIMITED"))
        ]
    );
    assert_eq!(
        seen(
            "phone_number_quality_update",
            json!({"event": "FLAGGED", "current_limit": "TIER_1K"})
        ),
        [
            told(A::Quality, "FLAGGED", Some("RED")),
            told(A::Limit, "FLAGGED", Some("TIER_1K"))
        ]
    );
    for (number, tier) in [
        (json!(2_000), "TIER_2000"),
        (json!(-1), "TIER_UNLIMITED"),
        (json!("TIER_2K"), "TIER_2K"),
    ] {
        assert_eq!(
            seen(
                "business_capability_update",
                json!({"max_daily_conversations_per_business": number})
            ),
            [told(A::Limit, "CAPABILITY", Some(tier))]
        );
    }
    let named =
        json!({"display_phone_number": "1", "decision": "APPROVED", "requested_verified_name": "Acme"});
    assert_eq!(
        seen("phone_number_name_update", named),
        [
            told(A::Name, "APPROVED", Some("APPROVED")),
            told(A::VerifiedName, "APPROVED", Some("Acme"))
        ]
    );
    let refused = json!({"decision": "REJECTED", "requested_verified_name": "Acme", "rejection_reason": "x"});
    assert_eq!(
        seen("phone_number_name_update", refused),
        [told(A::Name, "REJECTED", Some("REJECTED"))]
    );
    let alert = json!({"entity_type": "BUSINESS", "entity_id": 1, "alert_info": {"alert_severity": "CRITICAL", "alert_type": "OBA_REJECTED"}});
    assert_eq!(
        seen("account_alerts", alert),
        [told(A::Alert, "OBA_REJECTED", None)]
    );
    assert_eq!(
        seen("account_review_update", json!({"decision": "APPROVED"})),
        [told(A::Review, "APPROVED", None)]
    );
    assert_eq!(
        seen(
            "security",
            json!({"display_phone_number": "1", "event": "PIN_CHANGED"})
        ),
        [told(A::Security, "PIN_CHANGED", None)]
    );
    assert_eq!(
        seen(
            "business_username_update",
            json!({"status": "approved", "username": "acme"})
        ),
        [told(A::Username, "APPROVED", None)]
    );
    for (value, effect) in [
        (json!({"event": "ACCOUNT_DELETED"}), Some("deleted")),
        (
            json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "d"}}),
            Some("disabled"),
        ),
        (
            json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}),
            None,
        ),
        (
            json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}),
            Some("resume"),
        ),
        (
            json!({"event": "PARTNER_REMOVED", "disconnection_info": {"reason": "CHANGE_NUMBER"}}),
            Some("offboarded"),
        ),
        (json!({"event": "PARTNER_REMOVED"}), Some("partner_removed")),
        (json!({"event": "ACCOUNT_RECONNECTED"}), Some("reconnected")),
        (
            json!({"event": "PARTNER_APP_UNINSTALLED", "partner_app_id": "9"}),
            Some("app_uninstalled"),
        ),
        (
            json!({"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": 5}]}),
            None,
        ),
        (json!({"event": "SOMETHING_NEW"}), None),
    ] {
        let event = value["event"].as_str().unwrap().to_owned();
        assert_eq!(seen("account_update", value), [told(A::Account, &event, effect)]);
    }
    for field in [
        "calls",
        "flows",
        "standby",
        "partner_solutions",
        "account_settings_update",
        "dreams",
    ] {
        let what = format!("field:{field}");
        assert_eq!(facts(field, json!({"event": "X"})), [Fact::Unsupported { what }]);
    }
    assert_eq!(facts("account_update", json!([1])).len(), 1);
}
