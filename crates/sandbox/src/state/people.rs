//! What a person changes about themself, and how businesses hear of it.

use serde_json::{Map, Value, json};

use super::events::Event;
use super::model::{Customer, Number};
use super::world::World;
use crate::webhooks::payload;
use crate::webhooks::queue::Change;

impl World {
    /// Business numbers that a person has a thread with.
    pub(crate) fn numbers_of(&self, customer: &str) -> Vec<Number> {
        self.numbers
            .values()
            .filter(|number| self.thread(&number.id, customer).is_some())
            .cloned()
            .collect()
    }

    /// The person moves to another phone number: a new user id, and a system message in every thread.
    pub(crate) fn change_number(&mut self, now_ms: i64, key: &str, phone: String) -> Option<Customer> {
        let old = self.customers.get(key)?.clone();
        let new = Customer {
            phone: Some(phone),
            generation: old.generation + 1,
            ..old.clone()
        };
        self.customers.insert(key.to_owned(), new.clone());
        self.index_people();
        for number in self.numbers_of(key) {
            let before = payload::Seen::new(self, &number, &old, now_ms);
            let after = payload::Seen::new(self, &number, &new, now_ms);
            let id = self
                .kept
                .ids
                .wamid(&before.author(), super::model::Party::Customer);
            let value = payload::number_change(&number, &before, &after, &id, now_ms);
            self.queue_message(now_ms, &number, value, None);
        }
        self.fired.push(Event::Customer {
            customer: key.to_owned(),
        });
        Some(new)
    }

    /// The person stops or resumes marketing messages of one business.
    pub(crate) fn set_offers(&mut self, now_ms: i64, number: &Number, customer: &Customer, stopped: bool) {
        self.thread_mut(&number.id, &customer.key).offers_stopped = stopped;
        let seen = payload::Seen::new(self, number, customer, now_ms);
        let value = payload::preference(number, &seen, if stopped { "stop" } else { "resume" }, now_ms);
        self.queue_of_number(now_ms, number, "user_preferences", value);
        self.thread_changed(&number.id, &customer.key);
    }

    /// Queues a change of another field than `messages` about a number.
    pub(crate) fn queue_of_number(&mut self, now_ms: i64, number: &Number, field: &str, value: Value) {
        let change = Change {
            field,
            value,
            time: Some(now_ms.div_euclid(1000)),
            inbound_id: None,
            phone_number_id: Some(&number.id),
        };
        self.queue_webhook(now_ms, &number.waba_id, change);
    }

    /// Queues a change about an account.
    pub(crate) fn queue_of_waba(&mut self, now_ms: i64, waba_id: &str, field: &str, value: Value) {
        let change = Change {
            field,
            value,
            time: Some(now_ms.div_euclid(1000)),
            inbound_id: None,
            phone_number_id: None,
        };
        self.queue_webhook(now_ms, waba_id, change);
    }

    /// What the customer list says about a person's user ids: one per portfolio.
    pub(crate) fn user_ids(&self, customer: &Customer) -> Map<String, Value> {
        self.wabas
            .values()
            .map(|waba| {
                let id = self.user_id(&waba.business_id, customer);
                (waba.business_id.clone(), json!(id))
            })
            .collect()
    }
}
