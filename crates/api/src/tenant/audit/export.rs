use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use domain::UserId;
use serde::Deserialize;
use services::{TenantServices, audit_log::EntryFilter};
use time::OffsetDateTime;
use utoipa::IntoParams;

use crate::{
    http::problem::{ApiResult, Problem, QueryParams},
    tenant::Tenant,
};

/// Query of the export.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditExportQuery {
    /// Entries of this person only.
    pub user_id: Option<UserId>,
    /// Entries of this action only.
    pub action: Option<String>,
    /// Entries from this time on.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub from: Option<OffsetDateTime>,
    /// Entries before this time.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub before: Option<OffsetDateTime>,
}

/// The audit log as CSV, newest first, at most 100,000 entries. The export is written down itself.
#[utoipa::path(
    get, path = "/v1/t/{slug}/audit.csv", operation_id = "export_audit", tag = "audit",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), AuditExportQuery),
    responses(
        (status = 200, body = String, content_type = "text/csv"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn export(
    State(services): State<TenantServices>,
    tenant: Tenant,
    QueryParams(query): QueryParams<AuditExportQuery>,
) -> ApiResult<Response> {
    let filter = EntryFilter {
        user_id: query.user_id,
        action: query.action,
        from: query.from,
        before: query.before,
    };
    let rows = services.export_audit(&tenant.scope, filter).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, Body::from_stream(rows)).into_response())
}
