use axum::response::Response;
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
use super::fields::select;
use super::{GraphCall, json_answer};
use crate::rules::phone;
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::state::model::Number;
use crate::state::world::World;

const NODE: &str = "WhatsAppBusinessPhoneNumber";
const DEFAULTS: &[&str] = &[
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
];

/// A number that was just added: not verified, not registered.
pub(crate) fn new_number(id: String, waba_id: &str, display: String, verified_name: String) -> Number {
    Number {
        id,
        waba_id: waba_id.to_owned(),
        display_phone_number: display,
        verified_name,
        throughput_level: "STANDARD".to_owned(),
        registered: false,
        pin: None,
        verification_code: None,
        verified: false,
        quality_rating: "GREEN".to_owned(),
        status: None,
        name_status: "APPROVED".to_owned(),
        new_name: None,
        on_biz_app: false,
        override_callback_uris: std::collections::BTreeMap::new(),
        profile: serde_json::Map::new(),
        registrations_ms: Vec::new(),
        blocked: std::collections::BTreeSet::new(),
        settings: serde_json::Map::new(),
    }
}

/// Where the number's message webhooks go, by level, for the asking app.
fn webhook_configuration(world: &World, number: &Number, app_id: &str) -> Value {
    let mut addresses = serde_json::Map::new();
    let of_number = number.override_callback_uris.get(app_id);
    let waba = world.wabas.get(&number.waba_id);
    let of_waba = waba
        .and_then(|waba| waba.subscriptions.get(app_id))
        .and_then(|subscription| subscription.override_callback_uri.as_ref());
    if let Some(uri) = of_number {
        addresses.insert("phone_number".to_owned(), uri.clone().into());
    }
    if let Some(uri) = of_waba {
        addresses.insert("whatsapp_business_account".to_owned(), uri.clone().into());
    }
    let overridden = !addresses.is_empty();
    if let Some(uri) = world.apps.get(app_id).and_then(|app| app.callback_url.as_ref())
        && (overridden || waba.is_some_and(|waba| waba.subscriptions.contains_key(app_id)))
    {
        addresses.insert("application".to_owned(), uri.clone().into());
    }
    addresses.into()
}

fn number_json(world: &World, number: &Number, app_id: &str) -> Value {
    let digits = number.digits();
    let status = number.status();
    let health = if status == "CONNECTED" {
        "AVAILABLE"
    } else {
        "BLOCKED"
    };
    let limit = world
        .wabas
        .get(&number.waba_id)
        .map_or("TIER_250", |waba| waba.messaging_limit.as_str());
    let mut node = json!({
        "id": number.id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "quality_rating": number.quality_rating,
        "quality_score": {"score": number.quality_rating},
        "status": status,
        "name_status": number.name_status,
        "new_name_status": if number.new_name.is_some() { "PENDING_REVIEW" } else { "NONE" },
        "new_display_name": number.new_name,
        "code_verification_status": if number.verified { "VERIFIED" } else { "NOT_VERIFIED" },
        "platform_type": if number.registered { "CLOUD_API" } else { "NOT_APPLICABLE" },
        "throughput": {"level": number.throughput_level},
        "account_mode": "LIVE",
        "is_official_business_account": false,
        "official_business_account": {"oba_status": "NOT_STARTED"},
        "is_pin_enabled": number.pin.is_some(),
        "is_on_biz_app": number.on_biz_app,
        "is_preverified_number": false,
        "whatsapp_business_manager_messaging_limit": limit,
        "messaging_limit_tier": limit,
        "search_visibility": "VISIBLE",
        "webhook_configuration": webhook_configuration(world, number, app_id),
        "health_status": {
            "can_send_message": health,
            "entities": [{"entity_type": "PHONE_NUMBER", "id": number.id, "can_send_message": health}],
        },
    });
    let rare = json!({
        "last_onboarded_time": null,
        "certificate": null,
        "new_certificate": null,
        "conversational_automation": null,
        "username": null,
        "eligibility_for_api_business_global_search": "NON_ELIGIBLE_UNDEFINED_COUNTRY",
        "country_code": phone::country(Some(digits.as_str())),
        "country_dial_code": phone::country_code(&digits),
    });
    if let (Some(object), Value::Object(rare)) = (node.as_object_mut(), rare) {
        object.extend(rare);
    }
    node
}

/// `GET /{PHONE}?fields=`.
pub(super) fn read(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let node = sandbox.read(|world| {
        let number = access.number(world, call)?;
        Ok(number_json(world, number, &access.app_id))
    })?;
    json_answer(&select(node, call.query("fields"), DEFAULTS, NODE)?)
}

/// `GET /{WABA}/phone_numbers?fields=`.
pub(super) fn list(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let numbers = sandbox.read(|world| {
        let waba = access.waba(world, call)?;
        Ok(world
            .numbers
            .values()
            .filter(|number| number.waba_id == waba.id)
            .map(|number| number_json(world, number, &access.app_id))
            .collect::<Vec<_>>())
    })?;
    let data = numbers
        .into_iter()
        .map(|number| select(number, call.query("fields"), DEFAULTS, NODE))
        .collect::<Result<Vec<_>, _>>()?;
    super::templates::page(sandbox, call, data, None)
}

/// `POST /{WABA}/phone_numbers`: adds a number, to be verified and registered next.
pub(super) fn create(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let text = |name: &str| {
        let params = call.params()?;
        // Clients name the calling code either way.
        let other = (name == "cc").then(|| params.get("country_code")).flatten();
        params
            .get(name)
            .or(other)
            .and_then(|value| {
                value
                    .as_str()
                    .map(str::to_owned)
                    .or_else(|| value.as_u64().map(|n| n.to_string()))
            })
            .filter(|text| !text.is_empty())
            .ok_or_else(|| GraphError::parameter(format!("The parameter {name} is required.")))
    };
    let (code, national, name) = (text("cc")?, text("phone_number")?, text("verified_name")?);
    let digits = format!("{}{}", phone::digits(&code), phone::digits(&national));
    if !(7..=15).contains(&digits.len()) {
        return Err(GraphError::parameter(
            "Param phone_number is not a valid phone number.",
        ));
    }
    let id = sandbox.write(|world| {
        let waba_id = access.waba(world, call)?.id.clone();
        if world.numbers.values().any(|number| number.digits() == digits) {
            return Err(GraphError::management(
                2388003,
                "Phone number is already in use",
                "This phone number is already added to a WhatsApp Business Account.",
            ));
        }
        let id = world.kept.ids.object();
        let display = format!("+{} {}", phone::digits(&code), phone::digits(&national));
        let number = new_number(id.clone(), &waba_id, display, name);
        world.numbers.insert(id.clone(), number);
        world.fired.push(Event::State);
        Ok(id)
    })?;
    json_answer(&json!({"id": id}))
}
