//! Lanes: what the scheduler does for a number.

use domain::{PhoneNumberId, Result, permission::Permission};
use serde::Serialize;
use store::{
    TenantScope,
    delivery::{self, BreakerState, LaneRow},
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::tenant::TenantServices;

/// Whether a lane calls its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Breaker {
    /// It calls.
    Closed,
    /// The provider failed several times in a row: nothing is called until the next try.
    Open,
    /// One call finds out whether the provider is back.
    HalfOpen,
}

impl From<BreakerState> for Breaker {
    fn from(state: BreakerState) -> Self {
        match state {
            BreakerState::Closed => Self::Closed,
            BreakerState::Open => Self::Open,
            BreakerState::HalfOpen => Self::HalfOpen,
        }
    }
}

/// What the scheduler does for a number.
#[derive(Debug, Serialize, ToSchema)]
pub struct LaneView {
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// Messages in the queue at this moment; 1,000 stands for that many or more.
    pub depth: i32,
    /// Messages under way: claimed, outcome not recorded.
    pub in_flight: i32,
    /// Messages a second that the provider allows.
    pub throughput_mps: i32,
    /// Messages a second at present: less than allowed after the provider asked for less.
    pub allowed_mps: i32,
    /// Calls in the last second.
    pub calls: i32,
    /// Why the number is paused; null when it runs.
    pub paused_reason: Option<String>,
    /// Whether the provider is called.
    pub breaker: Breaker,
    /// What stopped the calls.
    pub breaker_reason: Option<String>,
    /// When a call is tried again, unless calls are made anyway.
    #[serde(with = "time::serde::rfc3339::option")]
    pub next_try_at: Option<OffsetDateTime>,
    /// False while no delivery process works for the number.
    pub owned: bool,
    /// When its process told this last; null before any did.
    #[serde(with = "time::serde::rfc3339::option")]
    pub published_at: Option<OffsetDateTime>,
}

impl LaneView {
    fn of(phone_number_id: PhoneNumberId, row: LaneRow) -> Self {
        let told = row.told.as_ref();
        Self {
            phone_number_id,
            depth: row.depth,
            in_flight: told.map_or(0, |told| told.in_flight),
            throughput_mps: row.throughput_mps,
            allowed_mps: told.map_or(row.throughput_mps, |told| told.allowed_mps),
            calls: told.map_or(0, |told| told.calls),
            breaker: told.map_or(Breaker::Closed, |told| told.breaker.into()),
            breaker_reason: told.and_then(|told| told.breaker_reason.clone()),
            next_try_at: told.and_then(|told| told.next_try_at),
            owned: row.owned,
            published_at: told.map(|told| told.published_at),
            paused_reason: row.paused_reason,
        }
    }
}

impl TenantServices {
    /// The lane of a number.
    pub async fn lane(&self, scope: &TenantScope, id: PhoneNumberId) -> Result<LaneView> {
        scope.require(Permission::NumbersRead)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(LaneView::of(id, delivery::lane(&mut tx, id).await?))
    }
}
