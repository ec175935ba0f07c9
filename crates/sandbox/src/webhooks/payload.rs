//! Values of the webhook fields that are about one customer.

use serde_json::{Map, Value, json};

use crate::state::conversation::Inbound;
use crate::state::ids::hmac_sha256;
use crate::state::model::{Customer, Message, Number, Party};
use crate::state::world::World;

/// How one business number sees one customer at a moment.
pub(crate) struct Seen {
    name: String,
    username: Option<String>,
    user_id: String,
    /// Absent when the customer has no phone number or hides it from this number.
    wa_id: Option<String>,
    phone: Option<String>,
}

impl Seen {
    pub(crate) fn new(world: &World, number: &Number, customer: &Customer, now_ms: i64) -> Self {
        let known_until = world
            .thread(&number.id, &customer.key)
            .map_or(0, |thread| thread.phone_known_until_ms);
        let shown = !customer.hides_phone || known_until > now_ms;
        Self {
            name: customer.name.clone(),
            username: customer.username.clone(),
            user_id: world.user_id(world.business_of(number), customer),
            wa_id: customer.phone.clone().filter(|_| shown),
            phone: customer.phone.clone(),
        }
    }

    /// What a message id is made from.
    pub(crate) fn author(&self) -> String {
        self.wa_id.clone().unwrap_or_else(|| self.user_id.clone())
    }

    fn contact(&self, wa_id: Option<&String>, with_username: bool) -> Value {
        let mut profile = Map::from_iter([("name".to_owned(), self.name.clone().into())]);
        if let Some(username) = self.username.clone().filter(|_| with_username) {
            profile.insert("username".to_owned(), username.into());
        }
        let mut contact = Map::from_iter([("profile".to_owned(), profile.into())]);
        if let Some(wa_id) = wa_id {
            contact.insert("wa_id".to_owned(), wa_id.clone().into());
        }
        contact.insert("user_id".to_owned(), self.user_id.clone().into());
        contact.into()
    }
}

fn seconds(ms: i64) -> String {
    ms.div_euclid(1000).to_string()
}

fn envelope(number: &Number, parts: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let mut value = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.digits(), "phone_number_id": number.id},
    });
    if let Some(object) = value.as_object_mut() {
        object.extend(parts.into_iter().map(|(key, part)| (key.to_owned(), part)));
    }
    value
}

fn status_base(message: &Message, status: &str, now_ms: i64) -> Map<String, Value> {
    let mut base = Map::from_iter([
        ("id".to_owned(), message.id.clone().into()),
        ("status".to_owned(), status.into()),
        ("timestamp".to_owned(), seconds(now_ms).into()),
    ]);
    if let Some(data) = &message.callback_data {
        base.insert("biz_opaque_callback_data".to_owned(), data.clone().into());
    }
    base
}

/// What a message costs; nothing until a free entry point closes.
fn pricing(message: &Message, free: bool) -> Value {
    let category = message.category.as_deref().unwrap_or("service");
    json!({
        "billable": !free,
        "pricing_model": "PMP",
        "type": if free { "free_entry_point" } else { "regular" },
        "category": if free { "referral_conversion" } else { category },
    })
}

/// A `sent`, `delivered`, `read` or `played` status.
pub(crate) fn status(
    number: &Number,
    seen: &Seen,
    message: &Message,
    status: &str,
    now_ms: i64,
    free_until_ms: Option<i64>,
) -> Value {
    let mut entry = status_base(message, status, now_ms);
    let wa_id = if message.by_phone {
        seen.phone.as_ref()
    } else {
        seen.wa_id.as_ref()
    };
    if let Some(wa_id) = wa_id {
        entry.insert("recipient_id".to_owned(), wa_id.clone().into());
    }
    entry.insert("recipient_user_id".to_owned(), seen.user_id.clone().into());
    if matches!(status, "sent" | "delivered") {
        entry.insert("pricing".to_owned(), pricing(message, free_until_ms.is_some()));
    }
    if let Some(until_ms) = free_until_ms {
        let mut conversation = json!({
            "id": hex::encode(hmac_sha256(number.id.as_bytes(), seen.user_id.as_bytes())),
            "origin": {"type": "referral_conversion"},
        });
        if let Some(object) = conversation.as_object_mut().filter(|_| status == "sent") {
            object.insert("expiration_timestamp".to_owned(), seconds(until_ms).into());
        }
        entry.insert("conversation".to_owned(), conversation);
    }
    let contact = seen.contact(wa_id, status != "sent");
    envelope(
        number,
        [("contacts", json!([contact])), ("statuses", json!([entry]))],
    )
}

