//! Seals: a hash chain over each audit log, written behind the entries by one sealer at a time. The write path of an
//! entry takes no lock and knows no seal.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    outbox::Position,
    pool::{self, UpkeepDb},
};

/// Entries that one batch seals at most.
const BATCH: i64 = 2_000;
/// Advisory lock of the one sealer: held for a transaction, so it ends with whoever held it.
const SEALER_LOCK: i64 = 0x7061_726c_7365_616c;

/// SHA-256.
pub(super) type Hash = [u8; 32];

/// What one batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sealed {
    /// Entries that got a seal.
    pub entries: usize,
    /// True when there may be more at once.
    pub more: bool,
}

/// An entry's place and the hash of what is stored.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) position: Position,
    pub(super) id: Uuid,
    pub(super) hash: Hash,
}

/// A seal to write.
struct NewSeal {
    number: i64,
    hash: Vec<u8>,
    entries: i32,
    last: Position,
}

impl UpkeepDb {
    /// Seals the entries that nobody sealed yet, oldest first, at most one batch of each log. Nothing happens while
    /// another sealer is at work.
    pub async fn seal_audit(&self, now: OffsetDateTime) -> Result<Sealed> {
        let mut tx = pool::begin(&self.0, "begin".to_owned()).await?;
        if !pool::try_lock(&mut tx, SEALER_LOCK).await? {
            return Ok(Sealed::default());
        }
        let tenants = seal_tenants(&mut tx, now).await?;
        let platform = seal_platform(&mut tx, now).await?;
        // Awaited in any case, so that the lock is free when this returns.
        tx.commit().await?;
        let full = usize::try_from(BATCH).unwrap_or(usize::MAX);
        Ok(Sealed {
            entries: tenants + platform,
            more: tenants == full || platform == full,
        })
    }
}

async fn seal_tenants(connection: &mut PgConnection, now: OffsetDateTime) -> Result<usize> {
    let after = sealed_up_to(connection).await?;
    let rows = sqlx::query!(
        r#"select tenant_id, id, xid::text as "xid!", seq, at, actor_kind, actor_id, action, target, details
           from audit_entries
           where (xid, seq) > ($1::text::xid8, $2)
             and xid < position_horizon()
           order by xid, seq
           limit $3"#,
        after.xid.to_string(),
        after.id,
        BATCH,
    )
    .fetch_all(&mut *connection)
    .await?;
    let count = rows.len();
    let mut chains: BTreeMap<Uuid, Vec<Entry>> = BTreeMap::new();
    for row in rows {
        let entry = TenantEntry {
            tenant_id: row.tenant_id,
            id: row.id,
            xid: &row.xid,
            seq: row.seq,
            at: row.at,
            actor_kind: &row.actor_kind,
            actor_id: row.actor_id.as_deref(),
            action: &row.action,
            target: row.target.as_deref(),
            details: &row.details,
        };
        chains.entry(row.tenant_id).or_default().push(entry.hashed()?);
    }
    if chains.is_empty() {
        return Ok(0);
    }
    let heads = heads(connection, &chains.keys().copied().collect::<Vec<_>>()).await?;
    let mut seals = Vec::with_capacity(chains.len());
    for (tenant, entries) in chains {
        if let Some(seal) = next_seal(heads.get(&tenant), &entries) {
            seals.push((tenant, seal));
        }
    }
    insert_seals(connection, &seals, now).await?;
    Ok(count)
}

/// The place up to which every tenant's entries are sealed: batches go over all tenants in one order.
pub(super) async fn sealed_up_to(connection: &mut PgConnection) -> Result<Position> {
    let row = sqlx::query!(
        r#"select last_xid::text as "xid!", last_seq from audit_seals order by last_xid desc, last_seq desc limit 1"#
    )
    .fetch_optional(connection)
    .await?;
    row.map_or(Ok(Position::default()), |row| position(&row.xid, row.last_seq))
}

/// Number and hash of the newest seal of each tenant that has one.
async fn heads(connection: &mut PgConnection, tenants: &[Uuid]) -> Result<BTreeMap<Uuid, (i64, Vec<u8>)>> {
    let rows = sqlx::query!(
        r#"select t.id as "tenant_id!", s.number, s.hash
           from unnest($1::uuid[]) as t (id)
           cross join lateral (
             select number, hash from audit_seals where tenant_id = t.id order by number desc limit 1) as s"#,
        tenants,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.tenant_id, (row.number, row.hash)))
        .collect())
}

