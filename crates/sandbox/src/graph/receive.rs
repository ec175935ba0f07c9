use std::time::Duration;

use axum::body::Body;
use axum::extract::{Extension, Path, RawQuery, Request, State};
use axum::response::Response;
use http::StatusCode;

use super::GraphCall;
use super::dispatch::dispatch;
use super::error::GraphError;
use crate::clock::rfc3339;
use crate::rules::limits;
use crate::server::Connection;
use crate::state::Sandbox;
use crate::state::faults::{CallTraits, FaultKind, NextFault};

/// Largest JSON body, bytes.
const JSON_BODY: usize = 1024 * 1024;
/// Largest upload: a media file and its form fields, bytes.
const UPLOAD_BODY: usize = limits::MEDIA_BYTES + 64 * 1024;
/// Header by which a call asks for a fault itself.
const FAULT_HEADER: &str = "x-sandbox-fault";

pub(super) async fn node(
    state: State<Sandbox>,
    connection: Extension<Connection>,
    Path((version, node)): Path<(String, String)>,
    query: RawQuery,
    request: Request,
) -> Response {
    receive(state, connection, version, (node, None), query, request).await
}

pub(super) async fn edge(
    state: State<Sandbox>,
    connection: Extension<Connection>,
    Path((version, node, edge)): Path<(String, String, String)>,
    query: RawQuery,
    request: Request,
) -> Response {
    receive(state, connection, version, (node, Some(edge)), query, request).await
}

fn is_version(text: &str) -> bool {
    text.strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| major.parse::<u16>().is_ok_and(|major| major > 0) && minor == "0")
}

async fn receive(
    State(sandbox): State<Sandbox>,
    Extension(connection): Extension<Connection>,
    version: String,
    target: (String, Option<String>),
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
    let is_upload = target.1.as_deref() == Some("media") || target.0.starts_with("upload:");
    let limit = if is_upload { UPLOAD_BODY } else { JSON_BODY };
    let Ok(body) = axum::body::to_bytes(body, limit).await else {
        let error = GraphError::parameter("The request body is too large or broke off.");
        return refused(&sandbox, seq, error);
    };
    let call = GraphCall::new(
        parts.method,
        target,
        raw_query.as_deref(),
        parts.headers,
        body,
        seq,
    );
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

/// The latency of a call and the fault that waits for it.
fn faults_of(sandbox: &Sandbox, call: &GraphCall) -> (u64, bool, Option<NextFault>) {
    let own = call
        .headers
        .get(FAULT_HEADER)
        .and_then(|value| NextFault::of_header(value.to_str().ok()?));
    let traits = CallTraits {
        node: &call.node,
        is_send: call.is_send(),
        to: call.param("/to").or_else(|| call.param("/recipient")),
        callback_data: call.param("/biz_opaque_callback_data"),
    };
    sandbox.faults(|faults| {
        let fault = own.or_else(|| faults.take(traits));
        (faults.latency_ms, faults.outage, fault)
    })
}

/// Runs a call under the fault switches; `None` asks for a reset connection.
async fn with_faults(sandbox: Sandbox, call: GraphCall) -> Option<Response> {
    let (mut latency_ms, outage, fault) = faults_of(&sandbox, &call);
    let kind = fault.as_ref().map(|fault| fault.kind);
    let code = fault.as_ref().and_then(|fault| fault.code).unwrap_or(131000);
    let by_switch = |code| GraphError::coded(code, "Set by a fault switch of the sandbox.");
    if kind == Some(FaultKind::Latency) {
        latency_ms += fault
            .as_ref()
            .and_then(|fault| fault.latency_ms)
            .unwrap_or_default();
    }
    if latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(latency_ms)).await;
    }
    let seq = call.seq;
    note(&sandbox, &call);
    let outcome = |outcome: &str| {
        sandbox.calls(|calls| calls.update(seq, |call| call.outcome = outcome.to_owned()));
    };
    match kind {
        Some(FaultKind::ResetBeforeAccept) => {
            outcome("reset_before_accept");
            return None;
        }
        Some(FaultKind::Error) => return Some(refused(&sandbox, seq, by_switch(code))),
        _ if outage => return Some(refused(&sandbox, seq, by_switch(2))),
        _ => {}
    }
    let async_code = (kind == Some(FaultKind::AsyncError)).then_some(code);
    let answer = dispatch(&sandbox, &call, async_code).await;
    match kind {
        Some(FaultKind::ResetAfterAccept) => {
            outcome("reset_after_accept");
            None
        }
        Some(FaultKind::Http500AfterAccept) => {
            let status = fault.and_then(|fault| fault.http_status).unwrap_or(500);
            let mut error = by_switch(1);
            error.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Some(refused(&sandbox, seq, error))
        }
        _ => Some(answered(&sandbox, seq, answer)),
    }
}

fn answered(sandbox: &Sandbox, seq: u64, answer: Result<Response, GraphError>) -> Response {
    let response = match answer {
        Ok(response) => response,
        Err(error) => return refused(sandbox, seq, error),
    };
    let status = response.status().as_u16();
    sandbox.calls(|calls| {
        calls.update(seq, |call| {
            call.outcome = "answered".to_owned();
            call.status = Some(status);
        });
    });
    response
}

/// Notes what a call on a number is about.
fn note(sandbox: &Sandbox, call: &GraphCall) {
    if !matches!(
        call.edge.as_deref(),
        Some("messages" | "marketing_messages" | "media" | "register" | "deregister")
    ) {
        return;
    }
    let data = call.param("/biz_opaque_callback_data").map(str::to_owned);
    sandbox.calls(|calls| {
        calls.update(call.seq, |noted| {
            noted.phone_number_id = Some(call.node.clone());
            noted.biz_opaque_callback_data = data;
        });
    });
}
