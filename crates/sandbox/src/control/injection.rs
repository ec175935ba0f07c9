use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use crate::state::Sandbox;
use crate::webhooks::queue::Change;

/// A change as it stands in the webhook, for an account's subscribers or for one app.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Injected {
    /// Account whose subscribers get it.
    waba_id: Option<String>,
    /// App that gets it whatever it is subscribed to.
    app_id: Option<String>,
    /// `entry.id`; left out, the account's id.
    entry_id: Option<String>,
    field: String,
    value: Value,
    /// `entry.time` in Unix seconds.
    time: Option<i64>,
}

/// `POST /sandbox/webhooks`: sends any field with any value, signed and retried like every other.
pub(super) async fn inject(
    State(sandbox): State<Sandbox>,
    Json(body): Json<Injected>,
) -> Result<Json<Value>, ControlError> {
    if body
        .field
        .contains(|c: char| !c.is_ascii_alphanumeric() && c != '_')
    {
        return Err(ControlError::bad(
            "A field name holds letters, digits and underscores.",
        ));
    }
    let now_ms = sandbox.now_ms();
    let phone_number_id = body
        .value
        .pointer("/metadata/phone_number_id")
        .and_then(Value::as_str)
        .map(str::to_owned);
    sandbox.write(|world| {
        let change = Change {
            field: &body.field,
            value: body.value,
            time: body.time,
            inbound_id: None,
            phone_number_id: phone_number_id.as_deref(),
        };
        match (&body.app_id, &body.waba_id) {
            (Some(app_id), waba_id) => {
                if !world.apps.contains_key(app_id) {
                    return Err(ControlError::not_found("app", app_id));
                }
                let entry_id = body.entry_id.as_ref().or(waba_id.as_ref());
                let entry_id = entry_id.ok_or_else(|| ControlError::bad("Give entry_id or waba_id."))?;
                world.queue_on(now_ms, entry_id, vec![(app_id.clone(), None)], change);
            }
            (None, Some(waba_id)) => {
                let waba = world
                    .wabas
                    .get(waba_id)
                    .ok_or_else(|| ControlError::not_found("WABA", waba_id))?;
                let lanes = world.lanes_of(waba, &change);
                let entry_id = body.entry_id.as_ref().unwrap_or(waba_id);
                world.queue_on(now_ms, entry_id, lanes, change);
            }
            (None, None) => return Err(ControlError::bad("Give waba_id or app_id.")),
        }
        Ok(Json(json!({"queued": true})))
    })
}
