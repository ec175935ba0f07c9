//! New passwords and where a person is signed in.

use axum::http::Method;
use serde_json::{Value, json};
use time::Duration;

use crate::{
    stage::{Call, Credential, Payload, Side, Stage, get, post},
    team::{outside, session_of, token_in, waiting_mail},
};

const OLD: &str = "correct horse battery";
const NEW: &str = "staple battery horse";
const EMAIL: &str = "owner@alder.test";

async fn stage() -> (Stage, Side) {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let hash = services::accounts::password::hash(&stage.db.ids, &OLD.into())
        .await
        .unwrap();
    let user = side.tenant.user_id.uuid();
    stage
        .db
        .sql(&format!(
            "insert into user_passwords (user_id, hash) values ('{user}', '{hash}')"
        ))
        .await;
    (stage, side)
}

fn sign_in(password: &str) -> Call {
    outside("/v1/sign-in", json!({"email": EMAIL, "password": password}))
}

fn ask(email: &str) -> Call {
    outside("/v1/password-reset", json!({"email": email}))
}

fn complete(token: &str, password: &str) -> Call {
    outside(
        "/v1/password-reset/complete",
        json!({"token": token, "new_password": password}),
    )
}

#[tokio::test]
async fn a_reset_works_once_within_the_hour_and_ends_every_session() {
    let (stage, side) = stage().await;
    assert_eq!(
        stage
            .call(&ask(" Owner@Alder.test "), &Credential::Nobody)
            .await
            .status,
        202
    );
    let mail = waiting_mail(&stage, &side).await;
    assert_eq!(mail.to, EMAIL);
    let token = token_in(&mail.text);
    let dump = stage
        .db
        .json("select row_to_json(r)::text || row_to_json(m)::text as row from password_resets r, mails m")
        .await
        .to_string();
    assert!(!dump.contains(&token), "the link stands in the database");
    let short = stage.call(&complete(&token, "short"), &Credential::Nobody).await;
    assert_eq!(short.json()["fields"][0]["field"], "new_password");
    assert_eq!(
        stage
            .call(&complete(&token, NEW), &Credential::Nobody)
            .await
            .status,
        204
    );
    assert_eq!(
        stage
            .call(&get(side.path("numbers")), &side.session)
            .await
            .problem()
            .0,
        401
    );
    let gone = (404, "link-not-valid".to_owned());
    assert_eq!(
        stage
            .call(&complete(&token, OLD), &Credential::Nobody)
            .await
            .problem(),
        gone
    );
    assert_eq!(stage.call(&sign_in(OLD), &Credential::Nobody).await.status, 401);
    assert_eq!(stage.call(&sign_in(NEW), &Credential::Nobody).await.status, 200);
    let told = stage
        .db
        .json("select action from audit_entries where action like 'password.%' order by seq")
        .await;
    assert_eq!(
        told,
        json!([{"action": "password.request_reset"}, {"action": "password.reset"}])
    );

    stage.call(&ask(EMAIL), &Credential::Nobody).await;
    let late = loop {
        let token = token_in(&waiting_mail(&stage, &side).await.text);
        if stage.db.json("select 1 as one from password_resets").await != json!([]) {
            break token;
        }
    };
    stage.real.advance(Duration::hours(1));
    assert_eq!(
        stage
            .call(&complete(&late, OLD), &Credential::Nobody)
            .await
            .problem(),
        gone
    );
}

#[tokio::test]
async fn asking_is_answered_alike_for_everybody_and_only_so_often() {
    let (stage, side) = stage().await;
    let known = stage.call(&ask(EMAIL), &Credential::Nobody).await;
    let unknown = stage.call(&ask("nobody@alder.test"), &Credential::Nobody).await;
    assert_eq!(
        (known.status, &known.bytes, known.headers.len()),
        (unknown.status, &unknown.bytes, unknown.headers.len())
    );
    waiting_mail(&stage, &side).await;
    for email in [EMAIL, "nobody@alder.test"] {
        for _ in 0..4 {
            assert_eq!(stage.call(&ask(email), &Credential::Nobody).await.status, 202);
        }
        assert_eq!(
            stage.call(&ask(email), &Credential::Nobody).await.problem(),
            (429, "throttled".to_owned())
        );
    }
    assert_eq!(
        stage.call(&sign_in(OLD), &Credential::Nobody).await.status,
        200,
        "asking keeps nobody from signing in"
    );
    assert_eq!(
        stage.call(&ask("no address"), &Credential::Nobody).await.status,
        400
    );
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_the_other_sessions_end() {
    let (stage, side) = stage().await;
    let here = session_of(&stage.call(&sign_in(OLD), &Credential::Nobody).await);
    let change = |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new});
        post("/v1/me/password", Payload::Json(body))
    };
    for (current, new, field) in [("wrong", NEW, "current_password"), (OLD, "short", "new_password")] {
        let refused = stage.call(&change(current, new), &here).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["fields"][0]["field"]),
            (400, &json!(field))
        );
    }
    assert_eq!(stage.call(&change(OLD, NEW), &here).await.status, 204);
    assert_eq!(stage.call(&get("/v1/me"), &here).await.status, 200);
    assert_eq!(stage.call(&get("/v1/me"), &side.session).await.problem().0, 401);
    for _ in 0..10 {
        stage.call(&change("wrong", OLD), &here).await;
    }
    assert_eq!(
        stage.call(&change(NEW, OLD), &here).await.problem(),
        (429, "throttled".to_owned()),
        "guesses are counted"
    );
}

#[tokio::test]
async fn a_person_sees_and_ends_their_own_sessions_and_nobody_elses() {
    let (stage, a, b) = Stage::two().await;
    let second = stage
        .session_of(&a.tenant.user_id.uuid().to_string(), "second")
        .await;
    let list = async |by: &Credential| -> Vec<Value> {
        let answer = stage.call(&get("/v1/me/sessions"), by).await;
        answer.json()["items"].as_array().unwrap().clone()
    };
    let mine = list(&a.session).await;
    assert_eq!(mine.len(), 2);
    assert_eq!(mine.iter().filter(|row| row["current"] == true).count(), 1);
    let theirs = list(&b.session).await[0]["id"].as_str().unwrap().to_owned();
    let end = |id: &str| Call {
        method: Method::DELETE,
        ..get(format!("/v1/me/sessions/{id}"))
    };
    assert_eq!(stage.call(&end(&theirs), &a.session).await.problem().0, 404);
    let other = mine.iter().find(|row| row["current"] == false).unwrap();
    assert_eq!(
        stage
            .call(&end(other["id"].as_str().unwrap()), &a.session)
            .await
            .status,
        204
    );
    assert_eq!(stage.call(&get("/v1/me"), &second).await.problem().0, 401);
    let third = stage
        .session_of(&a.tenant.user_id.uuid().to_string(), "third")
        .await;
    let others = Call {
        method: Method::DELETE,
        ..get("/v1/me/sessions")
    };
    assert_eq!(stage.call(&others, &a.session).await.status, 204);
    assert_eq!(stage.call(&get("/v1/me"), &third).await.problem().0, 401);
    assert_eq!(list(&b.session).await.len(), 1);

    let cut = Call {
        method: Method::DELETE,
        ..get(b.path(&format!("members/{}/sessions", a.tenant.user_id)))
    };
    assert_eq!(stage.call(&cut, &b.session).await.problem().0, 404);
    assert_eq!(stage.call(&get("/v1/me"), &a.session).await.status, 200);
}
