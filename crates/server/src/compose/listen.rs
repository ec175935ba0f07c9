//! Listeners that end with the soft stage of a shutdown.

use std::net::SocketAddr;

use anyhow::Context;
use axum::{Router, extract::connect_info::IntoMakeServiceWithConnectInfo};
use tokio::net::TcpListener;

use crate::shutdown::Shutdown;

/// Binds now, serves until the soft stage.
pub(super) async fn listen(
    name: &'static str,
    address: SocketAddr,
    router: Router,
    shutdown: &Shutdown,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "cannot listen on {address} for the {name}: another program uses it, or it is not ours to use"
        )
    })?;
    let service: IntoMakeServiceWithConnectInfo<Router, SocketAddr> =
        router.into_make_service_with_connect_info();
    let soft = shutdown.soft();
    shutdown.spawn(name, async move {
        axum::serve(listener, service)
            .with_graceful_shutdown(soft.cancelled_owned())
            .await
    });
    Ok(())
}
