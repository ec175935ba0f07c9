//! The webhooks, by number: three statuses of messages of ours, then a message from a customer.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use domain::MessageId;
use testkit::AppFixture;
use uuid::Uuid;

use super::world::{CUSTOMERS, TENANTS, World};
use crate::ingest::{Source, signed};

/// Messages whose `sent` all come before their `delivered`, and those before their `read`.
pub const BLOCK: u64 = 3_000;
/// Events after which every message of a block has all its statuses.
pub const BLOCK_EVENTS: u64 = BLOCK * 4;
/// 2026-11-22 11:00 UTC.
const BEGIN: u64 = 1_795_345_200;
const STATUSES: [&str; 3] = ["sent", "delivered", "read"];

/// Makes requests.
#[derive(Debug, Clone)]
pub struct Script {
    app: AppFixture,
    world: World,
}

impl Script {
    pub fn new(app: &AppFixture, world: World) -> Self {
        Self {
            app: app.clone(),
            world,
        }
    }

    /// Events that have messages of their own.
    pub const fn events(&self) -> u64 {
        self.world.messages * TENANTS / BLOCK * BLOCK_EVENTS
    }

    /// The body of an event.
    pub fn body(&self, event: u64) -> String {
        let (group, place) = (event / 4, event % 4);
        if place == 3 {
            let tenant = group.wrapping_mul(7_919) % TENANTS;
            return inbound(tenant, group.wrapping_mul(31) % CUSTOMERS, group, "in");
        }
        let status = group * 3 + place;
        let (block, within) = (status / (3 * BLOCK), status % (3 * BLOCK));
        let phase = within / BLOCK;
        let message = (block * BLOCK + within % BLOCK) % (self.world.messages * TENANTS);
        status_of(message % TENANTS, message / TENANTS, phase)
    }

    /// The whole request of an event.
    pub fn request(&self, event: u64) -> Bytes {
        signed(&self.app, self.body(event).as_bytes())
    }

    /// Events in their order, from `first` on.
    pub fn from(self, first: u64) -> Source {
        let next = AtomicU64::new(first);
        Arc::new(move || self.request(next.fetch_add(1, Ordering::Relaxed)))
    }

    /// These events.
    pub fn listed(self, events: Vec<u64>) -> Source {
        let turn = AtomicU64::new(0);
        Arc::new(move || {
            let turn = usize::try_from(turn.fetch_add(1, Ordering::Relaxed)).unwrap_or_default();
            self.request(events.get(turn % events.len()).copied().unwrap_or_default())
        })
    }

    /// The whole request of a message from a customer; `kind` keeps its id apart from everybody else's.
    pub fn message(&self, tenant: u64, number: u64, kind: &str) -> Bytes {
        signed(
            &self.app,
            inbound(tenant, number % CUSTOMERS, number, kind).as_bytes(),
        )
    }
}

/// The provider's id of a message from a customer.
pub fn inbound_id(tenant: u64, number: u64, kind: &str) -> String {
    format!("wamid.{kind}.{tenant}.{number}")
}

fn envelope(tenant: u64, rest: &str) -> String {
    format!(
        r#"{{"object":"whatsapp_business_account","entry":[{{"id":"waba-flow-{tenant}","changes":[{{"value":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"15550100200","phone_number_id":"number-flow-{tenant}"}},{rest}}},"field":"messages"}}]}}]}}"#
    )
}

fn inbound(tenant: u64, customer: u64, number: u64, kind: &str) -> String {
    let (phone, user) = (
        format!("1555{tenant:03}{customer:04}"),
        tenant * 10_000 + customer,
    );
    let (id, at) = (inbound_id(tenant, number, kind), BEGIN + number / 1_000);
    envelope(
        tenant,
        &format!(
            r#""contacts":[{{"profile":{{"name":"Customer {customer}"}},"wa_id":"{phone}","user_id":"US.{user}"}}],"messages":[{{"from":"{phone}","from_user_id":"US.{user}","id":"{id}","timestamp":"{at}","type":"text","text":{{"body":"Does it come in another color? Number {number} would suit me."}}}}]"#
        ),
    )
}

fn status_of(tenant: u64, message: u64, phase: u64) -> String {
    let status = STATUSES
        .get(usize::try_from(phase).unwrap_or_default())
        .copied()
        .unwrap_or("read");
    let id = u128::from(tenant) << 32 | u128::from(message);
    let id = MessageId::new(Uuid::from_u128(0x019a_0003_0000_7000_8000_0000_0000_0000 | id));
    let (customer, at) = (message % CUSTOMERS, BEGIN + 10 * phase);
    envelope(
        tenant,
        &format!(
            r#""contacts":[{{"wa_id":"1555{tenant:03}{customer:04}","user_id":"US.{}"}}],"statuses":[{{"id":"wamid.out.{tenant}.{message}","status":"{status}","timestamp":"{at}","recipient_id":"1555{tenant:03}{customer:04}","biz_opaque_callback_data":"{id}","pricing":{{"billable":true,"pricing_model":"PMP","type":"regular","category":"utility"}}}}]"#,
            tenant * 10_000 + customer
        ),
    )
}
