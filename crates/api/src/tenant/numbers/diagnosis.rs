use axum::{Json, extract::State};
use domain::PhoneNumberId;
use services::{TenantServices, onboarding::Diagnosis};

use crate::{
    http::problem::{ApiResult, PathId, Problem},
    tenant::Tenant,
};

/// Make the checks of the connection again, without changing anything.
#[utoipa::path(
    get, path = "/v1/t/{slug}/numbers/{phone_number_id}/diagnosis", operation_id = "diagnose_number", tag = "numbers",
    security(("session" = []), ("api_key" = [])),
    params(("slug" = String, Path, description = "The tenant's address"), ("phone_number_id" = PhoneNumberId, Path, description = "The number")),
    responses(
        (status = 200, body = Diagnosis, description = "A failed check names the cure"),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
    )
)]
pub async fn diagnosis(
    State(services): State<TenantServices>,
    tenant: Tenant,
    PathId(id): PathId<PhoneNumberId>,
) -> ApiResult<Json<Diagnosis>> {
    Ok(Json(services.diagnose_number(&tenant.scope, id).await?))
}
