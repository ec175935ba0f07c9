//! API keys: made by people, scoped to permissions that their maker has.

use domain::{ApiKeyId, Error, Result, entitlement::Entitlement, permission::Permission};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{
    Actor, TenantScope,
    access::api_keys::{self, ApiKeyRow, NewApiKey},
    audit,
};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::token;
use crate::tenant::TenantServices;

/// Prefix of an API key's secret.
const KEY_PREFIX: &str = "plk_";

/// A key as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApiKeyView {
    /// The key.
    pub id: ApiKeyId,
    /// Its name.
    pub name: String,
    /// Last four characters of the secret.
    pub hint: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it stops working.
    #[serde(with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
    /// When it was last used, to the minute.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_used_at: Option<OffsetDateTime>,
    /// When it was revoked.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
}

impl From<ApiKeyRow> for ApiKeyView {
    fn from(row: ApiKeyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            hint: row.hint,
            scopes: row.scopes,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// What to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApiKey {
    /// 1 to 80 characters.
    pub name: String,
    /// Permissions, each one that the maker has.
    pub scopes: Vec<String>,
    /// When it stops working; never if left out.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub expires_at: Option<OffsetDateTime>,
}

impl TenantServices {
    /// Every key of the tenant.
    pub async fn api_keys(&self, scope: &TenantScope) -> Result<Vec<ApiKeyView>> {
        scope.require(Permission::ApiKeysManage)?;
        let mut tx = self.db.begin(scope).await?;
        Ok(api_keys::list(&mut tx)
            .await?
            .into_iter()
            .map(ApiKeyView::from)
            .collect())
    }

    /// Makes a key; the secret is returned once and never again.
    pub async fn create_api_key(
        &self,
        scope: &TenantScope,
        request: CreateApiKey,
    ) -> Result<(ApiKeyView, SecretString)> {
        scope.require(Permission::ApiKeysManage)?;
        let now = self.real_clock.now();
        let name = request.name.trim();
        if name.is_empty() || name.chars().count() > 80 || name.contains('\0') {
            return Err(Error::invalid("name", "1 to 80 characters, none of them NUL."));
        }
        if request.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::invalid(
                "expires_at",
                "Give a time in the future, or leave it out.",
            ));
        }
        if request.scopes.is_empty() {
            return Err(Error::invalid("scopes", "Name at least one permission."));
        }
        for (index, text) in request.scopes.iter().enumerate() {
            let permission: Option<Permission> = text.parse().ok();
            if !permission.is_some_and(|permission| scope.permissions().contains(&permission)) {
                return Err(Error::invalid(
                    format!("scopes.{index}"),
                    format!("`{text}` is no permission that you have yourself."),
                ));
            }
        }
        let id: ApiKeyId = self.ids.make();
        let secret = token::generate(&self.ids, KEY_PREFIX);
        let created_by = if let Actor::User { user_id, .. } = scope.actor() {
            Some(*user_id)
        } else {
            None
        };
        let key = NewApiKey {
            id,
            name,
            token_hash: &secret.hash,
            hint: &secret.hint,
            scopes: &request.scopes,
            created_by,
            now,
            expires_at: request.expires_at,
        };
        let mut tx = self.db.begin(scope).await?;
        self.require_entitlement(&mut tx, Entitlement::ApiKeys, now)
            .await?;
        api_keys::insert(&mut tx, &key).await?;
        audit::append(
            &mut tx,
            scope,
            &self.audit("api_key.create", id, json!({ "scopes": request.scopes })),
        )
        .await?;
        tx.commit().await?;
        let view = ApiKeyView {
            id,
            name: name.to_owned(),
            hint: secret.hint,
            scopes: request.scopes,
            created_at: now,
            expires_at: request.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        Ok((view, secret.secret))
    }

    /// Revokes a key at once.
    pub async fn revoke_api_key(&self, scope: &TenantScope, id: ApiKeyId) -> Result<()> {
        scope.require(Permission::ApiKeysManage)?;
        let mut tx = self.db.begin(scope).await?;
        api_keys::revoke(&mut tx, id, self.real_clock.now()).await?;
        audit::append(&mut tx, scope, &self.audit("api_key.revoke", id, json!({}))).await?;
        tx.commit().await?;
        Ok(())
    }
}
