use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::access::Access;
use super::error::GraphError;
use super::{GraphCall, media, success, templates};
use crate::rules::text_at;
use crate::state::Sandbox;
use crate::state::model::{Number, Waba};

/// Keeps the asked fields of a node, or its default ones; the id always stays.
pub(super) fn fields(
    node: Value,
    asked: Option<&str>,
    defaults: &[&str],
    node_type: &str,
) -> Result<Value, GraphError> {
    let Value::Object(all) = node else { return Ok(node) };
    let mut kept = Map::new();
    let mut keep = |name: &str| match all.get(name) {
        Some(value) => {
            if !value.is_null() {
                kept.insert(name.to_owned(), value.clone());
            }
            Ok(())
        }
        None => Err(GraphError::parameter(format!(
            "Tried accessing nonexisting field ({name}) on node type ({node_type})"
        ))),
    };
    match asked.filter(|asked| !asked.is_empty()) {
        // A nested selection such as `health_status{entities}` is answered with the whole field.
        Some(asked) => asked
            .split(',')
            .map(|name| name.split(['{', '.']).next().unwrap_or_default().trim())
            .filter(|name| !name.is_empty())
            .try_for_each(&mut keep)?,
        None => defaults.iter().try_for_each(|name| keep(name))?,
    }
    keep("id")?;
    Ok(kept.into())
}

fn number_json(number: &Number) -> Value {
    json!({
        "id": number.id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": "GREEN",
        "quality_score": {"score": "GREEN"},
        "status": if number.registered { "CONNECTED" } else { "DISCONNECTED" },
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "code_verification_status": "VERIFIED",
        "platform_type": if number.registered { "CLOUD_API" } else { "NOT_APPLICABLE" },
        "throughput": {"level": number.throughput_level},
        "account_mode": "LIVE",
        "is_official_business_account": false,
        "is_pin_enabled": number.pin.is_some(),
        "is_on_biz_app": false,
        "is_preverified_number": false,
        "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
        "messaging_limit_tier": "TIER_UNLIMITED",
        "search_visibility": "VISIBLE",
        "webhook_configuration": {},
        "health_status": {
            "can_send_message": if number.registered { "AVAILABLE" } else { "BLOCKED" },
            "entities": [{
                "entity_type": "PHONE_NUMBER",
                "id": number.id,
                "can_send_message": if number.registered { "AVAILABLE" } else { "BLOCKED" },
            }],
        },
    })
}

const NUMBER_DEFAULTS: &[&str] = &[
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
];

fn waba_json(waba: &Waba) -> Value {
    json!({
        "id": waba.id,
        "name": waba.name,
        "currency": "USD",
        "timezone_id": "1",
        "country": "US",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "owner_business_info": {"id": waba.business_id, "name": waba.name},
        "on_behalf_of_business_info": null,
        "message_template_namespace": format!("{:0>8}_sandbox", waba.id),
        "status": "ACTIVE",
        "marketing_messages_onboarding_status": "ELIGIBLE",
        "is_enabled_for_insights": false,
        "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{"entity_type": "WABA", "id": waba.id, "can_send_message": "AVAILABLE"}],
        },
    })
}

/// `GET /me`: the system user behind the token.
pub(super) fn me(sandbox: &Sandbox, access: &Access) -> Result<Response, GraphError> {
    let name = sandbox.read(|world| world.apps.get(&access.app_id).map(|app| app.id.clone()));
    Ok(
        Json(
            json!({"id": access.app_id, "name": format!("System user of app {}", name.unwrap_or_default())}),
        )
        .into_response(),
    )
}

/// `GET /{ID}?fields=` of a phone number, a WABA, a template or a media object.
pub(super) fn read(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    enum Kind {
        Number,
        Waba,
        Template,
        Other,
    }
    let kind = sandbox.read(|world| {
        if world.numbers.contains_key(&call.node) {
            Kind::Number
        } else if world.wabas.contains_key(&call.node) {
            Kind::Waba
        } else if world.templates.contains_key(&call.node) {
            Kind::Template
        } else {
            Kind::Other
        }
    });
    let asked = call.query("fields");
    let node = match kind {
        Kind::Number => {
            let number = sandbox.read(|world| access.number(world, call))?;
            fields(
                number_json(&number),
                asked,
                NUMBER_DEFAULTS,
                "WhatsAppBusinessPhoneNumber",
            )?
        }
        Kind::Waba => {
            let waba = sandbox.read(|world| access.waba(world, call).cloned())?;
            let defaults = ["name", "timezone_id", "message_template_namespace"];
            fields(waba_json(&waba), asked, &defaults, "WhatsAppBusinessAccount")?
        }
        Kind::Template => return templates::read(sandbox, access, call),
        Kind::Other => return media::read(sandbox, access, call),
    };
    Ok(Json(node).into_response())
}

/// `GET /{WABA}/phone_numbers?fields=`.
pub(super) fn phone_numbers(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let numbers = sandbox.read(|world| {
        let waba = access.waba(world, call)?;
        Ok(world
            .numbers
            .values()
            .filter(|number| number.waba_id == waba.id)
            .map(number_json)
            .collect::<Vec<_>>())
    })?;
    let data = numbers
        .into_iter()
        .map(|number| {
            fields(
                number,
                call.query("fields"),
                NUMBER_DEFAULTS,
                "WhatsAppBusinessPhoneNumber",
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    super::templates::page(sandbox, call, data)
}

/// `POST /{PHONE}/register` with a six-digit PIN.
pub(super) fn register(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let number = sandbox.read(|world| access.number(world, call))?;
    let body = call.json()?;
    if text_at(&body, "/messaging_product") != Some("whatsapp") {
        return Err(GraphError::parameter(
            "The parameter messaging_product is required.",
        ));
    }
    let pin = text_at(&body, "/pin")
        .filter(|pin| pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or_else(|| GraphError::parameter("Param pin must be 6 digits."))?;
    if number.pin.as_deref().is_some_and(|own| own != pin) {
        return Err(GraphError::coded(
            133005,
            "The PIN is not the one that was set for this number.",
        ));
    }
    sandbox.write(|world| {
        if let Some(number) = world.numbers.get_mut(&call.node) {
            number.registered = true;
            number.pin = Some(pin.to_owned());
        }
    });
    success()
}

/// `POST /{PHONE}/deregister`.
pub(super) fn deregister(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    sandbox.read(|world| access.number(world, call))?;
    sandbox.write(|world| {
        if let Some(number) = world.numbers.get_mut(&call.node) {
            number.registered = false;
        }
    });
    success()
}
