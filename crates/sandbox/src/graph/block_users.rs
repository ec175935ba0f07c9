use axum::response::Response;
use http::Method;
use serde_json::{Value, json};

use super::access::Access;
use super::error::GraphError;
use super::{GraphCall, json_answer, templates};
use crate::rules::{limits, list_at, phone, text_at};
use crate::state::Sandbox;
use crate::state::model::Number;
use crate::state::world::World;

/// People that a number may block.
const MOST: usize = 64_000;

/// `GET /{PHONE}/block_users`.
pub(super) fn list(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    let data = sandbox.read(|world| {
        let number = access.number(world, call)?;
        let of = |key: &String| world.customers.get(key);
        Ok(number
            .blocked
            .iter()
            .filter_map(of)
            .map(|customer| {
                let wa_id = customer.phone.clone();
                let user_id = world.user_id(world.business_of(number), customer);
                let input = wa_id.as_deref().unwrap_or(&user_id);
                json!({"messaging_product": "whatsapp", "input": input, "wa_id": wa_id, "user_id": user_id})
            })
            .collect::<Vec<Value>>())
    })?;
    templates::page(sandbox, call, data, None)
}

/// `POST` and `DELETE /{PHONE}/block_users`.
pub(super) fn change(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    call.is_whatsapp()?;
    let users = list_at(call.params()?, "/block_users");
    if users.is_empty() {
        return Err(GraphError::parameter("The parameter block_users is required."));
    }
    let block = call.method == Method::POST;
    let now_ms = sandbox.now_ms();
    let (done, failed) = sandbox.write(|world| {
        let number = access.number(world, call)?.clone();
        let (mut done, mut failed, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for user in users {
            let input = text_at(user, "/user").or_else(|| text_at(user, "/user_id")).unwrap_or_default();
            match person(world, &number, input, block, now_ms) {
                Ok((key, answer)) => {
                    keys.push(key);
                    done.push(answer);
                }
                Err((code, why)) => failed.push(json!({
                    "input": input,
                    "errors": [{"message": "User cannot be blocked", "code": code, "error_data": {"details": why}}],
                })),
            }
        }
        let number = access.number_mut(world, call)?;
        if block && number.blocked.len() + keys.len() > MOST {
            return Err(GraphError::coded(139101, "The block list is full."));
        }
        for key in keys {
            if block {
                number.blocked.insert(key);
            } else {
                number.blocked.remove(&key);
            }
        }
        Ok((done, failed))
    })?;
    let done_name = if block { "added_users" } else { "removed_users" };
    let mut block_users = json!({done_name: done});
    if let (false, Some(object)) = (failed.is_empty(), block_users.as_object_mut()) {
        object.insert("failed_users".to_owned(), failed.clone().into());
    }
    let mut answer = json!({"messaging_product": "whatsapp", "block_users": block_users});
    if let (false, Some(object)) = (failed.is_empty(), answer.as_object_mut()) {
        let error = json!({
            "message": "(#139100) Failed to block/unblock some users",
            "type": "OAuthException",
            "code": 139100,
            "error_data": {"details": "Failed to block or unblock some users; see the failed_users response list for details"},
        });
        object.insert("errors".to_owned(), error);
    }
    json_answer(&answer)
}

/// The customer meant, who must have written within 24 hours to be blocked.
fn person(
    world: &World,
    number: &Number,
    input: &str,
    block: bool,
    now_ms: i64,
) -> Result<(String, Value), (i64, &'static str)> {
    let customer = if phone::is_user_id(input) {
        world.customer_by_user_id(world.business_of(number), input)
    } else {
        phone::dialled(input, &number.digits())
            .and_then(|digits| world.customer_by_phone(&digits))
            .or_else(|| world.customer_by_phone(&phone::digits(input)))
    };
    let customer = customer.ok_or((131026, "The user is not on WhatsApp"))?;
    let recent = world
        .thread(&number.id, &customer.key)
        .and_then(|thread| thread.last_inbound_ms)
        .is_some_and(|at_ms| now_ms - at_ms < limits::WINDOW_MS);
    if block && !recent {
        return Err((
            131047,
            "The user has not written to this number in the last 24 hours",
        ));
    }
    let answer = json!({"input": input, "wa_id": customer.phone, "user_id": world.user_id(world.business_of(number), customer)});
    Ok((customer.key.clone(), answer))
}
