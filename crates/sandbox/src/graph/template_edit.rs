use axum::response::Response;
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
use super::templates::components;
use super::{GraphCall, json_answer, success, uploads};
use crate::rules::limits::DAY_MS;
use crate::rules::{list_at, template_create, text_at};
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::state::model::Template;
use crate::state::reviews::Verdict;
use crate::state::world::World;

/// Templates that one delete call may name by id.
const DELETED_AT_ONCE: usize = 100;

fn status_error() -> GraphError {
    GraphError::management(
        2388039,
        "Message template can't be changed",
        "Templates can be edited while they are approved, rejected or paused only.",
    )
}

/// The template of a call, when the token reaches it.
fn template_of<'a>(world: &'a World, access: &Access, call: &GraphCall) -> Result<&'a Template, GraphError> {
    world
        .templates
        .get(&call.node)
        .filter(|template| {
            world
                .wabas
                .get(&template.waba_id)
                .is_some_and(|waba| access.reaches(waba))
        })
        .ok_or_else(|| GraphError::unknown_object(call.verb(), &call.node))
}

/// Refuses sample handles that no upload gave.
pub(super) fn check_handles(world: &World, body: &Value) -> Result<(), GraphError> {
    let samples = list_at(body, "/components")
        .iter()
        .flat_map(|component| list_at(component, "/example/header_handle"))
        .filter_map(Value::as_str);
    for handle in samples {
        if uploads::by_handle(world, handle).is_none() {
            return Err(GraphError::management(
                2494102,
                "Invalid media handle",
                "The media handle of a template sample must come from the Resumable Upload API.",
            ));
        }
    }
    Ok(())
}

/// `POST /{TEMPLATE}`: new components, a new category while not approved, or another time to live.
pub(super) fn edit(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let body = call.params()?;
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let template = template_of(world, access, call)?.clone();
        let approved = template.status == "APPROVED";
        if !matches!(template.status.as_str(), "APPROVED" | "REJECTED" | "PAUSED") {
            return Err(status_error());
        }
        let category = text_at(body, "/category").map(str::to_uppercase);
        if approved && category.as_ref().is_some_and(|new| *new != template.category) {
            return Err(GraphError::parameter(
                "The category of an approved template can't be changed.",
            ));
        }
        let new = Template {
            category: category.unwrap_or_else(|| template.category.clone()),
            ..template.clone()
        };
        let changes_text = body.get("components").is_some();
        let parts = if changes_text {
            let whole = json!({
                "name": new.name,
                "language": new.language,
                "category": new.category,
                "parameter_format": new.parameter_format,
                "components": body.get("components"),
            });
            template_create::check(&whole)?;
            check_handles(world, &whole)?;
            components(&whole, &new.category)
        } else {
            new.components.clone()
        };
        let mut edits_ms = new.edits_ms.clone();
        if approved && changes_text {
            edits_ms.retain(|at_ms| now_ms - at_ms < 30 * DAY_MS);
            let today = edits_ms.iter().any(|at_ms| now_ms - at_ms < DAY_MS);
            if today || edits_ms.len() >= 10 {
                return Err(GraphError::management(
                    2388039,
                    "Message template can't be changed",
                    "An approved template can be edited once in 24 hours and 10 times in 30 days.",
                ));
            }
            edits_ms.push(now_ms);
        }
        let ttl_seconds = body.get("message_send_ttl_seconds").and_then(Value::as_i64);
        let edited = Template {
            components: parts,
            edits_ms,
            ttl_seconds: ttl_seconds.or(new.ttl_seconds),
            rejected_reason: None,
            status: if changes_text || new.category != template.category {
                "PENDING".to_owned()
            } else {
                new.status.clone()
            },
            ..new
        };
        world.put_template(edited);
        world.fired.push(Event::State);
        Ok(())
    })?;
    success()
}

/// `POST /{TEMPLATE}/unpause`: ends a pause of pacing by hand.
pub(super) fn unpause(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let now_ms = sandbox.now_ms();
    let answer = sandbox.write(|world| {
        let template = template_of(world, access, call)?;
        if template.status != "PAUSED" {
            return Ok(json!({"success": false, "reason": "The template is not paused."}));
        }
        if template.paused_until_ms.is_some() {
            let reason = "The template was paused for low quality; it is unpaused when its time is over.";
            return Ok(json!({"success": false, "reason": reason}));
        }
        let verdict = Verdict {
            status: "APPROVED".to_owned(),
            title: Some("UNPAUSE"),
            ..Verdict::default()
        };
        world.judge(now_ms, &call.node, verdict);
        Ok(json!({"success": true}))
    })?;
    json_answer(&answer)
}

/// `DELETE /{WABA}/message_templates?name=`, with `hsm_id`, or by `hsm_ids` alone.
pub(super) fn delete(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let waba_id = sandbox.read(|world| access.waba(world, call).map(|waba| waba.id.clone()))?;
    let ids: Option<Vec<String>> = call.query("hsm_ids").map(|text| {
        text.trim_matches(['[', ']'])
            .split(',')
            .map(|id| id.trim().trim_matches(['"', '\'']).to_owned())
            .filter(|id| !id.is_empty())
            .collect()
    });
    if ids
        .as_ref()
        .is_some_and(|ids| ids.is_empty() || ids.len() > DELETED_AT_ONCE)
    {
        return Err(GraphError::parameter("Param hsm_ids must hold 1 to 100 ids."));
    }
    let name = call.query("name");
    if name.is_none() && ids.is_none() {
        return Err(GraphError::parameter("The parameter name is required."));
    }
    let hsm_id = call.query("hsm_id");
    let meant = |template: &Template| {
        template.waba_id == waba_id
            && name.is_none_or(|name| name == template.name)
            && hsm_id.is_none_or(|id| id == template.id)
            && ids.as_ref().is_none_or(|ids| ids.contains(&template.id))
    };
    let now_ms = sandbox.now_ms();
    let removed = sandbox.write(|world| {
        let approved: Vec<String> = world
            .templates
            .values()
            .filter(|template| meant(template) && template.status == "APPROVED")
            .map(|template| format!("{waba_id}/{}", template.name))
            .collect();
        let removed = world.retain_templates(|template| !meant(template));
        for template in approved {
            world.limiter.delete(template, now_ms);
        }
        world.fired.push(Event::State);
        removed
    });
    if removed == 0 {
        return Err(GraphError::management(
            2593002,
            "Message Template Not Found",
            format!("There is no message template named {}.", name.unwrap_or_default()),
        ));
    }
    success()
}
