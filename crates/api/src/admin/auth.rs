//! The scope as an extractor: a handler that takes [`PlatformUser`] can't run for anybody who is not signed in.

use axum::{extract::FromRequestParts, http::request::Parts};
use domain::ErrorKind;
use services::platform::{PlatformActor, PlatformScope};

use super::AdminState;
use crate::http::{
    cookie::{self, PLATFORM_COOKIE},
    guard::Visit,
    problem::Failure,
};

/// A signed-in platform admin; for a change, one whose request came from the portal's own origin.
#[derive(Debug)]
pub struct PlatformUser(pub PlatformScope);

impl PlatformUser {
    /// Who acts, for the audit log.
    #[must_use]
    pub const fn actor(&self) -> PlatformActor {
        self.0.actor()
    }
}

impl FromRequestParts<AdminState> for PlatformUser {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AdminState) -> Result<Self, Failure> {
        let token = cookie::read(&parts.headers, PLATFORM_COOKIE).unwrap_or_default();
        let visit = Visit::of(parts);
        let scope = match state.services.authenticate(&token.into()).await {
            Err(error) if error.kind == ErrorKind::Unauthenticated => {
                visit.unproven().await?;
                return Err(error.into());
            }
            proof => proof?,
        };
        visit.proven(&scope.session_id().to_string(), None).await?;
        state.origins.check(&parts.method, &parts.headers)?;
        Ok(Self(scope))
    }
}
