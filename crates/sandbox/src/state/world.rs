use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::events::Event;
use super::ids::Ids;
use super::limiter::Limiter;
use super::model::{
    App, Customer, Media, Message, Number, Party, SignupCode, Stage, Template, Thread, Upload, Waba,
};
use super::table::Table;
use crate::rules::limits::Limits;
use crate::rules::phone;
use crate::webhooks::queue::{Update, WebhookQueue};

/// Ids skipped at each start, so that ids handed out in the moment before a crash are never made again.
const IDS_SKIPPED_AT_START: u64 = 1_000_000;
/// Messages kept per thread; older ones go.
pub(crate) const THREAD_MESSAGES: usize = 2_000;
/// Messages kept in all, about 500 MB; beyond it the oldest go.
const MESSAGES: usize = 400_000;

/// What there is one of.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) ids: Ids,
    pub(crate) clock_offset_ms: i64,
    pub(crate) limits: Limits,
}

/// The whole simulated WhatsApp.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) kept: Kept,
    pub(crate) apps: Table<String, App>,
    pub(crate) wabas: Table<String, Waba>,
    pub(crate) numbers: Table<String, Number>,
    pub(crate) templates: Table<String, Template>,
    pub(crate) customers: Table<String, Customer>,
    /// By phone number id and customer key, see `thread_key`.
    pub(crate) threads: Table<String, Thread>,
    /// By position, rising by one.
    pub(crate) messages: Table<u64, Message>,
    pub(crate) media: Table<String, Media>,
    pub(crate) uploads: Table<String, Upload>,
    pub(crate) codes: Table<String, SignupCode>,
    pub(crate) updates: Table<u64, Update>,
    /// Order in which the updates wait.
    pub(crate) queue: WebhookQueue,
    pub(crate) limiter: Limiter,
    /// A switch: what is read on arrival gets no delivered status.
    pub(crate) skip_delivered: bool,
    /// Events of the change that is going on.
    pub(crate) fired: Vec<Event>,
    index: Index,
}

/// Look-ups that follow from the rest.
#[derive(Default)]
struct Index {
    /// Position by message id.
    messages: HashMap<String, u64>,
    phones: HashMap<String, String>,
    /// Customer key by portfolio and user id.
    user_ids: HashMap<(String, String), String>,
    /// Template id by WABA, name and language.
    templates: HashMap<(String, String, String), String>,
    /// WABAs that a granted token reaches.
    tokens: HashMap<String, BTreeSet<String>>,
}

