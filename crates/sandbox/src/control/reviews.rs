use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::state::reviews::Verdict;

/// `GET /sandbox/templates`: every template with its state.
pub(super) async fn list(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|world| {
        let templates: Vec<Value> = world
            .templates
            .values()
            .map(|template| {
                json!({
                    "id": template.id,
                    "waba_id": template.waba_id,
                    "name": template.name,
                    "language": template.language,
                    "category": template.category,
                    "status": template.status,
                    "quality": template.quality,
                    "pauses": template.pauses,
                    "paced": template.paced,
                })
            })
            .collect();
        json!({"templates": templates})
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutStatus {
    status: String,
    reason: Option<String>,
    /// `reason` and `recommendation` that Meta adds to some rejections.
    rejection_info: Option<Value>,
}

fn unknown(template_id: &str) -> ControlError {
    ControlError::not_found("template", template_id)
}

/// `POST /sandbox/templates/{id}/status`: the review's verdict, told by webhook.
pub(super) async fn set_status(
    State(sandbox): State<Sandbox>,
    Path(template_id): Path<String>,
    Json(body): Json<PutStatus>,
) -> Result<Json<Value>, ControlError> {
    let status = body.status.to_uppercase();
    let verdict = Verdict {
        status: status.clone(),
        reason: body.reason,
        rejection_info: body.rejection_info,
        title: None,
    };
    let now_ms = sandbox.now_ms();
    if !sandbox.write(|world| world.judge(now_ms, &template_id, verdict)) {
        return Err(unknown(&template_id));
    }
    Ok(Json(json!({"id": template_id, "status": status})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutQuality {
    score: String,
}

/// `POST /sandbox/templates/{id}/quality`: `GREEN`, `YELLOW`, `RED` or `UNKNOWN`; red pauses the template.
pub(super) async fn set_quality(
    State(sandbox): State<Sandbox>,
    Path(template_id): Path<String>,
    Json(body): Json<PutQuality>,
) -> Result<Json<Value>, ControlError> {
    let score = body.score.to_uppercase();
    if !matches!(score.as_str(), "GREEN" | "YELLOW" | "RED" | "UNKNOWN") {
        return Err(ControlError::bad(
            "A quality score is GREEN, YELLOW, RED or UNKNOWN.",
        ));
    }
    let now_ms = sandbox.now_ms();
    let status = sandbox.write(|world| {
        world.set_quality(now_ms, &template_id, &score);
        world
            .templates
            .get(&template_id)
            .map(|template| template.status.clone())
    });
    let status = status.ok_or_else(|| unknown(&template_id))?;
    Ok(Json(
        json!({"id": template_id, "quality": score, "status": status}),
    ))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutCategory {
    category: String,
    /// Unix seconds from which it counts; left out, at once.
    effective_at: Option<i64>,
}

/// `POST /sandbox/templates/{id}/category`: Meta moves the template to another category, or announces it.
pub(super) async fn set_category(
    State(sandbox): State<Sandbox>,
    Path(template_id): Path<String>,
    Json(body): Json<PutCategory>,
) -> Result<Json<Value>, ControlError> {
    let category = body.category.to_uppercase();
    let now_ms = sandbox.now_ms();
    if !sandbox.write(|world| world.recategorize(now_ms, &template_id, &category, body.effective_at)) {
        return Err(unknown(&template_id));
    }
    Ok(Json(json!({"id": template_id, "category": category})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutPacing {
    /// Whether new sends are held.
    hold: bool,
    /// Whether held sends fail with 132015 instead of going out.
    #[serde(default)]
    drop: bool,
}

/// `POST /sandbox/templates/{id}/pacing`: holds sends for quality assessment, or lets them go.
pub(super) async fn set_pacing(
    State(sandbox): State<Sandbox>,
    Path(template_id): Path<String>,
    Json(body): Json<PutPacing>,
) -> Result<Json<Value>, ControlError> {
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let template = world
            .templates
            .get_mut(&template_id)
            .ok_or_else(|| unknown(&template_id))?;
        template.paced = body.hold;
        let released = if body.hold {
            0
        } else {
            world.release_held(now_ms, &template_id, body.drop)
        };
        world.fired.push(Event::State);
        Ok(Json(json!({"id": template_id, "released": released})))
    })
}
