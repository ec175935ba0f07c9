//! One live stream: catches up from the outbox, then follows the hub.

use std::{collections::VecDeque, sync::Arc};

use domain::{Result, event::DomainEvent, permission::Permission};
use store::{
    TenantScope,
    outbox::{self, Position, Stored},
};
use time::OffsetDateTime;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::tenant::TenantServices;

/// Permissions that let some event through; without any of them a stream would stay silent.
const HEARD: [Permission; 4] = [
    Permission::ConversationsRead,
    Permission::ContactsRead,
    Permission::TemplatesRead,
    Permission::NumbersRead,
];

/// What a stream yields next.
#[derive(Debug)]
pub enum Frame {
    /// The stream is live; the product's clock.
    Ready(OffsetDateTime),
    /// The position is unknown here: fetch everything again.
    Reset,
    /// Something changed.
    Event(Position, DomainEvent),
}

/// One client's stream.
pub struct Subscription {
    services: TenantServices,
    scope: TenantScope,
    receiver: broadcast::Receiver<Arc<Stored>>,
    pending: VecDeque<Frame>,
    last: Option<Position>,
    /// Where catching up stands; `None` when there is nothing to catch up with.
    behind: Option<Position>,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription")
    }
}

impl TenantServices {
    /// Opens a stream; `last_event_id` is the id of the last event that the client has.
    pub async fn subscribe(&self, scope: &TenantScope, last_event_id: Option<&str>) -> Result<Subscription> {
        if !HEARD
            .iter()
            .any(|permission| scope.permissions().contains(permission))
        {
            scope.require(Permission::ConversationsRead)?;
        }
        let receiver = self.hub.subscribe(scope.tenant_id());
        let mut subscription = Subscription {
            services: self.clone(),
            scope: scope.clone(),
            receiver,
            pending: VecDeque::new(),
            last: None,
            behind: None,
        };
        subscription.pending.push_back(Frame::Ready(self.clock.now()));
        if let Some(text) = last_event_id.filter(|text| !text.is_empty()) {
            match text.parse::<Position>() {
                Ok(position) if self.hub.knows(position).await? => subscription.behind = Some(position),
                _ => subscription.pending.push_back(Frame::Reset),
            }
        }
        Ok(subscription)
    }

    /// True while the tenant and the credential behind a stream stand as they stood when it was opened.
    pub async fn still_allowed(
        &self,
        opened: &TenantScope,
        session: Option<&str>,
        api_key: Option<&str>,
    ) -> bool {
        let slug = &opened.tenant().slug;
        let scope = match (session, api_key) {
            (_, Some(key)) => self.scope_of_api_key(key, slug).await,
            (Some(session), None) => self.scope_of_session(session, slug).await,
            (None, None) => return false,
        };
        scope.is_ok_and(|scope| {
            scope.permissions() == opened.permissions() && scope.tenant().active == opened.tenant().active
        })
    }
}

impl Subscription {
    /// Reads a page of what came after a position; events of the hub up to there are skipped later. A page at a time, so
    /// that a client that was away for long costs no more memory than another one.
    async fn catch_up(&mut self, after: Position) -> Result<()> {
        let mut tx = self.services.db.begin(&self.scope).await?;
        let tail = outbox::after(&mut tx, after).await?;
        drop(tx);
        // What followed may have gone by age while it was read.
        if !self.services.hub.knows(after).await? {
            self.behind = None;
            self.pending.push_back(Frame::Reset);
            return Ok(());
        }
        let last = tail.events.last().map_or(after, |stored| stored.position);
        tail.events.iter().for_each(|stored| self.push(stored));
        self.last = Some(last);
        self.behind = tail.more.then_some(last);
        Ok(())
    }

    fn push(&mut self, stored: &Stored) {
        if self.scope.permissions().contains(&stored.event.permission()) {
            self.pending
                .push_back(Frame::Event(stored.position, stored.event.clone()));
        }
    }

    /// The next frame; `None` when the client fell behind or the hub stopped: it reconnects with its last id.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.pending.pop_front() {
                return Some(frame);
            }
            if let Some(after) = self.behind {
                if let Err(error) = self.catch_up(after).await {
                    tracing::warn!(%error, "a live stream could not catch up; its client comes back");
                    return None;
                }
                continue;
            }
            match self.receiver.recv().await {
                Ok(stored) if self.last.is_none_or(|last| stored.position > last) => {
                    self.last = Some(stored.position);
                    self.push(&stored);
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_) | RecvError::Closed) => return None,
            }
        }
    }
}
