//! What happens when business and customer write to each other.

use serde_json::{Value, json};

use super::model::{Customer, Message, Number, Party, Reaction, Stage};
use super::world::World;
use crate::graph::error::{Failure, GraphError};
use crate::rules::message::{MEDIA_KINDS, Outgoing, Recipient};
use crate::rules::{limits, list_at, template, text_at};
use crate::webhooks::payload;

/// A send that Graph has answered with 200.
pub(crate) struct Accepted {
    pub(crate) id: String,
    /// `contacts[0]` of the answer.
    pub(crate) contact: Value,
    pub(crate) is_template: bool,
}

/// A message that a customer sends, ready for the thread and for the webhook.
pub(crate) struct Inbound {
    pub(crate) kind: &'static str,
    /// As the phone shows it.
    pub(crate) content: Value,
    /// As the webhook carries it.
    pub(crate) wire: Value,
    pub(crate) quoted: Option<String>,
}

/// Content and pricing category of a send once template and media are checked.
struct Prepared {
    content: Value,
    category: String,
}

impl World {
    /// Accepts a send or refuses it at once; everything after acceptance is told by webhook.
    pub(crate) fn send(
        &mut self,
        now_ms: i64,
        number: &Number,
        outgoing: Outgoing,
    ) -> Result<Accepted, GraphError> {
        if !number.registered {
            return Err(GraphError::coded(
                133010,
                "The account does not exist in the Cloud API. Register it first.",
            ));
        }
        let prepared = self.prepare(now_ms, number, &outgoing)?;
        let customer = match &outgoing.recipient {
            Recipient::Phone { digits, .. } => self.customer_by_phone(digits),
            Recipient::UserId(id) => self.customer_by_user_id(self.business_of(number), id),
        }
        .cloned();
        let failure = self.failure(now_ms, number, customer.as_ref(), &outgoing);
        let (contact, by_phone, named) = match &outgoing.recipient {
            Recipient::Phone { input, digits } => {
                (json!({"input": input, "wa_id": digits}), true, digits.clone())
            }
            Recipient::UserId(id) => (json!({"input": id, "user_id": id}), false, id.clone()),
        };
        let id = self.ids.wamid(&named, Party::Business);
        let is_template = outgoing.kind == "template";
        let message = Message {
            id: id.clone(),
            by: Party::Business,
            at_ms: now_ms,
            kind: outgoing.kind,
            content: prepared.content,
            quoted: outgoing
                .quoted
                .filter(|quoted| self.message(&number.id, quoted).is_some()),
            stage: if failure.is_some() {
                Stage::Failed
            } else {
                Stage::Sent
            },
            reactions: Vec::new(),
            category: Some(prepared.category),
            callback_data: outgoing.callback_data,
            by_phone,
            error: failure,
        };
        match customer {
            Some(customer) => self.hand_over(now_ms, number, &customer, message),
            None => {
                let value = payload::failed(number, &message, &named, now_ms);
                self.queue_webhook(&number.waba_id, "messages", value, None, None);
            }
        }
        Ok(Accepted {
            id,
            contact,
            is_template,
        })
    }

