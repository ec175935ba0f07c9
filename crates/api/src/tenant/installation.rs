//! What everybody may know of the installation.

use axum::{Json, extract::State};
use serde::Serialize;
use services::TenantServices;
use utoipa::ToSchema;

/// What everybody may know of the installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstallationView {
    /// True when it sends mail, so that a lost password can be replaced by its person.
    pub mail: bool,
}

/// What everybody may know of the installation.
#[utoipa::path(
    get, path = "/v1/installation", operation_id = "get_installation", tag = "session",
    responses((status = 200, body = InstallationView))
)]
pub async fn get(State(services): State<TenantServices>) -> Json<InstallationView> {
    Json(InstallationView {
        mail: services.installation.mail_from.is_some(),
    })
}
