//! The consent ledger: who allowed or withdrew what. What holds is the latest row of a topic, of two at the same time
//! the withdrawal.

use domain::{
    ContactId, ConversationId,
    consent::{ConsentState, Topic, Withdrawn},
};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    page::{Page, PageRequest, TimeKey},
    tx::TenantTx,
};

/// One word of a contact.
#[derive(Debug, Clone)]
pub struct ConsentRow {
    /// The record.
    pub id: Uuid,
    /// Whose.
    pub contact_id: ContactId,
    /// What it is about.
    pub topic: Topic,
    /// What they said.
    pub state: ConsentState,
    /// `provider`, `keyword`, `button`, `agent`, `api` or `import`.
    pub source: String,
    /// Where and how it was given.
    pub proof: Option<String>,
    /// Who recorded it: a user or an API key.
    pub actor_id: Option<String>,
    /// When the customer said so.
    pub at: OffsetDateTime,
    /// When it was recorded.
    pub recorded_at: OffsetDateTime,
}

/// A word to record.
#[derive(Debug)]
pub struct NewConsent<'a> {
    /// Our id.
    pub id: Uuid,
    /// Whose.
    pub contact_id: ContactId,
    /// What it is about.
    pub topic: Topic,
    /// What they said.
    pub state: ConsentState,
    /// `agent` or `api`.
    pub source: &'static str,
    /// What told it, once: the idempotency key.
    pub source_key: &'a str,
    /// Where and how it was given.
    pub proof: &'a str,
    /// Who records it.
    pub actor_id: &'a str,
    /// When the customer said so.
    pub at: OffsetDateTime,
    /// Now.
    pub recorded_at: OffsetDateTime,
}

struct Raw {
    id: Uuid,
    contact_id: Uuid,
    topic: String,
    state: i16,
    source: String,
    proof: Option<String>,
    actor_id: Option<String>,
    at: OffsetDateTime,
    recorded_at: OffsetDateTime,
}

impl TryFrom<Raw> for ConsentRow {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self> {
        let bad = |column| Error::Inconsistent {
            table: "consent_records",
            column,
        };
        Ok(Self {
            id: raw.id,
            contact_id: ContactId::new(raw.contact_id),
            topic: raw.topic.parse().map_err(|_| bad("topic"))?,
            state: ConsentState::from_code(raw.state).ok_or_else(|| bad("state"))?,
            source: raw.source,
            proof: raw.proof,
            actor_id: raw.actor_id,
            at: raw.at,
            recorded_at: raw.recorded_at,
        })
    }
}

/// Records a word.
pub async fn insert(tx: &mut TenantTx, consent: &NewConsent<'_>) -> Result<()> {
    let topic: &str = consent.topic.into();
    sqlx::query!(
        "insert into consent_records
           (tenant_id, id, contact_id, topic, state, source, source_key, proof, actor_id, at, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.tenant_id().uuid(),
        consent.id,
        consent.contact_id.uuid(),
        topic,
        consent.state as i16,
        consent.source,
        consent.source_key,
        consent.proof,
        consent.actor_id,
        consent.at,
        consent.recorded_at,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A page of what a contact said, the latest first.
pub async fn page(tx: &mut TenantTx, contact: ContactId, request: &PageRequest) -> Result<Page<ConsentRow>> {
    let fetch = request.fetch();
    let (at, id) = request.time_key()?;
    let rows = sqlx::query_as!(
        Raw,
        "select
           id,
           contact_id,
           topic,
           state,
           source,
           proof,
           actor_id,
           at,
           recorded_at
         from consent_records
         where tenant_id = $1
           and contact_id = $2
           and (at, id) < (coalesce($3, 'infinity'::timestamptz), coalesce($4, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid))
         order by at desc, id desc
         limit $5",
        tx.tenant_id().uuid(),
        contact.uuid(),
        at,
        id,
        fetch,
    )
    .fetch_all(tx.conn())
    .await?;
    let rows = rows
        .into_iter()
        .map(ConsentRow::try_from)
        .collect::<Result<_>>()?;
    Ok(Page::cut(rows, fetch, |row: &ConsentRow| {
        TimeKey::new(row.at, row.id)
    }))
}

/// The present word of each topic for each of the contacts.
pub async fn present(tx: &mut TenantTx, contacts: &[Uuid]) -> Result<Vec<ConsentRow>> {
    let rows = sqlx::query_as!(
        Raw,
        "select distinct on (contact_id, topic)
           id,
           contact_id,
           topic,
           state,
           source,
           proof,
           actor_id,
           at,
           recorded_at
         from consent_records
         where tenant_id = $1
           and contact_id = any($2)
         order by contact_id, topic, at desc, state desc",
        tx.tenant_id().uuid(),
        contacts,
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(ConsentRow::try_from).collect()
}

/// What the customer of a conversation has withdrawn.
pub async fn withdrawn(tx: &mut TenantTx, conversation: ConversationId) -> Result<Withdrawn> {
    let row = sqlx::query!(
        r#"select
             (select case r.state when 2 then r.at end
              from consent_records r
              where r.tenant_id = c.tenant_id
                and r.contact_id = c.contact_id
                and r.topic = 'marketing'
              order by r.at desc, r.state desc
              limit 1) as marketing_at,
             (select case r.state when 2 then r.at end
              from consent_records r
              where r.tenant_id = c.tenant_id
                and r.contact_id = c.contact_id
                and r.topic = 'messages'
              order by r.at desc, r.state desc
              limit 1) as messages_at
           from conversations c
           where c.tenant_id = $1
             and c.id = $2"#,
        tx.tenant_id().uuid(),
        conversation.uuid(),
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(Withdrawn {
        marketing_at: row.marketing_at,
        messages_at: row.messages_at,
    })
}
