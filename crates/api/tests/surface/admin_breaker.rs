//! The platform surface: its ids are the installation's, so what matters is the realm, and that a missing thing is 404.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{Request, StatusCode, header},
};
use domain::Clock;
use parlance_api::{
    admin::{AdminState, openapi, router},
    http::{guard::Guard, origin::AllowedOrigins},
};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use services::platform::{NewPlatformUser, PlatformActor, PlatformServices};

use crate::{
    document::{Operation, operations},
    stage::{Credential, Stage},
};

const PORTAL: &str = "http://127.0.0.1:7421";
const MISSING: &str = "019a00000000700080000000deadbeef";

/// What stands for an operation's ids and body.
struct Probe {
    operation: &'static str,
    path: &'static str,
    body: fn() -> Option<Value>,
    /// Fields that bear an id, with the answer for one that is missing.
    fields: &'static [(&'static str, u16)],
}

const fn probe(
    operation: &'static str,
    path: &'static str,
    body: fn() -> Option<Value>,
    fields: &'static [(&'static str, u16)],
) -> Probe {
    Probe {
        operation,
        path,
        body,
        fields,
    }
}

const NONE: fn() -> Option<Value> = || None;

/// `sign_in` and `sign_out` need no session; the portal's own tests cover them.
const OPEN: [&str; 2] = ["sign_in", "sign_out"];

const PROBES: [Probe; 15] = [
    probe("me", "/v1/me", NONE, &[]),
    probe("list_tenants", "/v1/tenants", NONE, &[("query.cursor", 400)]),
    probe(
        "create_tenant",
        "/v1/tenants",
        || Some(json!({"slug": "cedar", "name": "Cedar", "owner": {"email": "c@cedar.test", "name": "C"}})),
        // A new name, not a reference.
        &[("body.slug", 400)],
    ),
    probe(
        "get_tenant",
        "/v1/tenants/ten_{}",
        NONE,
        &[("path.tenant_id", 404)],
    ),
    probe(
        "suspend_tenant",
        "/v1/tenants/ten_{}/suspend",
        NONE,
        &[("path.tenant_id", 404)],
    ),
    probe(
        "resume_tenant",
        "/v1/tenants/ten_{}/resume",
        NONE,
        &[("path.tenant_id", 404)],
    ),
    probe("list_lanes", "/v1/lanes", NONE, &[("query.cursor", 400)]),
    // A filter: nothing matches a missing tenant.
    probe(
        "list_webhooks",
        "/v1/webhooks?tenant_id=ten_{}",
        NONE,
        &[("query.tenant_id", 200), ("query.cursor", 400)],
    ),
    probe(
        "list_retention_reports",
        "/v1/retention",
        NONE,
        &[("query.cursor", 400)],
    ),
    probe(
        "list_graph_environments",
        "/v1/graph-environments",
        NONE,
        &[("query.cursor", 400)],
    ),
    probe(
        "create_graph_environment",
        "/v1/graph-environments",
        || {
            Some(
                json!({"name": "Test", "kind": "test", "base_url": "http://127.0.0.1:1", "graph_version": "v26.0"}),
            )
        },
        &[],
    ),
    probe("list_meta_apps", "/v1/meta-apps", NONE, &[("query.cursor", 400)]),
    probe(
        "create_meta_app",
        "/v1/meta-apps",
        || {
            let environment = format!("gev_{MISSING}");
            Some(
                json!({"graph_environment_id": environment, "app_id": "1", "name": "App", "app_secret": "a-long-secret", "verify_token": "a-token"}),
            )
        },
        // The provider's own id of the app is new here; a missing environment is a field at fault.
        &[("body.graph_environment_id", 400), ("body.app_id", 400)],
    ),
    probe(
        "add_meta_app_secret",
        "/v1/meta-apps/app_{}/secrets",
        || Some(json!({"app_secret": "a-long-secret"})),
        &[("path.meta_app_id", 404)],
    ),
    probe("sign_out", "/v1/sign-out", NONE, &[]),
];

async fn portal(stage: &Stage) -> (Router, String) {
    let real_clock = Arc::clone(&stage.real) as Arc<dyn Clock>;
    let services = PlatformServices {
        db: stage.db.platform.clone(),
        vault: stage.db.vault.clone(),
        clock: Arc::clone(&stage.db.clock) as _,
        real_clock,
        ids: stage.db.ids.clone(),
        webhooks_url: "http://hooks.test".to_owned(),
    };
    let new = NewPlatformUser {
        email: "root@platform.test".into(),
        name: "Root".into(),
        password: Some("correct horse battery".into()),
    };
    services
        .create_platform_user(PlatformActor::CLI, new)
        .await
        .unwrap();
    let signed_in = services
        .sign_in("root@platform.test", &"correct horse battery".into(), None)
        .await
        .unwrap();
    let origins = AllowedOrigins::new(&[PORTAL.to_owned()]);
    (
        router(AdminState {
            services,
            origins,
            secure_cookie: false,
            guard: Guard::default(),
        }),
        signed_in.token.expose_secret().to_owned(),
    )
}

