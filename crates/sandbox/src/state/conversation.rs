//! What happens to a message once it is accepted, and when the customer writes.

use serde_json::Value;

use super::model::{Customer, Message, Number, Party, Reaction, Stage};
use super::world::World;
use crate::graph::error::Failure;
use crate::rules::{limits, list_at, text_at};
use crate::webhooks::payload;
use crate::webhooks::queue::Change;

/// A message that a customer sends, ready for the thread and for the webhook.
pub(crate) struct Inbound {
    pub(crate) kind: String,
    /// As the phone shows it.
    pub(crate) content: Value,
    /// As the webhook carries it.
    pub(crate) wire: Value,
    pub(crate) quoted: Option<String>,
    /// Ad or post that the customer came from.
    pub(crate) referral: Option<Value>,
    pub(crate) forwarded: bool,
}

impl World {
    /// Queues a value of the `messages` field.
    pub(crate) fn queue_message(
        &mut self,
        now_ms: i64,
        number: &Number,
        value: Value,
        inbound_id: Option<String>,
    ) {
        let change = Change {
            field: "messages",
            value,
            time: None,
            inbound_id,
            phone_number_id: Some(&number.id),
        };
        self.queue_webhook(now_ms, &number.waba_id, change);
    }

    /// Puts an accepted send on its way to the customer, or tells that it failed.
    pub(crate) fn hand_over(&mut self, now_ms: i64, number: &Number, customer: &Customer, message: Message) {
        let thread = self.thread_mut(&number.id, &customer.key);
        thread.typing_until_ms = 0;
        if message.by_phone {
            thread.phone_known_until_ms = now_ms.saturating_add(limits::PHONE_KNOWN_MS);
        }
        if thread.entry_point_ms.take().is_some_and(|until| until > now_ms) {
            thread.free_until_ms = Some(now_ms.saturating_add(limits::ENTRY_POINT_MS));
        }
        match message.stage {
            Stage::Failed => self.fail(now_ms, number, customer, message),
            Stage::Held => {
                self.push_message(message);
            }
            _ => {
                if message.kind == "reaction" {
                    self.react(Party::Business, &message.content);
                }
                self.queue_status(now_ms, number, customer, &message, "sent");
                let waits = message.kind != "reaction";
                let position = self.push_message(message);
                if waits {
                    self.thread_mut(&number.id, &customer.key)
                        .undelivered
                        .push_back(position);
                }
                self.deliver(now_ms, number, customer);
            }
        }
    }

    fn fail(&mut self, now_ms: i64, number: &Number, customer: &Customer, message: Message) {
        let named = if message.by_phone {
            customer.phone.clone().unwrap_or_default()
        } else {
            self.user_id(self.business_of(number), customer)
        };
        let value = payload::failed(number, &message, &named, now_ms);
        self.queue_message(now_ms, number, value, None);
        self.push_message(message);
    }

    /// Ends the holding of a template's messages: they go out, or fail with 132015.
    pub(crate) fn release_held(&mut self, now_ms: i64, template_id: &str, drop: bool) -> usize {
        let held: Vec<(u64, Message)> = self
            .messages
            .iter()
            .filter(|(_, message)| {
                message.stage == Stage::Held && message.template_id.as_deref() == Some(template_id)
            })
            .map(|(position, message)| (*position, message.clone()))
            .collect();
        for (position, mut message) in held.iter().cloned() {
            let (Some(number), Some(customer)) = (
                self.numbers.get(&message.phone_number_id).cloned(),
                self.customers.get(&message.customer).cloned(),
            ) else {
                continue;
            };
            message.stage = if drop { Stage::Failed } else { Stage::Sent };
            if drop {
                message.error = Some(Failure::new(132015, "The template was paused for low quality."));
                let named = customer.phone.clone().unwrap_or_default();
                let value = payload::failed(&number, &message, &named, now_ms);
                self.queue_message(now_ms, &number, value, None);
            } else {
                self.queue_status(now_ms, &number, &customer, &message, "sent");
                let thread = self.thread_mut(&number.id, &customer.key);
                thread.undelivered.push_back(position);
            }
            self.messages.insert(position, message);
            self.deliver(now_ms, &number, &customer);
        }
        held.len()
    }

