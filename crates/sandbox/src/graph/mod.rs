//! The Graph API: `/v{N}.0/{node}[/{edge}]` with a Bearer token, and media downloads.

mod access;
mod debug_token;
pub(crate) mod error;
pub(crate) mod media;
mod messages;
mod nodes;
mod subscribed_apps;
pub(crate) mod templates;

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, RawQuery, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::clock::rfc3339;
use crate::rules::limits;
use crate::server::Connection;
use crate::state::Sandbox;
use crate::state::faults::{FaultKind, NextFault};
use access::Access;
use error::GraphError;

/// Largest JSON body, bytes.
const JSON_BODY: usize = 1024 * 1024;
/// Largest multipart body: a media file and its form fields, bytes.
const UPLOAD_BODY: usize = limits::MEDIA_BYTES + 64 * 1024;

pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/whatsapp_business/attachments", get(media::download))
        .route("/whatsapp_business/attachments/", get(media::download))
        .route("/{version}/{node}", any(node))
        .route("/{version}/{node}/{edge}", any(edge))
}

/// One Graph request, read whole.
pub(crate) struct GraphCall {
    method: Method,
    node: String,
    edge: Option<String>,
    query: BTreeMap<String, String>,
    headers: HeaderMap,
    body: Bytes,
    /// Position in the call record.
    seq: u64,
}

impl GraphCall {
    fn json(&self) -> Result<Value, GraphError> {
        if self.body.is_empty() {
            return Ok(Value::Object(serde_json::Map::new()));
        }
        serde_json::from_slice(&self.body)
            .map_err(|_| GraphError::parameter("The request body is not valid JSON."))
    }

    fn query(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(String::as_str)
    }

    fn is_send(&self) -> bool {
        self.method == Method::POST
            && self.edge.as_deref() == Some("messages")
            && self.json().is_ok_and(|body| body.get("status").is_none())
    }

    /// The verb that Meta's messages use.
    fn verb(&self) -> &'static str {
        match self.method {
            Method::GET => "get",
            Method::DELETE => "delete",
            _ => "post",
        }
    }
}

/// Query parameters by name; the last of equal names wins.
pub(crate) fn query_pairs(raw: Option<&str>) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}

async fn node(
    state: State<Sandbox>,
    connection: Extension<Connection>,
    Path((version, node)): Path<(String, String)>,
    query: RawQuery,
    request: Request,
) -> Response {
    receive(state, connection, version, node, None, query, request).await
}

async fn edge(
    state: State<Sandbox>,
    connection: Extension<Connection>,
    Path((version, node, edge)): Path<(String, String, String)>,
    query: RawQuery,
    request: Request,
) -> Response {
    receive(state, connection, version, node, Some(edge), query, request).await
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| major.parse::<u16>().is_ok_and(|major| major > 0) && minor == "0")
}

#[derive(Serialize)]
struct Success {
    success: bool,
}

fn success() -> Result<Response, GraphError> {
    Ok(Json(Success { success: true }).into_response())
}

async fn receive(
    State(sandbox): State<Sandbox>,
    Extension(connection): Extension<Connection>,
    version: String,
    node: String,
    edge: Option<String>,
    RawQuery(raw_query): RawQuery,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let at = rfc3339(sandbox.now_ms());
    let path = parts.uri.path().to_owned();
    let seq = sandbox.calls(|calls| calls.arrived(at, parts.method.to_string(), path.clone()));
    if !is_version(&version) {
        return refused(&sandbox, seq, GraphError::unversioned(&path));
    }
    let limit = if edge.as_deref() == Some("media") {
        UPLOAD_BODY
    } else {
        JSON_BODY
    };
    let Ok(body) = axum::body::to_bytes(body, limit).await else {
        return refused(
            &sandbox,
            seq,
            GraphError::parameter("The request body is too large or broke off."),
        );
    };
    let call = GraphCall {
        method: parts.method,
        node,
        edge,
        query: query_pairs(raw_query.as_deref()),
        headers: parts.headers,
        body,
        seq,
    };
    // A client that hangs up does not undo what it asked for.
    let work = tokio::spawn(with_faults(sandbox.clone(), call));
    match work.await {
        Ok(Some(response)) => response,
        Ok(None) => {
            connection.reset();
            std::future::pending().await
        }
        Err(_) => refused(
            &sandbox,
            seq,
            GraphError::coded(1, "The sandbox failed; see its log."),
        ),
    }
}

