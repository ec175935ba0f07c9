//! `parlance sandbox`: the simulated WhatsApp alone.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use anyhow::Context;
use tokio::net::TcpListener;

use super::{DevPorts, SandboxArgs};
use crate::shutdown::Shutdown;

/// Serves until a signal comes; the state lies in `state.json` below the data folder.
pub async fn run(args: &SandboxArgs) -> anyhow::Result<()> {
    std::fs::create_dir_all(&args.data_dir).with_context(|| {
        format!(
            "cannot make {}: choose another folder with --data-dir",
            args.data_dir.display()
        )
    })?;
    let address = SocketAddr::new(args.host, args.port);
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: choose another with --port"))?;
    let url = match &args.public_url {
        Some(url) => url.clone(),
        None => DevPorts::url(listener.local_addr()?)?,
    };
    let config = sandbox::Config {
        state_file: args.data_dir.join("state.json"),
        public_url: url.as_str().trim_end_matches('/').to_owned(),
        clock_offset: Arc::new(AtomicI64::new(0)),
        seed: args.seed,
    };
    let shutdown = Shutdown::new();
    shutdown.spawn("sandbox", sandbox::serve(config, listener, shutdown.soft()));
    writeln!(
        std::io::stdout(),
        "Simulated WhatsApp: {url} (phone page), {url}v25.0 (Graph API)"
    )?;
    shutdown.run().await?;
    Ok(())
}
