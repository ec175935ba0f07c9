//! Rate limits: whose they are, what tells of them, and that nobody uses up another's.

use std::{net::SocketAddr, sync::Arc};

use axum::extract::ConnectInfo;
use backends::InProcessLimits;
use domain::{Clock, limits::RateLimit};
use parlance_api::{
    http::{
        client::TrustedProxies,
        guard::{Guard, Limits},
        origin::AllowedOrigins,
    },
    tenant::{CookiePolicy, TenantState, router},
};
use serde_json::json;
use time::Duration;
use tower::ServiceExt;

use crate::stage::{Answer, Call, Credential, ORIGIN, Payload, Stage, get, post};

const fn limit(name: &'static str, burst: u32) -> RateLimit {
    RateLimit {
        name,
        per_minute: 60,
        burst,
    }
}

const LIMITS: Limits = Limits {
    credential: limit("credential", 3),
    tenant: limit("tenant", 5),
    address: limit("address", 4),
    sign_in: limit("sign-in", 2),
    handshake: limit("handshake", 2),
};

fn limited(stage: &mut Stage) {
    let proxies = TrustedProxies::parse(&["10.0.0.0/8".to_owned()]).unwrap();
    let limiter = InProcessLimits::new(Arc::clone(&stage.real) as Arc<dyn Clock>);
    stage.router = router(TenantState {
        services: stage.services.clone(),
        origins: AllowedOrigins::new(&[ORIGIN.to_owned()]),
        cookies: CookiePolicy { secure: false },
        guard: Guard::new(proxies).limited(Arc::new(limiter), LIMITS),
    });
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer
        .headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_credential_and_its_tenant_have_their_limits_and_are_told() {
    let (mut stage, a, b) = Stage::two().await;
    limited(&mut stage);
    let call = get(a.path("numbers"));
    let first = stage.call(&call, &a.key).await;
    assert_eq!(first.status, 200);
    assert_eq!(
        header(&first, "ratelimit-policy"),
        "\"credential\";q=3;w=3, \"tenant\";q=5;w=5"
    );
    assert_eq!(
        header(&first, "ratelimit"),
        "\"credential\";r=2;t=1, \"tenant\";r=4;t=1"
    );
    for _ in 0..2 {
        assert_eq!(stage.call(&call, &a.key).await.status, 200);
    }
    let refused = stage.call(&call, &a.key).await;
    assert_eq!(refused.problem(), (429, "throttled".to_owned()));
    assert_eq!(header(&refused, "retry-after"), "1");
    assert_eq!(refused.json()["retry_after_secs"], 1);
    assert_eq!(header(&refused, "ratelimit"), "\"credential\";r=0;t=3");
    assert!(header(&refused, "content-type").starts_with("application/problem+json"));

    for _ in 0..2 {
        assert_eq!(
            stage.call(&call, &a.session).await.status,
            200,
            "another credential"
        );
    }
    assert_eq!(
        stage.call(&call, &a.session).await.problem().0,
        429,
        "but the tenant's is used up"
    );
    assert_eq!(
        stage.call(&get(b.path("numbers")), &b.key).await.status,
        200,
        "and nobody else's"
    );
    stage.real.advance(Duration::seconds(1));
    assert_eq!(stage.call(&call, &a.key).await.status, 200);
}

#[tokio::test]
async fn strangers_are_counted_by_address_and_use_up_nobodys_limit() {
    let (mut stage, a, _) = Stage::two().await;
    limited(&mut stage);
    let call = get(a.path("numbers"));
    for guess in 0..4 {
        let guess = Credential::Key(format!("plk_{guess}"));
        assert_eq!(stage.call(&call, &guess).await.problem().0, 401);
    }
    let next = stage.call(&call, &Credential::Key("plk_next".to_owned())).await;
    assert_eq!(next.problem(), (429, "throttled".to_owned()));
    assert_eq!(
        stage.call(&call, &a.key).await.status,
        200,
        "whoever proves something is not kept out by them, behind the same address"
    );
    for _ in 0..4 {
        assert_eq!(
            stage.call(&get("/v1/me"), &Credential::Nobody).await.problem().0,
            401
        );
    }
    assert_eq!(
        stage.call(&get("/v1/me"), &Credential::Nobody).await.problem().0,
        429
    );
    assert_eq!(
        stage.call(&get("/healthz"), &Credential::Nobody).await.status,
        200
    );
    stage.real.advance(Duration::seconds(1));
    assert_eq!(
        stage.call(&call, &a.key).await.status,
        200,
        "the tenant has all that it had"
    );
    let left = stage.call(&call, &a.key).await;
    assert!(
        header(&left, "ratelimit").contains("\"tenant\";r=3"),
        "{}",
        header(&left, "ratelimit")
    );
}

fn sign_in(told: Option<&str>) -> Call {
    let body = json!({"email": "nobody@alder.test", "password": "wrong"});
    let mut call = post("/v1/sign-in", Payload::Json(body));
    call.headers.push(("origin", ORIGIN.to_owned()));
    call.headers
        .extend(told.map(|told| ("x-forwarded-for", told.to_owned())));
    call
}

async fn from(stage: &Stage, peer: [u8; 4], told: Option<&str>) -> u16 {
    let mut request = crate::stage::request(&sign_in(told));
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from((peer, 4711))));
    stage
        .router
        .clone()
        .oneshot(request)
        .await
        .unwrap()
        .status()
        .as_u16()
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_a_limit_of_its_own() {
    let mut stage = Stage::new().await;
    limited(&mut stage);
    let proxy = [10, 0, 0, 1];
    for client in ["203.0.113.1", "203.0.113.2"] {
        let forged = format!("192.0.2.9, {client}");
        let answers = [
            from(&stage, proxy, Some(client)).await,
            from(&stage, proxy, Some(&forged)).await,
            from(&stage, proxy, Some(client)).await,
        ];
        assert_eq!(answers, [401, 401, 429], "{client}");
    }
    let stranger = [198, 51, 100, 7];
    for told in ["203.0.113.3", "203.0.113.4"] {
        assert_eq!(from(&stage, stranger, Some(told)).await, 401);
    }
    assert_eq!(
        from(&stage, stranger, Some("203.0.113.5")).await,
        429,
        "a stranger's word counts for nothing"
    );
}