async fn ask(
    router: &Router,
    operation: &Operation,
    probe: &Probe,
    headers: &[(header::HeaderName, String)],
) -> (StatusCode, Value) {
    let mut request = Request::builder()
        .method(operation.method.as_str())
        .uri(probe.path.replace("{}", MISSING));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request = request
        .header(header::ORIGIN, PORTAL)
        .header(header::CONTENT_TYPE, "application/json");
    let body = (probe.body)().map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let mut request = request.body(body).unwrap();
    request
        .extensions_mut()
        .insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 4711))));
    let response = tower::ServiceExt::oneshot(router.clone(), request).await.unwrap();
    let status = response.status();
    assert!(
        operation.statuses.contains(&status.as_u16()),
        "{}: {status} is not in the document",
        operation.id
    );
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

fn known() -> BTreeMap<String, Operation> {
    operations(&openapi())
}

#[test]
fn every_platform_operation_and_field_has_a_probe() {
    for operation in known().values().filter(|operation| operation.id != "sign_in") {
        let probe = PROBES.iter().find(|probe| probe.operation == operation.id);
        let probe = probe.unwrap_or_else(|| panic!("{} has no probe", operation.id));
        for field in &operation.fields {
            assert!(
                probe.fields.iter().any(|(name, _)| name == field),
                "{}: nothing is said of {field}",
                operation.id
            );
        }
        for (field, _) in probe.fields {
            assert!(
                operation.fields.contains(*field),
                "{} has no field {field}",
                operation.id
            );
        }
    }
}

#[tokio::test]
async fn only_a_session_of_the_platform_realm_opens_the_portal() {
    let (stage, a, _) = Stage::two().await;
    let (router, _) = portal(&stage).await;
    let (Credential::Session(token), Credential::Key(key)) = (&a.session, &a.key) else {
        unreachable!()
    };
    let strangers = [
        Vec::new(),
        vec![(header::COOKIE, format!("parlance_session={token}"))],
        vec![(header::COOKIE, format!("parlance_platform_session={token}"))],
        vec![(header::AUTHORIZATION, format!("Bearer {key}"))],
    ];
    let digest = stage.db.digest(a.tenant.tenant_id).await;
    for operation in known()
        .values()
        .filter(|operation| !OPEN.contains(&operation.id.as_str()))
    {
        let probe = PROBES
            .iter()
            .find(|probe| probe.operation == operation.id)
            .unwrap();
        for headers in &strangers {
            let (status, body) = ask(&router, operation, probe, headers).await;
            assert_eq!(
                (status.as_u16(), &body["code"]),
                (401, &json!("unauthenticated")),
                "{}",
                operation.id
            );
        }
    }
    assert_eq!(stage.db.digest(a.tenant.tenant_id).await, digest);
    assert_eq!(
        stage.db.json("select 1 from tenants where slug = 'cedar'").await,
        json!([])
    );
}

#[tokio::test]
async fn missing_things_of_the_installation_are_missing() {
    let stage = Stage::new().await;
    let (router, token) = portal(&stage).await;
    let session = [(header::COOKIE, format!("parlance_platform_session={token}"))];
    for operation in known().values() {
        let Some(probe) = PROBES
            .iter()
            .find(|probe| probe.operation == operation.id && probe.operation != "sign_out")
        else {
            continue;
        };
        let (status, body) = ask(&router, operation, probe, &session).await;
        let references = probe
            .fields
            .iter()
            .filter(|(field, _)| !["query.cursor", "body.slug", "body.app_id"].contains(field));
        match references.map(|(_, status)| *status).next() {
            Some(expected) => assert_eq!(status.as_u16(), expected, "{}: {body}", operation.id),
            None => assert!(status.is_success(), "{}: {body}", operation.id),
        }
        if status == StatusCode::NOT_FOUND {
            assert_eq!(body["code"], "not-found");
        }
    }
}

#[tokio::test]
async fn a_platform_session_is_nobody_on_the_tenant_surface() {
    let (stage, a, _) = Stage::two().await;
    let (_, token) = portal(&stage).await;
    for call in [
        crate::stage::get("/v1/me"),
        crate::stage::get(a.path("conversations")),
    ] {
        let answer = stage.call(&call, &Credential::Session(token.clone())).await;
        assert_eq!(answer.problem(), (401, "unauthenticated".to_owned()));
        let mut call = call;
        call.headers
            .push(("cookie", format!("parlance_platform_session={token}")));
        assert_eq!(stage.call(&call, &Credential::Nobody).await.problem().0, 401);
    }
}
