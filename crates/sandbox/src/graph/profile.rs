use axum::response::Response;
use serde_json::{Map, Value, json};

use super::access::Access;
use super::error::GraphError;
use super::registration::pin;
use super::subscribed_apps::own_address;
use super::{GraphCall, fields, json_answer, success};
use crate::rules::{at_most, list_at};
use crate::state::Sandbox;
use crate::state::events::Event;

/// Texts of a business profile and their most characters.
const TEXTS: &[(&str, usize)] = &[
    ("about", 139),
    ("address", 256),
    ("description", 512),
    ("email", 128),
];
/// Web addresses of a profile, and the most characters of each.
const WEBSITES: (usize, usize) = (2, 256);
const VERTICALS: &[&str] = &[
    "OTHER",
    "AUTO",
    "BEAUTY",
    "APPAREL",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GROCERY",
    "GOVT",
    "HOTEL",
    "HEALTH",
    "NONPROFIT",
    "PROF_SERVICES",
    "RETAIL",
    "TRAVEL",
    "RESTAURANT",
    "ALCOHOL",
    "ONLINE_GAMBLING",
    "PHYSICAL_GAMBLING",
    "OTC_DRUGS",
    "UNDEFINED",
    "NOT_A_BIZ",
];

/// `GET /{PHONE}/whatsapp_business_profile?fields=`.
pub(super) fn read(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let mut profile =
        sandbox.read(|world| access.number(world, call).map(|number| number.profile.clone()))?;
    profile.entry("vertical").or_insert_with(|| "UNDEFINED".into());
    let asked = call
        .query("fields")
        .map(fields::names)
        .filter(|names| !names.is_empty());
    let mut shown: Map<String, Value> = match asked {
        Some(names) => profile
            .into_iter()
            .filter(|(name, _)| names.contains(name))
            .collect(),
        None => profile
            .into_iter()
            .filter(|(name, _)| name == "about" || name == "id")
            .collect(),
    };
    shown.insert("messaging_product".to_owned(), "whatsapp".into());
    json_answer(&json!({"data": [shown]}))
}

/// `POST /{PHONE}/whatsapp_business_profile`.
pub(super) fn change(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    sandbox.read(|world| access.number(world, call).map(|_| ()))?;
    call.is_whatsapp()?;
    let params = call.params()?;
    let mut changed = Map::new();
    for (name, limit) in TEXTS {
        if let Some(text) = call.param(&format!("/{name}")) {
            at_most(text, *limit, name)?;
            changed.insert((*name).to_owned(), text.into());
        }
    }
    if params.get("websites").is_some() {
        let websites = list_at(params, "/websites");
        if websites.len() > WEBSITES.0 {
            return Err(GraphError::parameter("Param websites must hold at most 2 URLs."));
        }
        for website in websites {
            at_most(website.as_str().unwrap_or_default(), WEBSITES.1, "websites")?;
        }
        changed.insert("websites".to_owned(), websites.into());
    }
    if let Some(vertical) = call.param("/vertical") {
        if !VERTICALS.contains(&vertical) {
            return Err(GraphError::parameter(format!(
                "Param vertical must be one of {{{}}}.",
                VERTICALS.join(", ")
            )));
        }
        changed.insert("vertical".to_owned(), vertical.into());
    }
    if let Some(handle) = call.param("/profile_picture_handle") {
        let known = sandbox.read(|world| super::uploads::by_handle(world, handle).is_some());
        if !known {
            return Err(GraphError::parameter(
                "Param profile_picture_handle is not a valid upload handle.",
            ));
        }
        let url = format!("https://pps.whatsapp.net/v/t61.24694-24/{}.jpg", handle.len());
        changed.insert("profile_picture_url".to_owned(), url.into());
    }
    sandbox.write(|world| {
        access.number_mut(world, call)?.profile.extend(changed);
        Ok(())
    })?;
    success()
}

/// `GET /{PHONE}/settings`.
pub(super) fn settings(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let own = sandbox.read(|world| access.number(world, call).map(|number| number.settings.clone()))?;
    let mut settings = json!({
        "calling": {
            "status": "DISABLED",
            "call_icon_visibility": "DEFAULT",
            "callback_permission_status": "DISABLED",
            "ip_addresses": {"default": []},
        },
        "storage_configuration": {"status": "DEFAULT"},
    });
    if let Some(object) = settings.as_object_mut() {
        object.extend(own);
    }
    json_answer(&settings)
}

/// `POST /{PHONE}/settings`.
pub(super) fn change_settings(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let changed = call.params()?.as_object().cloned().unwrap_or_default();
    sandbox.write(|world| {
        access.number_mut(world, call)?.settings.extend(changed);
        Ok(())
    })?;
    success()
}

/// `POST /{PHONE}`: a two-step PIN, an own webhook address or a new display name.
pub(super) async fn change_number(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    sandbox.read(|world| access.number(world, call).map(|_| ()))?;
    let params = call.params()?;
    let new_pin = params.get("pin").map(|_| pin(call)).transpose()?;
    let address = match params.get("webhook_configuration") {
        Some(configuration) => Some(own_address(sandbox, configuration).await?),
        None => None,
    };
    let name = call.param("/new_display_name");
    if new_pin.is_none() && address.is_none() && name.is_none() {
        return Err(GraphError::parameter("There is nothing to change."));
    }
    sandbox.write(|world| {
        let number = access.number_mut(world, call)?;
        if let Some(pin) = new_pin {
            number.pin = Some(pin.to_owned());
        }
        match address {
            Some(Some(uri)) => {
                number.override_callback_uris.insert(access.app_id.clone(), uri);
            }
            Some(None) => {
                number.override_callback_uris.remove(&access.app_id);
            }
            None => {}
        }
        if let Some(name) = name {
            number.new_name = Some(name.to_owned());
        }
        world.fired.push(Event::State);
        Ok(())
    })?;
    success()
}
