//! Rate limits of a surface. What a request may take is told in the headers `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers). A proven credential and its tenant have limits of their own; whoever proves
//! nothing is counted by address, so that nobody can use up what is a tenant's.

use std::{
    convert::Infallible,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::{FromRequestParts, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use domain::{
    Error, ErrorKind,
    limits::{Quota, RateLimit},
    ports::RateLimiter,
};

use utoipa::openapi::{ContentBuilder, OpenApi, Ref, ResponseBuilder};

use super::{
    client::TrustedProxies,
    cookie::{PLATFORM_COOKIE, TENANT_COOKIE},
    problem::{ApiResult, Failure},
};

/// The limits of the public surfaces.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one session or API key.
    pub credential: RateLimit,
    /// Of all credentials of one tenant together.
    pub tenant: RateLimit,
    /// Of one address without a credential, or with one that proves nothing.
    pub address: RateLimit,
    /// Of sign-ins from one address, right or wrong.
    pub sign_in: RateLimit,
    /// Of failed webhook handshakes from one address.
    pub handshake: RateLimit,
}

/// Refusals of one actor that are written down.
const WRITTEN_DOWN: RateLimit = RateLimit {
    name: "refusals",
    per_minute: 6,
    burst: 10,
};

/// Limits and trusted proxies of a process; the default limits nothing and trusts nobody.
#[derive(Clone, Default)]
pub struct Guard {
    counted: Option<(Arc<dyn RateLimiter>, Limits)>,
    proxies: TrustedProxies,
}

impl std::fmt::Debug for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Guard")
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}

impl Guard {
    /// A guard that believes these proxies and limits nothing.
    #[must_use]
    pub const fn new(proxies: TrustedProxies) -> Self {
        Self {
            counted: None,
            proxies,
        }
    }

    /// The same guard with limits.
    #[must_use]
    pub fn limited(self, limiter: Arc<dyn RateLimiter>, limits: Limits) -> Self {
        Self {
            counted: Some((limiter, limits)),
            ..self
        }
    }
}

/// One request at the guard: whose it is, and what was told about its limits. An extractor for handlers and for the
/// extractors of credentials.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    guard: Guard,
    client: Option<IpAddr>,
    told: Arc<Mutex<Vec<(RateLimit, Quota)>>>,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}

impl Visit {
    /// The visit that this request is.
    #[must_use]
    pub fn of(parts: &Parts) -> Self {
        parts.extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// Address of the client, behind trusted proxies too.
    #[must_use]
    pub const fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// Counts a request of a proven credential, and of its tenant if it has one.
    pub async fn proven(&self, credential: &str, tenant: Option<&str>) -> ApiResult<()> {
        let Some((_, limits)) = &self.guard.counted else {
            return Ok(());
        };
        self.take(limits.credential, credential, 1).await?;
        match tenant {
            Some(tenant) => self.take(limits.tenant, tenant, 1).await,
            None => Ok(()),
        }
    }

    /// Counts a credential that proved nothing, apart from requests without one.
    pub async fn unproven(&self) -> ApiResult<()> {
        let limit = |limits: &Limits| RateLimit {
            name: "unproven",
            ..limits.address
        };
        self.by_address(limit, 1).await
    }

    /// Counts a sign-in.
    pub async fn sign_in(&self) -> ApiResult<()> {
        self.by_address(|limits| limits.sign_in, 1).await
    }

    /// True while what is refused to this actor is worth a line in the audit log.
    pub async fn may_be_written_down(&self, actor: &str) -> bool {
        match &self.guard.counted {
            Some((limiter, _)) => limiter.take(&WRITTEN_DOWN, actor, 1).await.allowed,
            None => true,
        }
    }

    async fn by_address(&self, of: fn(&Limits) -> RateLimit, cells: u32) -> ApiResult<()> {
        match (&self.guard.counted, self.client) {
            (Some((_, limits)), Some(client)) => self.take(of(limits), &network(client), cells).await,
            _ => Ok(()),
        }
    }

    async fn take(&self, limit: RateLimit, key: &str, cells: u32) -> ApiResult<()> {
        let Some((limiter, _)) = &self.guard.counted else {
            return Ok(());
        };
        let quota = limiter.take(&limit, key, cells).await;
        if !quota.allowed || cells > 0 {
            self.told
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((limit, quota));
        }
        if quota.allowed {
            Ok(())
        } else {
            Err(throttled(quota))
        }
    }

    fn tell(&self, response: &mut Response) {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_empty() {
            return;
        }
        let policy = told
            .iter()
            .map(|(limit, _)| format!("\"{}\";q={};w={}", limit.name, limit.burst, limit.window_secs()));
        let left = told.iter().map(|(limit, quota)| {
            format!(
                "\"{}\";r={};t={}",
                limit.name, quota.remaining, quota.full_after_secs
            )
        });
        for (name, value) in [
            ("ratelimit-policy", policy.collect::<Vec<_>>().join(", ")),
            ("ratelimit", left.collect::<Vec<_>>().join(", ")),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response
                    .headers_mut()
                    .insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// What an address is counted as: itself, or the /64 of an IPv6 one, because whoever has one of those has them all.
#[must_use]
pub fn network(address: IpAddr) -> String {
    services::accounts::tries::network(address)
}

fn throttled(quota: Quota) -> Failure {
    Error::new(
        ErrorKind::Throttled,
        "throttled",
        "Too many requests. Nothing was done; try again when retry_after_secs is over.",
    )
    .retry_after(quota.retry_after_secs)
    .into()
}

/// Puts a surface behind the guard. Health checks are never limited.
pub fn behind(router: Router, guard: Guard) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let guard = guard.clone();
        async move { admit(guard, request, next).await }
    }))
}

