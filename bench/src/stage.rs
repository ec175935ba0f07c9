//! The cluster, one migrated database in it, and what every figure needs of them.

use anyhow::{Context, ensure};
use sqlx::{AssertSqlSafe, Executor};
use testkit::{AppFixture, TestDb};

use crate::{machine::Machine, rounds::Plan};

/// Shape of the raw log without its partitions, row security and fence: what a bare INSERT costs at best.
const FLOOR_TABLE: &str = "create table floor_raw (like raw_webhooks including defaults including constraints, primary key (day, stream, seq))";
/// Settings without which no figure about durable rows counts.
const DURABLE: [&str; 3] = ["fsync", "full_page_writes", "synchronous_commit"];

/// Where everything is measured.
pub struct Stage {
    /// The database, reached as every runtime role and as superuser.
    pub db: TestDb,
    /// The app that signs.
    pub app: AppFixture,
    /// Processor time.
    pub machine: Machine,
    /// How much is measured.
    pub plan: Plan,
}

impl Stage {
    /// Makes the database; refuses a cluster that would not keep what it acknowledged.
    pub async fn new(plan: Plan) -> anyhow::Result<Self> {
        ensure!(
            std::env::var_os("PARLANCE_TEST_PG").is_some(),
            "there is no PostgreSQL: start this with bench/run"
        );
        let db = TestDb::new().await;
        for setting in DURABLE {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(setting)
                .fetch_one(&db.superuser)
                .await?;
            ensure!(
                value == "on",
                "{setting} is {value}: figures of durable rows need it on; start this with bench/run"
            );
        }
        let pid_file: String = sqlx::query_scalar("select pg_read_file('postmaster.pid')")
            .fetch_one(&db.superuser)
            .await?;
        let postmaster = pid_file
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
            .context("postmaster.pid names no process")?;
        db.superuser.execute(FLOOR_TABLE).await?;
        let app = db.app("https://graph.bench.test").await;
        Ok(Self {
            app,
            machine: Machine::new(postmaster),
            plan,
            db,
        })
    }

    /// The machine and the cluster in one line.
    pub async fn describe(&self) -> anyhow::Result<String> {
        let version: String = sqlx::query_scalar("select current_setting('server_version')")
            .fetch_one(&self.db.superuser)
            .await?;
        let cores = std::thread::available_parallelism()?;
        let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = cpu
            .lines()
            .find_map(|line| line.strip_prefix("model name"))
            .map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
        let Plan { rounds, window, .. } = self.plan;
        Ok(format!(
            "{cores} cores ({model}), PostgreSQL {version}; {rounds} rounds of {:.1} s a side",
            window.as_secs_f64()
        ))
    }

    /// Runs one statement as superuser.
    pub async fn sql(&self, statement: &str) -> anyhow::Result<()> {
        self.db
            .superuser
            .execute(AssertSqlSafe(statement.to_owned()))
            .await
            .with_context(|| statement.to_owned())?;
        Ok(())
    }
}
