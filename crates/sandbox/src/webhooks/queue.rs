use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::state::world::World;

/// Updates in one POST; Meta allows 1,000 and 3 MB, ours stay well below both.
const BATCH: usize = 100;
/// Updates held while nobody takes them, about 100 MB; beyond it the oldest go.
const WAITING: usize = 100_000;

/// Where updates go: an app and, when the subscription says so, another address than the app's.
pub(crate) type Lane = (String, Option<String>);

/// One change for one app.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Update {
    pub(crate) lane: Lane,
    waba_id: String,
    field: String,
    value: Value,
    /// `entry.time` in Unix seconds, for fields that have it.
    time: Option<i64>,
    /// The customer's message it carries.
    pub(crate) inbound_id: Option<String>,
}

/// Updates that travel in one POST until it is answered with 200.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Batch {
    pub(crate) lane: Lane,
    pub(crate) updates: Vec<Update>,
}

impl Batch {
    /// The POST's JSON.
    pub(crate) fn to_json(&self) -> Value {
        let mut entries: Vec<(&str, Option<i64>, Vec<Value>)> = Vec::new();
        for update in &self.updates {
            let change = json!({"field": update.field, "value": update.value});
            match entries.last_mut() {
                Some((waba, time, changes)) if *waba == update.waba_id && *time == update.time => {
                    changes.push(change);
                }
                _ => entries.push((&update.waba_id, update.time, vec![change])),
            }
        }
        let entries: Vec<Value> = entries
            .into_iter()
            .map(|(waba, time, changes)| {
                let mut entry = json!({"id": waba, "changes": changes});
                if let (Some(time), Some(object)) = (time, entry.as_object_mut()) {
                    object.insert("time".to_owned(), time.into());
                }
                entry
            })
            .collect();
        json!({"object": "whatsapp_business_account", "entry": entries})
    }
}

/// Webhooks that were not answered with 200 yet.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct WebhookQueue {
    waiting: VecDeque<Update>,
    /// Taken by the sender, by batch number.
    sending: BTreeMap<u64, Batch>,
    next_batch: u64,
}

impl WebhookQueue {
    /// Lanes that have something waiting.
    pub(crate) fn lanes(&self) -> Vec<Lane> {
        let mut lanes: Vec<Lane> = Vec::new();
        for update in &self.waiting {
            if !lanes.contains(&update.lane) {
                lanes.push(update.lane.clone());
            }
        }
        lanes
    }

    /// Takes the next batch of a lane; it stays known as sending until `done`.
    pub(crate) fn take(&mut self, lane: &Lane) -> Option<(u64, Batch)> {
        let mut updates = Vec::new();
        let mut others = VecDeque::with_capacity(self.waiting.len());
        for update in self.waiting.drain(..) {
            if updates.len() < BATCH && update.lane == *lane {
                updates.push(update);
            } else {
                others.push_back(update);
            }
        }
        self.waiting = others;
        if updates.is_empty() {
            return None;
        }
        self.next_batch += 1;
        let batch = Batch {
            lane: lane.clone(),
            updates,
        };
        self.sending.insert(self.next_batch, batch.clone());
        Some((self.next_batch, batch))
    }

    /// Batches that a previous run had not finished.
    pub(crate) fn unfinished(&self) -> Vec<(u64, Batch)> {
        self.sending
            .iter()
            .map(|(number, batch)| (*number, batch.clone()))
            .collect()
    }

    pub(crate) fn done(&mut self, batch: u64) {
        self.sending.remove(&batch);
    }

    /// Updates not answered with 200 yet.
    pub(crate) fn pending(&self) -> usize {
        self.waiting.len()
            + self
                .sending
                .values()
                .map(|batch| batch.updates.len())
                .sum::<usize>()
    }
}

impl World {
    /// Queues a change for every app that is subscribed to the WABA and has a callback.
    pub(crate) fn queue_webhook(
        &mut self,
        waba_id: &str,
        field: &str,
        value: Value,
        time: Option<i64>,
        inbound_id: Option<String>,
    ) {
        let Some(waba) = self.wabas.get(waba_id) else {
            return;
        };
        for (app_id, subscription) in &waba.subscriptions {
            let has_callback = self
                .apps
                .get(app_id)
                .is_some_and(|app| app.callback_url.is_some());
            if !has_callback && subscription.override_callback_uri.is_none() {
                continue;
            }
            if self.webhooks.waiting.len() >= WAITING {
                self.webhooks.waiting.pop_front();
                tracing::warn!(
                    waiting = WAITING,
                    "oldest sandbox webhook dropped, nobody takes them"
                );
            }
            self.webhooks.waiting.push_back(Update {
                lane: (app_id.clone(), subscription.override_callback_uri.clone()),
                waba_id: waba_id.to_owned(),
                field: field.to_owned(),
                value: value.clone(),
                time,
                inbound_id: inbound_id.clone(),
            });
        }
    }
}
