use axum::response::Response;

use super::access::Access;
use super::error::GraphError;
use super::{GraphCall, success};
use crate::rules::limits::REGISTRATION_MS;
use crate::state::Sandbox;
use crate::state::model::Number;

/// A PIN of six digits.
pub(super) fn pin(call: &GraphCall) -> Result<&str, GraphError> {
    call.param("/pin")
        .filter(|pin| pin.len() == 6 && pin.bytes().all(|byte| byte.is_ascii_digit()))
        .ok_or_else(|| GraphError::parameter("Param pin must be 6 digits."))
}

/// Counts a register or deregister call; code 133016 once too many came in 72 hours.
fn count(number: &mut Number, most: u32, now_ms: i64) -> Result<(), GraphError> {
    number
        .registrations_ms
        .retain(|at_ms| now_ms - at_ms < REGISTRATION_MS);
    if most > 0 && number.registrations_ms.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
        return Err(GraphError::coded(
            133016,
            "There were too many register and deregister calls for this phone number. Try again in 72 hours.",
        ));
    }
    number.registrations_ms.push(now_ms);
    Ok(())
}

/// `POST /{PHONE}/register` with a six-digit PIN.
pub(super) fn register(sandbox: &Sandbox, access: &Access, call: &GraphCall) -> Result<Response, GraphError> {
    sandbox.read(|world| access.number(world, call).map(|_| ()))?;
    call.is_whatsapp()?;
    let pin = pin(call)?;
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let most = world.kept.limits.registrations;
        let number = access.number_mut(world, call)?;
        count(number, most, now_ms)?;
        if !number.verified {
            return Err(GraphError::coded(
                133006,
                "Verify the phone number before you register it.",
            ));
        }
        if number.pin.as_deref().is_some_and(|own| own != pin) {
            return Err(GraphError::coded(
                133005,
                "The PIN is not the one that was set for this number.",
            ));
        }
        number.registered = true;
        number.pin = Some(pin.to_owned());
        Ok(())
    })?;
    success()
}

/// `POST /{PHONE}/deregister`.
pub(super) fn deregister(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let now_ms = sandbox.now_ms();
    sandbox.write(|world| {
        let most = world.kept.limits.registrations;
        let number = access.number_mut(world, call)?;
        count(number, most, now_ms)?;
        number.registered = false;
        Ok(())
    })?;
    success()
}

/// `POST /{PHONE}/request_code`: a code by SMS or voice; the control API shows it.
pub(super) fn request_code(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    sandbox.read(|world| access.number(world, call).map(|_| ()))?;
    let method = call.param("/code_method").unwrap_or_default();
    if !matches!(method.to_uppercase().as_str(), "SMS" | "VOICE") {
        return Err(GraphError::parameter(
            "Param code_method must be one of {SMS, VOICE}.",
        ));
    }
    if call.param("/language").is_none_or(str::is_empty) {
        return Err(GraphError::parameter("The parameter language is required."));
    }
    sandbox.write(|world| {
        let code = world.kept.ids.pin();
        let number = access.number_mut(world, call)?;
        if number.verified {
            return Err(GraphError::coded(136024, "The phone number is verified already."));
        }
        number.verification_code = Some(code);
        Ok(())
    })?;
    success()
}

/// `POST /{PHONE}/verify_code`.
pub(super) fn verify_code(
    sandbox: &Sandbox,
    access: &Access,
    call: &GraphCall,
) -> Result<Response, GraphError> {
    let given: String = call
        .param("/code")
        .unwrap_or_default()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    sandbox.write(|world| {
        let number = access.number_mut(world, call)?;
        if number.verification_code.as_deref() != Some(given.as_str()) {
            return Err(GraphError::coded(
                136025,
                "The code is not the one that was sent to this phone number.",
            ));
        }
        number.verification_code = None;
        number.verified = true;
        Ok(())
    })?;
    success()
}
