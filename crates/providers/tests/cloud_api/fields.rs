//! Every field that has an effect, as facts.

use domain::{
    channel::Party,
    content::{Content, Direction, Forwarded, Order, OrderItem, Referral, Source},
    ports::{
        AddressBookEntry, Fact, IdentityChange, InboundMessage, NumberAspect, NumberUpdate, Preference,
        Revision, StatusUpdate, TemplateAspect, TemplateUpdate,
    },
    status::MessageStatus,
};
use serde_json::{Value, json};
use time::{OffsetDateTime, macros::datetime};

use crate::{
    inbound::{ann, at, element, envelope, only_message, parse, value},
    webhooks::status,
};

const TIME: OffsetDateTime = datetime!(2026-09-21 14:13:20 UTC);

fn facts(field: &str, value: Value) -> Vec<Fact> {
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

#[test]
fn orders_forms_and_call_permissions() {
    let content = |kind: &str, part: Value| only_message(value(json!([element(kind, part)]))).content;
    let order = json!({"catalog_id": "c", "text": "Two", "product_items": [{"product_retailer_id": "sku", "quantity": "2", "item_price": 9.5, "currency": "EUR"}, null]});
    let item = OrderItem {
        product_id: "sku".into(),
        quantity: 2.0,
        price: 9.5,
        currency: "EUR".into(),
    };
    assert_eq!(
        content("order", order),
        Content::Order(Order {
            catalog_id: "c".into(),
            text: Some("Two".into()),
            items: vec![item]
        })
    );
    let form = json!({"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{\"size\":\"L\"}"}});
    assert_eq!(
        content("interactive", form),
        Content::FormReply {
            name: "flow".into(),
            fields: json!({"size": "L"})
        }
    );
    let permission = json!({"type": "call_permission_reply", "call_permission_reply": {"response": "accept", "expiration_timestamp": "1790000000"}});
    assert_eq!(
        content("interactive", permission),
        Content::CallPermission {
            granted: true,
            permanent: false,
            expires_at: Some(TIME)
        }
    );
}

#[test]
fn where_a_message_came_from_and_how_often_it_was_passed_on() {
    let mut text = element("text", json!({"body": "Hi"}));
    text["context"] = json!({"frequently_forwarded": true});
    text["referral"] = json!({"source_type": "ad", "source_id": 1200, "headline": "H", "ctwa_clid": "AbC"});
    let message = only_message(value(json!([text])));
    assert_eq!(message.forwarded, Some(Forwarded::Frequently));
    let referral = Referral {
        source_type: Some("ad".into()),
        source_id: Some("1200".into()),
        headline: Some("H".into()),
        click_id: Some("AbC".into()),
        ..Referral::default()
    };
    assert_eq!(message.referral, Some(referral));
}

#[test]
fn edits_and_revokes_name_their_message() {
    let revision = |part: Value, kind: &str, content: Option<Content>| {
        let facts = parse(&envelope(value(json!([element(kind, part)]))))
            .remove(0)
            .facts;
        let expected = Revision {
            provider_id: "wamid.IN1".into(),
            target_provider_id: "wamid.OLD".into(),
            direction: Direction::Inbound,
            content,
            at: at(),
        };
        assert_eq!(facts, [Fact::Revision(Box::new(expected))]);
    };
    revision(json!({"original_message_id": "wamid.OLD"}), "revoke", None);
    revision(
        json!({"original_message_id": "wamid.OLD", "message": {"type": "text", "text": {"body": "Hello"}}}),
        "edit",
        Some(Content::Text {
            body: "Hello".into(),
            preview_url: false,
        }),
    );
}

#[test]
fn people_who_change_name_who_they_were() {
    let told = |system: Value| {
        let message = only_message(value(json!([element("system", system)])));
        (message.customer, message.identity)
    };
    let before = |user: &str| IdentityChange {
        user_id: Some(user.into()),
        phone: Some("15550109999".into()),
    };
    let number = json!({"type": "user_changed_number", "wa_id": "15550108888", "user_id": "US.88", "previous_user_id": "US.77A1", "parent_user_id": "US.ENT.1"});
    let after = Party {
        phone: Some("15550108888".into()),
        user_id: Some("US.88".into()),
        parent_user_id: Some("US.ENT.1".into()),
        ..Party::default()
    };
    assert_eq!(told(number), (after.clone(), Some(before("US.77A1"))));
    let user = json!({"type": "user_changed_user_id", "user_id": "US.88"});
    let hidden = Party {
        phone: None,
        parent_user_id: None,
        ..after
    };
    assert_eq!(told(user), (hidden, Some(before("US.77A1"))));
    assert_eq!(
        told(json!({"type": "customer_identity_changed", "wa_id": "15550109999"})),
        (ann(), None)
    );
}

