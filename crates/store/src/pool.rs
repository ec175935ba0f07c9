//! One pool per database role. A wrapper per role, so that none can be taken for another.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AssertSqlSafe, Executor, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::error::{Error, Result};

/// How long a statement of a runtime role may run; longer ones hold the outbox horizon back.
const STATEMENT_TIMEOUT: &str = "10s";
/// How long a runtime role's transaction may sit idle.
const IDLE_IN_TRANSACTION_TIMEOUT: &str = "5s";
/// For batches: each key is looked up by index, whatever a table's statistics said when the plan was made. A new day's
/// partition has none, and a plan that reads a whole table for two hundred keys stays until somebody looks.
const BY_INDEX: &[(&str, &str)] = &[
    ("enable_bitmapscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("enable_seqscan", "off"),
];
/// How long a caller waits for a connection before it is told to come back.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens a pool for a runtime role. A connection that goes back forgets any context it was given.
async fn open(url: &SecretString, max_connections: u32, settings: &[(&str, &str)]) -> Result<PgPool> {
    let options: PgConnectOptions = url.expose_secret().parse().map_err(Error::Database)?;
    let options = options
        .options([
            ("statement_timeout", STATEMENT_TIMEOUT),
            ("idle_in_transaction_session_timeout", IDLE_IN_TRANSACTION_TIMEOUT),
        ])
        .options(settings.iter().copied());
    let pool = PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .after_release(|connection, _| {
            Box::pin(async move {
                connection
                    .execute("reset app.tenant_id; reset app.tenant_ids")
                    .await?;
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// Begins with one simple-protocol message, in a task of its own: sqlx 0.9.0 leaks a begun transaction when the future
/// that begins it is dropped, and HTTP handlers are dropped whenever a client hangs up.
pub(crate) async fn begin(pool: &PgPool, statement: String) -> Result<Transaction<'static, Postgres>> {
    let pool = pool.clone();
    let task = tokio::spawn(async move { pool.begin_with(AssertSqlSafe(statement)).await });
    match task.await {
        Ok(begun) => Ok(begun?),
        Err(_) => Err(Error::Database(sqlx::Error::WorkerCrashed)),
    }
}

/// Takes an advisory lock until the transaction ends; false while another one holds it. Unlike a lease it can't outlive
/// its holder, and what it guards takes no longer than a statement may.
pub(crate) async fn try_lock(tx: &mut Transaction<'static, Postgres>, lock: i64) -> Result<bool> {
    let held = sqlx::query_scalar!("select pg_try_advisory_xact_lock($1)", lock)
        .fetch_one(&mut **tx)
        .await?;
    Ok(held.unwrap_or(false))
}

macro_rules! role_pools {
    ($($(#[$doc:meta])* $name:ident $settings:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub(crate) PgPool);

        impl $name {
            /// Connects, with at most `max_connections` connections.
            pub async fn connect(url: &SecretString, max_connections: u32) -> Result<Self> {
                Ok(Self(open(url, max_connections, $settings).await?))
            }

            /// Answers `select 1`, for readiness.
            pub async fn ping(&self) -> Result<()> {
                sqlx::query_scalar!("select 1 as one").fetch_one(&self.0).await?;
                Ok(())
            }

            /// Closes every connection.
            pub async fn close(&self) {
                self.0.close().await;
            }
        }
    )+};
}

role_pools! {
    /// `parlance_tenant`: API, services and workers, one tenant at a time.
    TenantDb &[];
    /// `parlance_ingest`: gateway and normalizer, a declared set of tenants.
    IngestDb BY_INDEX;
    /// `parlance_delivery`: lanes and ledger rows without content, a declared set of tenants.
    DeliveryDb BY_INDEX;
    /// `parlance_events`: the outbox tailer.
    EventsDb &[];
    /// `parlance_platform`: the admin portal; never bodies, never credentials.
    PlatformDb &[];
    /// `parlance_upkeep`: seals of the audit logs and retention; ids, times, and what the seals hash.
    UpkeepDb &[];
}
