use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use crate::clock::rfc3339;
use crate::graph::templates::from_create;
use crate::rules::{phone, template_create, text_at};
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::state::model::{App, Number, Waba, WabaToken};
use crate::state::world::World;
use crate::webhooks::deliver::handshake;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutApp {
    app_secret: String,
    access_token: String,
    verify_token: Option<String>,
    callback_url: Option<String>,
}

/// `PUT /sandbox/apps/{app_id}`: adds or changes a Meta app; a new callback must answer the handshake when a verify token is given.
pub(super) async fn put_app(
    State(sandbox): State<Sandbox>,
    Path(app_id): Path<String>,
    Json(body): Json<PutApp>,
) -> Result<Json<Value>, ControlError> {
    if !is_id(&app_id) {
        return Err(ControlError::bad("An app id is 1 to 20 digits."));
    }
    let known = sandbox.read(|world| {
        world
            .apps
            .get(&app_id)
            .is_some_and(|app| app.callback_url == body.callback_url && app.verify_token == body.verify_token)
    });
    if let (Some(url), Some(token), false) = (&body.callback_url, &body.verify_token, known) {
        let challenge = sandbox.write(|world| world.ids.object());
        handshake(url, token, &challenge)
            .await
            .map_err(|why| ControlError::bad(format!("The callback {url} failed the handshake: {why}.")))?;
    }
    sandbox.write(|world| {
        let app = App {
            id: app_id.clone(),
            app_secret: body.app_secret,
            access_token: body.access_token,
            verify_token: body.verify_token,
            callback_url: body.callback_url,
        };
        world.apps.insert(app_id.clone(), app);
        world.fired.push(Event::State);
    });
    Ok(Json(json!({"id": app_id})))
}

fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutNumber {
    id: String,
    display_phone_number: String,
    verified_name: String,
    throughput_level: Option<String>,
    registered: Option<bool>,
}

