//! The team in its own hands: invitations work once and for a week, nobody gives what they lack, the last owner stays.

use axum::http::{Method, header};
use domain::{MailId, ports::Mail};
use serde_json::{Value, json};
use std::sync::Arc;
use store::mails;
use time::Duration;

use crate::stage::{
    Answer, Call, Credential, ORIGIN, Payload, Side, Stage, get, installation, post, surface,
};

/// A call from the app's own page by somebody who is not signed in.
pub fn outside(path: &str, body: Value) -> Call {
    let mut call = post(path, Payload::Json(body));
    call.headers.push(("origin", ORIGIN.to_owned()));
    call
}

/// The newest mail that waits in a tenant, opened as its job does it.
pub async fn waiting_mail(stage: &Stage, side: &Side) -> Mail {
    let sql = format!(
        "select id from mails where tenant_id = '{}' and content_sealed is not null order by id desc limit 1",
        side.tenant.tenant_id.uuid()
    );
    loop {
        let rows = stage.db.json(&sql).await;
        if let Some(id) = rows[0]["id"].as_str() {
            let mut tx = stage.db.tenant.begin(&side.tenant.scope).await.unwrap();
            let id = MailId::new(id.parse().unwrap());
            return mails::waiting(&mut tx, &stage.db.vault, id)
                .await
                .unwrap()
                .unwrap();
        }
        tokio::task::yield_now().await;
    }
}

/// What stands behind the `#` of the link in a text.
pub fn token_in(text: &str) -> String {
    let rest = text.split_once('#').unwrap().1;
    rest.split_whitespace().next().unwrap().to_owned()
}

pub fn session_of(answer: &Answer) -> Credential {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    let value = cookie.split(';').next().unwrap();
    Credential::Session(value.strip_prefix("parlance_session=").unwrap().to_owned())
}

pub fn with(method: Method, path: String, body: Value) -> Call {
    Call {
        method,
        ..post(path, Payload::Json(body))
    }
}

fn delete(path: String) -> Call {
    Call {
        method: Method::DELETE,
        ..get(path)
    }
}

pub async fn role(stage: &Stage, side: &Side, name: &str, permissions: &[&str]) -> String {
    let body = json!({"name": name, "permissions": permissions});
    let made = stage
        .call(&post(side.path("roles"), Payload::Json(body)), &side.session)
        .await;
    assert_eq!(made.status, 201, "{}", made.json());
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn invite(stage: &Stage, side: &Side, by: &Credential, email: &str, role: &str) -> Answer {
    let body = json!({"email": email, "role_id": role});
    stage
        .call(&post(side.path("invitations"), Payload::Json(body)), by)
        .await
}

fn accept(token: &str) -> Call {
    outside(
        "/v1/invitation/accept",
        json!({"token": token, "name": "Ana", "password": "a long enough password"}),
    )
}

#[tokio::test]
async fn who_is_invited_joins_once_with_the_limits_of_the_role() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let reader = role(&stage, &side, "Reader", &["numbers:read"]).await;
    let made = invite(&stage, &side, &side.session, "Ana@New.test", &reader).await;
    assert_eq!((made.status.as_u16(), &made.json()["link"]), (201, &Value::Null));
    let mail = waiting_mail(&stage, &side).await;
    assert_eq!(mail.to, "Ana@New.test");
    let token = token_in(&mail.text);
    let dump = stage
        .db
        .json("select row_to_json(i)::text || row_to_json(m)::text as row from invitations i, mails m")
        .await
        .to_string();
    assert!(!dump.contains(&token), "the link stands in the database");

    let seen = stage
        .call(
            &outside("/v1/invitation", json!({"token": token})),
            &Credential::Nobody,
        )
        .await
        .json();
    assert_eq!(
        (&seen["role"], &seen["email"], &seen["known"]),
        (&json!("Reader"), &json!("Ana@New.test"), &json!(false))
    );
    let short = outside(
        "/v1/invitation/accept",
        json!({"token": token, "name": " ", "password": "short"}),
    );
    let refused = stage.call(&short, &Credential::Nobody).await;
    let fields: Vec<_> = refused.json()["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["field"].clone())
        .collect();
    assert_eq!(fields, ["name", "password"]);

    let joined = stage.call(&accept(&token), &Credential::Nobody).await;
    assert_eq!(joined.status, 200, "{}", joined.json());
    assert_eq!(
        joined.json()["memberships"][0]["permissions"],
        json!(["numbers:read"])
    );
    let ana = session_of(&joined);
    assert_eq!(stage.call(&get(side.path("numbers")), &ana).await.status, 200);
    assert_eq!(
        stage.call(&get(side.path("members")), &ana).await.problem(),
        (403, "forbidden".to_owned())
    );
    assert_eq!(
        stage.call(&accept(&token), &Credential::Nobody).await.problem(),
        (404, "link-not-valid".to_owned()),
        "it works once"
    );
    let again = invite(&stage, &side, &side.session, "ana@new.test", &reader).await;
    assert_eq!(again.problem().0, 409, "a member is not invited");
}

#[tokio::test]
async fn an_invitation_ends_by_time_by_a_newer_one_and_by_withdrawal() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let plain = side.id("plain").to_owned();
    let made = invite(&stage, &side, &side.session, "ana@new.test", &plain).await;
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let first = token_in(&waiting_mail(&stage, &side).await.text);
    let twice = invite(&stage, &side, &side.session, "ANA@new.test", &plain).await;
    assert_eq!(
        (twice.status.as_u16(), &twice.json()["fields"][0]["field"]),
        (409, &json!("email"))
    );
    let resend = post(side.path(&format!("invitations/{id}/resend")), Payload::Nothing);
    assert_eq!(stage.call(&resend, &side.session).await.status, 200);
    let second = token_in(&waiting_mail(&stage, &side).await.text);
    let gone = (404, "link-not-valid".to_owned());
    assert_eq!(
        stage.call(&accept(&first), &Credential::Nobody).await.problem(),
        gone
    );

    stage.db.clock.advance(Duration::days(30));
    let open = outside("/v1/invitation", json!({"token": second}));
    assert_eq!(
        stage.call(&open, &Credential::Nobody).await.status,
        200,
        "the product's clock ends no link"
    );
    stage.real.advance(Duration::days(7));
    assert_eq!(
        stage.call(&accept(&second), &Credential::Nobody).await.problem(),
        gone
    );

    let session = stage
        .session_of(&side.tenant.user_id.uuid().to_string(), "owner")
        .await;
    stage.call(&resend, &session).await;
    let third = token_in(&waiting_mail(&stage, &side).await.text);
    let withdraw = delete(side.path(&format!("invitations/{id}")));
    assert_eq!(stage.call(&withdraw, &session).await.status, 204);
    assert_eq!(
        stage.call(&accept(&third), &Credential::Nobody).await.problem(),
        gone
    );
    let mails = stage
        .db
        .json("select 1 as one from mails where content_sealed is not null")
        .await;
    assert_eq!(mails, json!([]), "what was withdrawn is never sent");
}

