//! A send of the business, up to the moment it is accepted.

use serde_json::{Value, json};

use super::model::{Customer, Message, Number, Party, Stage, Template};
use super::world::World;
use crate::graph::error::{Failure, GraphError};
use crate::rules::message::{MEDIA_KINDS, Outgoing, Recipient};
use crate::rules::{limits, template, text_at};
use crate::webhooks::payload;

/// A send that Graph has answered with 200.
pub(crate) struct Accepted {
    pub(crate) id: String,
    /// `contacts[0]` of the answer.
    pub(crate) contact: Value,
    /// `messages[0].message_status`, for templates.
    pub(crate) status: Option<&'static str>,
}

/// Content and pricing category of a send once template and media are checked.
struct Prepared {
    content: Value,
    category: String,
    template_id: Option<String>,
    held: bool,
}

impl World {
    /// Accepts a send or refuses it at once; everything after acceptance is told by webhook.
    /// `fault` is a failure that a switch asks for.
    pub(crate) fn send(
        &mut self,
        now_ms: i64,
        number: &Number,
        outgoing: Outgoing,
        fault: Option<Failure>,
    ) -> Result<Accepted, GraphError> {
        self.check_sender(number)?;
        let prepared = self.prepare(now_ms, number, &outgoing)?;
        let (customer, contact, named) = self.addressee(number, &outgoing.recipient);
        let limits = &self.kept.limits;
        self.limiter.send(limits, number, &named, now_ms)?;
        let is_template = outgoing.kind == "template";
        let open = self.window_open(now_ms, number, customer.as_ref());
        if is_template
            && !open
            && let Some(waba) = self.wabas.get(&number.waba_id)
            && !self.limiter.portfolio(limits, waba, &named, now_ms)
        {
            return Err(GraphError::coded(
                131048,
                "Message failed to send because this business portfolio has reached its limit of customers that it may message outside the customer service window in 24 hours",
            ));
        }
        let failure = fault.or_else(|| {
            self.failure(
                now_ms,
                number,
                customer.as_ref(),
                &outgoing,
                &prepared.category,
                open,
            )
        });
        let id = self.kept.ids.wamid(&named, Party::Business);
        let held = prepared.held && failure.is_none();
        let message = Message {
            id: id.clone(),
            phone_number_id: number.id.clone(),
            customer: customer
                .as_ref()
                .map_or_else(String::new, |customer| customer.key.clone()),
            by: Party::Business,
            at_ms: now_ms,
            kind: outgoing.kind,
            content: prepared.content,
            quoted: outgoing
                .quoted
                .filter(|quoted| self.message(&number.id, quoted).is_some()),
            stage: match (&failure, held) {
                (Some(_), _) => Stage::Failed,
                (None, true) => Stage::Held,
                (None, false) => Stage::Sent,
            },
            reactions: Vec::new(),
            category: Some(prepared.category),
            callback_data: outgoing.callback_data,
            by_phone: matches!(outgoing.recipient, Recipient::Phone { .. }),
            template_id: prepared.template_id,
            error: failure,
        };
        match customer {
            Some(customer) => self.hand_over(now_ms, number, &customer, message),
            None => {
                let value = payload::failed(number, &message, &named, now_ms);
                self.queue_message(now_ms, number, value, None);
            }
        }
        let status = is_template.then_some(if held {
            "held_for_quality_assessment"
        } else {
            "accepted"
        });
        Ok(Accepted { id, contact, status })
    }

    fn check_sender(&self, number: &Number) -> Result<(), GraphError> {
        if !number.registered {
            return Err(GraphError::coded(
                133010,
                "The account does not exist in the Cloud API. Register it first.",
            ));
        }
        if matches!(number.status.as_deref(), Some("BANNED" | "RESTRICTED")) {
            return Err(GraphError::coded(
                368,
                "This phone number is restricted from sending messages.",
            ));
        }
        let status = self.wabas.get(&number.waba_id).map(|waba| waba.status.as_str());
        match status {
            Some("DISABLED") => Err(GraphError::coded(
                131031,
                "Your account has been locked because it violated a policy or its details could not be verified.",
            )),
            Some("RESTRICTED") => Err(GraphError::coded(
                368,
                "The WhatsApp Business Account is restricted or disabled for a policy violation.",
            )),
            _ => Ok(()),
        }
    }

    /// Who is meant, `contacts[0]` of the answer, and the recipient as the send names it.
    fn addressee(&self, number: &Number, recipient: &Recipient) -> (Option<Customer>, Value, String) {
        match recipient {
            Recipient::Phone { input, digits } => (
                self.customer_by_phone(digits).cloned(),
                json!({"input": input, "wa_id": digits}),
                digits.clone(),
            ),
            Recipient::UserId(id) => (
                self.customer_by_user_id(self.business_of(number), id).cloned(),
                json!({"input": id, "user_id": id}),
                id.clone(),
            ),
        }
    }

