//! The live stream: nothing lost, nothing twice, nothing that the listener may not see.

mod listener;

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    provider::template,
    stage::{Call, Payload, Side, Stage, get, post},
};
use listener::Listener;

fn send(side: &Side, key: &str) -> Call {
    let content = json!({"type": "text", "body": "Hello"});
    let body = json!({"conversation_id": side.id("cnv"), "content": content});
    let mut call = post(side.path("messages"), Payload::Json(body));
    call.headers.push(("idempotency-key", key.to_owned()));
    call
}

async fn sent(stage: &Stage, side: &Side, key: &str) -> Value {
    let answer = stage.call(&send(side, key), &side.session).await;
    assert_eq!(answer.status, 202);
    answer.json()["message"]["id"].clone()
}

/// Every event of a tenant in the outbox's order.
async fn outbox(stage: &Stage, side: &Side) -> Vec<String> {
    let id = side.tenant.tenant_id.uuid();
    let rows = stage
        .db
        .json(&format!(
            "select xid::text || '-' || id as position from outbox where tenant_id = '{id}' order by xid, id"
        ))
        .await;
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| row["position"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_event_comes_after_its_commit_and_carries_no_words() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let response = stage.respond(&get(side.path("events")), &side.session).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    let mut listener = Listener::of(response.into_body());
    let ready = listener.expect("ready").await;
    assert_eq!(
        (ready.id, &ready.data["now"]),
        (None, &json!("2026-11-22T12:00:00Z"))
    );
    let message = sent(&stage, &side, "k1").await;
    let created = listener.expect("message.created").await;
    assert_eq!(
        created.data,
        json!({"type": "message.created", "conversation_id": side.id("cnv"), "message_id": message})
    );
    let updated = listener.expect("conversation.updated").await;
    assert_eq!(
        [created.id.unwrap(), updated.id.unwrap()].to_vec(),
        outbox(&stage, &side).await
    );
    stage.db.clock.advance(time::Duration::days(1));
    assert_eq!(
        listener.expect("clock").await.data,
        json!({"now": "2026-11-23T12:00:00Z"})
    );
}

#[tokio::test]
async fn a_listener_that_comes_back_misses_nothing_and_sees_nothing_twice() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let first = {
        let mut listener = Listener::open(&stage, &side, &side.session, None).await;
        listener.expect("ready").await;
        sent(&stage, &side, "k0").await;
        listener.next().await.unwrap().id.unwrap()
    };
    const SENDS: usize = 40;
    let writing = async {
        for index in 1..=SENDS {
            sent(&stage, &side, &format!("k{index}")).await;
        }
    };
    let reading = async {
        let mut seen = vec![first];
        while seen.len() < (SENDS + 1) * 2 {
            let last = seen.last().cloned();
            let mut listener = Listener::open(&stage, &side, &side.session, last.as_deref()).await;
            listener.expect("ready").await;
            for _ in 0..7.min((SENDS + 1) * 2 - seen.len()) {
                seen.push(listener.next().await.unwrap().id.unwrap());
            }
        }
        seen
    };
    let (seen, ()) = futures::future::join(reading, writing).await;
    assert_eq!(seen, outbox(&stage, &side).await);
}

