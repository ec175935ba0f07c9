//! The scope as an extractor: a handler that takes [`Tenant`] can't run without the tenant's proof.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};
use domain::{Error, ErrorKind};
use services::{TenantScope, accounts::sign_in::require_active};

use super::{TenantState, refusals::Proven};
use crate::http::{
    cookie::{self, TENANT_COOKIE},
    guard::Visit,
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

/// What the browser calls itself.
pub(super) fn user_agent(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::USER_AGENT)?.to_str().ok()
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
        let visit = Visit::of(parts);
        let (api_key, session) = match bearer(&parts.headers) {
            Some(key) => (Some(key), None),
            None => (None, cookie::read(&parts.headers, TENANT_COOKIE)),
        };
        let proof = match (&api_key, &session) {
            (Some(key), _) => state.services.scope_of_api_key(key, &slug).await,
            (None, Some(session)) => {
                state.origins.check(&parts.method, &parts.headers)?;
                state.services.scope_of_session(session, &slug).await
            }
            (None, None) => Err(Error::unauthenticated()),
        };
        let scope = counted(&visit, proof).await?;
        if !parts.method.is_safe() {
            require_active(&scope)?;
        }
        let (_, actor) = scope.actor().audit_parts();
        visit.proven(&actor, Some(&slug)).await?;
        if let Some(proven) = parts.extensions.get::<Proven>() {
            let _ = proven.0.set(scope.clone());
        }
        Ok(Self {
            scope,
            session,
            api_key,
        })
    }
}

/// Counts a credential that proved nothing, or nothing of this tenant, then answers as without.
pub(super) async fn counted<T>(visit: &Visit, proof: Result<T, Error>) -> Result<T, Failure> {
    if proof
        .as_ref()
        .is_err_and(|error| matches!(error.kind, ErrorKind::Unauthenticated | ErrorKind::NotFound))
    {
        visit.unproven().await?;
    }
    Ok(proof?)
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
