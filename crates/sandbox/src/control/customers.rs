use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use super::view;
use crate::clock::rfc3339;
use crate::graph::error::Failure;
use crate::rules::phone;
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::state::model::Customer;
use crate::state::world::World;

/// Longest key, name and username, characters.
const NAME: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutCustomer {
    name: String,
    phone: Option<String>,
    #[serde(default)]
    hides_phone: bool,
    #[serde(default = "yes")]
    online: bool,
    #[serde(default)]
    auto_read: bool,
    username: Option<String>,
    /// Makes every message to this person fail, told by webhook.
    failure: Option<PutFailure>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutFailure {
    code: i64,
    details: Option<String>,
}

fn yes() -> bool {
    true
}

/// `PUT /sandbox/customers/{key}`: adds or changes a person; going online delivers what waits.
pub(super) async fn put(
    State(sandbox): State<Sandbox>,
    Path(key): Path<String>,
    Json(body): Json<PutCustomer>,
) -> Result<Json<Value>, ControlError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if key.is_empty() || key.len() > NAME || !key.chars().all(plain) {
        return Err(ControlError::bad(
            "A customer key is 1 to 100 letters, digits, '-', '_' and '.'.",
        ));
    }
    if body.name.trim().is_empty() || body.name.chars().count() > NAME {
        return Err(ControlError::bad(
            "Give the customer a name of 1 to 100 characters.",
        ));
    }
    let phone = body
        .phone
        .filter(|phone| !phone.trim().is_empty())
        .map(|phone| phone::digits(&phone));
    if phone
        .as_ref()
        .is_some_and(|digits| !(7..=15).contains(&digits.len()))
    {
        return Err(ControlError::bad(
            "Write the phone number with country code, such as +15550109999.",
        ));
    }
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let taken = phone.as_deref().and_then(|phone| world.customer_by_phone(phone));
        if let Some(other) = taken.filter(|other| other.key != key) {
            return Err(ControlError::bad(format!(
                "{} already has this phone number.",
                other.name
            )));
        }
        let customer = Customer {
            key: key.clone(),
            name: body.name.trim().to_owned(),
            phone,
            hides_phone: body.hides_phone,
            online: body.online,
            auto_read: body.auto_read,
            username: body.username.filter(|username| !username.is_empty()),
            generation: world.customers.get(&key).map_or(0, |known| known.generation),
            failure: body.failure.map(|failure| {
                let details = failure
                    .details
                    .unwrap_or_else(|| "Set for this customer of the sandbox.".to_owned());
                Failure::new(failure.code, details)
            }),
        };
        match world.customers.insert(key.clone(), customer.clone()) {
            None => world.index_new_customer(&customer),
            Some(old) if old.phone != customer.phone => world.index_people(),
            Some(_) => {}
        }
        for number in world.numbers_of(&key) {
            world.deliver(now_ms, &number, &customer);
        }
        world.fired.push(Event::Customer {
            customer: key.clone(),
        });
        Ok(Json(describe(world, &customer)))
    })
}

/// `GET /sandbox/customers/{key}`.
pub(super) async fn read(
    State(sandbox): State<Sandbox>,
    Path(key): Path<String>,
) -> Result<Json<Value>, ControlError> {
    sandbox.read(|world| {
        let customer = world
            .customers
            .get(&key)
            .ok_or_else(|| ControlError::not_found("customer", &key))?;
        Ok(Json(describe(world, customer)))
    })
}

/// `GET /sandbox/customers`: everyone, with their user id per portfolio and a preview of each thread.
pub(super) async fn list(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|world| {
        let customers: Vec<Value> = world
            .customers
            .values()
            .map(|customer| describe(world, customer))
            .collect();
        json!({"customers": customers})
    }))
}

fn describe(world: &World, customer: &Customer) -> Value {
    let threads: Vec<Value> = world
        .numbers_of(&customer.key)
        .iter()
        .filter_map(|number| {
            let thread = world.thread(&number.id, &customer.key)?;
            let last = world
                .messages_of(thread)
                .rev()
                .find(|message| message.on_phone())?;
            Some(json!({
                "phone_number_id": number.id,
                "last_message_at": rfc3339(last.at_ms),
                "last_message_from": last.by,
                "last_message_type": last.kind,
                "preview": view::preview(last),
                "unread": thread.unread.len(),
            }))
        })
        .collect();
    json!({
        "key": customer.key,
        "name": customer.name,
        "phone": customer.phone.as_ref().map(|digits| format!("+{digits}")),
        "hides_phone": customer.hides_phone,
        "online": customer.online,
        "auto_read": customer.auto_read,
        "username": customer.username,
        "user_ids": world.user_ids(customer),
        "threads": threads,
    })
}
