use domain::{GraphEnvironmentId, Result};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::platform::GraphEnvironmentRow;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    Change, PlatformActor, PlatformScope, PlatformServices,
    fields::{self, Faults, is_graph_version},
};
use crate::{Page, PageRequest};

/// A base URL that speaks the Graph API.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GraphEnvironment {
    /// Its id.
    pub id: GraphEnvironmentId,
    /// Its name.
    pub name: String,
    /// Whose it is: `meta`, `sandbox` or `test`.
    #[schema(value_type = GraphEnvironmentKind)]
    pub kind: String,
    /// Scheme, host and port, without a trailing slash.
    pub base_url: String,
    /// Version prefix.
    #[schema(example = "v26.0")]
    pub graph_version: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// Whose Graph API a base URL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GraphEnvironmentKind {
    /// Meta's own; https only.
    Meta,
    /// The simulated WhatsApp.
    Sandbox,
    /// Somebody's test server.
    Test,
}

impl GraphEnvironmentKind {
    const fn stored(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Sandbox => "sandbox",
            Self::Test => "test",
        }
    }
}

impl From<GraphEnvironmentRow> for GraphEnvironment {
    fn from(row: GraphEnvironmentRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            kind: row.kind,
            base_url: row.base_url,
            graph_version: row.graph_version,
            created_at: row.created_at,
        }
    }
}

/// A Graph environment to make.
#[derive(Debug, Clone)]
pub struct NewGraphEnvironment {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub kind: GraphEnvironmentKind,
    /// Scheme, host and port.
    pub base_url: String,
    /// Version prefix.
    pub graph_version: String,
}

impl PlatformServices {
    /// Graph environments, newest first.
    pub async fn graph_environments(
        &self,
        _: &PlatformScope,
        page: &PageRequest,
    ) -> Result<Page<GraphEnvironment>> {
        Ok(self
            .db
            .graph_environments(page)
            .await?
            .map(GraphEnvironment::from))
    }

    /// Makes a Graph environment; a name or base URL that is taken is a conflict on its field.
    pub async fn create_graph_environment(
        &self,
        actor: PlatformActor,
        new: NewGraphEnvironment,
    ) -> Result<GraphEnvironment> {
        let name = new.name.trim();
        let base = fields::base_url(&new.base_url);
        let secure = base.as_ref().is_none_or(|base| base.https) || new.kind != GraphEnvironmentKind::Meta;
        let mut faults = Faults::default();
        faults.name("name", name);
        let url_rule = "http:// or https:// with a host and, if needed, a port; no path, query or sign-in.";
        faults.check("base_url", base.is_some(), url_rule);
        faults.check(
            "base_url",
            secure,
            "Must begin with https:// unless the kind is sandbox or test.",
        );
        faults.check(
            "graph_version",
            is_graph_version(&new.graph_version),
            "A version prefix such as v26.0.",
        );
        faults.refuse()?;
        let row = GraphEnvironmentRow {
            id: self.ids.make(),
            name: name.to_owned(),
            kind: new.kind.stored().to_owned(),
            base_url: base.map(|base| base.text).unwrap_or_default(),
            graph_version: new.graph_version,
            created_at: self.clock.now(),
        };
        let mut tx = self.db.begin().await?;
        tx.insert_graph_environment(&row).await?;
        let change = Change {
            action: "graph_environment.create",
            tenant: None,
            target: row.id.to_string(),
            details: json!({ "kind": row.kind, "base_url": row.base_url, "graph_version": row.graph_version }),
        };
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(row.into())
    }
}
