use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
use super::nodes::application;
use super::{GraphCall, success};
use crate::rules::text_at;
use crate::state::Sandbox;
use crate::state::model::Subscription;
use crate::webhooks::deliver::handshake;

/// Longest override address, characters.
const OVERRIDE_URL: usize = 200;

/// `GET /{WABA}/subscribed_apps`.
pub(super) fn list(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let data: Vec<Value> = sandbox.read(|world| {
        let waba = access.waba(world, call)?;
        let entry = |(app_id, subscription): (&String, &Subscription)| {
            let mut entry = json!({"whatsapp_business_api_data": application(app_id)});
            if let (Some(uri), Some(object)) = (&subscription.override_callback_uri, entry.as_object_mut()) {
                object.insert("override_callback_uri".to_owned(), uri.clone().into());
            }
            entry
        };
        Ok(waba.subscriptions.iter().map(entry).collect())
    })?;
    Ok(Json(json!({"data": data})).into_response())
}

/// `POST /{WABA}/subscribed_apps`: subscribes the token's app, with an own callback when one is given.
pub(super) async fn subscribe(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    sandbox.read(|world| access.waba(world, call).map(|_| ()))?;
    let empty = Value::Null;
    let override_callback_uri = own_address(sandbox, call.params().unwrap_or(&empty)).await?;
    sandbox.write(|world| {
        if let Some(waba) = world.wabas.get_mut(&call.node) {
            waba.subscriptions.insert(
                access.app_id.clone(),
                Subscription {
                    override_callback_uri,
                },
            );
        }
    });
    success()
}

/// The own callback that a body asks for, once it has answered the handshake; empty text takes it away.
pub(super) async fn own_address(sandbox: &Sandbox, body: &Value) -> Result<Option<String>, GraphError> {
    let Some(uri) = text_at(body, "/override_callback_uri").filter(|uri| !uri.is_empty()) else {
        return Ok(None);
    };
    if uri.len() > OVERRIDE_URL {
        return Err(GraphError::parameter(
            "Param override_callback_uri must be at most 200 characters long.",
        ));
    }
    let verify_token = text_at(body, "/verify_token")
        .ok_or_else(|| GraphError::parameter("The parameter verify_token is required."))?;
    let challenge = sandbox.write(|world| world.kept.ids.object());
    handshake(uri, verify_token, &challenge)
        .await
        .map_err(|why| GraphError::callback_verification(&why))?;
    Ok(Some(uri.to_owned()))
}

/// `DELETE /{WABA}/subscribed_apps`: ends the subscription of the token's app.
pub(super) fn unsubscribe(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    sandbox.read(|world| access.waba(world, call).map(|_| ()))?;
    sandbox.write(|world| {
        if let Some(waba) = world.wabas.get_mut(&call.node) {
            waba.subscriptions.remove(&access.app_id);
        }
    });
    success()
}