#[tokio::test]
async fn only_failed_handshakes_of_the_gateway_are_counted() {
    use axum::{
        Router,
        body::Body,
        http::{Method, Request, StatusCode},
        routing::get,
    };
    let clock = Arc::new(domain::clock::ManualClock::new(
        time::OffsetDateTime::UNIX_EPOCH + Duration::days(20_000),
    ));
    let guard = Guard::default().limited(Arc::new(InProcessLimits::new(clock)), LIMITS);
    let gateway = Router::new().route(
        "/{token}",
        get(|path: axum::extract::Path<String>| async move {
            if path.0 == "right" {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            }
        })
        .post(|| async { StatusCode::UNAUTHORIZED }),
    );
    let gateway = parlance_api::http::guard::handshakes(gateway, guard);
    let ask = async |method: Method, path: &str, last: u8| {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty())
            .unwrap();
        let peer = SocketAddr::from(([203, 0, 113, last], 4711));
        request.extensions_mut().insert(ConnectInfo(peer));
        gateway.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    for _ in 0..5 {
        assert_eq!(ask(Method::GET, "/right", 9).await, 200);
        assert_eq!(
            ask(Method::POST, "/wrong", 9).await,
            401,
            "a body is never limited here"
        );
    }
    assert_eq!(ask(Method::GET, "/wrong", 9).await, 403);
    assert_eq!(ask(Method::GET, "/wrong", 9).await, 403);
    assert_eq!(ask(Method::GET, "/right", 9).await, 429);
    assert_eq!(ask(Method::POST, "/wrong", 9).await, 401);
    assert_eq!(ask(Method::GET, "/right", 8).await, 200, "another address");
}
