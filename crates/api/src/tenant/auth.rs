//! The scope as an extractor: a handler that takes [`Tenant`] can't run without the tenant's proof.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};
use domain::Error;
use services::TenantScope;

use super::TenantState;
use crate::http::{
    cookie::{self, TENANT_COOKIE},
    problem::Failure,
};

/// A proven tenant scope from the session cookie or the API key, and the credential behind it.
#[derive(Debug)]
pub struct Tenant {
    /// The scope.
    pub scope: TenantScope,
    /// The session token, if that was the proof.
    pub session: Option<String>,
    /// The API key, if that was the proof.
    pub api_key: Option<String>,
}

/// The bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(str::to_owned)
}

impl FromRequestParts<TenantState> for Tenant {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &TenantState) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::not_found())?;
        let slug = params
            .iter()
            .find(|(name, _)| *name == "slug")
            .map(|(_, slug)| slug.to_owned());
        let slug = slug
            .filter(|slug| !slug.contains('\0'))
            .ok_or_else(Error::not_found)?;
        if let Some(key) = bearer(&parts.headers) {
            let scope = state.services.scope_of_api_key(&key, &slug).await?;
            return Ok(Self {
                scope,
                session: None,
                api_key: Some(key),
            });
        }
        let session = cookie::read(&parts.headers, TENANT_COOKIE).ok_or_else(Error::unauthenticated)?;
        state.origins.check(&parts.method, &parts.headers)?;
        let scope = state.services.scope_of_session(&session, &slug).await?;
        Ok(Self {
            scope,
            session: Some(session),
            api_key: None,
        })
    }
}

/// The session cookie of a request that needs no tenant.
#[derive(Debug)]
pub struct Session(pub String);

impl FromRequestParts<TenantState> for Session {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &TenantState) -> Result<Self, Failure> {
        let session = cookie::read(&parts.headers, TENANT_COOKIE).ok_or_else(Error::unauthenticated)?;
        state.origins.check(&parts.method, &parts.headers)?;
        Ok(Self(session))
    }
}
