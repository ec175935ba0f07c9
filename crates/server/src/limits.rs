//! The rate limits of the configuration behind the guard of the public surfaces.

use std::sync::Arc;

use api::http::{
    client::TrustedProxies,
    guard::{Guard, Limits},
};
use backends::InProcessLimits;
use domain::limits::RateLimit;

use crate::{
    clock::SystemClock,
    config::{Rate, RateLimits},
};

/// The guard of one process; real time counts, whatever the product's clock shows.
pub fn guard(config: &RateLimits, proxies: TrustedProxies) -> Guard {
    let guard = Guard::new(proxies);
    if !config.enabled {
        return guard;
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
    guard.limited(Arc::new(InProcessLimits::new(Arc::new(SystemClock))), limits)
}
