//! Proving a number with a code that its owner gets.

use domain::{
    ConnectionId, Error, Result,
    permission::Permission,
    ports::{CodeMethod, Connection},
};
use serde::Deserialize;
use serde_json::json;
use store::{TenantScope, audit};
use utoipa::ToSchema;

use super::{provider_error, words};
use crate::tenant::TenantServices;

/// How the code is to come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestCode {
    /// By text message or by a call.
    pub method: CodeMethod,
    /// Language of the message, `en_US`.
    pub language: String,
}

impl TenantServices {
    /// Has WhatsApp send a code to the number of a run.
    pub async fn request_code(
        &self,
        scope: &TenantScope,
        id: ConnectionId,
        request: &RequestCode,
    ) -> Result<()> {
        scope.require(Permission::NumbersManage)?;
        let code = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !(2..=16).contains(&request.language.len()) || !request.language.chars().all(code) {
            return Err(Error::invalid("language", "A code such as en_US."));
        }
        let provider = self.provider_of(scope, id).await?;
        let sent = self
            .provider
            .request_code(&provider, request.method, &request.language)
            .await;
        sent.map_err(with_cure)?;
        self.note(scope, id, "number.request_code").await
    }

    /// Proves the number of a run with the code that came.
    pub async fn verify_code(&self, scope: &TenantScope, id: ConnectionId, code: &str) -> Result<()> {
        scope.require(Permission::NumbersManage)?;
        let digits: String = code.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        if !(4..=8).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Error::invalid("code", "The digits that came, such as 123-456."));
        }
        let provider = self.provider_of(scope, id).await?;
        let proven = self.provider.verify_code(&provider, &digits).await;
        proven.map_err(with_cure)?;
        self.note(scope, id, "number.verify_code").await
    }

    async fn provider_of(&self, scope: &TenantScope, id: ConnectionId) -> Result<Connection> {
        Ok(self.load_run(scope, id, None).await?.provider)
    }

    async fn note(&self, scope: &TenantScope, id: ConnectionId, action: &'static str) -> Result<()> {
        let mut tx = self.db.begin(scope).await?;
        audit::append(&mut tx, scope, &self.audit(action, id, json!({}))).await?;
        Ok(tx.commit().await?)
    }
}

fn with_cure(fault: domain::ports::ProviderFault) -> Error {
    let words = words::cure("register", &fault);
    let mut error = provider_error(fault);
    error.public = format!("WhatsApp answered with an error: {words}");
    error
}
