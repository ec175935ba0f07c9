//! The webhook log: what became of each change, never a word of its body.

use axum::{Json, extract::State};
use domain::TenantId;
use serde::Deserialize;
use services::{
    PageRequest,
    platform::{WebhookFilter, WebhookOutcome, WebhookOutcomeKind},
};
use utoipa::IntoParams;

use super::{
    AdminState, PlatformUser,
    refusals::{Down, Faulty, SignedOut},
};
use crate::http::{
    page::PageBody,
    problem::{ApiResult, QueryParams},
};

/// Query of the webhook log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WebhookQuery {
    /// Rows wanted, 1 to 100; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the former page.
    pub cursor: Option<String>,
    /// Only changes with this outcome.
    pub outcome: Option<WebhookOutcomeKind>,
    /// Only changes of this tenant.
    pub tenant_id: Option<TenantId>,
}

/// What became of each change of each webhook, the latest received first.
#[utoipa::path(
    get, path = "/v1/webhooks", operation_id = "list_webhooks", tag = "webhooks", security(("session" = [])),
    params(WebhookQuery),
    responses((status = 200, body = PageBody<WebhookOutcome>), Faulty, SignedOut, Down)
)]
pub async fn list(
    State(state): State<AdminState>,
    user: PlatformUser,
    QueryParams(query): QueryParams<WebhookQuery>,
) -> ApiResult<Json<PageBody<WebhookOutcome>>> {
    let filter = WebhookFilter {
        outcome: query.outcome,
        tenant_id: query.tenant_id,
    };
    let page = PageRequest {
        limit: query.limit,
        cursor: query.cursor,
    };
    Ok(Json(
        state.services.webhooks(&user.0, filter, &page).await?.into(),
    ))
}