async fn admit(guard: Guard, mut request: Request, next: Next) -> Response {
    let visit = Visit {
        client: guard.proxies.client_of(&request),
        guard,
        told: Arc::default(),
    };
    request.extensions_mut().insert(visit.clone());
    if matches!(request.uri().path(), "/healthz" | "/readyz") {
        return next.run(request).await;
    }
    // Whoever shows a credential is counted by it once it is proven, and by address once it is not: strangers behind the
    // same address must not keep anybody out.
    let admitted = if bears_credential(request.headers()) {
        Ok(())
    } else {
        visit.by_address(|limits| limits.address, 1).await
    };
    let mut response = match admitted {
        Err(refused) => refused.into_response(),
        Ok(()) => next.run(request).await,
    };
    visit.tell(&mut response);
    response
}

/// A bearer token, or a session cookie of either surface.
fn bears_credential(headers: &HeaderMap) -> bool {
    let cookies = headers.get_all(header::COOKIE);
    headers.contains_key(header::AUTHORIZATION)
        || cookies
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|cookie| cookie.contains(TENANT_COOKIE) || cookie.contains(PLATFORM_COOKIE))
}

/// Puts the webhook gateway behind the guard: only failed handshakes are counted. Signed bodies are never limited here.
pub fn handshakes(router: Router, guard: Guard) -> Router {
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let guard = guard.clone();
        async move {
            if request.method() != Method::GET {
                return next.run(request).await;
            }
            let visit = Visit {
                client: guard.proxies.client_of(&request),
                guard,
                told: Arc::default(),
            };
            let mut response = match visit.by_address(|limits| limits.handshake, 0).await {
                Err(refused) => refused.into_response(),
                Ok(()) => {
                    let response = next.run(request).await;
                    if response.status().is_client_error() {
                        let _ = visit.by_address(|limits| limits.handshake, 1).await;
                    }
                    response
                }
            };
            visit.tell(&mut response);
            response
        }
    }))
}

/// Tells of 429 in every operation of a document that does not tell of it already.
pub fn document(document: &mut OpenApi) {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let response = ResponseBuilder::new()
        .description(
            "Too many requests; the header `RateLimit` tells of which, `Retry-After` when to try again",
        )
        .content("application/problem+json", content)
        .build();
    for item in document.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        for operation in operations.into_iter().flatten() {
            let responses = &mut operation.responses.responses;
            responses
                .entry("429".to_owned())
                .or_insert_with(|| response.clone().into());
        }
    }
}
