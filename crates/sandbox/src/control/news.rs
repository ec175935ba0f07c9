use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use crate::rules::phone;
use crate::state::Sandbox;
use crate::state::events::Event;

/// What Meta decides about an account; each decision is told by the webhook that Meta sends for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WabaNews {
    /// `ACTIVE`, `DISABLED` or `RESTRICTED`.
    status: Option<String>,
    /// Tier of the portfolio, such as `TIER_2K`.
    messaging_limit: Option<String>,
    /// `APPROVED`, `REJECTED`, `PENDING` or `DEFERRED`.
    account_review_status: Option<String>,
    /// Whether a valid payment method is on file; nobody is told of a change.
    payment: Option<bool>,
}

/// `POST /sandbox/wabas/{waba_id}`: changes the state of an account and of its portfolio.
pub(super) async fn waba(
    State(sandbox): State<Sandbox>,
    Path(waba_id): Path<String>,
    Json(body): Json<WabaNews>,
) -> Result<Json<Value>, ControlError> {
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let waba = world
            .wabas
            .get_mut(&waba_id)
            .ok_or_else(|| ControlError::not_found("WABA", &waba_id))?;
        let business_id = waba.business_id.clone();
        if let Some(payment) = body.payment {
            waba.payment = payment;
        }
        if let Some(status) = body.status {
            let value = account_update(&status, &waba.status, now_ms);
            waba.status = status;
            world.queue_of_waba(now_ms, &waba_id, "account_update", value);
        }
        if let Some(status) = body.account_review_status {
            if let Some(waba) = world.wabas.get_mut(&waba_id) {
                waba.account_review_status.clone_from(&status);
            }
            world.queue_of_waba(
                now_ms,
                &waba_id,
                "account_review_update",
                json!({"decision": status}),
            );
        }
        if let Some(limit) = body.messaging_limit {
            let portfolio: Vec<String> = world
                .wabas
                .values()
                .filter(|waba| waba.business_id == business_id)
                .map(|waba| waba.id.clone())
                .collect();
            for id in portfolio {
                if let Some(waba) = world.wabas.get_mut(&id) {
                    waba.messaging_limit.clone_from(&limit);
                }
                let value = json!({"max_daily_conversations_per_business": limit});
                world.queue_of_waba(now_ms, &id, "business_capability_update", value);
            }
        }
        world.fired.push(Event::State);
        Ok(Json(json!({"id": waba_id})))
    })
}

/// Value of `account_update` for a change of an account's status.
fn account_update(status: &str, before: &str, now_ms: i64) -> Value {
    let seconds = now_ms.div_euclid(1000);
    match status {
        "DISABLED" => json!({
            "event": "DISABLED_UPDATE",
            "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": seconds},
        }),
        "RESTRICTED" => json!({
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{
                "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                "expiration": seconds + 3 * 24 * 3600,
            }],
        }),
        _ if before == "DISABLED" => json!({
            "event": "DISABLED_UPDATE",
            "ban_info": {"waba_ban_state": "REINSTATE", "waba_ban_date": seconds},
        }),
        _ => json!({"event": "ACCOUNT_RESTRICTION", "restriction_info": []}),
    }
}

/// What Meta decides about a number.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberNews {
    /// `GREEN`, `YELLOW` or `RED`; red also flags the number.
    quality_rating: Option<String>,
    /// `BANNED`, `FLAGGED`, `RESTRICTED` and the like; `CONNECTED` takes it back.
    status: Option<String>,
    /// `STANDARD` or `HIGH`.
    throughput_level: Option<String>,
    /// Answer to a request for a new display name: `APPROVED` or `REJECTED`.
    name_decision: Option<String>,
    /// Whether it is used from the WhatsApp Business app too; nobody is told of a change.
    on_biz_app: Option<bool>,
}

/// `POST /sandbox/numbers/{phone_number_id}`: changes the state of a number.
pub(super) async fn number(
    State(sandbox): State<Sandbox>,
    Path(phone_number_id): Path<String>,
    Json(body): Json<NumberNews>,
) -> Result<Json<Value>, ControlError> {
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let number = world
            .numbers
            .get_mut(&phone_number_id)
            .ok_or_else(|| ControlError::not_found("phone number", &phone_number_id))?;
        let digits = phone::digits(&number.display_phone_number);
        let mut told: Vec<(&str, Value)> = Vec::new();
        let quality = |event: &str| {
            let value = json!({"display_phone_number": digits, "event": event});
            ("phone_number_quality_update", value)
        };
        if let Some(on_biz_app) = body.on_biz_app {
            number.on_biz_app = on_biz_app;
        }
        if let Some(status) = body.status {
            number.status = Some(status).filter(|status| status != "CONNECTED");
        }
        if let Some(rating) = body.quality_rating {
            let flagged = rating == "RED";
            if flagged != (number.quality_rating == "RED") {
                told.push(quality(if flagged { "FLAGGED" } else { "UNFLAGGED" }));
            }
            number.quality_rating = rating;
        }
        if let Some(level) = body.throughput_level {
            if level == "HIGH" && number.throughput_level != "HIGH" {
                told.push(quality("THROUGHPUT_UPGRADE"));
            }
            number.throughput_level = level;
        }
        if let Some(decision) = body.name_decision {
            let asked = number.new_name.take().unwrap_or_else(|| number.verified_name.clone());
            let value = json!({
                "display_phone_number": digits,
                "decision": decision,
                "requested_verified_name": asked,
                "rejection_reason": if decision == "REJECTED" { "NAME_EMPLOYEE_CLAIM_UNVERIFIED" } else { "NONE" },
            });
            if decision == "APPROVED" {
                number.verified_name = asked;
            }
            number.name_status = decision;
            told.push(("phone_number_name_update", value));
        }
        let number = number.clone();
        for (field, value) in told {
            world.queue_of_number(now_ms, &number, field, value);
        }
        world.fired.push(Event::State);
        Ok(Json(json!({"id": phone_number_id, "status": number.status()})))
    })
}
