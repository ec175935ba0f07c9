//! The listener that all servers share, and the server that does nothing.

use std::net::{Ipv4Addr, SocketAddr};

use axum::{Router, extract::Request, http::StatusCode, routing::post};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Largest body that the servers beside the product take; the product's own bound.
pub const BODY_BYTES_MAX: usize = 4 << 20;

/// Serves on a free port of the loopback address until shutdown.
pub async fn listen(
    router: Router,
    shutdown: &CancellationToken,
    tracker: &TaskTracker,
) -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let ended = shutdown.clone().cancelled_owned();
    tracker.spawn(async move { axum::serve(listener, service).with_graceful_shutdown(ended).await });
    Ok(address)
}

/// Reads the body and answers 200.
pub fn empty() -> Router {
    Router::new().route("/webhooks/{meta_app_id}", post(read))
}

async fn read(request: Request) -> StatusCode {
    match axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}
