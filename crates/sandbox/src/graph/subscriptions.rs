use axum::response::Response;
use http::Method;
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
use super::{GraphCall, json_answer, success};
use crate::state::Sandbox;
use crate::state::events::Event;
use crate::webhooks::deliver::handshake;

const OBJECT: &str = "whatsapp_business_account";

/// `GET`, `POST` and `DELETE /{APP}/subscriptions`: the app's own webhook address and fields.
pub(super) async fn answer(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let app = sandbox.read(|world| access.app(world, call).cloned())?;
    match call.method {
        Method::GET => {
            let fields: Vec<Value> = app
                .fields
                .iter()
                .flatten()
                .map(|field| json!({"name": field, "version": "v26.0"}))
                .collect();
            let data: Vec<Value> = app
                .callback_url
                .iter()
                .map(|url| json!({"object": OBJECT, "callback_url": url, "active": true, "fields": fields}))
                .collect();
            json_answer(&json!({"data": data}))
        }
        Method::POST => subscribe(sandbox, call).await,
        Method::DELETE => {
            sandbox.write(|world| {
                if let Some(app) = world.apps.get_mut(&call.node) {
                    app.callback_url = None;
                }
            });
            success()
        }
        _ => Err(GraphError::unknown_object(call.verb(), &call.node)),
    }
}

async fn subscribe(sandbox: &Sandbox, call: &GraphCall) -> Result<Response, GraphError> {
    let given = |name: &str| {
        let value = call.params().ok().and_then(|params| params.get(name));
        value
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| call.query(name).map(str::to_owned))
    };
    let needed = |name: &str| {
        given(name).ok_or_else(|| GraphError::parameter(format!("The parameter {name} is required.")))
    };
    if needed("object")? != OBJECT {
        return Err(GraphError::parameter(
            "Param object must be whatsapp_business_account.",
        ));
    }
    let (url, token) = (needed("callback_url")?, needed("verify_token")?);
    let challenge = sandbox.write(|world| world.kept.ids.object());
    handshake(&url, &token, &challenge)
        .await
        .map_err(|why| GraphError::callback_verification(&why))?;
    let listed = call.params()?.get("fields").and_then(Value::as_array);
    let fields = match listed {
        Some(list) => Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
        None => given("fields").map(|text| {
            text.split(',')
                .map(|field| field.trim().to_owned())
                .filter(|field| !field.is_empty())
                .collect()
        }),
    };
    sandbox.write(|world| {
        if let Some(app) = world.apps.get_mut(&call.node) {
            app.callback_url = Some(url);
            app.verify_token = Some(token);
            app.fields = fields;
        }
        world.fired.push(Event::State);
    });
    success()
}
