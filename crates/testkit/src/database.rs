use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use domain::{Clock, Ids, clock::ManualClock};
use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, postgres::PgConnectOptions};
use store::{DeliveryDb, EventsDb, IngestDb, PlatformDb, TenantDb, UpkeepDb, setup, vault::Vault};
use time::macros::datetime;
use tokio::sync::OnceCell;

use crate::keys::TestKeys;

static TEMPLATE: OnceCell<String> = OnceCell::const_new();
static COUNTER: AtomicU32 = AtomicU32::new(0);

/// Serialises making the template among test processes.
const TEMPLATE_LOCK: i64 = 0x7061_726c;

/// One database of its own, reached as each runtime role.
pub struct TestDb {
    /// Name of the database.
    pub name: String,
    /// Superuser pool, for fixtures and digests only: it bypasses row security.
    pub superuser: PgPool,
    /// As `parlance_tenant`.
    pub tenant: TenantDb,
    /// As `parlance_ingest`.
    pub ingest: IngestDb,
    /// As `parlance_delivery`.
    pub delivery: DeliveryDb,
    /// As `parlance_events`.
    pub events: EventsDb,
    /// As `parlance_platform`.
    pub platform: PlatformDb,
    /// As `parlance_upkeep`.
    pub upkeep: UpkeepDb,
    /// Stands at 2026-11-22 12:00 UTC until advanced.
    pub clock: Arc<ManualClock>,
    /// Seeded ids.
    pub ids: Ids,
    /// Over [`TestKeys`].
    pub vault: Vault,
}

fn server() -> String {
    std::env::var("PARLANCE_TEST_PG").expect(
        "tests need a PostgreSQL: run ./test, or source scripts/test-postgres.sh and set PARLANCE_TEST_PG",
    )
}

fn url_of(user: &str, database: &str) -> SecretString {
    let base = server();
    let (scheme, rest) = base.split_once("://").unwrap();
    let (_, rest) = rest.split_once('@').unwrap();
    let (host, query) = rest.split_once('/').unwrap();
    let query = query
        .split_once('?')
        .map(|(_, query)| format!("?{query}"))
        .unwrap_or_default();
    format!("{scheme}://{user}@{host}/{database}{query}").into()
}

impl TestDb {
    /// Clones the migrated template and connects as every role.
    pub async fn new() -> Self {
        let template = TEMPLATE.get_or_init(make_template).await;
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        );
        let mut admin = PgConnection::connect(&server()).await.unwrap();
        let drop_old = format!("drop database if exists {name}");
        admin.execute(AssertSqlSafe(drop_old)).await.unwrap();
        let create =
            format!("create database {name} template {template} strategy file_copy owner parlance_owner");
        admin.execute(AssertSqlSafe(create)).await.unwrap();
        let revoke = format!("revoke create, temporary on database {name} from public");
        admin.execute(AssertSqlSafe(revoke)).await.unwrap();
        admin.close().await.unwrap();
        let clock = Arc::new(ManualClock::new(datetime!(2026-11-22 12:00 UTC)));
        let ids = Ids::seeded(Arc::clone(&clock) as Arc<dyn Clock>, 7);
        let options: PgConnectOptions = server().parse().unwrap();
        Self {
            superuser: PgPool::connect_with(options.database(&name)).await.unwrap(),
            tenant: TenantDb::connect(&url_of("parlance_tenant", &name), 8)
                .await
                .unwrap(),
            ingest: IngestDb::connect(&url_of("parlance_ingest", &name), 8)
                .await
                .unwrap(),
            delivery: DeliveryDb::connect(&url_of("parlance_delivery", &name), 4)
                .await
                .unwrap(),
            events: EventsDb::connect(&url_of("parlance_events", &name), 2)
                .await
                .unwrap(),
            platform: PlatformDb::connect(&url_of("parlance_platform", &name), 4)
                .await
                .unwrap(),
            upkeep: UpkeepDb::connect(&url_of("parlance_upkeep", &name), 2)
                .await
                .unwrap(),
            vault: Vault::new(Arc::new(TestKeys), ids.clone()),
            name,
            clock,
            ids,
        }
    }

    /// URL for a role by its name without prefix: `owner`, `tenant`, `ingest` …
    #[must_use]
    pub fn url(&self, role: &str) -> SecretString {
        url_of(&format!("parlance_{role}"), &self.name)
    }
}

/// A database with the roles and nothing in it, for what migrations do to data.
pub struct EmptyDb {
    /// Name of the database.
    pub name: String,
    /// Superuser pool.
    pub superuser: PgPool,
}

impl EmptyDb {
    /// Makes it anew.
    pub async fn new() -> Self {
        // Roles belong to the cluster and are made once, with the template.
        TEMPLATE.get_or_init(make_template).await;
        let name = format!(
            "empty_{}_{}",
            std::process::id(),
            COUNTER.fetch_add(1, Ordering::Relaxed)
        );
        let mut admin = PgConnection::connect(&server()).await.unwrap();
        let drop_old = format!("drop database if exists {name}");
        admin.execute(AssertSqlSafe(drop_old)).await.unwrap();
        admin.close().await.unwrap();
        setup::prepare_cluster(&server().into(), &name, &[])
            .await
            .unwrap();
        let options: PgConnectOptions = server().parse().unwrap();
        Self {
            superuser: PgPool::connect_with(options.database(&name)).await.unwrap(),
            name,
        }
    }

    /// URL for a role by its name without prefix.
    #[must_use]
    pub fn url(&self, role: &str) -> SecretString {
        url_of(&format!("parlance_{role}"), &self.name)
    }
}

/// Makes the template once per set of migrations, whoever comes first.
async fn make_template() -> String {
    let mut hasher = DefaultHasher::new();
    for migration in setup::MIGRATIONS.iter() {
        migration.checksum.hash(&mut hasher);
    }
    let name = format!("parlance_template_{:016x}", hasher.finish());
    let mut admin = PgConnection::connect(&server()).await.unwrap();
    sqlx::query("select pg_advisory_lock($1)")
        .bind(TEMPLATE_LOCK)
        .execute(&mut admin)
        .await
        .unwrap();
    let exists: bool = sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
        .bind(&name)
        .fetch_one(&mut admin)
        .await
        .unwrap();
    if !exists {
        let building = format!("{name}_building");
        admin
            .execute(AssertSqlSafe(format!("drop database if exists {building}")))
            .await
            .unwrap();
        setup::prepare_cluster(&server().into(), &building, &[])
            .await
            .unwrap();
        setup::migrate(&url_of("parlance_owner", &building))
            .await
            .unwrap();
        admin
            .execute(AssertSqlSafe(format!(
                "alter database {building} rename to {name}"
            )))
            .await
            .unwrap();
    }
    admin.close().await.unwrap();
    name
}