    fn react(&mut self, by: Party, content: &Value) {
        let emoji = text_at(content, "/emoji").unwrap_or_default().to_owned();
        let target = text_at(content, "/message_id").unwrap_or_default();
        if let Some(message) = self.message_mut(target) {
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
        let free_until_ms = self
            .thread(&number.id, &customer.key)
            .and_then(|thread| thread.free_until_ms)
            .filter(|until| *until > now_ms);
        let value = payload::status(number, &view, message, status, now_ms, free_until_ms);
        self.queue_message(now_ms, number, value, None);
    }

    /// Moves waiting messages on to a stage; tells it unless `silent`. `true` when any moved.
    fn advance(
        &mut self,
        now_ms: i64,
        number: &Number,
        customer: &Customer,
        to: Stage,
        silent: bool,
    ) -> bool {
        let thread = self.thread_mut(&number.id, &customer.key);
        let (moved, status) = if to == Stage::Delivered {
            let moved = std::mem::take(&mut thread.undelivered);
            thread.unread.extend(&moved);
            (moved, "delivered")
        } else {
            (std::mem::take(&mut thread.unread), "read")
        };
        for position in &moved {
            let Some(message) = self.messages.get_mut(position) else {
                continue;
            };
            message.stage = to;
            if !silent {
                let message = message.clone();
                self.queue_status(now_ms, number, customer, &message, status);
            }
        }
        if !moved.is_empty() {
            self.thread_changed(&number.id, &customer.key);
        }
        !moved.is_empty()
    }

    /// Puts waiting messages on the customer's phone when it is online.
    pub(crate) fn deliver(&mut self, now_ms: i64, number: &Number, customer: &Customer) {
        // A message read on arrival may skip its delivered status.
        let silent = self.skip_delivered && customer.auto_read;
        if customer.online
            && self.advance(now_ms, number, customer, Stage::Delivered, silent)
            && customer.auto_read
        {
            self.open(now_ms, number, customer);
        }
    }

    /// The customer looks at the thread: what was delivered is now read.
    pub(crate) fn open(&mut self, now_ms: i64, number: &Number, customer: &Customer) {
        self.advance(now_ms, number, customer, Stage::Read, false);
    }

    /// The customer plays a voice message for the first time.
    pub(crate) fn play(&mut self, now_ms: i64, number: &Number, customer: &Customer, id: &str) -> bool {
        let Some(message) = self.message_mut(id).filter(|message| {
            message.phone_number_id == number.id
                && message.customer == customer.key
                && message.kind == "audio"
                && matches!(message.stage, Stage::Delivered | Stage::Read)
        }) else {
            return false;
        };
        message.stage = Stage::Played;
        let message = message.clone();
        self.queue_status(now_ms, number, customer, &message, "played");
        self.thread_changed(&number.id, &customer.key);
        true
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
        let id = self.kept.ids.wamid(&view.author(), Party::Customer);
        let quoted_by = inbound
            .quoted
            .as_deref()
            .and_then(|quoted| self.message(&number.id, quoted))
            .map(|message| message.by);
        let value = payload::inbound(number, &view, &id, now_ms, &inbound, quoted_by);
        if inbound.kind == "reaction" {
            self.react(Party::Customer, &inbound.content);
        }
        // Messages in count towards the number's pace; Meta refuses only messages out for it.
        let _ = self.limiter.number(&self.kept.limits, number, now_ms);
        let message = Message {
            id: id.clone(),
            phone_number_id: number.id.clone(),
            customer: customer.key.clone(),
            by: Party::Customer,
            at_ms: now_ms,
            kind: inbound.kind,
            content: inbound.content,
            quoted: inbound.quoted.filter(|_| quoted_by.is_some()),
            stage: Stage::Sent,
            reactions: Vec::new(),
            category: None,
            callback_data: None,
            by_phone: false,
            template_id: None,
            error: None,
        };
        let thread = self.thread_mut(&number.id, &customer.key);
        thread.last_inbound_ms = Some(now_ms);
        if inbound.referral.is_some() {
            thread.entry_point_ms = Some(now_ms.saturating_add(limits::WINDOW_MS));
        }
        self.push_message(message);
        if !number.blocked.contains(&customer.key) {
            self.queue_message(now_ms, number, value, Some(id.clone()));
        }
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
            .filter(|message| message.by == Party::Customer)
            .map(|message| message.customer.clone())
        else {
            return false;
        };
        let thread = self.thread_mut(phone_number_id, &customer);
        if let Some(typing) = typing_until_ms {
            thread.typing_until_ms = typing;
        }
        let mut unread: Vec<u64> = Vec::new();
        for position in thread.messages.clone() {
            let Some(message) = self.messages.get(&position) else {
                continue;
            };
            if message.by == Party::Customer && message.stage != Stage::Read {
                unread.push(position);
            }
            if message.id == id {
                break;
            }
        }
        for position in unread {
            if let Some(message) = self.messages.get_mut(&position) {
                message.stage = Stage::Read;
            }
        }
        self.thread_changed(phone_number_id, &customer);
        true
    }

    /// A webhook with a customer's message was taken: its second tick.
    pub(crate) fn reached_business(&mut self, id: &str) {
        let Some(message) = self.message_mut(id) else {
            return;
        };
        if message.stage == Stage::Sent {
            message.stage = Stage::Delivered;
            let (phone_number_id, customer) = (message.phone_number_id.clone(), message.customer.clone());
            self.thread_changed(&phone_number_id, &customer);
        }
    }
}

/// The rows of a list message, over all its sections.
pub(crate) fn list_rows(content: &Value) -> impl Iterator<Item = &Value> {
    list_at(content, "/action/sections")
        .iter()
        .flat_map(|section| list_at(section, "/rows"))
}
