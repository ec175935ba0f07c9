//! How a team works on conversations: views, assignment, resolution, notes, search.

use serde_json::{Value, json};

use crate::stage::{Answer, Call, Credential, Payload, Side, Stage, get, post};

fn of(side: &Side, rest: &str) -> String {
    side.path(&format!("conversations/{}/{rest}", side.id("cnv")))
}

fn assign(side: &Side, user: Value) -> Call {
    Call {
        method: axum::http::Method::PUT,
        ..post(of(side, "assignee"), Payload::Json(json!({ "user_id": user })))
    }
}

fn note(side: &Side, key: &str, body: &str) -> Call {
    let mut call = post(of(side, "notes"), Payload::Json(json!({ "body": body })));
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

async fn ok(stage: &Stage, call: &Call, who: &Credential) -> Value {
    let answer = stage.call(call, who).await;
    assert!(answer.status.is_success(), "{call:?}: {}", answer.json());
    answer.json()
}

/// How many conversations each view shows.
async fn views(stage: &Stage, side: &Side, who: &Credential) -> [usize; 5] {
    let mut found = [0; 5];
    for (count, view) in found
        .iter_mut()
        .zip(["all", "mine", "unassigned", "unread", "resolved"])
    {
        let page = ok(stage, &get(side.path(&format!("conversations?view={view}"))), who).await;
        *count = page["items"].as_array().unwrap().len();
    }
    found
}

async fn events(stage: &Stage, side: &Side) -> Vec<Value> {
    let page = ok(stage, &get(of(side, "events")), &side.session).await;
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_conversation_moves_through_the_views_and_every_step_is_written_down() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let me = side.session.clone();
    assert_eq!(views(&stage, &side, &me).await, [1, 0, 1, 1, 0]);

    let mine = json!(side.id("usr"));
    let view = ok(&stage, &assign(&side, mine.clone()), &me).await;
    assert_eq!(
        (&view["assignee"], &view["state"]),
        (&json!({"id": side.id("usr"), "name": "Owner"}), &json!("open"))
    );
    ok(&stage, &assign(&side, mine), &me).await;
    assert_eq!(views(&stage, &side, &me).await, [1, 1, 0, 1, 0]);
    let key = stage
        .call(&get(side.path("conversations?view=mine")), &side.key)
        .await;
    assert_eq!(
        (key.status.as_u16(), key.json()["fields"][0]["field"].clone()),
        (400, json!("view"))
    );

    let view = ok(&stage, &post(of(&side, "resolve"), Payload::Nothing), &me).await;
    assert_eq!(view["state"], "resolved");
    ok(&stage, &post(of(&side, "resolve"), Payload::Nothing), &me).await;
    assert_eq!(views(&stage, &side, &me).await, [0, 0, 0, 0, 1]);
    ok(&stage, &post(of(&side, "reopen"), Payload::Nothing), &side.key).await;
    ok(&stage, &assign(&side, Value::Null), &me).await;
    assert_eq!(views(&stage, &side, &me).await, [1, 0, 1, 1, 0]);

    let told: Vec<_> = events(&stage, &side)
        .await
        .iter()
        .map(|event| {
            let names = [&event["author"]["name"], &event["assignee"]["name"]];
            format!("{} {} {}", event["kind"], names[0], names[1])
        })
        .collect();
    let wanted = [
        r#""unassigned" "Owner" null"#,
        r#""reopened" "Key" null"#,
        r#""resolved" "Owner" null"#,
        r#""assigned" "Owner" "Owner""#,
    ];
    let sorted = |mut list: Vec<String>| {
        list.sort();
        list
    };
    // All within one second: their ids order them.
    assert_eq!(sorted(told), sorted(wanted.map(str::to_owned).to_vec()));
    let audit = "select action from audit_entries where action like 'conversation.%' order by seq";
    let actions: Vec<_> = stage
        .db
        .json(audit)
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["action"].clone())
        .collect();
    assert_eq!(
        actions,
        [
            "conversation.assign",
            "conversation.resolve",
            "conversation.reopen",
            "conversation.assign"
        ]
    );
    let outbox = "select count(*) as n from outbox where name = 'conversation_event.created'";
    assert_eq!(stage.db.json(outbox).await[0]["n"], 4);
}

