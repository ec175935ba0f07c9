//! The rate limits of the configuration behind the guard of the public surfaces.

use std::sync::Arc;

use api::http::guard::{Guard, Limits};
use backends::InProcessLimits;
use domain::limits::RateLimit;

use crate::{
    clock::SystemClock,
    config::{Config, Rate},
};

/// The guard of one process; real time counts, whatever the product's clock shows.
pub fn guard(config: &Config) -> anyhow::Result<Guard> {
    let proxies = config.proxies().map_err(|problem| anyhow::anyhow!("{problem}"))?;
    let (guard, config) = (Guard::new(proxies), &config.rate_limits);
    if !config.enabled {
        return Ok(guard);
    }
    let limit = |name, rate: Rate| RateLimit {
        name,
        per_minute: rate.per_minute,
        burst: rate.burst,
    };
    let limits = Limits {
        credential: limit("credential", config.credential),
        tenant: limit("tenant", config.tenant),
        address: limit("address", config.address),
        sign_in: limit("sign-in", config.sign_in),
        handshake: limit("handshake", config.handshake),
    };
    let limiter = InProcessLimits::new(Arc::new(SystemClock));
    Ok(guard.limited(Arc::new(limiter), limits))
}
