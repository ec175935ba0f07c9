use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// A superuser's eye on any database, for fixtures, digests and dumps: it bypasses row security. Each call opens a
/// connection of its own, so a server that was killed and came back is no matter.
#[derive(Debug, Clone)]
pub struct Superuser {
    url: String,
}

impl Superuser {
    /// Looks at the database that `url` names.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }

    /// Rows of a `select` as JSON objects; the error's text while the server is away.
    pub async fn try_rows(&self, select: &str) -> Result<Vec<Value>, String> {
        let read = async {
            let mut connection = PgConnection::connect(&self.url).await?;
            let sql = format!("select to_jsonb(rows) from ({select}) as rows");
            let rows = sqlx::query_scalar(AssertSqlSafe(sql))
                .fetch_all(&mut connection)
                .await?;
            connection.close().await?;
            Ok(rows)
        };
        read.await
            .map_err(|error: sqlx::Error| format!("{select}: {error}"))
    }

    /// Rows of a `select` as JSON objects.
    pub async fn rows(&self, select: &str) -> Vec<Value> {
        self.try_rows(select).await.unwrap()
    }

    /// The only column of the only row of a `select`.
    pub async fn one<T: DeserializeOwned>(&self, select: &str) -> T {
        let mut rows = self.rows(select).await;
        assert_eq!(rows.len(), 1, "{select}");
        let columns = rows.remove(0).as_object_mut().map(std::mem::take).unwrap();
        serde_json::from_value(columns.into_iter().next().unwrap().1).unwrap()
    }

    /// Runs one statement; returns the number of rows it touched.
    pub async fn run(&self, statement: &str) -> u64 {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        let done = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(&mut connection)
            .await;
        connection.close().await.unwrap();
        done.unwrap_or_else(|error| panic!("{statement}: {error}"))
            .rows_affected()
    }

    /// Every row of every table of schema public as text, one a line; `bytea` is in hex.
    pub async fn dump(&self) -> String {
        let tables = "select format('%I', relname) as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1";
        let mut dump = String::new();
        for table in self.rows(tables).await {
            let table = table["name"].as_str().unwrap();
            for row in self
                .rows(&format!("select t::text as line from {table} as t order by 1"))
                .await
            {
                dump.push_str(&format!("{table} {}\n", row["line"].as_str().unwrap()));
            }
        }
        dump
    }
}
