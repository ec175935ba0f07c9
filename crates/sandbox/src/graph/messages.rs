use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::access::Access;
use super::error::{Failure, GraphError};
use super::{GraphCall, success};
use crate::rules::{message, text_at};
use crate::state::Sandbox;

/// Time a typing indicator stays, milliseconds.
const TYPING_MS: i64 = 25_000;

#[derive(Serialize)]
struct Sent {
    messaging_product: &'static str,
    contacts: [Value; 1],
    messages: [Value; 1],
}

/// `POST /{PHONE}/messages` and `/marketing_messages`: a send, or a read receipt with or without typing.
/// `async_code` makes the send fail after it was accepted.
pub(super) fn post(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
    async_code: Option<i64>,
) -> Result<Response, GraphError> {
    let body = call.params()?;
    let number = sandbox.read(|world| access.number(world, call).cloned())?;
    call.is_whatsapp()?;
    if let Some(status) = text_at(body, "/status") {
        return read_receipt(sandbox, &number.id, status, body);
    }
    let mut outgoing = message::parse(body, &number.digits())?;
    outgoing.marketing_only = call.edge.as_deref() == Some("marketing_messages");
    if outgoing.marketing_only && outgoing.kind != "template" {
        return Err(GraphError::coded(
            131055,
            "Only template messages are supported by this endpoint.",
        ));
    }
    let fault = async_code.map(|code| Failure::new(code, "Set by a fault switch of the sandbox."));
    let now_ms = sandbox.now_ms();
    let accepted = sandbox.write(|world| world.send(now_ms, &number, outgoing, fault))?;
    sandbox.calls(|calls| {
        calls.update(call.seq, |noted| noted.message_id = Some(accepted.id.clone()));
    });
    let mut message = json!({"id": accepted.id});
    if let (Some(status), Some(object)) = (accepted.status, message.as_object_mut()) {
        object.insert("message_status".to_owned(), status.into());
    }
    let sent = Sent {
        messaging_product: "whatsapp",
        contacts: [accepted.contact],
        messages: [message],
    };
    Ok(Json(sent).into_response())
}

fn read_receipt(
    sandbox: &Sandbox,
    phone_number_id: &str,
    status: &str,
    body: &Value,
) -> Result<Response, GraphError> {
    if status != "read" {
        return Err(GraphError::parameter("Param status must be one of {READ}."));
    }
    let id = text_at(body, "/message_id")
        .ok_or_else(|| GraphError::parameter("The parameter message_id is required."))?;
    let typing = body
        .get("typing_indicator")
        .map(|_| sandbox.now_ms().saturating_add(TYPING_MS));
    if !sandbox.write(|world| world.mark_read(phone_number_id, id, typing)) {
        return Err(GraphError::value(
            "Param message_id is not a message of this phone number.",
        ));
    }
    success()
}