#[tokio::test]
async fn an_unknown_place_resets_and_the_stream_goes_on() {
    let (stage, a, b) = Stage::two().await;
    sent(&stage, &a, "k0").await;
    for (round, last) in [
        "garbage",
        "12",
        "1-x",
        "-1--1",
        "99999999999999999999-1",
        "9000000000000-1",
    ]
    .into_iter()
    .enumerate()
    {
        let mut listener = Listener::open(&stage, &a, &a.session, Some(last)).await;
        listener.expect("ready").await;
        assert_eq!(listener.expect("reset").await.id, None, "{last}");
        let message = sent(&stage, &a, &format!("r{round}")).await;
        while listener.next().await.unwrap().data["message_id"] != message {}
    }
    sent(&stage, &b, "theirs").await;
    let theirs = outbox(&stage, &b).await;
    let mut listener = Listener::open(&stage, &a, &a.session, Some(&theirs[0])).await;
    listener.expect("ready").await;
    let message = sent(&stage, &a, "after").await;
    let event = listener.next().await.unwrap();
    assert!(
        event.name == "reset" || event.data["message_id"] == message,
        "{event:?}"
    );
    let removed = outbox(&stage, &a).await[0].clone();
    let mut listener = Listener::open(&stage, &a, &a.session, Some(&removed)).await;
    listener.expect("ready").await;
    assert_ne!(listener.next().await.unwrap().name, "reset", "it is there");
    stage
        .db
        .sql(&format!(
            "delete from outbox where xid::text || '-' || id = '{removed}'"
        ))
        .await;
    let mut listener = Listener::open(&stage, &a, &a.session, Some(&removed)).await;
    listener.expect("ready").await;
    assert_eq!(listener.next().await.unwrap().name, "reset", "retention took it");
    let query = get(format!(
        "{}?last_event_id={}",
        a.path("events"),
        outbox(&stage, &a).await[0]
    ));
    let mut listener = Listener::of(stage.respond(&query, &a.session).await.into_body());
    listener.expect("ready").await;
    assert_eq!(
        listener.next().await.unwrap().id.as_deref(),
        Some(outbox(&stage, &a).await[1].as_str())
    );
}

#[tokio::test]
async fn everybody_hears_what_they_may_see_and_nothing_of_another_tenant() {
    let (stage, a, b) = Stage::two().await;
    stage.provider.set_templates(vec![template("welcome")]);
    let roles = [
        ("numbers", vec!["numbers:read"]),
        ("templates", vec!["templates:read"]),
        ("conversations", vec!["conversations:read"]),
    ];
    let mut listeners = Vec::new();
    for (role, permissions) in roles {
        let session = stage.member(&a.tenant, role, &permissions).await;
        let mut listener = Listener::open(&stage, &a, &session, None).await;
        listener.expect("ready").await;
        listeners.push(listener);
    }
    for side in [&b, &a] {
        let sync = post(
            side.path(&format!("wabas/{}/templates/sync", side.id("wab"))),
            Payload::Nothing,
        );
        let resume = post(
            side.path(&format!("numbers/{}/resume", side.id("num"))),
            Payload::Nothing,
        );
        for call in [&send(side, "k"), &sync, &resume] {
            assert!(stage.call(call, &side.session).await.status.is_success());
        }
    }
    let number = listeners[0].expect("number.updated").await;
    assert_eq!(number.data["phone_number_id"], a.id("num"));
    for _ in 0..2 {
        let event = listeners[1].expect("template.updated").await;
        assert!(!b.ids.values().any(|id| event.data["template_id"] == json!(id)));
    }
    for name in ["message.created", "conversation.updated"] {
        assert_eq!(
            listeners[2].expect(name).await.data["conversation_id"],
            a.id("cnv")
        );
    }
    let again = post(
        a.path(&format!("numbers/{}/resume", a.id("num"))),
        Payload::Nothing,
    );
    stage.call(&again, &a.session).await;
    sent(&stage, &a, "k2").await;
    listeners[0].expect("number.updated").await;
    listeners[2].expect("message.created").await;
}

#[tokio::test]
async fn a_stream_ends_with_the_credential_behind_it() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let member = stage
        .member(&side.tenant, "member", &["conversations:read"])
        .await;
    let mut streams = Vec::new();
    for credential in [&side.session, &side.key, &member] {
        let mut listener = Listener::open(&stage, &side, credential, None).await;
        listener.expect("ready").await;
        streams.push(listener);
    }
    let keys = stage
        .call(&get(side.path("api-keys")), &side.session)
        .await
        .json();
    for key in keys["items"].as_array().unwrap() {
        let path = side.path(&format!("api-keys/{}", key["id"].as_str().unwrap()));
        let revoke = Call {
            method: Method::DELETE,
            ..get(path)
        };
        assert_eq!(stage.call(&revoke, &side.session).await.status, 204);
    }
    assert_eq!(
        stage
            .call(&post("/v1/sign-out", Payload::Nothing), &side.session)
            .await
            .status,
        204
    );
    stage
        .db
        .sql("update roles set permissions = '{numbers:read}' where name = 'member'")
        .await;
    let revoked = std::time::Instant::now();
    for mut listener in streams {
        assert_eq!(listener.next().await, None);
    }
    assert!(
        revoked.elapsed() < Duration::from_secs(1),
        "{:?}",
        revoked.elapsed()
    );
}