    fn prepare(&mut self, now_ms: i64, number: &Number, outgoing: &Outgoing) -> Result<Prepared, GraphError> {
        let kind = outgoing.kind.as_str();
        if kind != "template" {
            if MEDIA_KINDS.contains(&kind) {
                self.check_media(now_ms, number, kind, &outgoing.content)?;
            }
            if let Some(media_kind) = text_at(&outgoing.content, "/header/type")
                && let Some(media) = outgoing.content.pointer(&format!("/header/{media_kind}"))
            {
                self.check_media(now_ms, number, media_kind, media)?;
            }
            return Ok(Prepared {
                content: outgoing.content.clone(),
                category: "service".to_owned(),
                template_id: None,
                held: false,
            });
        }
        let name = text_at(&outgoing.content, "/name").unwrap_or_default();
        let language = text_at(&outgoing.content, "/language/code").unwrap_or_default();
        let id = self
            .template(&number.waba_id, name, language)
            .map(|template| template.id.clone());
        if let Some(id) = id {
            self.end_pause(now_ms, &id);
        }
        let template = sendable(self.template(&number.waba_id, name, language), name, language)?;
        let category = template.category.to_lowercase();
        if outgoing.marketing_only && category != "marketing" {
            return Err(GraphError::coded(
                134100,
                "Only marketing messages are supported by this endpoint.",
            ));
        }
        if category == "authentication" && matches!(outgoing.recipient, Recipient::UserId(_)) {
            return Err(GraphError::coded(
                131062,
                "Authentication templates need a phone number recipient.",
            ));
        }
        let named = template.parameter_format == "NAMED";
        let content = template::render(&template.components, named, &outgoing.content)?;
        for media_kind in ["image", "video", "document"] {
            if let Some(media) = content.pointer(&format!("/header/{media_kind}")) {
                self.check_media(now_ms, number, media_kind, media)?;
            }
        }
        Ok(Prepared {
            content,
            category: if outgoing.marketing_only {
                "marketing_lite".to_owned()
            } else {
                category
            },
            template_id: Some(template.id.clone()),
            held: template.paced,
        })
    }

    fn check_media(
        &self,
        now_ms: i64,
        number: &Number,
        kind: &str,
        content: &Value,
    ) -> Result<(), GraphError> {
        let Some(id) = text_at(content, "/id") else {
            return Ok(());
        };
        let known = self.media.get(id).is_some_and(|media| {
            let fits = match kind {
                "document" => true,
                "sticker" => media.mime_type == "image/webp",
                kind => media.mime_type.starts_with(kind),
            };
            media.phone_number_id == number.id && media.expires_ms > now_ms && fits
        });
        if known {
            return Ok(());
        }
        Err(GraphError::value(format!(
            "Param {kind}['id'] is not a valid whatsapp business account media attachment ID"
        )))
    }

    fn window_open(&self, now_ms: i64, number: &Number, customer: Option<&Customer>) -> bool {
        customer
            .and_then(|customer| self.thread(&number.id, &customer.key))
            .and_then(|thread| thread.last_inbound_ms)
            .is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < limits::WINDOW_MS)
    }

    /// Why an accepted send fails, if it does.
    fn failure(
        &self,
        now_ms: i64,
        number: &Number,
        customer: Option<&Customer>,
        outgoing: &Outgoing,
        category: &str,
        open: bool,
    ) -> Option<Failure> {
        let Some(customer) = customer else {
            return Some(Failure::new(131026, "Message Undeliverable."));
        };
        if customer.failure.is_some() {
            return customer.failure.clone();
        }
        if number.blocked.contains(&customer.key) {
            return Some(Failure::new(
                130403,
                "The business blocked this user; unblock the user to send messages.",
            ));
        }
        if outgoing.kind != "template" && !open {
            return Some(Failure::new(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
            ));
        }
        if self.wabas.get(&number.waba_id).is_some_and(|waba| !waba.payment) {
            return Some(Failure::new(
                131042,
                "Message failed to send because there were one or more errors related to your payment method.",
            ));
        }
        let stopped = self
            .thread(&number.id, &customer.key)
            .is_some_and(|thread| thread.offers_stopped);
        if stopped && category.starts_with("marketing") {
            return Some(Failure::new(
                131050,
                "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp from your business",
            ));
        }
        (outgoing.kind == "reaction")
            .then(|| self.reaction_failure(now_ms, number, customer, outgoing))
            .flatten()
    }

    fn reaction_failure(
        &self,
        now_ms: i64,
        number: &Number,
        customer: &Customer,
        outgoing: &Outgoing,
    ) -> Option<Failure> {
        let target = text_at(&outgoing.content, "/message_id").unwrap_or_default();
        let takes_it = self.message(&number.id, target).is_some_and(|message| {
            message.customer == customer.key
                && message.kind != "reaction"
                && now_ms.saturating_sub(message.at_ms) <= limits::REACTION_AGE_MS
        });
        let why = "The message to react to is not in this conversation.";
        (!takes_it).then(|| Failure::new(131009, why))
    }
}

/// The template of a send, when its state lets it be sent.
fn sendable<'a>(
    template: Option<&'a Template>,
    name: &str,
    language: &str,
) -> Result<&'a Template, GraphError> {
    let refused = |code, what: &str| GraphError::coded(code, format!("template name ({name}) {what}"));
    match template.map(|template| (template, template.status.as_str())) {
        Some((template, "APPROVED")) => Ok(template),
        Some((_, "PAUSED")) => Err(refused(132015, "is paused")),
        Some((_, "DISABLED")) => Err(refused(132016, "is disabled")),
        _ => Err(refused(132001, &format!("does not exist in {language}"))),
    }
}
