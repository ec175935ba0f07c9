use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::encode;
use crate::state::model::Waba;
use crate::state::table::Table;
use crate::state::world::World;

/// Updates in one POST unless the control API says otherwise; Meta allows 1,000.
const BATCH: usize = 100;
/// Bytes of updates in one POST; Meta allows 3 MB.
const BATCH_BYTES: usize = 2_900_000;
/// Updates held while nobody takes them, about 100 MB; beyond it the oldest go.
const WAITING: usize = 100_000;

/// Where updates go: an app and, when an override says so, another address than the app's.
pub(crate) type Lane = (String, Option<String>);

/// One change for one app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Update {
    pub(crate) lane: Lane,
    entry_id: String,
    field: String,
    /// The change's `value`, as its bytes go on the wire.
    value: Arc<str>,
    /// `entry.time` in Unix seconds, for fields that have it.
    time: Option<i64>,
    /// The customer's message it carries.
    pub(crate) inbound_id: Option<String>,
    /// Simulated Unix milliseconds.
    pub(crate) queued_ms: i64,
}

/// A change to tell, before it is known to whom.
pub(crate) struct Change<'a> {
    pub(crate) field: &'a str,
    pub(crate) value: Value,
    /// `entry.time` in Unix seconds.
    pub(crate) time: Option<i64>,
    pub(crate) inbound_id: Option<String>,
    /// Number whose own address comes first.
    pub(crate) phone_number_id: Option<&'a str>,
}

/// Updates that travel in one POST until it is answered with 200.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) lane: Lane,
    pub(crate) ids: Vec<u64>,
    updates: Vec<Update>,
}

impl Batch {
    /// The exact bytes of the POST.
    pub(crate) fn body(&self) -> Vec<u8> {
        let mut body = String::from(r#"{"object":"whatsapp_business_account","entry":["#);
        let mut open: Option<(&str, Option<i64>)> = None;
        for update in &self.updates {
            let entry = (update.entry_id.as_str(), update.time);
            if open == Some(entry) {
                body.push(',');
            } else {
                body.push_str(if open.is_some() { "]}," } else { "" });
                body.push_str(&format!(r#"{{"id":"{}","#, update.entry_id));
                if let Some(time) = update.time {
                    body.push_str(&format!(r#""time":{time},"#));
                }
                body.push_str(r#""changes":["#);
                open = Some(entry);
            }
            body.push_str(r#"{"value":"#);
            body.push_str(&update.value);
            body.push_str(&format!(r#","field":"{}"}}"#, update.field));
        }
        body.push_str(if open.is_some() { "]}]}" } else { "]}" });
        body.into_bytes()
    }

    /// Ids of the customers' messages it carries.
    pub(crate) fn inbound_ids(&self) -> impl Iterator<Item = &str> {
        self.updates
            .iter()
            .filter_map(|update| update.inbound_id.as_deref())
    }

    /// When its oldest update was queued.
    pub(crate) fn queued_ms(&self) -> i64 {
        self.updates
            .iter()
            .map(|update| update.queued_ms)
            .min()
            .unwrap_or_default()
    }
}

/// Order of the updates that nobody is sending.
#[derive(Debug, Default)]
pub(crate) struct WebhookQueue {
    lanes: BTreeMap<Lane, VecDeque<u64>>,
    next: u64,
}

impl WebhookQueue {
    /// Queues everything that is stored, after loading.
    pub(crate) fn rebuild(&mut self, updates: &Table<u64, Update>) {
        self.lanes.clear();
        for (id, update) in updates.iter() {
            self.lanes.entry(update.lane.clone()).or_default().push_back(*id);
            self.next = *id;
        }
    }

    /// Whether anything waits.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.lanes.is_empty()
    }

    /// Lanes that have something waiting.
    pub(crate) fn lanes(&self) -> Vec<Lane> {
        self.lanes.keys().cloned().collect()
    }
}

impl World {
    /// Takes the next batch of a lane, newest first when `reversed`; its updates stay stored until `webhooks_done`.
    pub(crate) fn take_webhooks(&mut self, lane: &Lane, most: usize, reversed: bool) -> Option<Batch> {
        let most = if most == 0 { BATCH } else { most };
        let waiting = self.queue.lanes.get_mut(lane)?;
        let (mut ids, mut updates, mut bytes) = (Vec::new(), Vec::new(), 0);
        while ids.len() < most && bytes < BATCH_BYTES {
            let next = if reversed {
                waiting.pop_back()
            } else {
                waiting.pop_front()
            };
            let Some(id) = next else { break };
            if let Some(update) = self.updates.get(&id) {
                bytes += update.value.len() + 200;
                updates.push(update.clone());
                ids.push(id);
            }
        }
        if waiting.is_empty() {
            self.queue.lanes.remove(lane);
        }
        (!ids.is_empty()).then(|| Batch {
            lane: lane.clone(),
            ids,
            updates,
        })
    }

    pub(crate) fn webhooks_done(&mut self, batch: &Batch) {
        for id in &batch.ids {
            self.updates.remove(id);
        }
    }

    /// Updates not answered with 200 yet.
    pub(crate) fn webhooks_pending(&self) -> usize {
        self.updates.len()
    }

    /// Queues a change for every app that is subscribed to the WABA, takes the field and has an address.
    pub(crate) fn queue_webhook(&mut self, now_ms: i64, waba_id: &str, change: Change<'_>) {
        let Some(waba) = self.wabas.get(waba_id) else {
            return;
        };
        let lanes = self.lanes_of(waba, &change);
        self.queue_on(now_ms, waba_id, lanes, change);
    }

    /// Queues a change on given lanes.
    pub(crate) fn queue_on(&mut self, now_ms: i64, entry_id: &str, lanes: Vec<Lane>, change: Change<'_>) {
        if lanes.is_empty() {
            return;
        }
        let value: Arc<str> = encode::body(&change.value).into();
        for lane in lanes {
            if self.updates.len() >= WAITING
                && let Some(oldest) = self.updates.first_key()
            {
                self.updates.remove(&oldest);
                tracing::warn!(
                    waiting = WAITING,
                    "oldest sandbox webhook dropped, nobody takes them"
                );
            }
            self.queue.next += 1;
            let id = self.queue.next;
            self.queue.lanes.entry(lane.clone()).or_default().push_back(id);
            let update = Update {
                lane,
                entry_id: entry_id.to_owned(),
                field: change.field.to_owned(),
                value: Arc::clone(&value),
                time: change.time,
                inbound_id: change.inbound_id.clone(),
                queued_ms: now_ms,
            };
            self.updates.insert(id, update);
        }
    }

    /// Where a change goes: the number's own address for messages, else the WABA's, else the app's.
    pub(crate) fn lanes_of(&self, waba: &Waba, change: &Change<'_>) -> Vec<Lane> {
        let number = change
            .phone_number_id
            .filter(|_| change.field == "messages")
            .and_then(|id| self.numbers.get(id));
        let lane = |app_id: &String, own: &Option<String>| {
            let app = self.apps.get(app_id)?;
            if app
                .fields
                .as_ref()
                .is_some_and(|fields| !fields.contains(change.field))
            {
                return None;
            }
            let of_number = number.and_then(|number| number.override_callback_uris.get(app_id));
            let address = of_number.or(own.as_ref());
            (address.is_some() || app.callback_url.is_some()).then(|| (app_id.clone(), address.cloned()))
        };
        waba.subscriptions
            .iter()
            .filter_map(|(app_id, subscription)| lane(app_id, &subscription.override_callback_uri))
            .collect()
    }
}
