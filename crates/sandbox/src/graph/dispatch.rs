use axum::response::Response;
use http::{HeaderValue, Method};

use super::access::Access;
use super::error::GraphError;
use super::{
    GraphCall, block_users, debug_token, media, messages, nodes, numbers, oauth, profile, registration,
    subscribed_apps, subscriptions, template_edit, templates, uploads,
};
use crate::state::Sandbox;

/// Edges that need `whatsapp_business_messaging`; all others need `whatsapp_business_management`.
const MESSAGING: &[&str] = &["messages", "marketing_messages", "media", "block_users"];
/// Edges whose calls count towards the management limit of a WABA.
const COUNTED: &[&str] = &["phone_numbers", "message_templates", "subscribed_apps"];

/// Runs a call; `async_code` makes a send fail after it was accepted.
pub(super) async fn dispatch(
    sandbox: &Sandbox,
    call: &GraphCall,
    async_code: Option<i64>,
) -> Result<Response, GraphError> {
    if (call.node.as_str(), call.edge.as_deref()) == ("oauth", Some("access_token")) {
        return oauth::access_token(sandbox, call);
    }
    let access = Access::of(sandbox, call)?;
    let edge = call.edge.as_deref().unwrap_or_default();
    if MESSAGING.contains(&edge) {
        access.may("whatsapp_business_messaging")?;
    } else if !edge.is_empty() {
        access.may("whatsapp_business_management")?;
    }
    let used = if COUNTED.contains(&edge) {
        count(sandbox, &access, call)?
    } else {
        None
    };
    let mut response = route(sandbox, &access, call, async_code).await?;
    if let Some(header) = used.and_then(|used| HeaderValue::from_str(&used).ok()) {
        response.headers_mut().insert("x-business-use-case-usage", header);
    }
    Ok(response)
}

async fn route(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
    async_code: Option<i64>,
) -> Result<Response, GraphError> {
    match (&call.method, call.node.as_str(), call.edge.as_deref()) {
        (&Method::GET, "debug_token", None) => debug_token::read(sandbox, call),
        (&Method::GET, "me", None) => nodes::me(sandbox, access),
        (&Method::POST, _, Some("messages" | "marketing_messages")) => {
            messages::post(sandbox, access, call, async_code)
        }
        (_, _, Some("media" | "uploads")) | (_, _, None) => storage(sandbox, access, call).await,
        (&Method::GET, _, Some("message_templates")) => templates::list(sandbox, access, call),
        (&Method::POST, _, Some("message_templates")) => templates::create(sandbox, access, call),
        (&Method::DELETE, _, Some("message_templates")) => template_edit::delete(sandbox, access, call),
        (&Method::POST, _, Some("unpause")) => template_edit::unpause(sandbox, access, call),
        (&Method::GET, _, Some("subscribed_apps")) => subscribed_apps::list(sandbox, access, call),
        (&Method::POST, _, Some("subscribed_apps")) => {
            subscribed_apps::subscribe(sandbox, access, call).await
        }
        (&Method::DELETE, _, Some("subscribed_apps")) => subscribed_apps::unsubscribe(sandbox, access, call),
        (_, _, Some("subscriptions")) => subscriptions::answer(sandbox, access, call).await,
        _ => of_number(sandbox, access, call),
    }
}

/// Nodes by themselves, media and uploads.
async fn storage(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let is_upload = call.node.starts_with("upload:");
    match (&call.method, call.edge.as_deref()) {
        (&Method::POST, Some("media")) => media::upload(sandbox, access, call).await,
        (&Method::POST, Some("uploads")) => uploads::begin(sandbox, access, call),
        (&Method::GET, None) if is_upload => uploads::read(sandbox, access, call),
        (&Method::POST, None) if is_upload => uploads::receive(sandbox, access, call).await,
        (&Method::GET, None) => nodes::read(sandbox, access, call),
        (&Method::POST, None) => nodes::change(sandbox, access, call).await,
        (&Method::DELETE, None) => media::delete(sandbox, access, call).await,
        _ => Err(GraphError::unknown_object(call.verb(), &call.node)),
    }
}

/// Edges of a business number, and of a WABA for its numbers.
fn of_number(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    match (&call.method, call.edge.as_deref().unwrap_or_default()) {
        (&Method::POST, "register") => registration::register(sandbox, access, call),
        (&Method::POST, "deregister") => registration::deregister(sandbox, access, call),
        (&Method::POST, "request_code") => registration::request_code(sandbox, access, call),
        (&Method::POST, "verify_code") => registration::verify_code(sandbox, access, call),
        (&Method::GET, "phone_numbers") => numbers::list(sandbox, access, call),
        (&Method::POST, "phone_numbers") => numbers::create(sandbox, access, call),
        (&Method::GET, "whatsapp_business_profile") => profile::read(sandbox, access, call),
        (&Method::POST, "whatsapp_business_profile") => profile::change(sandbox, access, call),
        (&Method::GET, "settings") => profile::settings(sandbox, access, call),
        (&Method::POST, "settings") => profile::change_settings(sandbox, access, call),
        (&Method::GET, "block_users") => block_users::list(sandbox, access, call),
        (&Method::POST | &Method::DELETE, "block_users") => block_users::change(sandbox, access, call),
        _ => Err(GraphError::unknown_object(call.verb(), &call.node)),
    }
}

/// Counts a management call of an app for a WABA; the answer is the usage header.
fn count(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Option<String>, GraphError> {
    let now_ms = sandbox.now_ms();
    let used = sandbox.change(|world| {
        if !world.wabas.contains_key(&call.node) {
            return Ok(None);
        }
        let active = world
            .numbers
            .values()
            .any(|number| number.waba_id == call.node && number.registered);
        let most = world
            .kept
            .limits
            .management_calls_per_hour
            .unwrap_or(if active { 5_000 } else { 200 });
        let whose = format!("{}/{}", access.app_id, call.node);
        world.limiter.hourly("management", &whose, most, now_ms).map(Some)
    });
    let used = used.map_err(|()| {
        GraphError::coded(
            80008,
            "There have been too many calls to this WhatsApp Business account. Wait a bit and try again.",
        )
    })?;
    Ok(used.map(|used| {
        let usage = serde_json::json!({&call.node: [{
            "type": "whatsapp",
            "call_count": used,
            "total_cputime": used,
            "total_time": used,
            "estimated_time_to_regain_access": 0,
        }]});
        usage.to_string()
    }))
}