fn refused(sandbox: &Sandbox, seq: u64, error: GraphError) -> Response {
    let (status, code) = (error.status.as_u16(), error.code);
    sandbox.calls(|calls| {
        calls.update(seq, |call| {
            call.outcome = "answered".to_owned();
            call.status = Some(status);
            call.error_code = Some(code);
        });
    });
    error.into_response_with(&sandbox.trace_id())
}

/// Runs a call under the fault switches; `None` asks for a reset connection.
async fn with_faults(sandbox: Sandbox, call: GraphCall) -> Option<Response> {
    let is_send = call.is_send();
    let (latency_ms, fault) = sandbox.faults(|faults| (faults.latency_ms, faults.take(&call.node, is_send)));
    if latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(latency_ms)).await;
    }
    let seq = call.seq;
    note_send(&sandbox, &call);
    let outcome = |outcome: &str| {
        sandbox.calls(|calls| calls.update(seq, |call| call.outcome = outcome.to_owned()));
    };
    match fault {
        Some(NextFault {
            kind: FaultKind::ResetBeforeAccept,
            ..
        }) => {
            outcome("reset_before_accept");
            return None;
        }
        Some(NextFault {
            kind: FaultKind::Error,
            code,
            ..
        }) => {
            let error = GraphError::coded(code.unwrap_or(131000), "Set by a fault switch of the sandbox.");
            return Some(refused(&sandbox, seq, error));
        }
        _ => {}
    }
    let answer = dispatch(&sandbox, &call).await;
    match fault.map(|fault| fault.kind) {
        Some(FaultKind::ResetAfterAccept) => {
            outcome("reset_after_accept");
            None
        }
        Some(FaultKind::Http500AfterAccept) => Some(refused(
            &sandbox,
            seq,
            GraphError::coded(1, "Set by a fault switch of the sandbox."),
        )),
        _ => Some(match answer {
            Ok(response) => {
                let status = response.status().as_u16();
                sandbox.calls(|calls| {
                    calls.update(seq, |call| {
                        call.outcome = "answered".to_owned();
                        call.status = Some(status);
                    });
                });
                response
            }
            Err(error) => refused(&sandbox, seq, error),
        }),
    }
}

fn note_send(sandbox: &Sandbox, call: &GraphCall) {
    if !matches!(
        call.edge.as_deref(),
        Some("messages" | "media" | "register" | "deregister")
    ) {
        return;
    }
    let data = call.json().ok().and_then(|body| {
        body.get("biz_opaque_callback_data")
            .and_then(Value::as_str)
            .map(str::to_owned)
    });
    sandbox.calls(|calls| {
        calls.update(call.seq, |noted| {
            noted.phone_number_id = Some(call.node.clone());
            noted.biz_opaque_callback_data = data;
        });
    });
}

async fn dispatch(sandbox: &Sandbox, call: &GraphCall) -> Result<Response, GraphError> {
    let access = Access::of(sandbox, call)?;
    match (&call.method, call.node.as_str(), call.edge.as_deref()) {
        (&Method::GET, "debug_token", None) => debug_token::read(sandbox, call),
        (&Method::GET, "me", None) => nodes::me(sandbox, &access),
        (&Method::POST, _, Some("messages")) => messages::post(sandbox, &access, call),
        (&Method::POST, _, Some("media")) => media::upload(sandbox, &access, call).await,
        (&Method::POST, _, Some("register")) => nodes::register(sandbox, &access, call),
        (&Method::POST, _, Some("deregister")) => nodes::deregister(sandbox, &access, call),
        (&Method::GET, _, Some("phone_numbers")) => nodes::phone_numbers(sandbox, &access, call),
        (&Method::GET, _, Some("message_templates")) => templates::list(sandbox, &access, call),
        (&Method::POST, _, Some("message_templates")) => templates::create(sandbox, &access, call),
        (&Method::DELETE, _, Some("message_templates")) => templates::delete(sandbox, &access, call),
        (&Method::GET, _, Some("subscribed_apps")) => subscribed_apps::list(sandbox, &access, call),
        (&Method::POST, _, Some("subscribed_apps")) => {
            subscribed_apps::subscribe(sandbox, &access, call).await
        }
        (&Method::DELETE, _, Some("subscribed_apps")) => subscribed_apps::unsubscribe(sandbox, &access, call),
        (&Method::GET, _, None) => nodes::read(sandbox, &access, call),
        (&Method::DELETE, _, None) => media::delete(sandbox, &access, call).await,
        _ => Err(GraphError::unknown_object(call.verb(), &call.node)),
    }
}

/// 404 without a body, as the media host answers.
fn not_found() -> Response {
    StatusCode::NOT_FOUND.into_response()
}
