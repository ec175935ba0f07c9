//! Checks the chains of seals against the entries that they cover.

use std::collections::VecDeque;

use domain::TenantId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::seals::{self, Entry};
use crate::{error::Result, outbox::Position, pool::UpkeepDb};

/// Seals per read.
const SEALS: i64 = 1_000;
/// Entries per read.
const ENTRIES: i64 = 5_000;

/// Whose log a chain seals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// The platform's.
    Platform,
    /// A tenant's.
    Tenant {
        /// The tenant.
        id: TenantId,
        /// Its place in addresses; `None` when only its log is left.
        slug: Option<String>,
    },
}

impl std::fmt::Display for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Platform => f.write_str("platform"),
            Self::Tenant { slug: Some(slug), .. } => write!(f, "tenant {slug}"),
            Self::Tenant { id, slug: None } => write!(f, "tenant {id}"),
        }
    }
}

/// What a chain was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// Whose.
    pub chain: Chain,
    /// Seals that hold, from the first one on.
    pub seals: i64,
    /// Entries under them.
    pub entries: i64,
    /// Hash of the last of them in hex; kept elsewhere it also shows when the newest seals were cut off.
    pub head: Option<String>,
    /// The first place where the chain does not hold, in words.
    pub broken: Option<String>,
}

impl UpkeepDb {
    /// Checks every chain, or the one of the tenant with this slug; `None` when there is no such tenant.
    pub async fn verify_audit(&self, slug: Option<&str>) -> Result<Option<Vec<ChainReport>>> {
        let mut connection = self.0.acquire().await?;
        let rows = sqlx::query!(
            r#"select id as "id!", slug from tenants where $1::text is null or slug = $1
               union all
               select s.tenant_id, null from audit_seals s
               where s.number = 1 and $1::text is null and not exists (select from tenants t where t.id = s.tenant_id)
               order by 2, 1"#,
            slug,
        )
        .fetch_all(&mut *connection)
        .await?;
        let mut chains: Vec<_> = rows
            .into_iter()
            .map(|row| Chain::Tenant {
                id: TenantId::new(row.id),
                slug: row.slug,
            })
            .collect();
        match slug {
            None => chains.push(Chain::Platform),
            Some(_) if chains.is_empty() => return Ok(None),
            Some(_) => {}
        }
        let mut reports = Vec::with_capacity(chains.len());
        for chain in chains {
            reports.push(verify(&mut connection, chain).await?);
        }
        Ok(Some(reports))
    }
}

struct Seal {
    number: i64,
    hash: Vec<u8>,
    entries: i64,
    last: Position,
}

/// One chain as it is read, seal by seal.
struct Walk<'a> {
    connection: &'a mut PgConnection,
    tenant: Option<Uuid>,
    entries: VecDeque<Entry>,
    read_to: Position,
}

async fn verify(connection: &mut PgConnection, chain: Chain) -> Result<ChainReport> {
    let tenant = match &chain {
        Chain::Platform => None,
        Chain::Tenant { id, .. } => Some(id.uuid()),
    };
    // Read before the seals: whatever stands up to here has its seal by then.
    let sealed = match tenant {
        Some(_) => seals::sealed_up_to(connection).await?,
        None => Position::default(),
    };
    let mut walk = Walk {
        connection,
        tenant,
        entries: VecDeque::new(),
        read_to: Position::default(),
    };
    let mut report = ChainReport {
        chain,
        seals: 0,
        entries: 0,
        head: None,
        broken: None,
    };
    let (mut previous, mut last) = (Vec::new(), Position::default());
    loop {
        let seals = walk.seals(report.seals).await?;
        if seals.is_empty() {
            break;
        }
        for seal in seals {
            let covered = walk.up_to(seal.last).await?;
            report.broken = fault(&seal, report.seals, last, &previous, &covered);
            if report.broken.is_some() {
                return Ok(report);
            }
            report.seals = seal.number;
            report.entries += seal.entries;
            report.head = Some(hex::encode(&seal.hash));
            (previous, last) = (seal.hash, seal.last);
        }
    }
    if let Some(entry) = walk.up_to(sealed).await?.first() {
        report.broken = Some(format!(
            "after seal {}: entry {} is older than the newest seals and stands under none: it was added later, or its seal was removed",
            report.seals,
            entry.id.simple()
        ));
    }
    Ok(report)
}

/// What is wrong with a seal, given what came before it and what it covers.
fn fault(seal: &Seal, before: i64, last: Position, previous: &[u8], covered: &[Entry]) -> Option<String> {
    if seal.number != before + 1 {
        return Some(format!(
            "seal {} is missing; the next one is {}",
            before + 1,
            seal.number
        ));
    }
    let place = match (covered.first(), covered.last()) {
        (Some(first), Some(last)) => {
            format!(
                "seal {} (entries {} to {})",
                seal.number,
                first.id.simple(),
                last.id.simple()
            )
        }
        _ => format!("seal {}", seal.number),
    };
    let count = i64::try_from(covered.len()).unwrap_or(i64::MAX);
    if seal.last <= last {
        return Some(format!(
            "{place}: it ends before the seal before it; the seal was changed"
        ));
    }
    if count != seal.entries {
        return Some(format!(
            "{place}: it was made over {} entries, and {count} are there",
            seal.entries
        ));
    }
    if seals::chained(previous, covered).as_slice() != seal.hash {
        return Some(format!("{place}: an entry, or the seal itself, was changed"));
    }
    None
}

impl Walk<'_> {
    async fn seals(&mut self, after: i64) -> Result<Vec<Seal>> {
        let Some(tenant) = self.tenant else {
            return self.platform_seals(after).await;
        };
        let rows = sqlx::query!(
            r#"select number, hash, entries, last_xid::text as "xid!", last_seq
               from audit_seals where tenant_id = $1 and number > $2 order by number limit $3"#,
            tenant,
            after,
            SEALS,
        )
        .fetch_all(&mut *self.connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Seal {
                    number: row.number,
                    hash: row.hash,
                    entries: row.entries.into(),
                    last: seals::position(&row.xid, row.last_seq)?,
                })
            })
            .collect()
    }

    async fn platform_seals(&mut self, after: i64) -> Result<Vec<Seal>> {
        let rows = sqlx::query!(
            r#"select number, hash, entries, last_xid::text as "xid!", last_seq
               from platform_audit_seals where number > $1 order by number limit $2"#,
            after,
            SEALS,
        )
        .fetch_all(&mut *self.connection)
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Seal {
                    number: row.number,
                    hash: row.hash,
                    entries: row.entries.into(),
                    last: seals::position(&row.xid, row.last_seq)?,
                })
            })
            .collect()
    }

    /// Takes the next entries up to a place.
    async fn up_to(&mut self, place: Position) -> Result<Vec<Entry>> {
        while self.read_to < place {
            let page = match self.tenant {
                Some(tenant) => seals::tenant_entries(self.connection, tenant, self.read_to, ENTRIES).await?,
                None => seals::platform_entries(self.connection, self.read_to, ENTRIES).await?,
            };
            // Nothing more for now: a sealer at work may have put more there when the next seals are read.
            let Some(last) = page.last() else { break };
            self.read_to = last.position;
            self.entries.extend(page);
        }
        let within = self.entries.partition_point(|entry| entry.position <= place);
        Ok(self.entries.drain(..within).collect())
    }
}
