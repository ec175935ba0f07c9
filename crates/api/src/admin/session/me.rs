use axum::{Json, extract::State};
use services::platform::PlatformMe;

use crate::admin::{
    AdminState, PlatformUser,
    refusals::{Down, SignedOut},
};

/// Who is signed in.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me", tag = "session", security(("session" = [])),
    responses((status = 200, body = PlatformMe), SignedOut, Down)
)]
pub async fn me(State(state): State<AdminState>, user: PlatformUser) -> Json<PlatformMe> {
    Json(state.services.me(&user.0))
}
