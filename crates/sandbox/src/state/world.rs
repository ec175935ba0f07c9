use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::events::Event;
use super::ids::Ids;
use super::model::{App, Customer, Media, Message, Number, Template, Thread, Waba};
use crate::rules::phone;
use crate::webhooks::queue::WebhookQueue;

/// Ids skipped at each start, so that ids handed out in the moment before a crash are never made again.
const IDS_SKIPPED_AT_START: u64 = 1_000_000;
/// Messages kept per thread; older ones go.
pub(crate) const THREAD_MESSAGES: usize = 2_000;

/// The whole simulated WhatsApp.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) ids: Ids,
    pub(crate) clock_offset_ms: i64,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) wabas: BTreeMap<String, Waba>,
    pub(crate) numbers: BTreeMap<String, Number>,
    pub(crate) templates: BTreeMap<String, Template>,
    pub(crate) customers: BTreeMap<String, Customer>,
    /// By phone number id, then customer key.
    pub(crate) threads: BTreeMap<String, BTreeMap<String, Thread>>,
    pub(crate) media: BTreeMap<String, Media>,
    pub(crate) webhooks: WebhookQueue,
    /// Events of the change that is going on.
    #[serde(skip)]
    pub(crate) fired: Vec<Event>,
    #[serde(skip)]
    index: Index,
}

/// Look-ups that follow from the rest.
#[derive(Default)]
struct Index {
    /// Phone number id and customer key of each message.
    messages: HashMap<String, (String, String)>,
    phones: HashMap<String, String>,
    /// Customer key by portfolio and user id.
    user_ids: HashMap<(String, String), String>,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            ids: Ids { seed, counter: 0 },
            ..Self::default()
        }
    }

    /// Rebuilds what is not stored, after loading.
    pub(crate) fn rebuild_index(&mut self) {
        self.ids.counter += IDS_SKIPPED_AT_START;
        self.index = Index::default();
        for (phone_number_id, threads) in &self.threads {
            for (customer, thread) in threads {
                for message in &thread.messages {
                    let place = (phone_number_id.clone(), customer.clone());
                    self.index.messages.insert(message.id.clone(), place);
                }
            }
        }
        self.index_people();
    }

    /// Brings the look-ups by phone and user id up to date after customers or portfolios changed.
    pub(crate) fn index_people(&mut self) {
        self.index.phones.clear();
        self.index.user_ids.clear();
        let businesses: Vec<&str> = self
            .wabas
            .values()
            .map(|waba| waba.business_id.as_str())
            .collect();
        for (key, customer) in &self.customers {
            if let Some(phone) = &customer.phone {
                self.index.phones.insert(phone.clone(), key.clone());
            }
            for business in &businesses {
                let id = self.user_id(business, customer);
                self.index
                    .user_ids
                    .insert(((*business).to_owned(), id), key.clone());
            }
        }
    }

    /// Adds one customer to the look-ups; cheaper than indexing everyone again.
    pub(crate) fn index_new_customer(&mut self, customer: &Customer) {
        if let Some(phone) = &customer.phone {
            self.index.phones.insert(phone.clone(), customer.key.clone());
        }
        let businesses: Vec<String> = self.wabas.values().map(|waba| waba.business_id.clone()).collect();
        for business in businesses {
            let id = self.user_id(&business, customer);
            self.index.user_ids.insert((business, id), customer.key.clone());
        }
    }

    /// The customer's id as one business portfolio sees it.
    pub(crate) fn user_id(&self, business_id: &str, customer: &Customer) -> String {
        self.ids.user_id(
            business_id,
            &customer.key,
            phone::country(customer.phone.as_deref()),
        )
    }

    pub(crate) fn business_of(&self, number: &Number) -> &str {
        self.wabas
            .get(&number.waba_id)
            .map_or("", |waba| waba.business_id.as_str())
    }

    pub(crate) fn customer_by_phone(&self, digits: &str) -> Option<&Customer> {
        self.index
            .phones
            .get(digits)
            .and_then(|key| self.customers.get(key))
    }

    pub(crate) fn customer_by_user_id(&self, business_id: &str, user_id: &str) -> Option<&Customer> {
        let key = self
            .index
            .user_ids
            .get(&(business_id.to_owned(), user_id.to_owned()))?;
        self.customers.get(key)
    }

    pub(crate) fn thread(&self, phone_number_id: &str, customer: &str) -> Option<&Thread> {
        self.threads.get(phone_number_id)?.get(customer)
    }

    pub(crate) fn thread_mut(&mut self, phone_number_id: &str, customer: &str) -> &mut Thread {
        self.threads
            .entry(phone_number_id.to_owned())
            .or_default()
            .entry(customer.to_owned())
            .or_default()
    }

    pub(crate) fn message(&self, phone_number_id: &str, id: &str) -> Option<(&str, &Message)> {
        let (phone, customer) = self.index.messages.get(id)?;
        if phone != phone_number_id {
            return None;
        }
        let thread = self.thread(phone, customer)?;
        Some((
            customer,
            thread.messages.iter().rev().find(|message| message.id == id)?,
        ))
    }

    pub(crate) fn message_mut(&mut self, id: &str) -> Option<(String, String, &mut Message)> {
        let (phone, customer) = self.index.messages.get(id)?.clone();
        let thread = self.threads.get_mut(&phone)?.get_mut(&customer)?;
        let message = thread
            .messages
            .iter_mut()
            .rev()
            .find(|message| message.id == id)?;
        Some((phone, customer, message))
    }

    pub(crate) fn push_message(&mut self, phone_number_id: &str, customer: &str, message: Message) {
        self.index.messages.insert(
            message.id.clone(),
            (phone_number_id.to_owned(), customer.to_owned()),
        );
        let thread = self.thread_mut(phone_number_id, customer);
        thread.messages.push(message);
        if thread.messages.len() > THREAD_MESSAGES {
            let oldest = thread.messages.remove(0);
            self.index.messages.remove(&oldest.id);
        }
        self.thread_changed(phone_number_id, customer);
    }

    pub(crate) fn thread_changed(&mut self, phone_number_id: &str, customer: &str) {
        self.fired.push(Event::Thread {
            customer: customer.to_owned(),
            phone_number_id: phone_number_id.to_owned(),
        });
    }

    pub(crate) fn template(&self, waba_id: &str, name: &str, language: &str) -> Option<&Template> {
        self.templates.values().find(|template| {
            template.waba_id == waba_id && template.name == name && template.language == language
        })
    }
}