async fn insert_seals(
    connection: &mut PgConnection,
    seals: &[(Uuid, NewSeal)],
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query!(
        "insert into audit_seals (tenant_id, number, hash, entries, last_xid, last_seq, sealed_at)
         select u.tenant_id, u.number, u.hash, u.entries, u.xid::xid8, u.seq, $7
         from unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::integer[], $5::text[], $6::bigint[])
           as u (tenant_id, number, hash, entries, xid, seq)",
        &seals.iter().map(|(tenant, _)| *tenant).collect::<Vec<_>>(),
        &seals.iter().map(|(_, seal)| seal.number).collect::<Vec<_>>(),
        &seals
            .iter()
            .map(|(_, seal)| seal.hash.clone())
            .collect::<Vec<_>>(),
        &seals.iter().map(|(_, seal)| seal.entries).collect::<Vec<_>>(),
        &seals
            .iter()
            .map(|(_, seal)| seal.last.xid.to_string())
            .collect::<Vec<_>>(),
        &seals.iter().map(|(_, seal)| seal.last.id).collect::<Vec<_>>(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn seal_platform(connection: &mut PgConnection, now: OffsetDateTime) -> Result<usize> {
    let head = sqlx::query!(
        r#"select number, hash, last_xid::text as "xid!", last_seq
           from platform_audit_seals order by number desc limit 1"#
    )
    .fetch_optional(&mut *connection)
    .await?;
    let after = match &head {
        Some(head) => position(&head.xid, head.last_seq)?,
        None => Position::default(),
    };
    let rows = platform_entries(connection, after, BATCH).await?;
    let head = head.map(|head| (head.number, head.hash));
    let Some(seal) = next_seal(head.as_ref(), &rows) else {
        return Ok(0);
    };
    sqlx::query!(
        "insert into platform_audit_seals (number, hash, entries, last_xid, last_seq, sealed_at)
         values ($1, $2, $3, $4::text::xid8, $5, $6)",
        seal.number,
        seal.hash,
        seal.entries,
        seal.last.xid.to_string(),
        seal.last.id,
        now,
    )
    .execute(connection)
    .await?;
    Ok(rows.len())
}

fn next_seal(head: Option<&(i64, Vec<u8>)>, entries: &[Entry]) -> Option<NewSeal> {
    let last = entries.last()?.position;
    let (number, previous) = head.map_or((0, [].as_slice()), |(number, hash)| (*number, hash.as_slice()));
    Some(NewSeal {
        number: number + 1,
        hash: chained(previous, entries).to_vec(),
        entries: i32::try_from(entries.len()).unwrap_or(i32::MAX),
        last,
    })
}

/// The hash of a seal over these entries; the first seal of a chain has nothing before it.
pub(super) fn chained(previous: &[u8], entries: &[Entry]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    for entry in entries {
        hasher.update(entry.hash);
    }
    hasher.finalize().into()
}

/// Entries of one tenant after a place.
pub(super) async fn tenant_entries(
    connection: &mut PgConnection,
    tenant: Uuid,
    after: Position,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"select tenant_id, id, xid::text as "xid!", seq, at, actor_kind, actor_id, action, target, details
           from audit_entries
           where tenant_id = $1
             and (xid, seq) > ($2::text::xid8, $3)
             and xid < position_horizon()
           order by xid, seq
           limit $4"#,
        tenant,
        after.xid.to_string(),
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            TenantEntry {
                tenant_id: row.tenant_id,
                id: row.id,
                xid: &row.xid,
                seq: row.seq,
                at: row.at,
                actor_kind: &row.actor_kind,
                actor_id: row.actor_id.as_deref(),
                action: &row.action,
                target: row.target.as_deref(),
                details: &row.details,
            }
            .hashed()
        })
        .collect()
}

/// Entries of the platform after a place.
pub(super) async fn platform_entries(
    connection: &mut PgConnection,
    after: Position,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows = sqlx::query!(
        r#"select id, xid::text as "xid!", seq, at, platform_user_id, action, tenant_id, target, details
           from platform_audit_entries
           where (xid, seq) > ($1::text::xid8, $2)
             and xid < position_horizon()
           order by xid, seq
           limit $3"#,
        after.xid.to_string(),
        after.id,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let fields = [
                Some(row.id.as_bytes().as_slice()),
                Some(row.xid.as_bytes()),
                Some(&row.seq.to_be_bytes()),
                Some(&micros(row.at)),
                row.platform_user_id.as_ref().map(|id| id.as_bytes().as_slice()),
                Some(row.action.as_bytes()),
                row.tenant_id.as_ref().map(|id| id.as_bytes().as_slice()),
                row.target.as_deref().map(str::as_bytes),
                Some(row.details.as_bytes()),
            ];
            Ok(Entry {
                position: position(&row.xid, row.seq)?,
                id: row.id,
                hash: hash_fields(&fields),
            })
        })
        .collect()
}

struct TenantEntry<'a> {
    tenant_id: Uuid,
    id: Uuid,
    xid: &'a str,
    seq: i64,
    at: OffsetDateTime,
    actor_kind: &'a str,
    actor_id: Option<&'a str>,
    action: &'a str,
    target: Option<&'a str>,
    details: &'a str,
}

impl TenantEntry<'_> {
    fn hashed(&self) -> Result<Entry> {
        let hash = hash_fields(&[
            Some(self.tenant_id.as_bytes().as_slice()),
            Some(self.id.as_bytes()),
            Some(self.xid.as_bytes()),
            Some(&self.seq.to_be_bytes()),
            Some(&micros(self.at)),
            Some(self.actor_kind.as_bytes()),
            self.actor_id.map(str::as_bytes),
            Some(self.action.as_bytes()),
            self.target.map(str::as_bytes),
            Some(self.details.as_bytes()),
        ]);
        Ok(Entry {
            position: position(self.xid, self.seq)?,
            id: self.id,
            hash,
        })
    }
}

/// Each field with its length, so that no two rows have the same bytes; a null is told from an empty text.
fn hash_fields(fields: &[Option<&[u8]>]) -> Hash {
    let mut hasher = Sha256::new();
    for field in fields {
        match field {
            Some(bytes) => {
                hasher.update([1]);
                hasher.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
                hasher.update(bytes);
            }
            None => hasher.update([0]),
        }
    }
    hasher.finalize().into()
}

/// Microseconds since 1970, the database's precision.
fn micros(at: OffsetDateTime) -> [u8; 16] {
    (at.unix_timestamp_nanos() / 1_000).to_be_bytes()
}

pub(super) fn position(xid: &str, seq: i64) -> Result<Position> {
    let xid = xid.parse().map_err(|_| Error::Inconsistent {
        table: "audit_seals",
        column: "last_xid",
    })?;
    Ok(Position { xid, id: seq })
}
