//! A provider that is away stops one number for a while, visibly, and nobody else.

use bytes::Bytes;
use store::delivery::AttemptState as S;

use crate::{
    jobs::media,
    stage::{Stage, quick},
};

#[tokio::test]
async fn a_provider_that_is_away_is_probed_by_one_call_and_everything_arrives_once() {
    let stage = Stage::new(&["acme", "other"]).await;
    let [acme, other] = &stage.tenants[..] else {
        unreachable!()
    };
    // Five failures open it, the first probe fails too.
    stage
        .provider
        .down
        .lock()
        .unwrap()
        .insert("number-acme".into(), 6);
    let mut sent = Vec::new();
    for n in 0..6 {
        let conversation = stage.conversation(acme, &format!("1555000{n}")).await;
        sent.push(stage.text(acme, conversation).await);
    }
    let running = stage.start(quick());
    let calls = || {
        let calls = stage.provider.calls();
        calls.iter().filter(|call| call.number == "number-acme").count()
    };
    let lane = format!(
        "select coalesce(max(breaker), 0)::integer from lane_state where tenant_id = '{}' and next_try_at is not null",
        acme.tenant_id.uuid()
    );
    stage
        .until("it is open, and the lane says so", || async {
            stage.db.clock.advance(time::Duration::milliseconds(100));
            stage.one::<i32>(&lane).await > 0
        })
        .await;
    let conversation = stage.conversation(other, "15550001").await;
    let theirs = stage.text(other, conversation).await;
    running.wake(other);
    stage.until_ledger(other, theirs, &[S::Accepted]).await;
    stage
        .until("the provider is back and all is sent", || async {
            stage.db.clock.advance(time::Duration::seconds(1));
            stage.states().await.get(&S::Accepted) == Some(&7)
        })
        .await;
    stage
        .until("the lane says that it is closed", || async {
            stage
                .one::<i32>("select max(breaker)::integer from lane_state")
                .await
                == 0
        })
        .await;
    running.stop().await;
    assert_eq!(calls(), 12, "six failed, six arrived: waiting costs no try");
    for message in sent {
        assert_eq!(stage.provider.accepted(message), 1);
    }
}

#[tokio::test]
async fn uploads_that_fail_open_it_as_sends_do() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    stage
        .blobs
        .0
        .lock()
        .unwrap()
        .insert("picture".into(), Bytes::from_static(b"png"));
    stage
        .provider
        .down
        .lock()
        .unwrap()
        .insert("number-acme".into(), 1_000);
    let mut sent = Vec::new();
    for n in 0..6 {
        let picture = media(&stage, tenant, 1, None, None, Some("picture")).await;
        let conversation = stage.conversation(tenant, &format!("1555000{n}")).await;
        sent.push(stage.image(tenant, conversation, picture).await);
    }
    let running = stage.start(quick());
    stage
        .until("it is open", || async {
            stage.db.clock.advance(time::Duration::milliseconds(100));
            stage
                .one::<i64>("select count(*) from lane_state where breaker > 0")
                .await
                == 1
        })
        .await;
    assert!(stage.provider.calls().is_empty(), "no send was tried");
    stage.provider.down.lock().unwrap().clear();
    stage
        .until("the provider is back and all is sent", || async {
            stage.db.clock.advance(time::Duration::seconds(1));
            stage.states().await.get(&S::Accepted) == Some(&6)
        })
        .await;
    running.stop().await;
    for message in sent {
        assert_eq!(stage.provider.accepted(message), 1);
    }
}
