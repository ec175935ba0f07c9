use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use crate::clock::rfc3339;
use crate::rules::limits::Limits;
use crate::state::Sandbox;
use crate::state::calls::Call;
use crate::state::events::Event;
use crate::state::faults::Faults;

/// Longest single jump: one year, in seconds.
const LONGEST_JUMP: u32 = 366 * 24 * 60 * 60;
/// Calls in one answer when `limit` is not given.
const CALLS: usize = 1000;

/// `GET /sandbox/clock`: simulated time and how far it runs ahead of real time.
pub(super) async fn clock(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(json!({"now": rfc3339(sandbox.now_ms()), "offset_ms": sandbox.clock().offset_ms()}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AdvanceClock {
    advance_seconds: u32,
}

/// `POST /sandbox/clock`: moves simulated time forward.
pub(super) async fn advance_clock(
    State(sandbox): State<Sandbox>,
    Json(body): Json<AdvanceClock>,
) -> Result<Json<Value>, ControlError> {
    if body.advance_seconds == 0 || body.advance_seconds > LONGEST_JUMP {
        return Err(ControlError::bad(
            "The clock moves forward by 1 second to 366 days at a time.",
        ));
    }
    sandbox.clock().advance_seconds(body.advance_seconds);
    let now_ms = sandbox.now_ms();
    let now = rfc3339(sandbox.now_ms());
    let offset_ms = sandbox.clock().offset_ms();
    sandbox.write(|world| {
        world.end_pauses(now_ms);
        world.fired.push(Event::Clock {
            now: now.clone(),
            offset_ms,
        });
    });
    Ok(Json(json!({"now": now, "offset_ms": offset_ms})))
}

/// `GET /sandbox/faults`.
pub(super) async fn faults(State(sandbox): State<Sandbox>) -> Json<Faults> {
    Json(sandbox.faults(|faults| faults.clone()))
}

/// `POST /sandbox/faults`: sets all switches; what is left out is off.
pub(super) async fn set_faults(State(sandbox): State<Sandbox>, Json(body): Json<Faults>) -> Json<Faults> {
    sandbox.faults(|faults| *faults = body.clone());
    sandbox.change(|world| world.skip_delivered = body.skip_delivered);
    sandbox.wake_webhooks();
    Json(body)
}

/// `DELETE /sandbox/faults`: everything works again.
pub(super) async fn clear_faults(State(sandbox): State<Sandbox>) -> Json<Faults> {
    set_faults(State(sandbox), Json(Faults::default())).await
}

/// `GET /sandbox/limits`.
pub(super) async fn limits(State(sandbox): State<Sandbox>) -> Json<Limits> {
    Json(sandbox.read(|world| world.kept.limits.clone()))
}

/// `POST /sandbox/limits`: sets all limits of pace and volume; what is left out is Meta's, and counting starts anew.
pub(super) async fn set_limits(State(sandbox): State<Sandbox>, Json(body): Json<Limits>) -> Json<Limits> {
    sandbox.write(|world| {
        world.kept.limits = body.clone();
        world.limiter.forget();
    });
    Json(body)
}

/// `DELETE /sandbox/limits`: Meta's limits again.
pub(super) async fn reset_limits(State(sandbox): State<Sandbox>) -> Json<Limits> {
    set_limits(State(sandbox), Json(Limits::default())).await
}

#[derive(Deserialize)]
pub(super) struct ReadCalls {
    #[serde(default)]
    since: u64,
    limit: Option<usize>,
    phone_number_id: Option<String>,
    /// End of the path, such as `/messages`.
    path: Option<String>,
}

/// `GET /sandbox/calls?since=`: Graph calls after a position, oldest first; of a number or a path when one is named.
pub(super) async fn calls(State(sandbox): State<Sandbox>, Query(query): Query<ReadCalls>) -> Json<Value> {
    let passes = |call: &Call| {
        let number = query.phone_number_id.is_none() || query.phone_number_id == call.phone_number_id;
        number && query.path.as_ref().is_none_or(|path| call.path.ends_with(path))
    };
    let limit = query.limit.unwrap_or(CALLS);
    let calls = sandbox.calls(|calls| calls.since(query.since, limit, passes));
    Json(json!({"calls": calls}))
}
