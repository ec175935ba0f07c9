use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use crate::rules::limits;
use crate::state::Sandbox;
use crate::state::model::SignupCode;

/// A business that goes through Embedded Signup.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signup {
    app_id: String,
    waba_id: String,
    /// Number it shares; left out, the first of the account.
    phone_number_id: Option<String>,
}

/// `POST /sandbox/signups`: what the signup window hands to the page, with a code that is good for 30 seconds.
pub(super) async fn create(
    State(sandbox): State<Sandbox>,
    Json(body): Json<Signup>,
) -> Result<Json<Value>, ControlError> {
    let expires_ms = sandbox.now_ms().saturating_add(limits::SIGNUP_CODE_MS);
    sandbox.write(|world| {
        if !world.apps.contains_key(&body.app_id) {
            return Err(ControlError::not_found("app", &body.app_id));
        }
        let business_id = world
            .wabas
            .get(&body.waba_id)
            .map(|waba| waba.business_id.clone())
            .ok_or_else(|| ControlError::not_found("WABA", &body.waba_id))?;
        let phone_number_id = body.phone_number_id.or_else(|| {
            let mut numbers = world.numbers.values();
            let first = numbers.find(|number| number.waba_id == body.waba_id);
            first.map(|number| number.id.clone())
        });
        let code = format!("AQD{}", world.kept.ids.secret());
        let kept = SignupCode {
            app_id: body.app_id,
            waba_id: body.waba_id.clone(),
            expires_ms,
        };
        world.codes.insert(code.clone(), kept);
        let event = if phone_number_id.is_some() {
            "FINISH"
        } else {
            "FINISH_ONLY_WABA"
        };
        let data = json!({
            "waba_id": body.waba_id,
            "business_id": business_id,
            "phone_number_id": phone_number_id,
        });
        let session = json!({"type": "WA_EMBEDDED_SIGNUP", "event": event, "data": data});
        Ok(Json(json!({"code": code, "session": session})))
    })
}
