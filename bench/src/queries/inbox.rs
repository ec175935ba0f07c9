//! Two hundred tenants with their conversations.

use std::{collections::HashMap, sync::Arc};

use domain::{ConversationId, TenantId};
use store::{TenantDb, TenantScope};
use uuid::Uuid;

use super::clients::CLIENTS;
use crate::stage::Stage;

/// Tenants; each has one number and the same part of the conversations.
const TENANTS: usize = 200;
/// Connections of a pool: one in use and one that goes back, per client.
const POOL: u32 = 2 * CLIENTS as u32;
/// An id that is ordered by time, as the product makes them.
const ID: &str = "overlay(md5(p.id::text || g) placing lpad(to_hex(1763000000000 + g * 1000), 12, '0') from 1 for 12)::uuid";

/// What the queries read.
pub struct Inbox {
    /// One per tenant.
    pub scopes: Arc<[TenantScope]>,
    /// Conversations by tenant; each tenant has media with the same ids.
    pub conversations: Arc<HashMap<TenantId, Vec<ConversationId>>>,
    /// As the product's role.
    pub product: TenantDb,
    /// The same code as a role that bypasses row security.
    pub bypassing: TenantDb,
}

impl Inbox {
    /// Makes the rows and the role that bypasses row security.
    pub async fn fill(stage: &Stage) -> anyhow::Result<Self> {
        let mut scopes = Vec::with_capacity(TENANTS);
        for number in 0..TENANTS {
            scopes.push(
                stage
                    .db
                    .tenant(&format!("tenant-{number}"), &stage.app)
                    .await
                    .scope,
            );
        }
        let each = stage.plan.conversations / TENANTS;
        for statement in rows(each) {
            stage.sql(&statement).await?;
        }
        stage
            .sql("create role parlance_bench login bypassrls noinherit")
            .await?;
        stage
            .sql("grant usage on schema public to parlance_bench")
            .await?;
        stage
            .sql("grant select, insert on all tables in schema public to parlance_bench")
            .await?;
        stage.sql("vacuum (analyze)").await?;
        stage.sql("checkpoint").await?;
        let ids: Vec<(Uuid, Uuid)> = sqlx::query_as("select tenant_id, id from conversations")
            .fetch_all(&stage.db.superuser)
            .await?;
        let mut conversations: HashMap<_, Vec<_>> = HashMap::new();
        for (tenant, id) in ids {
            conversations
                .entry(TenantId::new(tenant))
                .or_default()
                .push(ConversationId::new(id));
        }
        Ok(Self {
            scopes: scopes.into(),
            conversations: Arc::new(conversations),
            product: TenantDb::connect(&stage.db.url("tenant"), POOL).await?,
            bypassing: TenantDb::connect(&stage.db.url("bench"), POOL).await?,
        })
    }
}

fn rows(each: usize) -> [String; 4] {
    let at = "timestamptz '2026-11-01' + make_interval(secs => ('x' || left(md5(g || p.id::text), 6))::bit(24)::int % 1800000)";
    let from = format!(
        "from phone_numbers p join wabas w on w.tenant_id = p.tenant_id and w.id = p.waba_id, generate_series(1, {each}) g"
    );
    [
        format!(
            "insert into contacts (tenant_id, id, profile_name, profile_name_at, created_at)
             select p.tenant_id, {ID}, 'Customer ' || g, {at}, {at} {from}"
        ),
        format!(
            "insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at)
             select p.tenant_id, w.portfolio_id, k, case k when 1 then '1555' || lpad(g::text, 7, '0') else 'US.' || (10000000000 + g) end, {ID}, {at}
             {from}, generate_series(1, 2) k"
        ),
        format!(
            "insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, last_message_key,
               preview, preview_kind, preview_direction, unread, last_inbound_at, created_at)
             select p.tenant_id, {ID}, {ID}, p.channel_account_id, p.id, {at}, 'wamid.' || md5(g::text), repeat('Does it come in blue? ', 1 + g % 4),
               'text', 1 + g % 2, g % 3, {at}, {at} {from}"
        ),
        format!(
            "insert into media (tenant_id, id, phone_number_id, direction, state, mime_type, size_bytes, blob_key, created_at)
             select p.tenant_id, {ID}, p.id, 1, 1, 'image/jpeg', 20000, 'media/' || g, {at} {from}"
        ),
    ]
}
