use domain::{PhoneNumberId, Result};
use serde::Serialize;
use store::platform::PlatformLaneRow;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{PlatformScope, PlatformServices, TenantRef};
use crate::{Page, PageRequest, lanes::Breaker};

/// A lane as the operator sees it: counts only.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlatformLane {
    /// Whose.
    pub tenant: TenantRef,
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// As the provider prints it.
    pub display_phone_number: String,
    /// True while the number is paused.
    pub paused: bool,
    /// False while no delivery process works for it.
    pub owned: bool,
    /// Messages in the queue; 1,000 stands for that many or more.
    pub depth: i32,
    /// Messages under way.
    pub in_flight: i32,
    /// Messages a second that the provider allows.
    pub throughput_mps: i32,
    /// Messages a second at present.
    pub allowed_mps: i32,
    /// Calls in the last second.
    pub calls: i32,
    /// Whether the provider is called.
    pub breaker: Breaker,
    /// When a call is tried again, unless calls are made anyway.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub next_try_at: Option<OffsetDateTime>,
    /// When its process told this last; null before any did.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub published_at: Option<OffsetDateTime>,
}

impl From<PlatformLaneRow> for PlatformLane {
    fn from(row: PlatformLaneRow) -> Self {
        let (id, slug, name) = row.tenant;
        Self {
            tenant: TenantRef { id, slug, name },
            phone_number_id: row.phone_number_id,
            display_phone_number: row.display_phone_number,
            paused: row.paused,
            owned: row.owned,
            depth: row.depth,
            in_flight: row.in_flight,
            throughput_mps: row.throughput_mps,
            allowed_mps: row.allowed_mps,
            calls: row.calls,
            breaker: row.breaker.into(),
            next_try_at: row.next_try_at,
            published_at: row.published_at,
        }
    }
}

impl PlatformServices {
    /// What each lane of the installation does, by tenant.
    pub async fn lanes(&self, _: &PlatformScope, page: &PageRequest) -> Result<Page<PlatformLane>> {
        Ok(self.db.lanes(page).await?.map(PlatformLane::from))
    }
}
