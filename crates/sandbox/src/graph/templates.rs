use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::access::Access;
use super::error::GraphError;
use super::fields::select;
use super::{GraphCall, json_answer, template_edit};
use crate::rules::{list_at, template_create, text_at};
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::state::model::Template;
use crate::state::world::World;

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

const NODE: &str = "WhatsAppMessageTemplate";

fn template_json(template: &Template) -> Value {
    let sendable = template.status == "APPROVED";
    json!({
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "previous_category": template.previous_category,
        "correct_category": template.correct_category,
        "sub_category": null,
        "status": template.status,
        "components": template.components,
        "parameter_format": template.parameter_format,
        "quality_score": {"score": template.quality, "date": 0},
        "rejected_reason": template.rejected_reason.as_deref().unwrap_or("NONE"),
        "message_send_ttl_seconds": template.ttl_seconds,
        "library_template_name": null,
        "cta_url_link_tracking_opted_out": null,
        "degrees_of_freedom_spec": null,
        "health_status": {"can_send_message": if sendable { "AVAILABLE" } else { "BLOCKED" }},
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

/// One page of a list edge with Graph's cursors, and with a summary when one is asked for.
pub(super) fn page(
    sandbox: &Sandbox,
    call: &GraphCall,
    data: Vec<Value>,
    summary: Option<Value>,
) -> Result<Response, GraphError> {
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
    let last = (start + shown.len()).saturating_sub(1);
    let mut answer = Map::from_iter([("data".to_owned(), json!(shown))]);
    if !shown.is_empty() {
        let mut paging = json!({"cursors": {"before": cursor(start), "after": cursor(last)}});
        if let Some(object) = paging.as_object_mut() {
            if last + 1 < total {
                object.insert("next".to_owned(), link(sandbox, call, "after", last).into());
            }
            if start > 0 {
                object.insert("previous".to_owned(), link(sandbox, call, "before", start).into());
            }
        }
        answer.insert("paging".to_owned(), paging);
    }
    if let Some(summary) = summary {
        answer.insert("summary".to_owned(), summary);
    }
    json_answer(&answer)
}

/// The address of a neighbouring page.
fn link(sandbox: &Sandbox, call: &GraphCall, direction: &str, at: usize) -> String {
    let mut address = sandbox.public_url().clone();
    address.set_path(&format!(
        "/v26.0/{}/{}",
        call.node,
        call.edge.as_deref().unwrap_or_default()
    ));
    let kept = call
        .query
        .iter()
        .filter(|(key, _)| !matches!(key.as_str(), "after" | "before" | "access_token"));
    address
        .query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair(direction, &cursor(at));
    address.into()
}

/// What the list's filters look at.
fn passes(call: &GraphCall, template: &Template) -> bool {
    let same = |filter: &str, value: &str| {
        call.query(filter).is_none_or(|asked| {
            let asked = asked.trim_matches(['[', ']']);
            asked
                .split(',')
                .any(|one| one.trim().trim_matches('"').eq_ignore_ascii_case(value))
        })
    };
    let said = |part: &str| {
        let part = part.to_lowercase();
        template
            .components
            .iter()
            .filter_map(|component| text_at(component, "/text"))
            .any(|text| text.to_lowercase().contains(&part))
    };
    let generated = template.name.starts_with("auto_generated");
    same("status", &template.status)
        && same("category", &template.category)
        && same("language", &template.language)
        && same("name", &template.name)
        && same("quality_score", &template.quality)
        && call
            .query("source")
            .is_none_or(|source| source.eq_ignore_ascii_case("AUTO_GENERATED") == generated)
        && call.query("content").is_none_or(said)
        && call
            .query("name_or_content")
            .is_none_or(|part| template.name.contains(&part.to_lowercase()) || said(part))
}

/// The asked parts of `summary=`.
fn summary(call: &GraphCall, found: usize, all: usize, limit: u32) -> Option<Value> {
    let asked = super::fields::names(call.query("summary")?);
    let known = [
        ("total_count", json!(found)),
        ("message_template_count", json!(all)),
        ("message_template_limit", json!(limit)),
        ("are_translations_complete", json!(true)),
    ];
    let parts: Map<String, Value> = known
        .into_iter()
        .filter(|(name, _)| asked.iter().any(|own| own == name))
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    Some(parts.into())
}

/// `GET /{WABA}/message_templates` with filters, `fields`, `summary` and cursors.
pub(super) fn list(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let now_ms = sandbox.now_ms();
    let (found, summary) = sandbox.change(|world| {
        world.end_pauses(now_ms);
        let waba = access.waba(world, call)?;
        let own: Vec<&Template> = world
            .templates
            .values()
            .filter(|template| template.waba_id == waba.id)
            .collect();
        let found: Vec<Value> = own
            .iter()
            .filter(|template| passes(call, template))
            .map(|template| template_json(template))
            .collect();
        let summary = summary(call, found.len(), own.len(), world.kept.limits.templates);
        Ok((found, summary))
    })?;
    let data = found
        .into_iter()
        .map(|template| select(template, call.query("fields"), DEFAULTS, NODE))
        .collect::<Result<Vec<_>, _>>()?;
    page(sandbox, call, data, summary)
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
    json_answer(&select(found, call.query("fields"), DEFAULTS, NODE)?)
}

/// Body text that Meta writes for authentication templates.
const AUTHENTICATION_BODY: &str = "*{{1}}* is your verification code.";
const SECURITY_ADVICE: &str = " For your security, do not share this code.";

/// The components of a create or edit body as Meta keeps them: names in capitals, fixed texts filled in.
pub(super) fn components(body: &Value, category: &str) -> Vec<Value> {
    let mut components = list_at(body, "/components").to_vec();
    for component in &mut components {
        let kind = text_at(component, "/type").unwrap_or_default().to_uppercase();
        let advice = component.get("add_security_recommendation") == Some(&Value::Bool(true));
        let minutes = component.get("code_expiration_minutes").and_then(Value::as_u64);
        let Some(object) = component.as_object_mut() else {
            continue;
        };
        for name in ["type", "format"] {
            if let Some(Value::String(text)) = object.get_mut(name) {
                *text = text.to_uppercase();
            }
        }
        if category == "AUTHENTICATION" && kind == "BODY" && !object.contains_key("text") {
            let advice = if advice { SECURITY_ADVICE } else { "" };
            object.insert("text".to_owned(), format!("{AUTHENTICATION_BODY}{advice}").into());
        }
        if let (Some(minutes), "FOOTER") = (minutes, kind.as_str()) {
            let text = format!("This code expires in {minutes} minutes.");
            object.insert("text".to_owned(), text.into());
        }
    }
    components
}

/// A template made from a create body; the caller has checked it.
pub(crate) fn from_create(id: String, waba_id: &str, body: &Value, status: &str) -> Template {
    let text = |pointer: &str| text_at(body, pointer).unwrap_or_default();
    let category = text("/category").to_uppercase();
    Template {
        id,
        waba_id: waba_id.to_owned(),
        name: text("/name").to_owned(),
        language: text("/language").to_owned(),
        components: components(body, &category),
        category,
        previous_category: None,
        correct_category: None,
        parameter_format: text_at(body, "/parameter_format")
            .unwrap_or("POSITIONAL")
            .to_uppercase(),
        status: status.to_owned(),
        rejected_reason: None,
        quality: "UNKNOWN".to_owned(),
        ttl_seconds: body.get("message_send_ttl_seconds").and_then(Value::as_i64),
        pauses: 0,
        paused_until_ms: None,
        edits_ms: Vec::new(),
        paced: false,
    }
}

/// `POST /{WABA}/message_templates`: into review.
pub(super) fn create(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let waba_id = sandbox.read(|world| access.waba(world, call).map(|waba| waba.id.clone()))?;
    let body = call.params()?;
    template_create::check(body)?;
    let now_ms = sandbox.now_ms();
    let template = sandbox.write(|world| {
        template_edit::check_handles(world, body)?;
        check_room(world, &waba_id, body, now_ms)?;
        let name = text_at(body, "/name").unwrap_or_default();
        let language = text_at(body, "/language").unwrap_or_default();
        if world.template(&waba_id, name, language).is_some() {
            return Err(GraphError::management(
                2388024,
                "Content in This Language Already Exists",
                format!("There is already {language} content for this template. You can create a new template and try again."),
            ));
        }
        let id = world.kept.ids.object();
        let mut template = from_create(id, &waba_id, body, "PENDING");
        let twin = world
            .templates
            .values()
            .any(|other| other.waba_id == waba_id && says_the_same(other, &template));
        if twin || template_create::adjacent_variables(body) {
            template.status = "REJECTED".to_owned();
            template.rejected_reason = Some("INVALID_FORMAT".to_owned());
        }
        world.put_template(template.clone());
        world.fired.push(Event::State);
        Ok(template)
    })?;
    json_answer(&json!({"id": template.id, "status": template.status, "category": template.category}))
}

/// Whether two templates have the same body and footer; authentication templates always do.
fn says_the_same(one: &Template, other: &Template) -> bool {
    let said = |template: &Template, kind: &str| {
        let component = template
            .components
            .iter()
            .find(|component| text_at(component, "/type") == Some(kind))?;
        text_at(component, "/text").map(str::to_owned)
    };
    one.category != "AUTHENTICATION"
        && one.name != other.name
        && one.language == other.language
        && ["BODY", "FOOTER"]
            .iter()
            .all(|kind| said(one, kind) == said(other, kind))
}

/// Counts a new template against the cap and the hourly rate.
fn check_room(world: &mut World, waba_id: &str, body: &Value, now_ms: i64) -> Result<(), GraphError> {
    let limits = world.kept.limits.clone();
    let own = world
        .templates
        .values()
        .filter(|template| template.waba_id == waba_id)
        .count();
    if limits.templates > 0 && own >= usize::try_from(limits.templates).unwrap_or(usize::MAX) {
        return Err(GraphError::management(
            2388019,
            "Message Template Limit Exceeded",
            format!(
                "This account has reached its limit of {} message templates.",
                limits.templates
            ),
        ));
    }
    let name = text_at(body, "/name").unwrap_or_default();
    if world.limiter.was_deleted(&format!("{waba_id}/{name}"), now_ms) {
        return Err(GraphError::management(
            2388023,
            "Message Template Language Is Being Deleted",
            format!(
                "New {name} content can't be added while the existing content is being deleted. Try again in 4 weeks or consider creating a new message template."
            ),
        ));
    }
    world
        .limiter
        .hourly("templates", waba_id, limits.templates_per_hour, now_ms)
        .map_err(|()| {
            GraphError::coded(
                80008,
                "There have been too many templates created for this WhatsApp Business account. Wait a bit and try again.",
            )
        })?;
    Ok(())
}
