use domain::{PhoneNumberId, TenantId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    delivery::BreakerState,
    error::Result,
    page::{Page, PageRequest},
    pool::PlatformDb,
};

/// A lane as the operator sees it: counts, no words of the provider.
#[derive(Debug, Clone)]
pub struct PlatformLaneRow {
    /// Whose: id, slug, name.
    pub tenant: (TenantId, String, String),
    /// The number.
    pub phone_number_id: PhoneNumberId,
    /// As the provider prints it.
    pub display_phone_number: String,
    /// True while paused.
    pub paused: bool,
    /// True while a delivery process owns it.
    pub owned: bool,
    /// Messages a second that the provider allows.
    pub throughput_mps: i32,
    /// Planned rows, counted to 1,000.
    pub depth: i32,
    /// Rows claimed whose outcome was not recorded.
    pub in_flight: i32,
    /// Calls a second that the bucket allowed.
    pub allowed_mps: i32,
    /// Calls begun in the second before.
    pub calls: i32,
    /// The breaker.
    pub breaker: BreakerState,
    /// When a call is tried again.
    pub next_try_at: Option<OffsetDateTime>,
    /// When the owner told it last; `None` before any did.
    pub published_at: Option<OffsetDateTime>,
}

#[derive(Serialize, Deserialize)]
struct Key(Uuid, Uuid);

impl PlatformDb {
    /// A page of lanes, by tenant and number.
    pub async fn lanes(&self, request: &PageRequest) -> Result<Page<PlatformLaneRow>> {
        let fetch = request.fetch();
        let Key(tenant, lane) = request.key::<Key>()?.unwrap_or(Key(Uuid::nil(), Uuid::nil()));
        let rows = sqlx::query!(
            r#"select
                 l.tenant_id,
                 l.id,
                 l.throughput_mps,
                 l.paused_reason is not null as "paused!",
                 coalesce(l.expires_at > now(), false) as "owned!",
                 t.slug,
                 t.name,
                 n.display_phone_number,
                 s.depth as "depth?",
                 s.in_flight as "in_flight?",
                 s.allowed_mps as "allowed_mps?",
                 s.calls as "calls?",
                 s.breaker as "breaker?",
                 s.next_try_at as "next_try_at?",
                 s.published_at as "published_at?"
               from lanes l
               join tenants t on t.id = l.tenant_id
               join phone_numbers n on n.tenant_id = l.tenant_id and n.id = l.id
               left join lane_state s on s.tenant_id = l.tenant_id and s.phone_number_id = l.id
               where (l.tenant_id, l.id) > ($1, $2)
               order by l.tenant_id, l.id
               limit $3"#,
            tenant,
            lane,
            fetch,
        )
        .fetch_all(&self.0)
        .await?;
        let rows = rows.into_iter().map(|row| {
            Ok(PlatformLaneRow {
                tenant: (TenantId::new(row.tenant_id), row.slug, row.name),
                phone_number_id: PhoneNumberId::new(row.id),
                display_phone_number: row.display_phone_number,
                paused: row.paused,
                owned: row.owned,
                throughput_mps: row.throughput_mps,
                depth: row.depth.unwrap_or_default(),
                in_flight: row.in_flight.unwrap_or_default(),
                allowed_mps: row.allowed_mps.unwrap_or_default(),
                calls: row.calls.unwrap_or_default(),
                breaker: BreakerState::from_code(row.breaker.unwrap_or_default())?,
                next_try_at: row.next_try_at,
                published_at: row.published_at,
            })
        });
        let rows = rows.collect::<Result<Vec<_>>>()?;
        Ok(Page::cut(rows, fetch, |row| {
            Key(row.tenant.0.uuid(), row.phone_number_id.uuid())
        }))
    }
}
