//! The last decision before a call, and the message as the provider port takes it. Pure.

use domain::{
    MediaId,
    channel::Recipient,
    content::{Content, TemplateMessage},
    decision::{CUSTOMER_SERVICE_WINDOW, SendFacts, decide, is_marketing},
    ports::{FaultClass, OutboundMessage, Payload},
    status::MessageStatus,
    template::Template,
};
use store::delivery::{AttemptOutcome, Claimed, Fault, Loaded, LoadedMedia, LoadedMessage};
use time::OffsetDateTime;

use crate::verdict::{Tries, ledger, own};

/// Class of a refusal by our own rules.
const REFUSED_BY_RULE: &str = "refused_by_rule";

/// What happens with a claimed row.
#[derive(Debug)]
pub(crate) enum Plan {
    /// It is called.
    Call(Box<Outgoing>),
    /// It is over without a call.
    Over(AttemptOutcome),
}

/// A message on its way out.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// Its ledger row.
    pub(crate) row: Claimed,
    /// What was tried before.
    pub(crate) tries: Tries,
    /// The message; the provider's ids of its files are filled in before the call.
    pub(crate) message: OutboundMessage,
    /// The files that it needs.
    pub(crate) media: Vec<(MediaId, LoadedMedia)>,
}

/// Plans one row.
pub(crate) fn plan(loaded: &Loaded, row: Claimed, now: OffsetDateTime) -> Plan {
    let Some(message) = loaded.messages.get(&row.message_id) else {
        return Plan::Over(AttemptOutcome::Dropped);
    };
    if message.status > MessageStatus::Submitted {
        return Plan::Over(AttemptOutcome::Dropped);
    }
    match compose(loaded, message, row, now) {
        Ok(outgoing) => Plan::Call(Box::new(outgoing)),
        Err(outcome) => Plan::Over(outcome),
    }
}

fn compose(
    loaded: &Loaded,
    message: &LoadedMessage,
    row: Claimed,
    now: OffsetDateTime,
) -> Result<Outgoing, AttemptOutcome> {
    let content = message.content.as_ref();
    let content = content.ok_or_else(|| invalid("This version can't read the stored message."))?;
    let template = match content {
        Content::Template(wanted) => Some(usable(&loaded.templates, wanted)),
        _ => None,
    };
    let decision = decide(&SendFacts {
        now,
        window_expires_at: message.last_inbound_at.map(|at| at + CUSTOMER_SERVICE_WINDOW),
        is_template: template.is_some(),
        template_fault: template.as_ref().and_then(|found| found.as_ref().err().cloned()),
        tenant_active: loaded.connected.tenant_active,
        number_pause: None,
        is_marketing: template
            .as_ref()
            .and_then(|found| found.as_ref().ok())
            .is_some_and(|template| is_marketing(&template.category)),
        withdrawn: message.withdrawn,
        last_inbound_at: message.last_inbound_at,
    });
    if !decision.allowed {
        let fault = Fault {
            class: REFUSED_BY_RULE,
            code: None,
            message: decision.reason.clone(),
            trace_id: None,
        };
        return Err(AttemptOutcome::Rejected {
            fault,
            decision: Some(Box::new(decision)),
        });
    }
    let template = template.and_then(Result::ok);
    let to = receiver(message, template)?;
    let media = files(loaded, content)?;
    let payload = Payload {
        template: template.cloned().map(Box::new),
        ..Payload::plain(content.clone())
    };
    let tries = Tries {
        earlier: message.earlier_tries,
        first_at: message.first_tried_at,
    };
    let message = OutboundMessage {
        message_id: row.message_id,
        to,
        payload,
        reply_to: message.reply_to.clone(),
    };
    Ok(Outgoing {
        row,
        tries,
        message,
        media,
    })
}

/// Who gets it; one-time codes reach phone numbers only.
fn receiver(message: &LoadedMessage, template: Option<&Template>) -> Result<Recipient, AttemptOutcome> {
    let unreachable = |words| AttemptOutcome::Rejected {
        fault: ledger(&own(FaultClass::Recipient, words)),
        decision: None,
    };
    match message.recipient.clone() {
        None => Err(unreachable(
            "Neither a phone number nor a user id of this contact is known.",
        )),
        Some(Recipient::UserId(_)) if template.is_some_and(Template::needs_phone) => Err(unreachable(
            "WhatsApp delivers one-time codes to phone numbers only, and no number of this contact is known.",
        )),
        Some(to) => Ok(to),
    }
}

/// The template as it stands now, or why it can't be sent.
fn usable<'a>(templates: &'a [Template], wanted: &TemplateMessage) -> Result<&'a Template, String> {
    let mut named = templates.iter();
    let found = named.find(|template| template.name == wanted.name && template.language == wanted.language);
    let found = found.ok_or_else(|| {
        format!(
            "The template {} ({}) no longer exists. Sync the templates and choose another one.",
            wanted.name, wanted.language
        )
    })?;
    if let Some(reason) = found.unsendable() {
        return Err(reason);
    }
    let faults = found.check(&wanted.parameters);
    if faults.is_empty() {
        return Ok(found);
    }
    let faults: Vec<_> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.message))
        .collect();
    Err(format!(
        "The template was changed and its values no longer fit. {}",
        faults.join(" ")
    ))
}

/// The files that the content names; a fault of the content itself is found here once more, because limits may have
/// changed since it was written.
fn files(loaded: &Loaded, content: &Content) -> Result<Vec<(MediaId, LoadedMedia)>, AttemptOutcome> {
    if let Some(fault) = content.faults().first() {
        return Err(invalid(&format!("{}: {}", fault.field, fault.message)));
    }
    let stored = |id: MediaId| {
        let found = loaded.media.get(&id).map(|media| (id, media.clone()));
        found.ok_or_else(|| {
            invalid("The file is not stored here any more. Upload it again and send a new message.")
        })
    };
    content.media_ids().into_iter().map(stored).collect()
}

fn invalid(message: &str) -> AttemptOutcome {
    AttemptOutcome::Rejected {
        fault: ledger(&own(FaultClass::Invalid, message)),
        decision: None,
    }
}
