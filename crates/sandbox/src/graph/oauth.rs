use axum::response::Response;
use serde_json::json;

use super::error::GraphError;
use super::{GraphCall, json_answer};
use crate::state::Sandbox;
use crate::state::model::WabaToken;

/// `GET /oauth/access_token`: an app token for client credentials, or a business token for a code of Embedded Signup.
pub(super) fn access_token(sandbox: &Sandbox, call: &GraphCall) -> Result<Response, GraphError> {
    let given = |name: &str| call.query(name).or_else(|| call.param(&format!("/{name}")));
    let client = given("client_id").ok_or_else(|| GraphError::parameter("Missing client_id parameter."))?;
    let secret =
        given("client_secret").ok_or_else(|| GraphError::parameter("Missing client_secret parameter."))?;
    let app = sandbox
        .read(|world| world.apps.get(client).cloned())
        .ok_or_else(|| {
            GraphError::app_secret_proof("Error validating application. Invalid application ID.")
        })?;
    if app.app_secret != secret {
        return Err(GraphError::app_secret_proof("Error validating client secret."));
    }
    if given("grant_type") == Some("client_credentials") {
        let token = format!("{}|{}", app.id, app.app_secret);
        return json_answer(&json!({"access_token": token, "token_type": "bearer"}));
    }
    let code = given("code").ok_or_else(|| GraphError::parameter("Missing authorization code"))?;
    let now_ms = sandbox.now_ms();
    let token = sandbox.write(|world| {
        // A code is spent by any try, like Meta's.
        let found = world.codes.remove(code).filter(|found| found.app_id == app.id);
        let found = found.ok_or_else(|| {
            GraphError::parameter(
                "This authorization code has been used or does not belong to this application.",
            )
        })?;
        if found.expires_ms <= now_ms {
            return Err(GraphError::parameter("This authorization code has expired."));
        }
        let token = format!("EAAsandbox{}", world.kept.ids.secret());
        if let Some(waba) = world.wabas.get_mut(&found.waba_id) {
            waba.access_tokens.push(WabaToken {
                token: token.clone(),
                app_id: app.id.clone(),
                scopes: None,
                expires_at: None,
            });
        }
        world.index_tokens();
        Ok(token)
    })?;
    json_answer(&json!({"access_token": token, "token_type": "bearer"}))
}
