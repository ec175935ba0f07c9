use std::collections::HashMap;

use domain::{GraphEnvironmentId, MetaAppId, crypto::Sealed};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::{
    error::Result,
    page::{Page, PageRequest},
    pool::PlatformDb,
    tx::PlatformTx,
};

/// A base URL that speaks the Graph API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphEnvironmentRow {
    /// The environment.
    pub id: GraphEnvironmentId,
    /// Its name; unique.
    pub name: String,
    /// `meta`, `sandbox` or `test`.
    pub kind: String,
    /// Scheme, host and port, without a trailing slash; unique.
    pub base_url: String,
    /// Version prefix: `v26.0`.
    pub graph_version: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// An app that signs webhooks, without its secrets.
#[derive(Debug, Clone)]
pub struct MetaAppRow {
    /// The app.
    pub id: MetaAppId,
    /// The provider's id of it; unique in its environment.
    pub app_id: String,
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub graph_environment_id: GraphEnvironmentId,
    /// Name of that.
    pub graph_environment_name: String,
    /// Kind of that.
    pub graph_environment_kind: String,
    /// What is known of its secrets, oldest first.
    pub secrets: Vec<MetaAppSecretRow>,
    /// When it was set up.
    pub created_at: OffsetDateTime,
}

/// What may be shown of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetaAppSecretRow {
    /// Its last four characters.
    pub hint: String,
    /// When it stops to count; `None` is never.
    pub not_after: Option<OffsetDateTime>,
    /// When it was added.
    pub created_at: OffsetDateTime,
}

/// A secret to store.
#[derive(Debug, Clone, Copy)]
pub struct NewMetaAppSecret<'a> {
    /// Id of the row.
    pub id: Uuid,
    /// Whose it is.
    pub meta_app_id: MetaAppId,
    /// Sealed under the installation's data key.
    pub sealed: &'a Sealed,
    /// Its last four characters.
    pub hint: &'a str,
}

struct RawGraphEnvironment {
    id: Uuid,
    name: String,
    kind: String,
    base_url: String,
    graph_version: String,
    created_at: OffsetDateTime,
}

impl From<RawGraphEnvironment> for GraphEnvironmentRow {
    fn from(raw: RawGraphEnvironment) -> Self {
        Self {
            id: GraphEnvironmentId::new(raw.id),
            name: raw.name,
            kind: raw.kind,
            base_url: raw.base_url,
            graph_version: raw.graph_version,
            created_at: raw.created_at,
        }
    }
}

struct RawMetaApp {
    id: Uuid,
    app_id: String,
    name: String,
    graph_environment_id: Uuid,
    graph_environment_name: String,
    graph_environment_kind: String,
    created_at: OffsetDateTime,
}

impl RawMetaApp {
    fn with(self, secrets: Vec<MetaAppSecretRow>) -> MetaAppRow {
        MetaAppRow {
            id: MetaAppId::new(self.id),
            app_id: self.app_id,
            name: self.name,
            graph_environment_id: GraphEnvironmentId::new(self.graph_environment_id),
            graph_environment_name: self.graph_environment_name,
            graph_environment_kind: self.graph_environment_kind,
            secrets,
            created_at: self.created_at,
        }
    }
}

impl PlatformDb {
    /// Graph environments, newest first.
    pub async fn graph_environments(&self, page: &PageRequest) -> Result<Page<GraphEnvironmentRow>> {
        let before = page.key::<Uuid>()?.unwrap_or(Uuid::max());
        let rows = sqlx::query_as!(
            RawGraphEnvironment,
            "select
               id,
               name,
               kind,
               base_url,
               graph_version,
               created_at
             from graph_environments
             where id < $1
             order by id desc
             limit $2",
            before,
            page.fetch(),
        )
        .fetch_all(&self.0)
        .await?;
        let rows = rows.into_iter().map(GraphEnvironmentRow::from).collect();
        Ok(Page::cut(rows, page.fetch(), |row: &GraphEnvironmentRow| {
            row.id.uuid()
        }))
    }

