//! Two hundred tenants, their customers, and messages that were accepted and wait for their statuses.

use std::time::Duration;

use crate::stage::Stage;

/// Tenants, each with one number.
pub const TENANTS: u64 = 200;
/// Customers of each tenant.
pub const CUSTOMERS: u64 = 50;
/// Events a second that the sustained run is provided for.
const SUSTAINED_MOST: u64 = 16_000;
/// Runs of a fixed number of events per round.
const RUNS_PER_ROUND: u64 = 3;

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub struct World {
    /// Messages of each tenant.
    pub messages: u64,
}

impl World {
    /// Makes the rows; every run of the plan gets messages of its own.
    pub async fn fill(stage: &Stage) -> anyhow::Result<Self> {
        for number in 0..TENANTS {
            stage.db.tenant(&format!("flow-{number}"), &stage.app).await;
        }
        let plan = &stage.plan;
        let rounds = u64::try_from(1 + plan.rounds + plan.repeats)?;
        let sustained = plan.sustained + 4 * plan.warm_up + Duration::from_secs(2);
        let events = rounds * RUNS_PER_ROUND * plan.events + sustained.as_secs() * SUSTAINED_MOST;
        let messages = events.div_ceil(4 * TENANTS) + plan.events.div_ceil(TENANTS);
        for statement in rows(messages) {
            stage.sql(&statement).await?;
        }
        stage.sql("vacuum (analyze)").await?;
        stage.sql("checkpoint").await?;
        Ok(Self { messages })
    }
}

fn rows(messages: u64) -> [String; 5] {
    const AT: &str = "timestamptz '2026-11-22 11:00+00'";
    let number = "substr(t.slug, 6)::int";
    let id = |kind: char, of: &str| {
        format!(
            "('019a000{kind}-0000-7000-8000-' || lpad(to_hex({number}), 4, '0') || lpad(to_hex({of}), 8, '0'))::uuid"
        )
    };
    let from = "from phone_numbers p join tenants t on t.id = p.tenant_id and t.slug ^@ 'flow-' join wabas w on w.tenant_id = p.tenant_id and w.id = p.waba_id";
    let (contact, conversation) = (id('1', "g"), id('2', "g"));
    let of_message = format!("(g % {CUSTOMERS})::int");
    [
        format!(
            "insert into contacts (tenant_id, id, profile_name, profile_name_at, created_at)
             select p.tenant_id, {contact}, 'Customer ' || g, {AT}, {AT} {from}, generate_series(0, {CUSTOMERS} - 1) g"
        ),
        format!(
            "insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at)
             select p.tenant_id, w.portfolio_id, k,
               case k when 1 then '1555' || lpad({number}::text, 3, '0') || lpad(g::text, 4, '0') else 'US.' || ({number} * 10000 + g) end,
               {contact}, {AT} {from}, generate_series(0, {CUSTOMERS} - 1) g, generate_series(1, 2) k"
        ),
        format!(
            "insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, preview, preview_kind,
               preview_direction, last_inbound_at, created_at)
             select p.tenant_id, {conversation}, {contact}, p.channel_account_id, p.id, {AT}, 'Does it come in blue?', 'text', 1, {AT}, {AT}
             {from}, generate_series(0, {CUSTOMERS} - 1) g"
        ),
        format!(
            "insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, provider_id, status, thread_at,
               created_at, accepted_at)
             select p.tenant_id, {}, {}, p.id, 2, 'text', jsonb_build_object('type', 'text', 'body', repeat('Yes, it does. ', 6)),
               'wamid.out.' || {number} || '.' || g, 30, {AT}, {AT}, {AT} {from}, generate_series(0, {messages} - 1) g",
            id('3', "g"),
            id('2', &of_message),
        ),
        format!(
            "insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at, claimed_at,
               finished_at, provider_id)
             select p.tenant_id, {}, {}, p.id, 1, 0, 2, {AT}, {AT}, {AT}, {AT}, 'wamid.out.' || {number} || '.' || g
             {from}, generate_series(0, {messages} - 1) g",
            id('4', "g"),
            id('3', "g"),
        ),
    ]
}
