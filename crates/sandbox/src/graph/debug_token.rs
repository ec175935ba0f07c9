use axum::response::Response;
use serde_json::json;

use super::access::Access;
use super::error::GraphError;
use super::{GraphCall, json_answer};
use crate::state::Sandbox;

/// `GET /debug_token?input_token=`: scopes of a token and the WABAs it reaches.
pub(super) fn read(sandbox: &Sandbox, call: &GraphCall) -> Result<Response, GraphError> {
    let token = call
        .query("input_token")
        .ok_or_else(|| GraphError::parameter("The parameter input_token is required."))?;
    let now_s = sandbox.now_ms().div_euclid(1000);
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
        let scopes = access.scopes();
        let granular: Vec<_> = scopes
            .iter()
            .map(|scope| json!({"scope": scope, "target_ids": wabas}))
            .collect();
        let expired = access.expires_at.is_some_and(|at| at <= now_s);
        let mut data = json!({
            "app_id": access.app_id,
            "type": "SYSTEM_USER",
            "application": format!("App {}", access.app_id),
            "is_valid": !expired,
            "expires_at": access.expires_at.unwrap_or_default(),
            "data_access_expires_at": 0,
            "scopes": scopes,
            "granular_scopes": granular,
        });
        if let (true, Some(object)) = (expired, data.as_object_mut()) {
            let error = json!({"code": 190, "message": "Error validating access token: Session has expired.", "subcode": 463});
            object.insert("error".to_owned(), error);
        }
        json!({"data": data})
    });
    json_answer(&answer)
}
