//! The platform surface over HTTP, in its own realm and from its own origin only.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{net::SocketAddr, sync::Arc};

use api::{
    admin::{AdminState, router},
    http::{guard::Guard, origin::AllowedOrigins},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use domain::Clock;
use parlance_api as api;
use serde_json::{Value, json};
use services::platform::{NewPlatformUser, PlatformActor, PlatformServices};
use testkit::TestDb;
use tower::ServiceExt;

const ORIGIN: &str = "http://127.0.0.1:7421";
const EMAIL: &str = "root@platform.test";
const PASSWORD: &str = "correct horse battery";

struct Portal {
    db: TestDb,
    router: Router,
    cookie: Option<String>,
    origin: Option<&'static str>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

async fn portal() -> Portal {
    let db = TestDb::new().await;
    let clock = Arc::clone(&db.clock) as Arc<dyn Clock>;
    let services = PlatformServices {
        db: db.platform.clone(),
        vault: db.vault.clone(),
        clock: Arc::clone(&clock),
        real_clock: clock,
        ids: db.ids.clone(),
        webhooks_url: "http://hooks.test".to_owned(),
    };
    let new = NewPlatformUser {
        email: EMAIL.into(),
        name: "Root".into(),
        password: Some(PASSWORD.into()),
    };
    services
        .create_platform_user(PlatformActor::CLI, new)
        .await
        .unwrap();
    let origins = AllowedOrigins::new(&[ORIGIN.to_owned()]);
    let router = router(AdminState {
        services,
        origins,
        secure_cookie: false,
        guard: Guard::default(),
    });
    Portal {
        db,
        router,
        cookie: None,
        origin: Some(ORIGIN),
    }
}

impl Portal {
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(origin) = self.origin {
            request = request.header(header::ORIGIN, origin);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = request.body(body).unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 4711))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn sign_in(&mut self) {
        let answer = self
            .post("/v1/sign-in", json!({ "email": EMAIL, "password": PASSWORD }))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        let set = answer.headers[header::SET_COOKIE].to_str().unwrap();
        assert!(
            set.starts_with("parlance_platform_session=")
                && set.contains("HttpOnly")
                && set.contains("SameSite=Lax")
        );
        self.cookie = set.split(';').next().map(str::to_owned);
    }
}

fn tenant(slug: &str) -> Value {
    json!({ "slug": slug, "name": slug, "owner": { "email": format!("owner@{slug}.test"), "name": "Owner" } })
}

#[tokio::test]
async fn nothing_opens_without_the_realms_own_session() {
    let mut portal = portal().await;
    let paths = [
        "/v1/me",
        "/v1/tenants",
        "/v1/webhooks",
        "/v1/graph-environments",
        "/v1/meta-apps",
    ];
    for cookie in [
        None,
        Some("parlance_session=x"),
        Some("parlance_platform_session=x"),
    ] {
        portal.cookie = cookie.map(str::to_owned);
        for path in paths {
            let answer = portal.get(path).await;
            assert_eq!(
                (answer.status, &answer.body["code"]),
                (StatusCode::UNAUTHORIZED, &json!("unauthenticated"))
            );
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
        }
        assert_eq!(
            portal.post("/v1/tenants", tenant("acme")).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    portal.cookie = None;
    portal.sign_in().await;
    for path in paths {
        let answer = portal.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
        assert!(answer.headers.contains_key("x-request-id"));
        assert!(answer.headers.contains_key(header::CONTENT_SECURITY_POLICY));
    }
    let token = portal
        .cookie
        .clone()
        .unwrap()
        .replace("parlance_platform_session", "parlance_session");
    let signed_in = portal.cookie.replace(token);
    assert_eq!(portal.get("/v1/me").await.status, StatusCode::UNAUTHORIZED);
    portal.cookie = signed_in;
    let out = portal.call(Method::POST, "/v1/sign-out", None).await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
    assert_eq!(portal.get("/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_change_from_another_origin_is_refused() {
    let mut portal = portal().await;
    portal.sign_in().await;
    for origin in [
        None,
        Some("http://127.0.0.1:7420"),
        Some("https://127.0.0.1:7421"),
        Some("null"),
    ] {
        portal.origin = origin;
        let answer = portal.post("/v1/tenants", tenant("acme")).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (StatusCode::FORBIDDEN, &json!("wrong-origin"))
        );
        assert_eq!(
            portal.call(Method::POST, "/v1/sign-out", None).await.status,
            StatusCode::FORBIDDEN
        );
        assert_eq!(portal.get("/v1/tenants").await.body["items"], json!([]));
    }
}

#[tokio::test]
async fn a_tenant_is_made_suspended_and_resumed() {
    let mut portal = portal().await;
    portal.sign_in().await;
    let made = portal.post("/v1/tenants", tenant("acme")).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.body["owner"]["password"].as_str().unwrap().len(), 20);
    let id = made.body["tenant"]["id"].as_str().unwrap().to_owned();
    let again = portal.post("/v1/tenants", tenant("acme")).await;
    assert_eq!(
        (again.status, &again.body["fields"][0]["field"]),
        (StatusCode::CONFLICT, &json!("slug"))
    );
    let extra = portal
        .post("/v1/tenants", json!({ "slug": "x", "state": "active" }))
        .await;
    assert_eq!(
        (extra.status, &extra.body["code"]),
        (StatusCode::BAD_REQUEST, &json!("invalid-request"))
    );

    for (action, state) in [("suspend", "suspended"), ("resume", "active")] {
        let answer = portal
            .call(Method::POST, &format!("/v1/tenants/{id}/{action}"), None)
            .await;
        assert_eq!(
            (answer.status, &answer.body["state"]),
            (StatusCode::OK, &json!(state))
        );
    }
    let detail = portal.get(&format!("/v1/tenants/{id}")).await;
    assert_eq!(
        (&detail.body["tenant"]["slug"], &detail.body["numbers"]),
        (&json!("acme"), &json!([]))
    );
    for missing in [
        "/v1/tenants/ten_00000000000000000000000000000001",
        "/v1/tenants/x",
        "/v1/nowhere",
    ] {
        let answer = portal.get(missing).await;
        assert_eq!(
            (answer.status, &answer.body["code"]),
            (StatusCode::NOT_FOUND, &json!("not-found"))
        );
    }
}

#[tokio::test]
async fn an_address_that_nobody_proved_opens_no_new_tenant() {
    let mut portal = portal().await;
    portal.sign_in().await;
    let owner = tenant("acme")["owner"]["email"].as_str().unwrap().to_lowercase();
    let (user, session) = (portal.db.ids.uuid(), portal.db.ids.uuid());
    portal
        .db
        .sql(&format!(
            "insert into users (id, email_key, email, name, created_at, verified)
               values ('{user}', '{owner}', '{owner}', 'Mallory', now(), false);
             insert into user_passwords (user_id, hash) values ('{user}', 'of Mallory');
             insert into sessions (token_hash, id, user_id, created_at, expires_at)
               values ('\\x01', '{session}', '{user}', now(), now() + interval '1 day')"
        ))
        .await;
    let made = portal.post("/v1/tenants", tenant("acme")).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(made.body["owner"]["password"].as_str().unwrap().len(), 20);
    let left = portal
        .db
        .json(&format!(
            "select u.verified, p.hash <> 'of Mallory' as new_password, s.revoked_at is not null as signed_out
             from users u join user_passwords p on p.user_id = u.id join sessions s on s.user_id = u.id where u.id = '{user}'"
        ))
        .await;
    assert_eq!(
        left,
        json!([{ "verified": true, "new_password": true, "signed_out": true }])
    );
}

#[tokio::test]
async fn an_environment_and_an_app_are_set_up_and_the_log_is_read() {
    let mut portal = portal().await;
    portal.sign_in().await;
    let environment = json!({ "name": "Sandbox", "kind": "sandbox", "base_url": "http://127.0.0.1:7423", "graph_version": "v26.0" });
    let environment = portal.post("/v1/graph-environments", environment).await;
    assert_eq!(environment.status, StatusCode::CREATED);
    let secret = "0123456789abcdef0123456789abcdef";
    let app = json!({
        "graph_environment_id": environment.body["id"], "app_id": "700", "name": "App",
        "app_secret": secret, "verify_token": "verify-me",
    });
    let app = portal.post("/v1/meta-apps", app).await;
    assert_eq!(
        (app.status, &app.body["secrets"][0]["hint"]),
        (StatusCode::CREATED, &json!("cdef"))
    );
    let id = app.body["id"].as_str().unwrap();
    assert_eq!(
        app.body["callback_url"],
        format!("http://hooks.test/webhooks/{id}")
    );
    let both = portal
        .post(
            &format!("/v1/meta-apps/{id}/secrets"),
            json!({ "app_secret": "another-secret" }),
        )
        .await;
    assert_eq!(
        (both.status, both.body["secrets"].as_array().unwrap().len()),
        (StatusCode::OK, 2)
    );
    assert!(
        !portal
            .get("/v1/meta-apps")
            .await
            .body
            .to_string()
            .contains(secret)
    );

    assert_eq!(
        portal.get("/v1/webhooks?outcome=applied&limit=5").await.status,
        StatusCode::OK
    );
    for bad in [
        "/v1/webhooks?outcome=lost",
        "/v1/webhooks?tenant_id=x",
        "/v1/webhooks?cursor=x",
        "/v1/tenants?limit=x",
    ] {
        assert_eq!(portal.get(bad).await.status, StatusCode::BAD_REQUEST, "{bad}");
    }
}
