use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
use super::nodes::fields;
use super::{GraphCall, success};
use crate::rules::{list_at, template_create, text_at};
use crate::state::Sandbox;
use crate::state::model::Template;

/// Entries of a page when `limit` is not given, and the most it may be.
const PAGE: usize = 25;
const LARGEST_PAGE: usize = 1000;

const DEFAULTS: &[&str] = &[
    "name",
    "parameter_format",
    "components",
    "language",
    "status",
    "category",
];

fn template_json(template: &Template) -> Value {
    json!({
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "previous_category": null,
        "correct_category": null,
        "sub_category": null,
        "status": template.status,
        "components": template.components,
        "parameter_format": template.parameter_format,
        "quality_score": {"score": "UNKNOWN", "date": 0},
        "rejected_reason": template.rejected_reason.as_deref().unwrap_or("NONE"),
        "message_send_ttl_seconds": null,
        "health_status": {
            "can_send_message": if template.status == "APPROVED" { "AVAILABLE" } else { "BLOCKED" },
        },
    })
}

fn cursor(position: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("at:{position}"))
}

fn position(cursor: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    std::str::from_utf8(&bytes)
        .ok()?
        .strip_prefix("at:")?
        .parse()
        .ok()
}

/// One page of a list edge with Graph's cursors.
pub(super) fn page(sandbox: &Sandbox, call: &GraphCall, data: Vec<Value>) -> Result<Response, GraphError> {
    let limit = call
        .query("limit")
        .map_or(Ok(PAGE), str::parse)
        .map_err(|_| GraphError::parameter("Param limit must be a number."))?
        .clamp(1, LARGEST_PAGE);
    let bad_cursor = || {
        GraphError::coded(
            131059,
            "The paging cursor is not valid; start from the first page.",
        )
    };
    let start = match (call.query("after"), call.query("before")) {
        (Some(after), _) if !after.is_empty() => position(after).ok_or_else(bad_cursor)? + 1,
        (_, Some(before)) if !before.is_empty() => {
            position(before).ok_or_else(bad_cursor)?.saturating_sub(limit)
        }
        _ => 0,
    };
    let total = data.len();
    let shown: Vec<Value> = data.into_iter().skip(start).take(limit).collect();
    if shown.is_empty() {
        return Ok(Json(json!({"data": shown})).into_response());
    }
    let last = start + shown.len() - 1;
    let mut paging = json!({"cursors": {"before": cursor(start), "after": cursor(last)}});
    if let Some(object) = paging.as_object_mut().filter(|_| last + 1 < total) {
        let mut next = sandbox.public_url().clone();
        next.set_path(&format!(
            "/v26.0/{}/{}",
            call.node,
            call.edge.as_deref().unwrap_or_default()
        ));
        let kept = call
            .query
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "after" | "before" | "access_token"));
        next.query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair("after", &cursor(last));
        object.insert("next".to_owned(), String::from(next).into());
    }
    Ok(Json(json!({"data": shown, "paging": paging})).into_response())
}

/// `GET /{WABA}/message_templates` with filters, `fields` and cursors.
pub(super) fn list(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let same = |filter: &str, value: &str| {
        call.query(filter)
            .is_none_or(|own| own.eq_ignore_ascii_case(value))
    };
    let found: Vec<Value> = sandbox.read(|world| {
        let waba = access.waba(world, call)?;
        Ok(world
            .templates
            .values()
            .filter(|template| template.waba_id == waba.id)
            .filter(|template| {
                same("status", &template.status)
                    && same("category", &template.category)
                    && same("language", &template.language)
                    && same("name", &template.name)
                    && call
                        .query("name_or_content")
                        .is_none_or(|part| template.name.contains(part))
            })
            .map(template_json)
            .collect())
    })?;
    let data = found
        .into_iter()
        .map(|template| {
            fields(
                template,
                call.query("fields"),
                DEFAULTS,
                "WhatsAppMessageTemplate",
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    page(sandbox, call, data)
}

/// `GET /{TEMPLATE}`.
pub(super) fn read(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let found = sandbox
        .read(|world| {
            let template = world.templates.get(&call.node)?;
            let reached = world
                .wabas
                .get(&template.waba_id)
                .is_some_and(|waba| access.reaches(waba));
            reached.then(|| template_json(template))
        })
        .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))?;
    Ok(Json(fields(
        found,
        call.query("fields"),
        DEFAULTS,
        "WhatsAppMessageTemplate",
    )?)
    .into_response())
}

/// Body text that Meta writes for authentication templates.
const AUTHENTICATION_BODY: &str = "*{{1}}* is your verification code.";

/// A template made from a create body; the caller has checked it.
pub(crate) fn from_create(id: String, waba_id: &str, body: &Value, status: &str) -> Template {
    let text = |pointer: &str| text_at(body, pointer).unwrap_or_default();
    let category = text("/category").to_uppercase();
    let mut components = list_at(body, "/components").to_vec();
    for component in &mut components {
        let is_body = text_at(component, "/type").is_some_and(|kind| kind.eq_ignore_ascii_case("BODY"));
        if category == "AUTHENTICATION"
            && is_body
            && component.get("text").is_none()
            && let Some(object) = component.as_object_mut()
        {
            object.insert("text".to_owned(), AUTHENTICATION_BODY.into());
        }
    }
    Template {
        id,
        waba_id: waba_id.to_owned(),
        name: text("/name").to_owned(),
        language: text("/language").to_owned(),
        category,
        parameter_format: text_at(body, "/parameter_format")
            .unwrap_or("POSITIONAL")
            .to_uppercase(),
        components,
        status: status.to_owned(),
        rejected_reason: None,
    }
}

/// `POST /{WABA}/message_templates`: into review.
pub(super) fn create(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let waba_id = sandbox.read(|world| access.waba(world, call).map(|waba| waba.id.clone()))?;
    let body = call.json()?;
    template_create::check(&body)?;
    let template = sandbox.write(|world| {
        let name = text_at(&body, "/name").unwrap_or_default();
        let language = text_at(&body, "/language").unwrap_or_default();
        if world.template(&waba_id, name, language).is_some() {
            return Err(GraphError::management(
                2388024,
                "Content in This Language Already Exists",
                format!("There is already {language} content for this template."),
            ));
        }
        let id = world.ids.object();
        let template = from_create(id.clone(), &waba_id, &body, "PENDING");
        world.templates.insert(id, template.clone());
        Ok(template)
    })?;
    let answer = json!({"id": template.id, "status": template.status, "category": template.category});
    Ok(Json(answer).into_response())
}

/// `DELETE /{WABA}/message_templates?name=` with or without `hsm_id`.
pub(super) fn delete(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let waba_id = sandbox.read(|world| access.waba(world, call).map(|waba| waba.id.clone()))?;
    let name = call
        .query("name")
        .ok_or_else(|| GraphError::parameter("The parameter name is required."))?;
    let hsm_id = call.query("hsm_id");
    let removed = sandbox.write(|world| {
        let before = world.templates.len();
        world.templates.retain(|id, template| {
            template.waba_id != waba_id || template.name != name || hsm_id.is_some_and(|own| own != id)
        });
        before - world.templates.len()
    });
    if removed == 0 {
        return Err(GraphError::management(
            2593002,
            "Message Template Not Found",
            format!("There is no message template named {name}."),
        ));
    }
    success()
}