/// A token for one WABA: the bare token acts for the first app, the long form names its app.
#[derive(Deserialize)]
#[serde(untagged)]
enum PutToken {
    Bare(String),
    Of { token: String, app_id: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutWaba {
    name: String,
    business_id: String,
    app_ids: Option<Vec<String>>,
    #[serde(default)]
    access_tokens: Vec<PutToken>,
    #[serde(default)]
    numbers: Vec<PutNumber>,
    #[serde(default)]
    templates: Vec<Value>,
    /// Apps subscribed to the webhooks from the start; left out, subscriptions stay as they are.
    subscribed_apps: Option<Vec<String>>,
}

/// `PUT /sandbox/wabas/{waba_id}`: adds or changes a WABA with its numbers and templates; what is not named stays.
pub(super) async fn put_waba(
    State(sandbox): State<Sandbox>,
    Path(waba_id): Path<String>,
    Json(body): Json<PutWaba>,
) -> Result<Json<Value>, ControlError> {
    check_waba(&sandbox, &waba_id, &body)?;
    let summary = sandbox.write(|world| {
        let first_app = world.apps.keys().next().cloned().unwrap_or_default();
        let mut subscriptions = world
            .wabas
            .get(&waba_id)
            .map(|waba| waba.subscriptions.clone())
            .unwrap_or_default();
        if let Some(apps) = body.subscribed_apps {
            subscriptions.retain(|app, _| apps.contains(app));
            for app in apps {
                subscriptions.entry(app).or_default();
            }
        }
        let grant = |token| match token {
            PutToken::Bare(token) => WabaToken {
                token,
                app_id: first_app.clone(),
            },
            PutToken::Of { token, app_id } => WabaToken { token, app_id },
        };
        let waba = Waba {
            id: waba_id.clone(),
            name: body.name,
            business_id: body.business_id,
            app_ids: body.app_ids,
            access_tokens: body.access_tokens.into_iter().map(grant).collect(),
            subscriptions,
        };
        let moved = world
            .wabas
            .insert(waba_id.clone(), waba)
            .map(|old| old.business_id)
            != world.wabas.get(&waba_id).map(|new| new.business_id.clone());
        for number in body.numbers {
            put_number(world, &waba_id, number);
        }
        let templates: Vec<Value> = body
            .templates
            .iter()
            .map(|template| put_template(world, &waba_id, template))
            .collect();
        if moved {
            world.index_people();
        }
        world.fired.push(Event::State);
        json!({"id": waba_id, "templates": templates})
    });
    Ok(Json(summary))
}

fn put_number(world: &mut World, waba_id: &str, number: PutNumber) {
    let old = world.numbers.get(&number.id);
    let pin = old.and_then(|old| old.pin.clone());
    let registered = number
        .registered
        .or(old.map(|old| old.registered))
        .unwrap_or(true);
    let number = Number {
        id: number.id,
        waba_id: waba_id.to_owned(),
        display_phone_number: number.display_phone_number,
        verified_name: number.verified_name,
        throughput_level: number.throughput_level.unwrap_or_else(|| "STANDARD".to_owned()),
        registered,
        pin,
    };
    world.numbers.insert(number.id.clone(), number);
}

/// Adds or changes a template known by its id, else by name and language; the answer names it.
fn put_template(world: &mut World, waba_id: &str, template: &Value) -> Value {
    let name = text_at(template, "/name").unwrap_or_default();
    let language = text_at(template, "/language").unwrap_or_default();
    let known = world
        .template(waba_id, name, language)
        .map(|known| known.id.clone());
    let id = text_at(template, "/id")
        .map(str::to_owned)
        .or(known)
        .unwrap_or_else(|| world.ids.object());
    let status = text_at(template, "/status").unwrap_or("APPROVED").to_uppercase();
    let made = from_create(id.clone(), waba_id, template, &status);
    let named = json!({"id": id, "name": made.name, "language": made.language, "status": status});
    world.templates.insert(id, made);
    named
}

fn check_waba(sandbox: &Sandbox, waba_id: &str, body: &PutWaba) -> Result<(), ControlError> {
    if !is_id(waba_id) || !is_id(&body.business_id) || !body.numbers.iter().all(|number| is_id(&number.id)) {
        return Err(ControlError::bad(
            "WABA, business and phone number ids are 1 to 20 digits.",
        ));
    }
    for number in &body.numbers {
        if !(7..=15).contains(&phone::digits(&number.display_phone_number).len()) {
            return Err(ControlError::bad(format!(
                "{} is not a phone number.",
                number.display_phone_number
            )));
        }
        let elsewhere = sandbox.read(|world| {
            world
                .numbers
                .get(&number.id)
                .is_some_and(|known| known.waba_id != waba_id)
        });
        if elsewhere {
            return Err(ControlError::bad(format!(
                "Phone number {} belongs to another WABA.",
                number.id
            )));
        }
    }
    for template in &body.templates {
        template_create::check(template).map_err(|error| {
            let name = text_at(template, "/name").unwrap_or_default();
            ControlError::bad(format!("Template {name:?} is not valid: {}", error.explanation()))
        })?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateStatus {
    status: String,
    reason: Option<String>,
}

/// `POST /sandbox/templates/{id}/status`: the review's verdict, told by webhook.
pub(super) async fn set_template_status(
    State(sandbox): State<Sandbox>,
    Path(template_id): Path<String>,
    Json(body): Json<TemplateStatus>,
) -> Result<Json<Value>, ControlError> {
    let status = body.status.to_uppercase();
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let template = world
            .templates
            .get_mut(&template_id)
            .ok_or_else(|| ControlError::not_found("template", &template_id))?;
        template.status.clone_from(&status);
        template.rejected_reason.clone_from(&body.reason);
        let value = json!({
            "event": status,
            "message_template_id": template.id.parse::<u64>().unwrap_or_default(),
            "message_template_name": template.name,
            "message_template_language": template.language,
            "message_template_category": template.category,
            "reason": body.reason.as_deref().unwrap_or("NONE"),
        });
        let waba_id = template.waba_id.clone();
        let seconds = now_ms.div_euclid(1000);
        world.queue_webhook(
            &waba_id,
            "message_template_status_update",
            value,
            Some(seconds),
            None,
        );
        world.fired.push(Event::State);
        Ok(Json(json!({"id": template_id, "status": status})))
    })
}

/// `GET /sandbox/state`: apps, WABAs, numbers, customers and the clock; no secrets.
pub(super) async fn state(State(sandbox): State<Sandbox>) -> Json<Value> {
    let now_ms = sandbox.now_ms();
    let offset_ms = sandbox.clock().offset_ms();
    Json(sandbox.read(|world| {
        let apps: Vec<Value> = world
            .apps
            .values()
            .map(|app| json!({"id": app.id, "callback_url": app.callback_url}))
            .collect();
        let wabas: Vec<Value> = world
            .wabas
            .values()
            .map(|waba| {
                let count = world
                    .templates
                    .values()
                    .filter(|template| template.waba_id == waba.id)
                    .count();
                json!({
                    "id": waba.id,
                    "name": waba.name,
                    "business_id": waba.business_id,
                    "subscribed_apps": waba.subscriptions.keys().collect::<Vec<_>>(),
                    "templates": count,
                })
            })
            .collect();
        let numbers: Vec<Value> = world
            .numbers
            .values()
            .map(|number| {
                json!({
                    "id": number.id,
                    "waba_id": number.waba_id,
                    "waba_name": world.wabas.get(&number.waba_id).map(|waba| &waba.name),
                    "display_phone_number": number.display_phone_number,
                    "verified_name": number.verified_name,
                    "registered": number.registered,
                })
            })
            .collect();
        let customers: Vec<Value> = world
            .customers
            .values()
            .map(|customer| json!({"key": customer.key, "name": customer.name, "phone": customer.phone}))
            .collect();
        json!({
            "apps": apps,
            "wabas": wabas,
            "numbers": numbers,
            "customers": customers,
            "pending_webhooks": world.webhooks.pending(),
            "clock": {"now": rfc3339(now_ms), "offset_ms": offset_ms},
        })
    }))
}
