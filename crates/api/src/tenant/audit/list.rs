use axum::{Json, extract::State};
use domain::UserId;
use serde::Deserialize;
use services::{
    PageRequest, TenantServices,
    audit_log::{AuditEntryView, EntryFilter},
};
use time::OffsetDateTime;
use utoipa::IntoParams;

use crate::{
    http::{
        page::PageBody,
        problem::{ApiResult, Problem, QueryParams},
    },
    tenant::Tenant,
};

/// Query of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Entries of this person only.
    pub user_id: Option<UserId>,
    /// Entries of this action only: `membership.update`.
    pub action: Option<String>,
    /// Entries from this time on.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub from: Option<OffsetDateTime>,
    /// Entries before this time.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub before: Option<OffsetDateTime>,
    /// Rows wanted, 1 to 100; 50 if left out.
    pub limit: Option<u32>,
    /// `next_cursor` of the former page.
    pub cursor: Option<String>,
}

/// A page of the audit log, newest first.
#[utoipa::path(
    get, path = "/v1/t/{slug}/audit", operation_id = "list_audit_entries", tag = "audit",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), AuditQuery),
    responses(
        (status = 200, body = PageBody<AuditEntryView>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn list(
    State(services): State<TenantServices>,
    tenant: Tenant,
    QueryParams(query): QueryParams<AuditQuery>,
) -> ApiResult<Json<PageBody<AuditEntryView>>> {
    let filter = EntryFilter {
        user_id: query.user_id,
        action: query.action,
        from: query.from,
        before: query.before,
    };
    let page = PageRequest {
        limit: query.limit,
        cursor: query.cursor,
    };
    Ok(Json(
        services
            .audit_entries(&tenant.scope, &filter, &page)
            .await?
            .into(),
    ))
}
