use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::GraphCall;
use super::access::Access;
use super::error::GraphError;
use crate::state::Sandbox;

/// `GET /debug_token?input_token=`: scopes of a token and the WABAs it reaches.
pub(super) fn read(sandbox: &Sandbox, call: &GraphCall) -> Result<Response, GraphError> {
    let token = call
        .query("input_token")
        .ok_or_else(|| GraphError::parameter("The parameter input_token is required."))?;
    let answer = sandbox.read(|world| {
        let Some(access) = Access::of_token(world, token) else {
            let error = json!({"code": 190, "message": "Invalid OAuth access token."});
            return json!({"data": {"error": error, "is_valid": false, "scopes": []}});
        };
        let wabas: Vec<&str> = world
            .wabas
            .values()
            .filter(|waba| access.reaches(waba))
            .map(|waba| waba.id.as_str())
            .collect();
        let scopes = ["whatsapp_business_management", "whatsapp_business_messaging"];
        json!({"data": {
            "app_id": access.app_id,
            "type": "SYSTEM_USER",
            "application": format!("App {}", access.app_id),
            "is_valid": true,
            "expires_at": 0,
            "data_access_expires_at": 0,
            "scopes": scopes,
            "granular_scopes": scopes.map(|scope| json!({"scope": scope, "target_ids": wabas})),
        }})
    });
    Ok(Json(answer).into_response())
}
