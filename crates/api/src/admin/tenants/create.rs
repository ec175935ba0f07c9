use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use services::platform::{NewOwner, NewTenant, TenantCreated};
use utoipa::ToSchema;

use crate::{
    admin::{
        AdminState, PlatformUser,
        refusals::{Down, Faulty, SignedOut, Taken, WrongOrigin},
    },
    http::problem::{ApiResult, Body},
};

/// A tenant to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantCreate {
    /// Its place in addresses: 2 to 40 lower-case letters, digits and single hyphens between them; unique.
    pub slug: String,
    /// Its name, 1 to 120 characters.
    pub name: String,
    /// Made for the simulated WhatsApp.
    #[serde(default)]
    pub sandbox: bool,
    /// Its first owner.
    pub owner: OwnerCreate,
}

/// The first owner of a tenant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnerCreate {
    /// Address to sign in with.
    pub email: String,
    /// Name, 1 to 120 characters.
    pub name: String,
}

/// Make a tenant with its first owner; somebody new gets a one-time password, shown only here.
#[utoipa::path(
    post, path = "/v1/tenants", operation_id = "create_tenant", tag = "tenants", security(("session" = [])),
    request_body = TenantCreate,
    responses((status = 201, body = TenantCreated), Faulty, SignedOut, WrongOrigin, Taken, Down)
)]
pub async fn create(
    State(state): State<AdminState>,
    user: PlatformUser,
    Body(request): Body<TenantCreate>,
) -> ApiResult<(StatusCode, Json<TenantCreated>)> {
    let owner = NewOwner {
        email: request.owner.email,
        name: request.owner.name,
        password: None,
    };
    let new = NewTenant {
        slug: request.slug,
        name: request.name,
        sandbox: request.sandbox,
        owner,
    };
    Ok((
        StatusCode::CREATED,
        Json(state.services.create_tenant(user.actor(), new).await?),
    ))
}
