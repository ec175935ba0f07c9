//! What the audit log is told of refused permissions.

use std::sync::{Arc, OnceLock};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use services::TenantScope;

use super::TenantState;
use crate::http::{guard::Visit, problem::Forbidden};

/// Where the extractor of a tenant leaves the scope, for what comes after the handler.
#[derive(Debug, Clone, Default)]
pub(super) struct Proven(pub(super) Arc<OnceLock<TenantScope>>);

/// Writes down that a permission was refused, to whom and for which operation.
pub(super) async fn record(State(state): State<TenantState>, mut request: Request, next: Next) -> Response {
    let proven = Proven::default();
    request.extensions_mut().insert(proven.clone());
    let visit = request.extensions().get::<Visit>().cloned().unwrap_or_default();
    let path = request.extensions().get::<MatchedPath>();
    let operation = format!("{} {}", request.method(), path.map_or("", MatchedPath::as_str));
    let response = next.run(request).await;
    let refused = response.extensions().get::<Forbidden>().is_some();
    if let (true, Some(scope)) = (refused, proven.0.get()) {
        // A few a minute tell as much as a thousand, and nobody can fill the log.
        if visit.may_be_written_down(&scope.actor().audit_parts().1).await
            && let Err(error) = state.services.record_refusal(scope, &operation).await
        {
            tracing::error!(%error, "a refused permission was not written down");
        }
    }
    response
}