    /// MetaApps, newest first.
    pub async fn meta_apps(&self, page: &PageRequest) -> Result<Page<MetaAppRow>> {
        let before = page.key::<Uuid>()?.unwrap_or(Uuid::max());
        let rows = sqlx::query_as!(
            RawMetaApp,
            "select
               a.id,
               a.app_id,
               a.name,
               e.id as graph_environment_id,
               e.name as graph_environment_name,
               e.kind as graph_environment_kind,
               a.created_at
             from meta_apps a
             join graph_environments e on e.id = a.graph_environment_id
             where a.id < $1
             order by a.id desc
             limit $2",
            before,
            page.fetch(),
        )
        .fetch_all(&self.0)
        .await?;
        self.with_secrets(rows)
            .await
            .map(|rows| Page::cut(rows, page.fetch(), |row: &MetaAppRow| row.id.uuid()))
    }

    /// One MetaApp.
    pub async fn meta_app(&self, id: MetaAppId) -> Result<Option<MetaAppRow>> {
        let row = sqlx::query_as!(
            RawMetaApp,
            "select
               a.id,
               a.app_id,
               a.name,
               e.id as graph_environment_id,
               e.name as graph_environment_name,
               e.kind as graph_environment_kind,
               a.created_at
             from meta_apps a
             join graph_environments e on e.id = a.graph_environment_id
             where a.id = $1",
            id.uuid(),
        )
        .fetch_optional(&self.0)
        .await?;
        Ok(self.with_secrets(row.into_iter().collect()).await?.pop())
    }

    async fn with_secrets(&self, apps: Vec<RawMetaApp>) -> Result<Vec<MetaAppRow>> {
        let ids: Vec<Uuid> = apps.iter().map(|app| app.id).collect();
        let rows = sqlx::query!(
            "select
               meta_app_id,
               hint,
               not_after,
               created_at
             from meta_app_secrets
             where meta_app_id = any($1)
             order by id",
            &ids,
        )
        .fetch_all(&self.0)
        .await?;
        let mut secrets: HashMap<Uuid, Vec<MetaAppSecretRow>> = HashMap::new();
        for row in rows {
            let secret = MetaAppSecretRow {
                hint: row.hint,
                not_after: row.not_after,
                created_at: row.created_at,
            };
            secrets.entry(row.meta_app_id).or_default().push(secret);
        }
        Ok(apps
            .into_iter()
            .map(|app| {
                let own = secrets.remove(&app.id).unwrap_or_default();
                app.with(own)
            })
            .collect())
    }
}

impl PlatformTx {
    /// Stores a Graph environment; its name and its base URL are unique.
    pub async fn insert_graph_environment(&mut self, row: &GraphEnvironmentRow) -> Result<()> {
        sqlx::query!(
            "insert into graph_environments (id, name, kind, base_url, graph_version, created_at)
             values ($1, $2, $3, $4, $5, $6)",
            row.id.uuid(),
            row.name,
            row.kind,
            row.base_url,
            row.graph_version,
            row.created_at,
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// One Graph environment.
    pub async fn graph_environment(&mut self, id: GraphEnvironmentId) -> Result<Option<GraphEnvironmentRow>> {
        let row = sqlx::query_as!(
            RawGraphEnvironment,
            "select
               id,
               name,
               kind,
               base_url,
               graph_version,
               created_at
             from graph_environments
             where id = $1",
            id.uuid(),
        )
        .fetch_optional(self.conn())
        .await?;
        Ok(row.map(GraphEnvironmentRow::from))
    }

    /// Stores a MetaApp; `verify_token_hash` is SHA-256. Secrets come by [`Self::insert_meta_app_secret`].
    pub async fn insert_meta_app(&mut self, row: &MetaAppRow, verify_token_hash: &[u8]) -> Result<()> {
        sqlx::query!(
            "insert into meta_apps (id, graph_environment_id, app_id, name, verify_token_hash, created_at)
             values ($1, $2, $3, $4, $5, $6)",
            row.id.uuid(),
            row.graph_environment_id.uuid(),
            row.app_id,
            row.name,
            verify_token_hash,
            row.created_at,
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }

    /// Stores one more secret of a MetaApp.
    pub async fn insert_meta_app_secret(
        &mut self,
        secret: &NewMetaAppSecret<'_>,
        now: OffsetDateTime,
    ) -> Result<()> {
        sqlx::query!(
            "insert into meta_app_secrets (id, meta_app_id, secret_sealed, key_id, hint, created_at)
             values ($1, $2, $3, $4, $5, $6)",
            secret.id,
            secret.meta_app_id.uuid(),
            secret.sealed.bytes,
            secret.sealed.key_id.uuid(),
            secret.hint,
            now,
        )
        .execute(self.conn())
        .await?;
        Ok(())
    }
}
