//! `F_mix`: the least SQL for the same effects, batches of two hundred on one connection, without row security, keys to
//! other tables or a ledger.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    ingest::superuser,
    rounds::{Measured, window},
    stage::Stage,
};

/// Rows of a statement.
pub const BATCH: usize = 200;
/// Status batches to each batch of messages from customers.
const STATUS_BATCHES: u32 = 3;
/// Messages whose status the floor moves.
const MESSAGES: usize = 100_000;

const TABLES: [&str; 4] = [
    "create table floor_messages (tenant_id uuid not null, id uuid not null, conversation_id uuid not null, phone_number_id uuid not null,
       content jsonb not null, provider_id text, status smallint not null, thread_at timestamptz not null, status_at timestamptz,
       primary key (tenant_id, id), unique (tenant_id, phone_number_id, provider_id)) with (fillfactor = 85)",
    "create index floor_messages_thread on floor_messages (tenant_id, conversation_id, thread_at desc, id desc)",
    "create table floor_conversations (tenant_id uuid not null, id uuid not null, contact_id uuid not null, unread integer not null,
       preview text not null, last_message_at timestamptz not null, primary key (tenant_id, id), unique (tenant_id, contact_id)) with (fillfactor = 85)",
    "create table floor_outbox (id bigint generated always as identity primary key, tenant_id uuid not null, payload jsonb not null)",
];

/// The tables, with messages that wait for their statuses.
pub async fn prepare(stage: &Stage) -> anyhow::Result<()> {
    for statement in TABLES {
        stage.sql(statement).await?;
    }
    let messages = format!(
        "insert into floor_messages (tenant_id, id, conversation_id, phone_number_id, content, provider_id, status, thread_at)
         select lpad(to_hex(g % 200), 32, '0')::uuid, lpad(to_hex(g), 32, '0')::uuid, lpad(to_hex(g % 10000), 32, '0')::uuid,
           lpad(to_hex(g % 200), 32, '0')::uuid, jsonb_build_object('type', 'text', 'body', repeat('Yes, it does. ', 6)), 'wamid.' || g, 0, now()
         from generate_series(0, {MESSAGES} - 1) g"
    );
    stage.sql(&messages).await?;
    stage.sql("vacuum (analyze) floor_messages").await
}

/// Events of the mix a second.
pub async fn mix(stage: &Stage) -> anyhow::Result<Measured> {
    let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let connection = superuser(stage).await?;
    let work = tokio::spawn(work(connection, Arc::clone(&done), Arc::clone(&stop)));
    let measured = window(stage.machine, &stage.plan, &done).await;
    stop.store(true, Ordering::Relaxed);
    work.await??;
    stage.sql("truncate floor_outbox").await?;
    stage.sql("checkpoint").await?;
    measured
}

async fn work(
    mut connection: PgConnection,
    done: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<()> {
    let mut statuses = Statuses::default();
    let mut customer = 0x019a_0009_0000_7000_8000_0000_0000_0000_u128;
    while !stop.load(Ordering::Relaxed) {
        for _ in 0..STATUS_BATCHES {
            statuses.batch(&mut connection).await?;
            done.fetch_add(u64::try_from(BATCH)?, Ordering::Relaxed);
        }
        messages(&mut connection, &mut customer).await?;
        done.fetch_add(u64::try_from(BATCH)?, Ordering::Relaxed);
    }
    Ok(())
}

/// `F_stat`: walks through the messages and gives each a higher status.
#[derive(Debug, Default)]
pub struct Statuses {
    next: usize,
    pass: i16,
}

impl Statuses {
    /// One statement.
    pub async fn batch(&mut self, connection: &mut PgConnection) -> anyhow::Result<()> {
        if self.next + BATCH > MESSAGES || self.pass == 0 {
            (self.next, self.pass) = (0, self.pass + 1);
        }
        let range = self.next..self.next + BATCH;
        self.next = range.end;
        let tenants: Vec<Uuid> = range
            .clone()
            .map(|g| Uuid::from_u128((g % 200) as u128))
            .collect();
        let ids: Vec<String> = range.map(|g| format!("wamid.{g}")).collect();
        let statuses = vec![self.pass; BATCH];
        sqlx::query(
            "update floor_messages m
             set status = u.s,
                 status_at = now()
             from unnest($1::uuid[], $2::text[], $3::smallint[]) as u (t, id, s)
             where m.tenant_id = u.t
               and m.phone_number_id = u.t
               and m.provider_id = u.id
               and m.status < u.s",
        )
        .bind(tenants)
        .bind(ids)
        .bind(statuses)
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// `F_norm`: conversation, message and event of a batch in one statement.
async fn messages(connection: &mut PgConnection, next: &mut u128) -> anyhow::Result<()> {
    let first = *next;
    *next += BATCH as u128;
    let numbers = first..*next;
    let tenants: Vec<Uuid> = numbers.clone().map(|g| Uuid::from_u128(g % 200)).collect();
    let ids: Vec<Uuid> = numbers.clone().map(Uuid::from_u128).collect();
    let contacts: Vec<Uuid> = numbers.map(|g| Uuid::from_u128(g % 10_000)).collect();
    sqlx::query(
        "with u as (
           select * from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u (t, id, contact)),
         c as (
           insert into floor_conversations as v (tenant_id, id, contact_id, unread, preview, last_message_at)
           select t, contact, contact, count(*), 'Does it come in another color?', now() from u group by t, contact
           on conflict (tenant_id, contact_id) do update
           set unread = v.unread + excluded.unread, preview = excluded.preview, last_message_at = excluded.last_message_at),
         m as (
           insert into floor_messages (tenant_id, id, conversation_id, phone_number_id, content, provider_id, status, thread_at)
           select t, id, contact, t, jsonb_build_object('type', 'text', 'body', 'Does it come in another color? It would suit me.'),
             'wamid.in.' || id, 100, now() from u
           on conflict do nothing
           returning tenant_id, id)
         insert into floor_outbox (tenant_id, payload)
         select tenant_id, jsonb_build_object('type', 'message.created', 'id', id) from m",
    )
    .bind(tenants)
    .bind(ids)
    .bind(contacts)
    .execute(connection)
    .await?;
    Ok(())
}
