use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use super::threads::ends;
use crate::rules::phone;
use crate::state::Sandbox;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewNumber {
    phone: String,
}

/// `POST /sandbox/customers/{key}/number`: the person moves to another phone number and gets new user ids.
pub(super) async fn change_number(
    State(sandbox): State<Sandbox>,
    Path(key): Path<String>,
    Json(body): Json<NewNumber>,
) -> Result<Json<Value>, ControlError> {
    let digits = phone::digits(&body.phone);
    if !(7..=15).contains(&digits.len()) {
        return Err(ControlError::bad(
            "Write the phone number with country code, such as +15550109999.",
        ));
    }
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        if let Some(other) = world.customer_by_phone(&digits) {
            return Err(ControlError::bad(format!(
                "{} already has this phone number.",
                other.name
            )));
        }
        let customer = world
            .change_number(now_ms, &key, digits)
            .ok_or_else(|| ControlError::not_found("customer", &key))?;
        let phone = customer.phone.as_ref().map(|digits| format!("+{digits}"));
        let user_ids = world.user_ids(&customer);
        Ok(Json(json!({"key": key, "phone": phone, "user_ids": user_ids})))
    })
}

/// What the customer wants of one business.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Offers {
    Stop,
    Resume,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preferences {
    marketing_messages: Offers,
}

/// `POST …/threads/{phone_number_id}/preferences`: the customer stops or resumes offers of a business.
pub(super) async fn set_preferences(
    State(sandbox): State<Sandbox>,
    Path((key, phone_number_id)): Path<(String, String)>,
    Json(body): Json<Preferences>,
) -> Result<Json<Value>, ControlError> {
    let now_ms = sandbox.now_ms();
    let stopped = matches!(body.marketing_messages, Offers::Stop);
    sandbox.write(|world| {
        let (number, customer) = ends(world, &key, &phone_number_id)?;
        world.set_offers(now_ms, &number, &customer, stopped);
        Ok(Json(json!({"offers_stopped": stopped})))
    })
}
