use axum::response::Response;
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
use super::fields::select;
use super::{GraphCall, json_answer, media, numbers, profile, template_edit, templates};
use crate::state::Sandbox;
use crate::state::model::Waba;

/// What a node id names.
enum Kind {
    Number,
    Waba,
    Template,
    Other,
}

fn kind_of(sandbox: &Sandbox, call: &GraphCall) -> Kind {
    sandbox.read(|world| {
        if world.numbers.contains_key(&call.node) {
            Kind::Number
        } else if world.wabas.contains_key(&call.node) {
            Kind::Waba
        } else if world.templates.contains_key(&call.node) {
            Kind::Template
        } else {
            Kind::Other
        }
    })
}

/// What Graph says about an app.
pub(super) fn application(app_id: &str) -> Value {
    json!({
        "id": app_id,
        "link": format!("https://www.facebook.com/games/?app_id={app_id}"),
        "name": format!("App {app_id}"),
    })
}

fn waba_json(waba: &Waba) -> Value {
    let apps: Vec<Value> = waba
        .subscriptions
        .keys()
        .map(|app| json!({"whatsapp_business_api_data": application(app)}))
        .collect();
    let available = if waba.status == "ACTIVE" && waba.payment {
        "AVAILABLE"
    } else {
        "BLOCKED"
    };
    json!({
        "id": waba.id,
        "name": waba.name,
        "currency": waba.currency,
        "timezone_id": waba.timezone_id,
        "country": "US",
        "account_review_status": waba.account_review_status,
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "owner_business_info": {"id": waba.business_id, "name": waba.name},
        "on_behalf_of_business_info": null,
        "message_template_namespace": format!("{:0>8}_sandbox", waba.id),
        "status": waba.status,
        "marketing_messages_onboarding_status": "ELIGIBLE",
        "marketing_messages_lite_api_status": "ELIGIBLE",
        "is_enabled_for_insights": false,
        "disable_marketing_messages_on_cloud_api": false,
        "subscribed_apps": {"data": apps},
        "whatsapp_business_manager_messaging_limit": waba.messaging_limit,
        "health_status": {
            "can_send_message": available,
            "entities": [{"entity_type": "WABA", "id": waba.id, "can_send_message": available}],
        },
    })
}

/// `GET /me`: the system user behind the token.
pub(super) fn me(sandbox: &Sandbox, access: &Access) -> Result<Response, GraphError> {
    let app = sandbox.read(|world| world.apps.get(&access.app_id).map(|app| app.id.clone()));
    let name = format!("System user of app {}", app.unwrap_or_default());
    json_answer(&json!({"id": access.app_id, "name": name}))
}

/// `GET /{ID}?fields=` of a phone number, a WABA, a template, an app or a media object.
pub(super) fn read(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let is_own_app = call.node == access.app_id || call.node == "app";
    match kind_of(sandbox, call) {
        Kind::Number => numbers::read(sandbox, access, call),
        Kind::Waba => {
            let waba = sandbox.read(|world| access.waba(world, call).cloned())?;
            let defaults = ["name", "timezone_id", "message_template_namespace"];
            let asked = call.query("fields");
            json_answer(&select(
                waba_json(&waba),
                asked,
                &defaults,
                "WhatsAppBusinessAccount",
            )?)
        }
        Kind::Template => templates::read(sandbox, access, call),
        Kind::Other if is_own_app => {
            let node = application(&access.app_id);
            json_answer(&select(
                node,
                call.query("fields"),
                &["name", "link"],
                "Application",
            )?)
        }
        Kind::Other => media::read(sandbox, access, call),
    }
}

/// `POST /{ID}`: changes a phone number or a template.
pub(super) async fn change(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    match kind_of(sandbox, call) {
        Kind::Number => profile::change_number(sandbox, access, call).await,
        Kind::Template => template_edit::edit(sandbox, access, call),
        Kind::Waba | Kind::Other => Err(GraphError::unknown_object(call.verb(), &call.node)),
    }
}
