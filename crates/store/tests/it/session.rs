//! A connection as one database role, with statements that nothing of ours has looked at.

use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use testkit::{AppFixture, RowsFixture, TenantFixture, TestDb};
use uuid::Uuid;

/// Two tenants of one installation, with a row of each in every tenant table.
pub struct Pair {
    pub db: TestDb,
    pub app: AppFixture,
    pub a: TenantFixture,
    pub b: TenantFixture,
    pub rows_a: RowsFixture,
    pub rows_b: RowsFixture,
}

impl Pair {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let app = db.app("https://graph.test").await;
        let a = db.tenant("tenant-a", &app).await;
        let b = db.tenant("tenant-b", &app).await;
        let rows_a = db.rows(&a, "words of tenant a").await;
        let rows_b = db.rows(&b, "words of tenant b").await;
        Self {
            db,
            app,
            a,
            b,
            rows_a,
            rows_b,
        }
    }

    pub fn ids(&self) -> (Uuid, Uuid) {
        (self.a.tenant_id.uuid(), self.b.tenant_id.uuid())
    }
}

pub struct Session(pub PgConnection);

impl Session {
    /// `role` without its prefix.
    pub async fn open(db: &TestDb, role: &str) -> Self {
        Self(PgConnection::connect(db.url(role).expose_secret()).await.unwrap())
    }

    /// Begins, with a statement that sets a context or with none.
    pub async fn begin(&mut self, context: &str) {
        self.0
            .execute(AssertSqlSafe(format!("begin; {context}")))
            .await
            .unwrap();
    }

    pub async fn rollback(&mut self) {
        self.0.execute("rollback").await.unwrap();
    }

    /// Runs one prepared statement in a transaction of its own that leaves nothing: rows affected, or what was answered.
    pub async fn attempt(&mut self, context: &str, sql: &str) -> Result<u64, Refusal> {
        self.begin(context).await;
        let outcome = sqlx::query(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.0)
            .await;
        self.rollback().await;
        outcome.map(|done| done.rows_affected()).map_err(Refusal::from)
    }
}

/// What PostgreSQL answered to a statement that it refused.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: String,
    pub message: String,
}

impl Refusal {
    /// True when no privilege allows it.
    pub fn is_missing_privilege(&self) -> bool {
        self.code == "42501" && self.message.starts_with("permission denied")
    }

    /// True when a policy refused the new row.
    pub fn is_policy(&self) -> bool {
        self.code == "42501"
            && self
                .message
                .starts_with("new row violates row-level security policy")
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        let error = error.into_database_error().expect("PostgreSQL answered");
        Self {
            code: error.code().unwrap_or_default().into_owned(),
            message: error.message().to_owned(),
        }
    }
}
