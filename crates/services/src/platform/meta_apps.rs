use domain::{Error, GraphEnvironmentId, MetaAppId, Result};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use store::{
    PlatformTx,
    platform::{MetaAppRow, MetaAppSecretRow, NewMetaAppSecret},
    vault,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{Change, GraphEnvironmentKind, PlatformActor, PlatformScope, PlatformServices, fields::Faults};
use crate::{Page, PageRequest, accounts::token};

/// An app that signs webhooks, without its secrets.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetaApp {
    /// Its id.
    pub id: MetaAppId,
    /// The provider's id of it.
    pub app_id: String,
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub graph_environment: GraphEnvironmentRef,
    /// Address to give to the provider for its webhooks.
    pub callback_url: String,
    /// What may be shown of its secrets, oldest first; each of them is accepted.
    pub secrets: Vec<MetaAppSecret>,
    /// When it was set up.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A Graph environment in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GraphEnvironmentRef {
    /// Its id.
    pub id: GraphEnvironmentId,
    /// Its name.
    pub name: String,
    /// Whose it is.
    #[schema(value_type = GraphEnvironmentKind)]
    pub kind: String,
}

/// What may be shown of an app secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MetaAppSecret {
    /// Its last four characters.
    pub hint: String,
    /// When it stops to count; null is never.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(required)]
    pub not_after: Option<OffsetDateTime>,
    /// When it was added.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A MetaApp to set up.
#[derive(Debug, Clone)]
pub struct NewMetaApp {
    /// Where it lives.
    pub graph_environment_id: GraphEnvironmentId,
    /// The provider's id of it.
    pub app_id: String,
    /// Its name.
    pub name: String,
    /// Signs its webhooks.
    pub app_secret: SecretString,
    /// Of the handshake.
    pub verify_token: SecretString,
}

impl PlatformServices {
    /// MetaApps, newest first.
    pub async fn meta_apps(&self, _: &PlatformScope, page: &PageRequest) -> Result<Page<MetaApp>> {
        Ok(self.db.meta_apps(page).await?.map(|row| self.shown(row)))
    }

    /// Sets a MetaApp up. The secret is sealed, the verify token kept as its SHA-256; an app that is set up already is
    /// a conflict on `app_id`.
    pub async fn create_meta_app(&self, actor: PlatformActor, new: NewMetaApp) -> Result<MetaApp> {
        let name = new.name.trim();
        let mut faults = Faults::default();
        let plain = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        let app_id_holds = (1..=64).contains(&new.app_id.len()) && plain(&new.app_id);
        faults.check(
            "app_id",
            app_id_holds,
            "The provider's id of the app: 1 to 64 letters, digits, hyphens.",
        );
        faults.name("name", name);
        faults.secret("app_secret", &new.app_secret);
        faults.secret("verify_token", &new.verify_token);
        faults.refuse()?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let Some(environment) = tx.graph_environment(new.graph_environment_id).await? else {
            return Err(Error::invalid(
                "graph_environment_id",
                "There is no such Graph environment. Make it first.",
            ));
        };
        let mut row = MetaAppRow {
            id: self.ids.make(),
            app_id: new.app_id,
            name: name.to_owned(),
            graph_environment_id: environment.id,
            graph_environment_name: environment.name,
            graph_environment_kind: environment.kind,
            secrets: Vec::new(),
            created_at: now,
        };
        tx.insert_meta_app(&row, &token::hash(new.verify_token.expose_secret()))
            .await?;
        row.secrets
            .push(self.insert_secret(&mut tx, row.id, &new.app_secret, now).await?);
        let change = Change {
            action: "meta_app.create",
            tenant: None,
            target: row.id.to_string(),
            details: json!({ "app_id": row.app_id, "graph_environment": row.graph_environment_id }),
        };
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(self.shown(row))
    }

    /// Adds a secret to a MetaApp; the former ones stay accepted.
    pub async fn add_meta_app_secret(
        &self,
        actor: PlatformActor,
        id: MetaAppId,
        app_secret: &SecretString,
    ) -> Result<MetaApp> {
        let mut faults = Faults::default();
        faults.secret("app_secret", app_secret);
        faults.refuse()?;
        let mut row = self.db.meta_app(id).await?.ok_or_else(Error::not_found)?;
        let mut tx = self.db.begin().await?;
        let secret = self
            .insert_secret(&mut tx, id, app_secret, self.clock.now())
            .await?;
        let change = Change {
            action: "meta_app_secret.create",
            tenant: None,
            target: id.to_string(),
            details: json!({ "hint": secret.hint }),
        };
        row.secrets.push(secret);
        self.record(&mut tx, actor, change).await?;
        tx.commit().await?;
        Ok(self.shown(row))
    }

    async fn insert_secret(
        &self,
        tx: &mut PlatformTx,
        app: MetaAppId,
        secret: &SecretString,
        now: OffsetDateTime,
    ) -> Result<MetaAppSecretRow> {
        let plain = secret.expose_secret();
        let sealed = self
            .vault
            .seal_installation(tx, vault::META_APP_SECRET, now, plain.as_bytes())
            .await?;
        let hint = plain.get(plain.len().saturating_sub(4)..).unwrap_or_default();
        let row = NewMetaAppSecret {
            id: self.ids.uuid(),
            meta_app_id: app,
            sealed: &sealed,
            hint,
        };
        tx.insert_meta_app_secret(&row, now).await?;
        Ok(MetaAppSecretRow {
            hint: hint.to_owned(),
            not_after: None,
            created_at: now,
        })
    }

    fn shown(&self, row: MetaAppRow) -> MetaApp {
        let secret = |secret: MetaAppSecretRow| MetaAppSecret {
            hint: secret.hint,
            not_after: secret.not_after,
            created_at: secret.created_at,
        };
        MetaApp {
            id: row.id,
            app_id: row.app_id,
            name: row.name,
            graph_environment: GraphEnvironmentRef {
                id: row.graph_environment_id,
                name: row.graph_environment_name,
                kind: row.graph_environment_kind,
            },
            callback_url: format!("{}/webhooks/{}", self.webhooks_url.trim_end_matches('/'), row.id),
            secrets: row.secrets.into_iter().map(secret).collect(),
            created_at: row.created_at,
        }
    }
}
