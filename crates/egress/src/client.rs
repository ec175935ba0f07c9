//! The guarded HTTP client.

use std::{sync::Arc, time::Duration};

use http::Method;
use url::Url;

use crate::{
    error::{Error, ErrorKind},
    policy::{Hop, Policy},
    request::Request,
    resolve::{GuardedResolver, Resolver, SystemResolver},
};

/// Idle connections are dropped before common load balancers (60 s) close them under a request.
const POOL_IDLE: Duration = Duration::from_secs(45);
/// Idle connections kept per host: a number's lane has tens of calls in flight.
const POOL_IDLE_PER_HOST: usize = 64;
const USER_AGENT: &str = concat!("parlance/", env!("CARGO_PKG_VERSION"));

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Name resolution, TCP connect and TLS handshake together.
    pub connect: Duration,
    /// The whole call with redirects and the answer's body; a request may override it.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(30),
        }
    }
}

/// Makes guarded calls; cheap to clone.
///
/// Connections speak HTTP/1.1 only, so a lost connection leaves one request in doubt, not a hundred. The client itself
/// never sends a request twice: redirects and retries of the library are off, and its connection pool moves a request to
/// another connection only when the request was handed back before its first byte was written.
#[derive(Clone)]
pub struct Egress(Arc<Inner>);

struct Inner {
    policy: Arc<Policy>,
    timeouts: Timeouts,
    guarded: reqwest::Client,
    /// Clients are apart so that a connection opened under a host rule is never reused for a guarded hop.
    opened: Option<reqwest::Client>,
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Egress")
            .field("policy", &self.0.policy)
            .field("timeouts", &self.0.timeouts)
            .finish_non_exhaustive()
    }
}

impl Egress {
    /// A way out under this policy; fails when the machine has no certificate authorities.
    pub fn new(policy: Policy, timeouts: Timeouts) -> Result<Self, Error> {
        Self::with_resolver(policy, timeouts, Arc::new(SystemResolver))
    }

    /// The same with another source of addresses.
    pub fn with_resolver(
        policy: Policy,
        timeouts: Timeouts,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, Error> {
        // Fails when the process has chosen a provider already, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let policy = Arc::new(policy);
        let make = |hop| {
            build(
                timeouts,
                GuardedResolver {
                    inner: Arc::clone(&resolver),
                    policy: Arc::clone(&policy),
                    hop,
                },
            )
        };
        let guarded = make(Hop::Guarded)?;
        let opened = policy.has_host_rules().then(|| make(Hop::Opened)).transpose()?;
        Ok(Self(Arc::new(Inner {
            policy,
            timeouts,
            guarded,
            opened,
        })))
    }

    /// Starts a request; a bad address shows when it is sent.
    #[must_use]
    pub fn request(&self, method: Method, url: &str) -> Request {
        Request::new(self.clone(), method, url, self.0.timeouts.total)
    }

    /// The client for one hop, if the guard lets it pass.
    pub(crate) fn admit(&self, url: &Url) -> Result<&reqwest::Client, Error> {
        let hop = self
            .0
            .policy
            .judge(url)
            .map_err(|why| Error::new(ErrorKind::Blocked, url.host_str().unwrap_or("?"), why))?;
        Ok(match hop {
            Hop::Opened => self.0.opened.as_ref().unwrap_or(&self.0.guarded),
            Hop::Guarded => &self.0.guarded,
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that makes clients"
)]
fn build(timeouts: Timeouts, resolver: GuardedResolver) -> Result<reqwest::Client, Error> {
    reqwest::Client::builder()
        .dns_resolver(Arc::new(resolver))
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .http1_only()
        .user_agent(USER_AGENT)
        .connect_timeout(timeouts.connect)
        .pool_idle_timeout(POOL_IDLE)
        .pool_max_idle_per_host(POOL_IDLE_PER_HOST)
        .tcp_nodelay(true)
        .build()
        .map_err(|error| {
            let detail = format!(
                "the HTTP client can't start: {error:?}; are the system's CA certificates installed?"
            );
            Error::new(ErrorKind::Blocked, "egress", detail)
        })
}
