//! The apps that may sign webhooks, with their secrets opened.

use domain::{DataKeyId, MetaAppId, crypto::Sealed};
use secrecy::SecretString;
use time::OffsetDateTime;

use crate::{
    error::Result,
    pool::IngestDb,
    vault::{META_APP_SECRET, Vault},
};

/// A MetaApp as the gateway needs it.
#[derive(Debug, Clone)]
pub struct SigningApp {
    /// The app; its id is part of the webhook address.
    pub id: MetaAppId,
    /// SHA-256 of the verify token.
    pub verify_token_hash: Vec<u8>,
    /// Every secret that is active, newest first.
    pub secrets: Vec<SecretString>,
}

impl IngestDb {
    /// Every MetaApp with the secrets that are active at `now`. A secret that does not open is left out and reported,
    /// so that it can't silence the other apps.
    pub async fn signing_apps(&self, vault: &Vault, now: OffsetDateTime) -> Result<Vec<SigningApp>> {
        let rows = sqlx::query!(
            r#"select
                 a.id,
                 a.verify_token_hash,
                 s.secret_sealed as "secret_sealed?",
                 s.key_id as "key_id?"
               from meta_apps a
               left join meta_app_secrets s on s.meta_app_id = a.id and (s.not_after is null or s.not_after > $1)
               order by a.id, s.created_at desc"#,
            now,
        )
        .fetch_all(&self.0)
        .await?;
        let mut apps: Vec<SigningApp> = Vec::new();
        for row in rows {
            let id = MetaAppId::new(row.id);
            if apps.last().is_none_or(|app| app.id != id) {
                apps.push(SigningApp {
                    id,
                    verify_token_hash: row.verify_token_hash,
                    secrets: Vec::new(),
                });
            }
            let (Some(bytes), Some(key_id)) = (row.secret_sealed, row.key_id) else {
                continue;
            };
            let sealed = Sealed {
                key_id: DataKeyId::new(key_id),
                bytes,
            };
            match vault.open_installation(self, META_APP_SECRET, &sealed).await {
                Ok(secret) => apps
                    .last_mut()
                    .into_iter()
                    .for_each(|app| app.secrets.push(secret.clone())),
                Err(error) if error.is_transient() => return Err(error),
                Err(error) => {
                    tracing::error!(meta_app = %id, %error, "an app secret does not open; its webhooks are refused")
                }
            }
        }
        Ok(apps)
    }
}