#[test]
fn the_business_app_shares_echoes_history_and_its_address_book() {
    let metadata = json!({"display_phone_number": "15550100200", "phone_number_id": "109900000000001"});
    let phone = |digits: &str| Party {
        phone: Some(digits.into()),
        ..Party::default()
    };
    let text = |body: &str| Content::Text {
        body: body.into(),
        preview_url: false,
    };
    let echo = json!({"from": "15550100200", "to": "15550109999", "id": "wamid.E", "timestamp": "1790000000", "type": "text", "text": {"body": "From the app"}});
    let expected = InboundMessage {
        source: Source::Echo,
        direction: Direction::Outbound,
        status: MessageStatus::Sent,
        ..InboundMessage::new("wamid.E".into(), TIME, phone("15550109999"), text("From the app"))
    };
    let revoke = json!({"from": "15550100200", "to": "15550109999", "id": "wamid.R", "timestamp": "1790000000", "type": "revoke", "revoke": {"original_message_id": "wamid.E"}});
    let found = facts(
        "smb_message_echoes",
        json!({"metadata": metadata, "message_echoes": [echo, revoke]}),
    );
    assert_eq!(found[0], Fact::Message(Box::new(expected)));
    assert!(matches!(&found[1], Fact::Revision(revision) if revision.direction == Direction::Outbound));

    let message = |id: &str, from: &str, kind: &str, status: &str| json!({"id": id, "from": from, "timestamp": "1790000000", "type": kind, "text": {"body": id}, "history_context": {"status": status}});
    let messages = json!([
        message("1", "15550109999", "text", "READ"),
        message("2", "15550100200", "text", "READ"),
        message("3", "15550109999", "media_placeholder", "DELIVERED")
    ]);
    let chunk =
        json!({"metadata": {"phase": 0}, "threads": [{"id": "15550109999", "messages": messages}, 7]});
    let declined = json!({"errors": [{"code": 2_593_109, "title": "declined"}]});
    let found = facts(
        "history",
        json!({"metadata": metadata, "history": [chunk, declined]}),
    );
    let seen = |fact: &Fact| match fact {
        Fact::Message(m) => format!(
            "{} {:?} {:?} {:?} {}",
            m.provider_id,
            m.source,
            m.direction,
            m.status,
            m.customer.phone.as_deref().unwrap_or_default()
        ),
        Fact::Unsupported { what } => what.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        found.iter().map(seen).collect::<Vec<_>>(),
        [
            "1 History Inbound Received 15550109999",
            "2 History Outbound Read 15550109999",
            "3 Placeholder Inbound Received 15550109999",
            "thread:unreadable",
            "history:2593109",
        ]
    );

    let entry = |action: &str| json!({"type": "contact", "contact": {"full_name": "Ann Berg", "phone_number": "+15550109999"}, "action": action, "metadata": {"timestamp": "1790000000"}});
    let book = |name: Option<&str>| {
        Fact::AddressBook(Box::new(AddressBookEntry {
            customer: phone("15550109999"),
            name: name.map(str::to_owned),
            at: TIME,
        }))
    };
    assert_eq!(
        facts(
            "smb_app_state_sync",
            json!({"metadata": metadata, "state_sync": [entry("add"), entry("remove"), entry("blink")]})
        ),
        [
            book(Some("Ann Berg")),
            book(None),
            Fact::Unsupported {
                what: "state_sync:unreadable".into()
            }
        ]
    );
}

#[test]
fn customers_stop_and_resume_marketing() {
    let wish = |word: &str| json!({"user_id": "US.77A1", "category": "marketing_messages", "value": word, "timestamp": 1_790_000_000});
    let found = facts(
        "user_preferences",
        json!({"user_preferences": [wish("stop"), wish("resume"), wish("dream"), {"wa_id": "1"}]}),
    );
    let preference = |granted, word: &str| {
        let customer = Party {
            user_id: Some("US.77A1".into()),
            ..Party::default()
        };
        Fact::Preference(Box::new(Preference {
            customer,
            granted,
            word: word.into(),
            at: TIME,
        }))
    };
    let odd = || Fact::Unsupported {
        what: "user_preferences:unreadable".into(),
    };
    assert_eq!(
        found,
        [
            preference(false, "stop"),
            preference(true, "resume"),
            odd(),
            odd()
        ]
    );
}

#[test]
fn only_a_free_entry_point_has_an_end() {
    let free_until = |pricing: Value, origin: &str| {
        let mut sent = status("sent");
        sent["pricing"] = pricing;
        sent["conversation"] =
            json!({"id": "c", "expiration_timestamp": "1790000000", "origin": {"type": origin}});
        let mut whole = value(json!([]));
        whole["statuses"] = json!([sent]);
        let Fact::Status(update) = parse(&envelope(whole)).remove(0).facts.remove(0) else {
            panic!()
        };
        let StatusUpdate { pricing, .. } = *update;
        (pricing.proves_free_entry(), pricing.free_until)
    };
    assert_eq!(
        free_until(
            json!({"type": "free_entry_point", "category": "service"}),
            "service"
        ),
        (true, Some(TIME))
    );
    assert_eq!(free_until(json!({}), "referral_conversion"), (true, Some(TIME)));
    assert_eq!(
        free_until(json!({"type": "regular", "category": "utility"}), "utility"),
        (false, None)
    );
}