#[tokio::test]
async fn a_suspension_ends_the_streams_of_the_tenant_and_no_other() {
    let (stage, a, b) = Stage::two().await;
    let mut streams = Vec::new();
    for side in [&a, &b] {
        let mut listener = Listener::open(&stage, side, &side.session, None).await;
        listener.expect("ready").await;
        streams.push(listener);
    }
    stage
        .db
        .sql(&format!(
            "update tenants set state = 2 where id = '{}'",
            a.tenant.tenant_id.uuid()
        ))
        .await;
    let suspended = std::time::Instant::now();
    assert_eq!(streams[0].next().await, None);
    assert!(suspended.elapsed() < Duration::from_secs(1));
    sent(&stage, &b, "k1").await;
    streams[1].expect("message.created").await;
}

/// As many events of the tenant as asked, and the hub told of them.
async fn many(stage: &Stage, side: &Side, count: u32) {
    stage
        .db
        .sql(&format!(
            "insert into outbox (tenant_id, name, payload, created_at)
             select '{}', 'conversation.updated', jsonb_build_object('type', 'conversation.updated', 'conversation_id', '{}'), now()
             from generate_series(1, {count})",
            side.tenant.tenant_id.uuid(),
            side.id("cnv")
        ))
        .await;
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_and_loses_nothing() {
    const EVENTS: u32 = 3_000;
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let mut slow = Listener::open(&stage, &side, &side.session, None).await;
    slow.expect("ready").await;
    let mut quick = Listener::open(&stage, &side, &side.session, None).await;
    quick.expect("ready").await;
    sent(&stage, &side, "k0").await;
    let mut seen = vec![slow.next().await.unwrap().id.unwrap()];
    many(&stage, &side, EVENTS).await;
    let all = outbox(&stage, &side).await;
    // The quick one reads to the end, so the hub has told everything while the slow one slept.
    let mut heard = Vec::new();
    let mut last = None;
    while heard.len() < all.len() {
        match quick.next().await {
            Some(event) => {
                last = event.id.clone();
                heard.extend(event.id);
            }
            None => quick = Listener::open(&stage, &side, &side.session, last.as_deref()).await,
        }
    }
    assert_eq!(heard, all);
    while let Some(event) = slow.next().await {
        seen.extend(event.id);
    }
    assert!(seen.len() < all.len(), "it was cut");
    let mut back = Listener::open(&stage, &side, &side.session, seen.last().map(String::as_str)).await;
    back.expect("ready").await;
    while seen.len() < all.len() {
        seen.extend(back.next().await.unwrap().id);
    }
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_place_older_than_what_is_kept_resets() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let mut first = Listener::open(&stage, &side, &side.session, None).await;
    first.expect("ready").await;
    for key in ["k1", "k2"] {
        sent(&stage, &side, key).await;
        for _ in 0..2 {
            first.next().await.unwrap();
        }
    }
    let places = outbox(&stage, &side).await;
    let kept = Listener::open(&stage, &side, &side.session, Some(&places[0]));
    let mut kept = kept.await;
    kept.expect("ready").await;
    assert_eq!(kept.next().await.unwrap().id.as_ref(), Some(&places[1]));
    let (xid, id) = places[1].split_once('-').unwrap();
    stage
        .db
        .sql(&format!(
            "delete from outbox where (xid, id) <= ('{xid}'::xid8, {id})"
        ))
        .await;
    let mut old = Listener::open(&stage, &side, &side.session, Some(&places[0])).await;
    old.expect("ready").await;
    old.expect("reset").await;
    let mut young = Listener::open(&stage, &side, &side.session, Some(&places[2])).await;
    young.expect("ready").await;
    assert_eq!(young.next().await.unwrap().id.as_ref(), Some(&places[3]));
}
