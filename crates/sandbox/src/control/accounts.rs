use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ControlError;
use crate::graph::numbers::new_number;
use crate::graph::templates::from_create;
use crate::rules::{phone, template_create, text_at};
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::state::model::{App, Waba, WabaToken};
use crate::state::world::World;
use crate::webhooks::deliver::handshake;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PutApp {
    app_secret: String,
    access_token: String,
    verify_token: Option<String>,
    callback_url: Option<String>,
    /// Webhook fields the app takes; left out, all.
    fields: Option<BTreeSet<String>>,
    /// Refuse calls without `appsecret_proof`.
    #[serde(default)]
    require_proof: bool,
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
        let challenge = sandbox.write(|world| world.kept.ids.object());
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
            fields: body.fields,
            require_proof: body.require_proof,
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
    /// Left out, a number is verified.
    verified: Option<bool>,
}

/// A token for one WABA: the bare token acts for the first app, the long form names its app.
#[derive(Deserialize)]
#[serde(untagged)]
enum PutToken {
    Bare(String),
    Of {
        token: String,
        app_id: String,
        scopes: Option<Vec<String>>,
        /// Simulated Unix seconds.
        expires_at: Option<i64>,
    },
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
    /// Tier of the portfolio, such as `TIER_2K`; a new one has `TIER_250`.
    messaging_limit: Option<String>,
}

/// `PUT /sandbox/wabas/{waba_id}`: adds or changes a WABA with its numbers and templates; what is not named stays.
pub(super) async fn put_waba(
    State(sandbox): State<Sandbox>,
    Path(waba_id): Path<String>,
    Json(body): Json<PutWaba>,
) -> Result<Json<Value>, ControlError> {
    check_waba(&sandbox, &waba_id, &body)?;
    let summary = sandbox.write(|world| {
        let waba = waba_of(world, &waba_id, &body);
        let moved = world
            .wabas
            .insert(waba_id.clone(), waba)
            .map(|old| old.business_id)
            != world.wabas.get(&waba_id).map(|new| new.business_id.clone());
        world.index_tokens();
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

/// The WABA as it is to be; what the body does not name stays as it was.
fn waba_of(world: &World, waba_id: &str, body: &PutWaba) -> Waba {
    let old = world.wabas.get(waba_id);
    let first_app = world.apps.keys().next().cloned().unwrap_or_default();
    let mut subscriptions = old.map(|waba| waba.subscriptions.clone()).unwrap_or_default();
    if let Some(apps) = &body.subscribed_apps {
        subscriptions.retain(|app, _| apps.contains(app));
        for app in apps {
            subscriptions.entry(app.clone()).or_default();
        }
    }
    let grant = |token: &PutToken| match token {
        PutToken::Bare(token) => WabaToken {
            token: token.clone(),
            app_id: first_app.clone(),
            scopes: None,
            expires_at: None,
        },
        PutToken::Of {
            token,
            app_id,
            scopes,
            expires_at,
        } => WabaToken {
            token: token.clone(),
            app_id: app_id.clone(),
            scopes: scopes.clone(),
            expires_at: *expires_at,
        },
    };
    let kept =
        |pick: fn(&Waba) -> &String, new: &str| old.map_or_else(|| new.to_owned(), |waba| pick(waba).clone());
    Waba {
        id: waba_id.to_owned(),
        name: body.name.clone(),
        business_id: body.business_id.clone(),
        app_ids: body.app_ids.clone(),
        access_tokens: body.access_tokens.iter().map(grant).collect(),
        subscriptions,
        messaging_limit: body
            .messaging_limit
            .clone()
            .unwrap_or_else(|| kept(|waba| &waba.messaging_limit, "TIER_250")),
        status: kept(|waba| &waba.status, "ACTIVE"),
        account_review_status: kept(|waba| &waba.account_review_status, "APPROVED"),
        payment: old.is_none_or(|waba| waba.payment),
        currency: kept(|waba| &waba.currency, "USD"),
        timezone_id: kept(|waba| &waba.timezone_id, "1"),
    }
}

fn put_number(world: &mut World, waba_id: &str, put: PutNumber) {
    let old = world.numbers.get(&put.id).cloned();
    let mut number = old
        .clone()
        .unwrap_or_else(|| new_number(put.id.clone(), waba_id, String::new(), String::new()));
    number.display_phone_number = put.display_phone_number;
    number.verified_name = put.verified_name;
    number.throughput_level = put.throughput_level.unwrap_or_else(|| "STANDARD".to_owned());
    number.registered = put
        .registered
        .unwrap_or(old.as_ref().is_none_or(|old| old.registered));
    number.verified = put
        .verified
        .unwrap_or(old.as_ref().is_none_or(|old| old.verified));
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
        .unwrap_or_else(|| world.kept.ids.object());
    let status = text_at(template, "/status").unwrap_or("APPROVED").to_uppercase();
    let made = from_create(id.clone(), waba_id, template, &status);
    let named = json!({"id": id, "name": made.name, "language": made.language, "status": status});
    world.put_template(made);
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