#[tokio::test]
async fn somebody_known_signs_in_before_joining() {
    let (stage, a, b) = Stage::two().await;
    let owner_of_b = format!("owner@{}.test", b.slug);
    let made = invite(&stage, &a, &a.session, &owner_of_b, a.id("plain")).await;
    assert_eq!(made.status, 201);
    let token = token_in(&waiting_mail(&stage, &a).await.text);
    for stranger in [&Credential::Nobody, &a.session] {
        assert_eq!(
            stage.call(&accept(&token), stranger).await.problem(),
            (409, "sign-in-needed".to_owned())
        );
    }
    let joined = stage.call(&accept(&token), &b.session).await;
    assert_eq!(joined.status, 200, "{}", joined.json());
    assert!(!joined.headers.contains_key(header::SET_COOKIE));
    assert_eq!(joined.json()["memberships"].as_array().unwrap().len(), 2);
    assert_eq!(stage.call(&get(b.path("members")), &b.session).await.status, 200);
}

#[tokio::test]
async fn with_mail_off_the_link_is_answered_and_no_mail_is_written() {
    let mut stage = Stage::new().await;
    stage.services.installation = Arc::new(installation(None));
    stage.router = surface(&stage.services, false);
    let side = stage.side("alder").await;
    let made = invite(&stage, &side, &side.session, "ana@new.test", side.id("plain")).await;
    let link = made.json()["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&format!("{ORIGIN}/join#pli_")), "{link}");
    assert_eq!(stage.db.json("select 1 as one from mails").await, json!([]));
    let joined = stage.call(&accept(&token_in(&link)), &Credential::Nobody).await;
    assert_eq!(joined.status, 200);
}

#[tokio::test]
async fn nobody_gives_what_they_lack() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let admin = stage
        .member(
            &side.tenant,
            "boss",
            &["team:read", "team:manage", "roles:manage", "numbers:read"],
        )
        .await;
    let strong = role(&stage, &side, "Strong", &["messages:send"]).await;
    let weak = role(&stage, &side, "Weak", &["numbers:read"]).await;
    let member = side.path(&format!("members/{}", side.id("member")));
    let give = |role: &str| with(Method::PATCH, member.clone(), json!({"role_id": role}));
    for refused in [
        invite(&stage, &side, &admin, "x@new.test", &strong).await,
        stage.call(&give(&strong), &admin).await,
    ] {
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["fields"][0]["field"]),
            (400, &json!("role_id"))
        );
    }
    let beyond = with(
        Method::POST,
        side.path("roles"),
        json!({"name": "New", "permissions": ["numbers:read", "messages:send"]}),
    );
    let refused = stage.call(&beyond, &admin).await;
    assert_eq!(refused.json()["fields"][0]["field"], "permissions.1");
    let strip = with(
        Method::PUT,
        side.path(&format!("roles/{strong}")),
        json!({"name": "Strong", "permissions": []}),
    );
    assert_eq!(
        stage.call(&strip, &admin).await.problem(),
        (403, "forbidden".to_owned())
    );
    assert_eq!(
        stage.call(&give(&weak), &admin).await.json()["role"]["name"],
        "Weak"
    );
}