fn thread_key(phone_number_id: &str, customer: &str) -> String {
    format!("{phone_number_id}/{customer}")
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = Self::default();
        world.kept.ids.seed = seed;
        world
    }

    /// Applies one line of the journal.
    pub(crate) fn load(
        &mut self,
        table: &str,
        key: Value,
        row: Option<Value>,
    ) -> Result<(), serde_json::Error> {
        match table {
            "kept" => self.kept = serde_json::from_value(row.unwrap_or_default())?,
            "apps" => self.apps.load(key, row)?,
            "wabas" => self.wabas.load(key, row)?,
            "numbers" => self.numbers.load(key, row)?,
            "templates" => self.templates.load(key, row)?,
            "customers" => self.customers.load(key, row)?,
            "threads" => self.threads.load(key, row)?,
            "messages" => self.messages.load(key, row)?,
            "media" => self.media.load(key, row)?,
            "uploads" => self.uploads.load(key, row)?,
            "codes" => self.codes.load(key, row)?,
            "updates" => self.updates.load(key, row)?,
            other => return Err(serde::de::Error::custom(format!("unknown table {other}"))),
        }
        Ok(())
    }

    /// Writes at most `most` changed rows as journal lines; the answer is how many.
    pub(crate) fn write_changes(
        &mut self,
        most: usize,
        lines: &mut Vec<u8>,
    ) -> Result<usize, serde_json::Error> {
        let mut left = most;
        left -= self.apps.write_changes("apps", left, lines)?;
        left -= self.wabas.write_changes("wabas", left, lines)?;
        left -= self.numbers.write_changes("numbers", left, lines)?;
        left -= self.templates.write_changes("templates", left, lines)?;
        left -= self.customers.write_changes("customers", left, lines)?;
        left -= self.threads.write_changes("threads", left, lines)?;
        left -= self.messages.write_changes("messages", left, lines)?;
        left -= self.media.write_changes("media", left, lines)?;
        left -= self.uploads.write_changes("uploads", left, lines)?;
        left -= self.codes.write_changes("codes", left, lines)?;
        left -= self.updates.write_changes("updates", left, lines)?;
        Ok(most - left)
    }

    /// Makes the next saves write everything.
    pub(crate) fn mark_all(&mut self) {
        self.apps.mark_all();
        self.wabas.mark_all();
        self.numbers.mark_all();
        self.templates.mark_all();
        self.customers.mark_all();
        self.threads.mark_all();
        self.messages.mark_all();
        self.media.mark_all();
        self.uploads.mark_all();
        self.codes.mark_all();
        self.updates.mark_all();
    }

    /// Rebuilds what is not stored, after loading.
    pub(crate) fn rebuild_index(&mut self) {
        self.kept.ids.counter += IDS_SKIPPED_AT_START;
        self.index = Index::default();
        let mut places: BTreeMap<String, Thread> = BTreeMap::new();
        for (position, message) in self.messages.iter() {
            self.index.messages.insert(message.id.clone(), *position);
            let key = thread_key(&message.phone_number_id, &message.customer);
            let thread = places.entry(key).or_default();
            thread.messages.push_back(*position);
            if message.by == Party::Business && message.kind != "reaction" {
                match message.stage {
                    Stage::Sent => thread.undelivered.push_back(*position),
                    Stage::Delivered => thread.unread.push_back(*position),
                    _ => {}
                }
            }
        }
        for (key, found) in places {
            if let Some(thread) = self.threads.get_mut(&key) {
                thread.messages = found.messages;
                thread.undelivered = found.undelivered;
                thread.unread = found.unread;
            }
        }
        let templates: Vec<Template> = self.templates.values().cloned().collect();
        templates
            .iter()
            .for_each(|template| self.index_template(template));
        self.queue.rebuild(&self.updates);
        self.index_tokens();
        self.index_people();
    }

    /// Brings the look-up of granted tokens up to date after a WABA changed.
    pub(crate) fn index_tokens(&mut self) {
        self.index.tokens.clear();
        for waba in self.wabas.values() {
            for grant in &waba.access_tokens {
                let wabas = self.index.tokens.entry(grant.token.clone()).or_default();
                wabas.insert(waba.id.clone());
            }
        }
    }

    /// WABAs that were granted to a token.
    pub(crate) fn granted(&self, token: &str) -> impl Iterator<Item = &Waba> {
        let wabas = self.index.tokens.get(token);
        wabas.into_iter().flatten().filter_map(|id| self.wabas.get(id))
    }

    /// Brings the look-ups by phone and user id up to date after customers or portfolios changed.
    pub(crate) fn index_people(&mut self) {
        self.index.phones.clear();
        self.index.user_ids.clear();
        let customers: Vec<Customer> = self.customers.values().cloned().collect();
        customers
            .iter()
            .for_each(|customer| self.index_new_customer(customer));
    }

    /// Adds one customer to the look-ups; cheaper than indexing everyone again.
    pub(crate) fn index_new_customer(&mut self, customer: &Customer) {
        if let Some(phone) = &customer.phone {
            self.index.phones.insert(phone.clone(), customer.key.clone());
        }
        let businesses: BTreeSet<String> = self.wabas.values().map(|waba| waba.business_id.clone()).collect();
        for business in businesses {
            let id = self.user_id(&business, customer);
            self.index.user_ids.insert((business, id), customer.key.clone());
        }
    }

    /// The customer's id as one business portfolio sees it.
    pub(crate) fn user_id(&self, business_id: &str, customer: &Customer) -> String {
        self.kept.ids.user_id(
            business_id,
            &customer.key,
            customer.generation,
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
        self.threads.get(&thread_key(phone_number_id, customer))
    }

    pub(crate) fn thread_mut(&mut self, phone_number_id: &str, customer: &str) -> &mut Thread {
        self.threads.get_or_default(thread_key(phone_number_id, customer))
    }

    /// Messages of a thread, oldest first.
    pub(crate) fn messages_of<'a>(
        &'a self,
        thread: &'a Thread,
    ) -> impl DoubleEndedIterator<Item = &'a Message> {
        thread
            .messages
            .iter()
            .filter_map(|position| self.messages.get(position))
    }

    /// A message of one business number.
    pub(crate) fn message(&self, phone_number_id: &str, id: &str) -> Option<&Message> {
        self.messages
            .get(self.index.messages.get(id)?)
            .filter(|message| message.phone_number_id == phone_number_id)
    }

    pub(crate) fn message_mut(&mut self, id: &str) -> Option<&mut Message> {
        self.messages.get_mut(self.index.messages.get(id)?)
    }

    /// Adds a message to its thread; the answer is its position.
    pub(crate) fn push_message(&mut self, message: Message) -> u64 {
        let position = self.messages.last_key().map_or(1, |last| last + 1);
        let (phone_number_id, customer) = (message.phone_number_id.clone(), message.customer.clone());
        self.index.messages.insert(message.id.clone(), position);
        self.messages.insert(position, message);
        let thread = self.thread_mut(&phone_number_id, &customer);
        thread.messages.push_back(position);
        let full = thread.messages.len() > THREAD_MESSAGES;
        if let Some(oldest) = full.then(|| thread.messages.pop_front()).flatten() {
            self.forget(oldest);
        }
        if self.messages.len() > MESSAGES
            && let Some(oldest) = self.messages.first_key()
        {
            self.forget(oldest);
        }
        self.thread_changed(&phone_number_id, &customer);
        position
    }

    fn forget(&mut self, position: u64) {
        let Some(message) = self.messages.remove(&position) else {
            return;
        };
        self.index.messages.remove(&message.id);
        let thread = self.thread_mut(&message.phone_number_id, &message.customer);
        for positions in [&mut thread.messages, &mut thread.undelivered, &mut thread.unread] {
            if positions.front() == Some(&position) {
                positions.pop_front();
            }
        }
    }

    pub(crate) fn thread_changed(&mut self, phone_number_id: &str, customer: &str) {
        self.fired.push(Event::Thread {
            customer: customer.to_owned(),
            phone_number_id: phone_number_id.to_owned(),
        });
    }

    pub(crate) fn template(&self, waba_id: &str, name: &str, language: &str) -> Option<&Template> {
        let key = (waba_id.to_owned(), name.to_owned(), language.to_owned());
        self.templates.get(self.index.templates.get(&key)?)
    }

    fn index_template(&mut self, template: &Template) {
        let key = (
            template.waba_id.clone(),
            template.name.clone(),
            template.language.clone(),
        );
        self.index.templates.insert(key, template.id.clone());
    }

    pub(crate) fn put_template(&mut self, template: Template) {
        self.index_template(&template);
        self.templates.insert(template.id.clone(), template);
    }

    /// Removes the templates that don't pass; the answer is how many went.
    pub(crate) fn retain_templates(&mut self, keep: impl Fn(&Template) -> bool) -> usize {
        let removed = self.templates.retain(|_, template| keep(template));
        let templates = &self.templates;
        self.index.templates.retain(|_, id| templates.contains_key(id));
        removed
    }
}