/// A `failed` status; it names the recipient only as the send did.
pub(crate) fn failed(number: &Number, message: &Message, named: &str, now_ms: i64) -> Value {
    let mut entry = status_base(message, "failed", now_ms);
    let key = if message.by_phone {
        "recipient_id"
    } else {
        "recipient_user_id"
    };
    entry.insert(key.to_owned(), named.into());
    entry.insert(
        "errors".to_owned(),
        message.error.iter().map(|error| error.to_json()).collect(),
    );
    envelope(number, [("statuses", json!([entry]))])
}

/// A message from a customer.
pub(crate) fn inbound(
    number: &Number,
    seen: &Seen,
    id: &str,
    now_ms: i64,
    inbound: &Inbound,
    quoted_by: Option<Party>,
) -> Value {
    let mut message = Map::new();
    if let Some(wa_id) = &seen.wa_id {
        message.insert("from".to_owned(), wa_id.clone().into());
    }
    message.insert("from_user_id".to_owned(), seen.user_id.clone().into());
    message.insert("id".to_owned(), id.into());
    message.insert("timestamp".to_owned(), seconds(now_ms).into());
    message.insert("type".to_owned(), inbound.kind.clone().into());
    message.insert(inbound.kind.clone(), inbound.wire.clone());
    if inbound.kind == "unsupported" {
        let why = "Message type unknown";
        message.insert(
            "errors".to_owned(),
            json!([{"code": 131051, "title": why, "message": why, "error_data": {"details": "Message type is currently not supported."}}]),
        );
    }
    if let Some(referral) = &inbound.referral {
        message.insert("referral".to_owned(), referral.clone());
    }
    if inbound.forwarded {
        message.insert("context".to_owned(), json!({"forwarded": true}));
    }
    if let (Some(quoted), Some(by)) = (&inbound.quoted, quoted_by) {
        let from = match by {
            Party::Business => Some(number.digits()),
            Party::Customer => seen.wa_id.clone(),
        };
        let mut context = Map::from_iter([("id".to_owned(), quoted.clone().into())]);
        if let Some(from) = from {
            context.insert("from".to_owned(), from.into());
        }
        message.insert("context".to_owned(), context.into());
    }
    let contact = seen.contact(seen.wa_id.as_ref(), true);
    envelope(
        number,
        [("contacts", json!([contact])), ("messages", json!([message]))],
    )
}

/// A system message: the person has another phone number, or at least another user id.
pub(crate) fn number_change(number: &Number, before: &Seen, after: &Seen, id: &str, now_ms: i64) -> Value {
    let mut system = json!({
        "type": "user_changed_user_id",
        "body": format!("User {} changed their user id", before.name),
        "user_id": after.user_id,
        "previous_user_id": before.user_id,
    });
    if let (Some(old), Some(new), Some(object)) = (&before.wa_id, &after.wa_id, system.as_object_mut()) {
        object.insert("type".to_owned(), "user_changed_number".into());
        object.insert("wa_id".to_owned(), new.clone().into());
        let body = format!("User {} changed from {old} to {new}", before.name);
        object.insert("body".to_owned(), body.into());
    }
    let mut message = json!({
        "from_user_id": before.user_id,
        "id": id,
        "timestamp": seconds(now_ms),
        "type": "system",
        "system": system,
    });
    if let (Some(old), Some(object)) = (&before.wa_id, message.as_object_mut()) {
        object.insert("from".to_owned(), old.clone().into());
    }
    envelope(number, [("messages", json!([message]))])
}

/// A value of `user_preferences`: the person stops or resumes marketing messages.
pub(crate) fn preference(number: &Number, seen: &Seen, value: &str, now_ms: i64) -> Value {
    let detail = if value == "stop" {
        "User requested to stop marketing messages"
    } else {
        "User requested to resume marketing messages"
    };
    let mut entry = json!({
        "user_id": seen.user_id,
        "detail": detail,
        "category": "marketing_messages",
        "value": value,
        "timestamp": now_ms.div_euclid(1000),
    });
    if let (Some(wa_id), Some(object)) = (&seen.wa_id, entry.as_object_mut()) {
        object.insert("wa_id".to_owned(), wa_id.clone().into());
    }
    let contact = seen.contact(seen.wa_id.as_ref(), true);
    envelope(
        number,
        [
            ("contacts", json!([contact])),
            ("user_preferences", json!([entry])),
        ],
    )
}
