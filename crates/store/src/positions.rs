//! Places in the outbox and the audit logs against what the cluster has come to. After a restore into a new cluster the
//! stored ones can lie ahead: what is written then would stand before them, unsealed and unheard for ever.

use std::fmt;

use sqlx::{PgConnection, PgPool};

use crate::{
    error::Result,
    pool::{EventsDb, UpkeepDb},
};

/// Stored places that this cluster can't have given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// The highest stored place.
    pub highest: u64,
    /// The next one that the cluster would give.
    pub next: u64,
}

impl fmt::Display for Ahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the database was restored into another PostgreSQL cluster: its newest entry stands at place {}, and this cluster \
             is only at {}, so new events and audit entries would be lost behind it: run `parlance admin rebase-positions` \
             before anything is started",
            self.highest, self.next
        )
    }
}

/// Where a look found the places.
pub(crate) struct Found {
    highest: Option<String>,
    next: String,
}

impl Found {
    pub(crate) fn ahead(self) -> Option<Ahead> {
        let (highest, next) = (self.highest?.parse().ok()?, self.next.parse().ok()?);
        (highest >= next).then_some(Ahead { highest, next })
    }
}

/// Looks at the outbox, the audit logs and their seals, as a login that sees them all.
pub(crate) async fn everywhere(connection: &mut PgConnection) -> Result<Found> {
    let found = sqlx::query_as!(
        Found,
        r#"select
             greatest(
               (select xid from outbox order by xid desc, id desc limit 1),
               (select xid from audit_entries order by xid desc, seq desc limit 1),
               (select last_xid from audit_seals order by last_xid desc, last_seq desc limit 1),
               (select xid from platform_audit_entries order by xid desc, seq desc limit 1),
               (select last_xid from platform_audit_seals order by number desc limit 1))::text as highest,
             position_next()::text as "next!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Looks at the outbox and the seals, as the tailer's login.
async fn of_outbox_and_seals(pool: &PgPool) -> Result<Found> {
    let found = sqlx::query_as!(
        Found,
        r#"select
             greatest(
               (select xid from outbox order by xid desc, id desc limit 1),
               (select last_xid from audit_seals order by last_xid desc, last_seq desc limit 1),
               (select last_xid from platform_audit_seals order by number desc limit 1))::text as highest,
             position_next()::text as "next!""#
    )
    .fetch_one(pool)
    .await?;
    Ok(found)
}

impl UpkeepDb {
    /// Stored places that this cluster can't have given, wherever they stand.
    pub async fn positions_ahead(&self) -> Result<Option<Ahead>> {
        let mut connection = self.0.acquire().await?;
        Ok(everywhere(&mut connection).await?.ahead())
    }
}

impl EventsDb {
    /// Stored places that this cluster can't have given, as far as the login sees them.
    pub async fn positions_ahead(&self) -> Result<Option<Ahead>> {
        Ok(of_outbox_and_seals(self.pool()).await?.ahead())
    }
}
