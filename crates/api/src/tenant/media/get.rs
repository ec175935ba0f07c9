use axum::{Json, extract::State};
use domain::MediaId;
use services::{TenantServices, media::MediaView};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Media with a link that works for a quarter of an hour.
#[utoipa::path(
    get, path = "/v1/t/{slug}/media/{media_id}", operation_id = "get_media", tag = "media", security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("media_id" = MediaId, Path, description = "The media")),
    responses((status = 200, body = MediaView), (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem))
)]
pub async fn get(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<MediaId>,
) -> ApiResult<Json<MediaView>> {
    Ok(Json(services.media(&tenant.scope, id).await?))
}
