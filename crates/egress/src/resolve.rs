//! Name resolution that drops forbidden addresses: what is resolved here is what is connected to, so a second answer
//! of the name server can't slip in between check and use.

use std::{io, net::IpAddr, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::policy::{Hop, INSIDE, Policy};

/// Answers the addresses of a host name.
#[async_trait]
pub trait Resolver: Send + Sync + 'static {
    /// The addresses, best first; an error when the name has none or the name server fails.
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0))
            .await?
            .map(|socket| socket.ip())
            .collect())
    }
}

/// Every address of a name is forbidden.
#[derive(Debug, thiserror::Error)]
#[error("{INSIDE}")]
pub(crate) struct Forbidden;

/// A resolver behind the guard.
pub(crate) struct GuardedResolver {
    pub(crate) inner: Arc<dyn Resolver>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) hop: Hop,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (inner, policy, hop) = (Arc::clone(&self.inner), Arc::clone(&self.policy), self.hop);
        Box::pin(async move {
            let found = inner.resolve(name.as_str()).await?;
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the name has no address").into());
            }
            let admitted: Vec<SocketAddr> = found
                .into_iter()
                .filter(|address| policy.admits(*address, hop))
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if admitted.is_empty() {
                return Err(Forbidden.into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}