#[tokio::test]
async fn only_people_who_may_read_are_given_conversations() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage.member(&side.tenant, "blind", &["templates:read"]).await;
    stage
        .member(&side.tenant, "seeing", &["conversations:read"])
        .await;
    let listed = ok(&stage, &get(side.path("assignees")), &side.session).await;
    let names: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].clone())
        .collect();
    assert_eq!(names, ["Owner", "seeing"]);
    let blind = stage.db.json("select id from users where name = 'blind'").await[0]["id"].clone();
    let blind = format!("usr_{}", blind.as_str().unwrap().replace('-', ""));
    let refused = stage.call(&assign(&side, json!(blind)), &side.session).await;
    assert_eq!(
        (
            refused.status.as_u16(),
            refused.json()["fields"][0]["field"].clone()
        ),
        (400, json!("user_id"))
    );
}

#[tokio::test]
async fn the_conversations_of_a_member_who_leaves_are_nobodys() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    stage
        .member(&side.tenant, "leaving", &["conversations:read"])
        .await;
    let row = stage.db.json("select id from users where name = 'leaving'").await;
    let user = format!("usr_{}", row[0]["id"].as_str().unwrap().replace('-', ""));
    ok(&stage, &assign(&side, json!(user)), &side.session).await;
    let leave = Call {
        method: axum::http::Method::DELETE,
        ..get(side.path(&format!("members/{user}")))
    };
    ok(&stage, &leave, &side.session).await;
    assert_eq!(views(&stage, &side, &side.session).await, [1, 0, 1, 1, 0]);
}

#[tokio::test]
async fn a_note_is_written_once_per_key_and_never_sent() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let sends = "select (select count(*) from messages) as messages, (select count(*) from send_attempts) as attempts";
    let before = stage.db.json(sends).await;
    let first = ok(&stage, &note(&side, "k1", " Prefers *mornings*. "), &side.session).await;
    assert_eq!(
        (&first["kind"], &first["body"]),
        (&json!("note"), &json!("Prefers *mornings*."))
    );
    let again = stage
        .call(&note(&side, "k1", " Prefers *mornings*. "), &side.session)
        .await;
    assert_eq!((again.status.as_u16(), again.json()), (201, first.clone()));
    let reused = stage.call(&note(&side, "k1", "Another"), &side.session).await;
    assert_eq!(reused.problem(), (409, "idempotency-key-reused".to_owned()));
    assert_eq!(
        stage.call(&note(&side, "k2", " "), &side.session).await.status,
        400
    );
    assert_eq!(events(&stage, &side).await, [first]);
    assert_eq!(
        stage.db.json(sends).await,
        before,
        "no message, nothing in the ledger"
    );
    let reader = stage
        .member(&side.tenant, "reader", &["conversations:read"])
        .await;
    assert_eq!(stage.call(&note(&side, "k3", "Hi"), &reader).await.status, 403);
    let list = stage.call(&get(of(&side, "messages")), &side.session).await;
    assert!(!list.json().to_string().contains("mornings"));
}

#[tokio::test]
async fn search_finds_by_given_name_profile_name_and_phone_whatever_the_state() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let found = async |q: &str| -> usize {
        let answer: Answer = stage
            .call(&get(side.path(&format!("conversations?q={q}"))), &side.session)
            .await;
        answer.json()["items"].as_array().unwrap().len()
    };
    let contact = side.path(&format!("contacts/{}", side.id("con")));
    let change = |body: Value| Call {
        method: axum::http::Method::PATCH,
        ..post(contact.clone(), Payload::Json(body))
    };
    let body = json!({"given_name": "Countess", "attributes": {"city": "London", "tier": "gold"}});
    let view = ok(&stage, &change(body), &side.session).await;
    assert_eq!(
        (&view["name"], &view["profile_name"], &view["attributes"]),
        (
            &json!("Countess"),
            &json!("Ada"),
            &json!({"city": "London", "tier": "gold"})
        )
    );
    ok(
        &stage,
        &post(of(&side, "resolve"), Payload::Nothing),
        &side.session,
    )
    .await;
    for (q, count) in [
        ("count", 1),
        ("ad", 1),
        ("%2B1555010", 1),
        ("london", 0),
        ("zoe", 0),
    ] {
        assert_eq!(found(q).await, count, "{q}");
    }
    let view = ok(
        &stage,
        &change(json!({"given_name": null, "attributes": {"tier": null}})),
        &side.session,
    )
    .await;
    assert_eq!(
        (&view["name"], &view["attributes"]),
        (&json!("Ada"), &json!({"city": "London"}))
    );
    for bad in [
        json!({"given_name": " "}),
        json!({"attributes": {"": "x"}}),
        json!({"attributes": {"a": ""}}),
    ] {
        assert_eq!(stage.call(&change(bad), &side.session).await.status, 400);
    }
    let audit = "select details from audit_entries where action = 'contact.update' order by seq";
    let written = stage.db.json(audit).await.to_string();
    assert!(
        !written.contains("London") && written.contains("named"),
        "{written}"
    );
}
