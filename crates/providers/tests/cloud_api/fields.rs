//! Every field about messages and people that has an effect, as facts.

use domain::{
    channel::Party,
    content::{Content, Direction, Forwarded, Order, OrderItem, Referral, Source},
    ports::{AddressBookEntry, Fact, IdentityChange, InboundMessage, Preference, Revision, StatusUpdate},
    status::MessageStatus,
};
use serde_json::{Value, json};

use crate::{
    inbound::{ann, at, element, envelope, only_message, parse, value},
    management::{TIME, facts},
    webhooks::status,
};

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
