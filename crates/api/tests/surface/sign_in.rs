//! Sign-in, sign-out and the cookie.

use axum::http::header;
use futures::future::join_all;
use serde_json::json;
use time::Duration as Span;

use crate::stage::{Answer, Call, Credential, ORIGIN, Payload, Side, Stage, get, post, surface};

const PASSWORD: &str = "correct horse battery";

async fn stage() -> (Stage, Side) {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let hash = services::accounts::password::hash(&stage.db.ids, &PASSWORD.into())
        .await
        .unwrap();
    stage
        .db
        .sql(&format!(
            "insert into user_passwords (user_id, hash) select id, '{hash}' from users"
        ))
        .await;
    (stage, side)
}

fn sign_in(email: &str, password: &str) -> Call {
    let mut call = post(
        "/v1/sign-in",
        Payload::Json(json!({"email": email, "password": password})),
    );
    call.headers.push(("origin", ORIGIN.to_owned()));
    call
}

const EMAIL: &str = "owner@alder.test";

fn token(answer: &Answer) -> Credential {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    let value = cookie
        .split(';')
        .next()
        .unwrap()
        .strip_prefix("parlance_session=")
        .unwrap();
    Credential::Session(value.to_owned())
}

#[tokio::test]
async fn the_cookie_opens_the_app_until_sign_out() {
    let (mut stage, side) = stage().await;
    let answer = stage
        .call(&sign_in(" Owner@Alder.test ", PASSWORD), &Credential::Nobody)
        .await;
    assert_eq!(answer.status, 200);
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=1209600"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"));
    let me = answer.json();
    assert_eq!(me["user"]["email"], EMAIL);
    assert_eq!(me["memberships"][0]["tenant"]["slug"], "alder");
    let session = token(&answer);
    assert_eq!(
        stage.call(&get("/v1/me"), &session).await.json()["user"],
        me["user"]
    );
    assert_eq!(
        stage
            .call(&get(side.path("conversations")), &session)
            .await
            .status,
        200
    );
    let Credential::Session(text) = &session else {
        unreachable!()
    };
    let stored = stage
        .db
        .json("select row_to_json(s)::text as row from sessions s")
        .await
        .to_string();
    assert!(!stored.contains(text.as_str()), "the token itself is stored");

    let out = stage
        .call(&post("/v1/sign-out", Payload::Nothing), &session)
        .await;
    assert_eq!(out.status, 204);
    assert!(
        out.headers[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    for path in [
        "/v1/me".to_owned(),
        side.path("conversations"),
        side.path("events"),
    ] {
        assert_eq!(stage.call(&get(path), &session).await.problem().0, 401);
    }

    stage.router = surface(&stage.services, true);
    let secure = stage.call(&sign_in(EMAIL, PASSWORD), &Credential::Nobody).await;
    assert!(
        secure.headers[header::SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Secure")
    );
}

#[tokio::test]
async fn a_session_ends_by_real_time_not_by_the_products() {
    let (stage, side) = stage().await;
    stage.db.clock.advance(Span::days(30));
    assert_eq!(
        stage.call(&get(side.path("numbers")), &side.session).await.status,
        200
    );
    stage.real.advance(Span::days(14));
    assert_eq!(
        stage
            .call(&get(side.path("numbers")), &side.session)
            .await
            .problem()
            .0,
        401
    );
}

#[tokio::test]
async fn a_change_must_come_from_the_apps_own_origin() {
    let (stage, side) = stage().await;
    let Credential::Session(cookie) = &side.session else {
        unreachable!()
    };
    let strangers = [
        None,
        Some("http://127.0.0.1:7421"),
        Some("https://127.0.0.1:7420"),
        Some("http://127.0.0.1:7420/"),
        Some("null"),
    ];
    for origin in strangers {
        let mut calls = [
            sign_in(EMAIL, PASSWORD),
            post("/v1/sign-out", Payload::Nothing),
            post(
                side.path("api-keys"),
                Payload::Json(json!({"name": "x", "scopes": ["templates:read"]})),
            ),
        ];
        for call in &mut calls {
            call.headers = vec![("cookie", format!("parlance_session={cookie}"))];
            call.headers
                .extend(origin.map(|origin| ("origin", origin.to_owned())));
            assert_eq!(
                stage.call(call, &Credential::Nobody).await.problem(),
                (403, "wrong-origin".to_owned()),
                "{origin:?} {}",
                call.path
            );
        }
        let mut read = get(side.path("numbers"));
        read.headers = vec![("cookie", format!("parlance_session={cookie}"))];
        assert_eq!(
            stage.call(&read, &Credential::Nobody).await.status,
            200,
            "reading needs no origin"
        );
    }
    let keyed = post(
        side.path("api-keys"),
        Payload::Json(json!({"name": "x", "scopes": ["templates:read"]})),
    );
    assert_eq!(
        stage.call(&keyed, &side.key).await.status,
        201,
        "a key needs no origin"
    );
}

#[tokio::test]
async fn failures_pause_the_address_and_only_it() {
    let (stage, _) = stage().await;
    for _ in 0..10 {
        let answer = stage.call(&sign_in(EMAIL, "wrong"), &Credential::Nobody).await;
        assert_eq!(answer.problem(), (401, "bad-credentials".to_owned()));
        assert!(!answer.headers.contains_key(header::SET_COOKIE));
    }
    let paused = stage.call(&sign_in(EMAIL, PASSWORD), &Credential::Nobody).await;
    assert_eq!(paused.problem(), (429, "throttled".to_owned()));
    assert_eq!(
        (
            &paused.json()["retry_after_secs"],
            &paused.headers[header::RETRY_AFTER]
        ),
        (&json!(900), &"900".parse().unwrap())
    );
    let other = stage
        .call(&sign_in("other@alder.test", "wrong"), &Credential::Nobody)
        .await;
    assert_eq!(other.problem(), (401, "bad-credentials".to_owned()));
    stage.real.advance(Span::minutes(15));
    assert_eq!(
        stage
            .call(&sign_in(EMAIL, PASSWORD), &Credential::Nobody)
            .await
            .status,
        200
    );
    for _ in 0..9 {
        stage.call(&sign_in(EMAIL, "wrong"), &Credential::Nobody).await;
    }
    assert_eq!(
        stage
            .call(&sign_in(EMAIL, PASSWORD), &Credential::Nobody)
            .await
            .status,
        200,
        "a good sign-in forgets failures"
    );
}

#[tokio::test]
async fn guesses_at_the_same_time_do_not_slip_past_the_count() {
    let (stage, _) = stage().await;
    let call = sign_in(EMAIL, "wrong");
    let answers = join_all((0..30).map(|_| stage.call(&call, &Credential::Nobody))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 401).count();
    assert!(looked_at <= 10, "{looked_at} passwords were looked at");
    assert!(
        answers
            .iter()
            .all(|answer| [401, 429].contains(&answer.status.as_u16()))
    );
}

#[tokio::test]
async fn an_unknown_person_gets_the_answer_of_a_wrong_password() {
    let (stage, _) = stage().await;
    let known = stage.call(&sign_in(EMAIL, "wrong"), &Credential::Nobody).await;
    let unknown = stage
        .call(&sign_in("nobody@alder.test", "wrong"), &Credential::Nobody)
        .await;
    assert_eq!(known.comparable(), unknown.comparable());
}

/// Actions in the tenant's audit log, once there are so many: refusals are written behind the answer.
async fn audited(stage: &Stage, side: &Side, count: usize) -> Vec<String> {
    let sql = format!(
        "select action from audit_entries where tenant_id = '{}' and (action like 'session.%' or action like 'permission.%') order by seq",
        side.tenant.tenant_id.uuid()
    );
    loop {
        let rows = stage.db.json(&sql).await;
        let actions: Vec<_> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["action"].as_str().unwrap().to_owned())
            .collect();
        if actions.len() >= count {
            return actions;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_audit_log_of_each_tenant_tells_of_sign_ins_sign_outs_and_refusals() {
    let (stage, alder) = stage().await;
    let birch = stage.side("birch").await;
    stage
        .db
        .sql(&format!(
            "insert into memberships (tenant_id, user_id, role_id, created_at) values ('{}', '{}', '{}', now())",
            birch.tenant.tenant_id.uuid(),
            alder.tenant.user_id.uuid(),
            birch.tenant.role_id.uuid()
        ))
        .await;
    stage.call(&sign_in(EMAIL, "wrong"), &Credential::Nobody).await;
    stage
        .call(&sign_in("nobody@alder.test", "wrong"), &Credential::Nobody)
        .await;
    assert_eq!(audited(&stage, &alder, 1).await, ["session.refused"]);
    let session = token(&stage.call(&sign_in(EMAIL, PASSWORD), &Credential::Nobody).await);
    stage
        .call(&post("/v1/sign-out", Payload::Nothing), &session)
        .await;
    for side in [&alder, &birch] {
        assert_eq!(
            audited(&stage, side, 3).await,
            ["session.refused", "session.begin", "session.end"],
            "{}",
            side.slug
        );
    }
    let viewer = stage.member(&alder.tenant, "viewer", &["numbers:read"]).await;
    let refused = stage.call(&get(alder.path("api-keys")), &viewer).await;
    assert_eq!(refused.problem().0, 403);
    assert_eq!(audited(&stage, &alder, 4).await[3], "permission.refused");
    let entry = stage
        .db
        .json("select target, actor_kind, details from audit_entries where action = 'permission.refused'")
        .await;
    assert_eq!(entry[0]["target"], "GET /v1/t/{slug}/api-keys");
    let words = stage
        .db
        .json("select details from audit_entries")
        .await
        .to_string();
    assert!(
        !words.contains("alder.test"),
        "no address stands in the log: {words}"
    );
}