#[tokio::test]
async fn an_owner_is_beyond_others_and_the_last_one_stays() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let admin = stage
        .member(&side.tenant, "boss", &["team:read", "team:manage"])
        .await;
    let weak = role(&stage, &side, "Weak", &["numbers:read"]).await;
    let member = side.path(&format!("members/{}", side.id("member")));
    let give = |role: &str| with(Method::PATCH, member.clone(), json!({"role_id": role}));
    let owner = side.path(&format!("members/{}", side.tenant.user_id));
    for call in [
        delete(owner.clone()),
        delete(format!("{owner}/sessions")),
        with(Method::PATCH, owner.clone(), json!({"role_id": weak})),
    ] {
        assert_eq!(
            stage.call(&call, &admin).await.problem(),
            (403, "forbidden".to_owned()),
            "an owner is beyond others"
        );
    }
    for call in [
        delete(owner.clone()),
        with(Method::PATCH, owner.clone(), json!({"role_id": weak})),
    ] {
        assert_eq!(
            stage.call(&call, &side.session).await.problem(),
            (409, "last-owner".to_owned())
        );
    }
    let owners = side.tenant.role_id.to_string();
    assert_eq!(stage.call(&give(&owners), &side.session).await.status, 200);
    assert_eq!(stage.call(&delete(owner), &side.session).await.status, 204);
    assert_eq!(
        stage
            .call(&get(side.path("members")), &side.session)
            .await
            .problem()
            .0,
        401,
        "who is removed is signed out"
    );
}

#[tokio::test]
async fn conversations_of_who_is_removed_go_back_to_nobody() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let user = side.id("member").split_once('_').unwrap().1;
    stage
        .db
        .sql(&format!(
            "update conversations set assignee_user_id = '{user}'; delete from outbox"
        ))
        .await;
    let member = side.path(&format!("members/{}", side.id("member")));
    assert_eq!(stage.call(&delete(member), &side.session).await.status, 204);
    let left = stage
        .db
        .json("select c.assignee_user_id, o.name from conversations c, outbox o")
        .await;
    assert_eq!(
        left,
        json!([{"assignee_user_id": null, "name": "conversation.updated"}])
    );
}

#[tokio::test]
async fn a_role_counts_at_once_stays_while_it_is_used_and_is_fixed_when_built_in() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let desk = role(&stage, &side, "Desk", &["numbers:read", "contacts:read"]).await;
    let desk_path = side.path(&format!("roles/{desk}"));
    let user = side.id("member").split_once('_').unwrap().1.to_owned();
    let session = stage.session_of(&user, "spare").await;
    let give = with(
        Method::PATCH,
        side.path(&format!("members/{}", side.id("member"))),
        json!({"role_id": desk}),
    );
    assert_eq!(stage.call(&give, &side.session).await.status, 200);
    assert_eq!(
        stage.call(&get(side.path("contacts")), &session).await.status,
        200
    );
    let narrow = with(
        Method::PUT,
        desk_path.clone(),
        json!({"name": "Desk", "permissions": ["numbers:read", "numbers:read"]}),
    );
    let changed = stage.call(&narrow, &side.session).await.json();
    assert_eq!(
        (&changed["permissions"], &changed["members"]),
        (&json!(["numbers:read"]), &json!(1))
    );
    assert_eq!(
        stage
            .call(&get(side.path("contacts")), &session)
            .await
            .problem()
            .0,
        403
    );
    assert_eq!(
        stage.call(&delete(desk_path), &side.session).await.problem().0,
        409
    );
    let owners = side.path(&format!("roles/{}", side.tenant.role_id));
    stage
        .db
        .sql("update roles set builtin = true where name = 'owner'")
        .await;
    let change = with(
        Method::PUT,
        owners.clone(),
        json!({"name": "x", "permissions": []}),
    );
    for call in [change, delete(owners)] {
        assert_eq!(stage.call(&call, &side.session).await.problem().0, 409);
    }
}