    fn prepare(&self, now_ms: i64, number: &Number, outgoing: &Outgoing) -> Result<Prepared, GraphError> {
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
            });
        }
        let name = text_at(&outgoing.content, "/name").unwrap_or_default();
        let language = text_at(&outgoing.content, "/language/code").unwrap_or_default();
        let missing = || {
            GraphError::coded(
                132001,
                format!("template name ({name}) does not exist in {language}"),
            )
        };
        let template = self
            .template(&number.waba_id, name, language)
            .ok_or_else(missing)?;
        match template.status.as_str() {
            "APPROVED" => {}
            "PAUSED" => return Err(GraphError::coded(132015, format!("template ({name}) is paused"))),
            "DISABLED" => {
                return Err(GraphError::coded(
                    132016,
                    format!("template ({name}) is disabled"),
                ));
            }
            _ => return Err(missing()),
        }
        if template.category == "AUTHENTICATION" && matches!(outgoing.recipient, Recipient::UserId(_)) {
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
            category: template.category.to_lowercase(),
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

    fn failure(
        &self,
        now_ms: i64,
        number: &Number,
        customer: Option<&Customer>,
        outgoing: &Outgoing,
    ) -> Option<Failure> {
        let Some(customer) = customer else {
            return Some(Failure::new(131026, "Message Undeliverable."));
        };
        let last_inbound = self
            .thread(&number.id, &customer.key)
            .and_then(|thread| thread.last_inbound_ms);
        let open = last_inbound.is_some_and(|at| now_ms.saturating_sub(at) < limits::WINDOW_MS);
        if outgoing.kind != "template" && !open {
            return Some(Failure::new(
                131047,
                "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
            ));
        }
        if outgoing.kind == "reaction" {
            let target = text_at(&outgoing.content, "/message_id").unwrap_or_default();
            let takes_it = self.message(&number.id, target).is_some_and(|(owner, message)| {
                owner == customer.key
                    && message.kind != "reaction"
                    && now_ms.saturating_sub(message.at_ms) <= limits::REACTION_AGE_MS
            });
            if !takes_it {
                return Some(Failure::new(
                    131009,
                    "The message to react to is not in this conversation.",
                ));
            }
        }
        None
    }

    fn hand_over(&mut self, now_ms: i64, number: &Number, customer: &Customer, message: Message) {
        let thread = self.thread_mut(&number.id, &customer.key);
        thread.typing_until_ms = 0;
        if message.by_phone {
            thread.phone_known_until_ms = now_ms.saturating_add(limits::PHONE_KNOWN_MS);
        }
        if message.stage == Stage::Failed {
            let named = if message.by_phone {
                customer.phone.clone().unwrap_or_default()
            } else {
                self.user_id(self.business_of(number), customer)
            };
            let value = payload::failed(number, &message, &named, now_ms);
            self.queue_webhook(&number.waba_id, "messages", value, None, None);
            self.push_message(&number.id, &customer.key, message);
            return;
        }
        if message.kind == "reaction" {
            self.react(Party::Business, &message.content);
        }
        self.push_message(&number.id, &customer.key, message.clone());
        self.queue_status(now_ms, number, customer, &message, "sent");
        self.deliver(now_ms, number, customer);
    }

    fn react(&mut self, by: Party, content: &Value) {
        let emoji = text_at(content, "/emoji").unwrap_or_default().to_owned();
        let target = text_at(content, "/message_id").unwrap_or_default();
        if let Some((_, _, message)) = self.message_mut(target) {
            message.reactions.retain(|reaction| reaction.by != by);
            if !emoji.is_empty() {
                message.reactions.push(Reaction { by, emoji });
            }
        }
    }

    fn queue_status(
        &mut self,
        now_ms: i64,
        number: &Number,
        customer: &Customer,
        message: &Message,
        status: &str,
    ) {
        let view = payload::Seen::new(self, number, customer, now_ms);
        let value = payload::status(number, &view, message, status, now_ms);
        self.queue_webhook(&number.waba_id, "messages", value, None, None);
    }

    /// Moves the business's messages of one stage on to the next and says so; `true` when any moved.
    fn advance(&mut self, now_ms: i64, number: &Number, customer: &Customer, to: Stage) -> bool {
        let (from, status) = match to {
            Stage::Delivered => (Stage::Sent, "delivered"),
            _ => (Stage::Delivered, "read"),
        };
        let thread = self.thread_mut(&number.id, &customer.key);
        let mut moved = Vec::new();
        for message in &mut thread.messages {
            if message.by == Party::Business && message.stage == from && message.kind != "reaction" {
                message.stage = to;
                moved.push(message.clone());
            }
        }
        for message in &moved {
            self.queue_status(now_ms, number, customer, message, status);
        }
        if !moved.is_empty() {
            self.thread_changed(&number.id, &customer.key);
        }
        !moved.is_empty()
    }

    /// Puts waiting messages on the customer's phone when it is online.
    pub(crate) fn deliver(&mut self, now_ms: i64, number: &Number, customer: &Customer) {
        if customer.online && self.advance(now_ms, number, customer, Stage::Delivered) && customer.auto_read {
            self.open(now_ms, number, customer);
        }
    }

    /// The customer looks at the thread: what was delivered is now read.
    pub(crate) fn open(&mut self, now_ms: i64, number: &Number, customer: &Customer) {
        self.advance(now_ms, number, customer, Stage::Read);
    }

    /// The customer sends; the answer is the message id.
    pub(crate) fn receive(
        &mut self,
        now_ms: i64,
        number: &Number,
        customer: &Customer,
        inbound: Inbound,
    ) -> String {
        let view = payload::Seen::new(self, number, customer, now_ms);
        let id = self.ids.wamid(&view.author(), Party::Customer);
        let quoted_by = inbound
            .quoted
            .as_deref()
            .and_then(|quoted| self.message(&number.id, quoted))
            .map(|(_, message)| message.by);
        let value = payload::inbound(number, &view, &id, now_ms, &inbound, quoted_by);
        if inbound.kind == "reaction" {
            self.react(Party::Customer, &inbound.content);
        }
        let message = Message {
            id: id.clone(),
            by: Party::Customer,
            at_ms: now_ms,
            kind: inbound.kind.to_owned(),
            content: inbound.content,
            quoted: inbound.quoted.filter(|_| quoted_by.is_some()),
            stage: Stage::Sent,
            reactions: Vec::new(),
            category: None,
            callback_data: None,
            by_phone: false,
            error: None,
        };
        self.thread_mut(&number.id, &customer.key).last_inbound_ms = Some(now_ms);
        self.push_message(&number.id, &customer.key, message);
        self.queue_webhook(&number.waba_id, "messages", value, None, Some(id.clone()));
        id
    }

    /// The business marks a customer's message, and those before it, as read.
    pub(crate) fn mark_read(
        &mut self,
        phone_number_id: &str,
        id: &str,
        typing_until_ms: Option<i64>,
    ) -> bool {
        let Some(customer) = self
            .message(phone_number_id, id)
            .filter(|(_, message)| message.by == Party::Customer)
            .map(|(customer, _)| customer.to_owned())
        else {
            return false;
        };
        let thread = self.thread_mut(phone_number_id, &customer);
        let until = thread
            .messages
            .iter()
            .position(|message| message.id == id)
            .unwrap_or_default();
        for message in thread.messages.iter_mut().take(until + 1) {
            if message.by == Party::Customer {
                message.stage = Stage::Read;
            }
        }
        if let Some(typing) = typing_until_ms {
            thread.typing_until_ms = typing;
        }
        self.thread_changed(phone_number_id, &customer);
        true
    }

    /// A webhook with a customer's message was taken: its second tick.
    pub(crate) fn reached_business(&mut self, id: &str) {
        let Some((phone, customer, message)) = self.message_mut(id) else {
            return;
        };
        if message.stage == Stage::Sent {
            message.stage = Stage::Delivered;
            self.thread_changed(&phone, &customer);
        }
    }
}

/// The rows of a list message, over all its sections.
pub(crate) fn list_rows(content: &Value) -> impl Iterator<Item = &Value> {
    list_at(content, "/action/sections")
        .iter()
        .flat_map(|section| list_at(section, "/rows"))
}
