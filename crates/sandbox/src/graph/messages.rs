use axum::Json;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
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

/// `POST /{PHONE}/messages`: a send, or a read receipt with or without typing.
pub(super) fn post(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let body = call.json()?;
    let number = sandbox.read(|world| access.number(world, call))?;
    if text_at(&body, "/messaging_product") != Some("whatsapp") {
        return Err(GraphError::parameter(
            "The parameter messaging_product is required.",
        ));
    }
    if let Some(status) = text_at(&body, "/status") {
        return read_receipt(sandbox, &number.id, status, &body);
    }
    let outgoing = message::parse(&body, &number.digits())?;
    let now_ms = sandbox.now_ms();
    let accepted = sandbox.write(|world| world.send(now_ms, &number, outgoing))?;
    sandbox.calls(|calls| {
        calls.update(call.seq, |noted| noted.message_id = Some(accepted.id.clone()));
    });
    let mut message = json!({"id": accepted.id});
    if let Some(object) = message.as_object_mut().filter(|_| accepted.is_template) {
        object.insert("message_status".to_owned(), "accepted".into());
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
