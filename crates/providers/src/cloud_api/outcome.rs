//! What became of a send: the part that decides whether the ledger may call again.

use domain::{
    channel::Party,
    ports::{FaultClass, SendOutcome},
};
use egress::{Error, ErrorKind, Response};

use super::{errors, wire};

/// Sorts the answer of `POST /{number}/messages`, or its absence.
pub(super) fn of(answer: Result<Response, Error>) -> SendOutcome {
    match answer {
        Ok(answer) if answer.status.is_success() => accepted(&answer),
        Ok(answer) => refused(&answer),
        Err(error) => lost(&error),
    }
}

fn accepted(answer: &Response) -> SendOutcome {
    let Ok(sent) = serde_json::from_slice::<wire::Sent>(&answer.body) else {
        return refused(answer);
    };
    let Some(message) = sent
        .messages
        .into_iter()
        .next()
        .filter(|message| !message.id.0.is_empty())
    else {
        return refused(answer);
    };
    let contact = sent.contacts.into_iter().next().unwrap_or_default();
    let held = matches!(
        message.message_status.as_deref(),
        Some("held_for_quality_assessment" | "paused")
    );
    let party = Party {
        phone: contact.wa_id,
        user_id: contact.user_id,
        ..Party::default()
    };
    SendOutcome::Accepted {
        provider_id: message.id.0,
        held,
        party,
    }
}

fn refused(answer: &Response) -> SendOutcome {
    let answered = errors::from_answer(answer).for_send();
    if answered.doubt {
        SendOutcome::Ambiguous(answered.fault)
    } else {
        SendOutcome::Refused(answered.fault)
    }
}

fn lost(error: &Error) -> SendOutcome {
    let fault = errors::from_egress(error);
    match error.kind {
        ErrorKind::Blocked => SendOutcome::Refused(fault),
        ErrorKind::NotSent => SendOutcome::NotSent(fault),
        ErrorKind::Timeout | ErrorKind::Broken => SendOutcome::Ambiguous(fault),
        ErrorKind::TooLarge => SendOutcome::Ambiguous(domain::ports::ProviderFault {
            class: FaultClass::ProviderDown,
            ..fault
        }),
    }
}
