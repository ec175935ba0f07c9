//! Pace, fairness, order, and a clean end.

use std::time::{Duration, Instant};

use domain::status::MessageStatus;
use parlance_delivery::Config;
use store::delivery::AttemptState as S;

use crate::{
    provider::Step,
    stage::{Stage, quick},
};

/// The most arrivals in any second.
fn busiest_second(arrivals: &[Instant]) -> usize {
    let within = |from: &Instant, at: &Instant| at.duration_since(*from) < Duration::from_secs(1);
    let busy = |(i, from): (usize, &Instant)| arrivals[i..].iter().take_while(|at| within(from, at)).count();
    arrivals.iter().enumerate().map(busy).max().unwrap_or(0)
}

#[tokio::test]
async fn no_second_sees_more_calls_than_the_number_may_make() {
    const LIMIT: usize = 40;
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    stage
        .sql(&format!("update lanes set throughput_mps = {LIMIT}"))
        .await;
    for n in 0..100 {
        let conversation = stage.conversation(tenant, &format!("1555{n:04}")).await;
        stage.text(tenant, conversation).await;
    }
    let running = stage.start(quick());
    stage
        .until("half is sent", || async { stage.provider.calls().len() >= 50 })
        .await;
    running.stop().await;
    let next_owner = stage.start(quick());
    stage
        .until("all is sent", || async {
            stage.states().await.get(&S::Accepted) == Some(&100)
        })
        .await;
    next_owner.stop().await;
    let arrivals: Vec<_> = stage.provider.calls().iter().map(|call| call.at).collect();
    assert!(
        busiest_second(&arrivals) <= LIMIT,
        "{} calls in one second",
        busiest_second(&arrivals)
    );
    assert!(
        arrivals[99] - arrivals[0] < Duration::from_secs(10),
        "too slow to be at the limit"
    );

    let first = arrivals[0];
    let oversender: Vec<_> = arrivals.iter().map(|at| first + (*at - first) / 2).collect();
    assert!(
        busiest_second(&oversender) > LIMIT,
        "the measure must catch one who sends too fast"
    );
}

#[tokio::test]
async fn a_tenant_that_floods_a_provider_that_hangs_delays_nobody_else() {
    let stage = Stage::new(&["flood", "quiet"]).await;
    let [flood, quiet] = &stage.tenants[..] else {
        unreachable!()
    };
    stage.sql("update lanes set throughput_mps = 1000").await;
    for n in 0..100 {
        let conversation = stage.conversation(flood, &format!("1555{n:04}")).await;
        let message = stage.text(flood, conversation).await;
        stage.provider.script(message, [Step::AcceptWhenReleased]);
    }
    let running = stage.start(Config {
        open_max: 32,
        ..quick()
    });
    stage
        .until("the flood has what it can get", || async {
            stage.provider.calls().len() >= 16
        })
        .await;
    let conversation = stage.conversation(quiet, "15559999").await;
    let message = stage.text(quiet, conversation).await;
    running.wake(quiet);
    stage
        .until("the quiet one is served", || async {
            stage.status(quiet, message).await == MessageStatus::Accepted
        })
        .await;
    assert!(
        stage.states().await.contains_key(&S::Planned),
        "the flood must still be waiting, or this proves nothing"
    );
    stage.provider.release.add_permits(100);
    stage
        .until("the flood is served too", || async {
            stage.states().await.get(&S::Accepted) == Some(&101)
        })
        .await;
    running.stop().await;
}

#[tokio::test]
async fn messages_of_a_conversation_keep_their_order_even_behind_one_that_waits() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let mut sent = Vec::new();
    for _ in 0..8 {
        sent.push(stage.text(tenant, conversation).await);
    }
    stage.provider.script(sent[0], [Step::NotSent]);
    stage
        .provider
        .script(sent[3], [Step::Refuse(domain::ports::FaultClass::PairRate)]);
    let running = stage.start(quick());
    stage
        .until("all is accepted", || async {
            let states = stage.states().await;
            if !states.contains_key(&S::Claimed) {
                stage.db.clock.advance(time::Duration::seconds(1));
            }
            states.get(&S::Accepted) == Some(&8)
        })
        .await;
    running.stop().await;
    let mut arrived: Vec<_> = stage
        .provider
        .calls()
        .iter()
        .map(|call| call.message_id)
        .collect();
    arrived.dedup();
    assert_eq!(
        arrived, sent,
        "two were called twice in a row, none overtook another"
    );
}

#[tokio::test]
async fn a_stop_returns_what_was_not_called_and_frees_the_lanes_at_once() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    stage.sql("update lanes set throughput_mps = 10").await;
    for n in 0..30 {
        let conversation = stage.conversation(tenant, &format!("1555{n:04}")).await;
        stage.text(tenant, conversation).await;
    }
    let running = stage.start(quick());
    stage
        .until("some wait in memory", || async {
            stage.states().await.contains_key(&S::Claimed)
        })
        .await;
    running.stop().await;
    let states = stage.states().await;
    assert!(
        !states.contains_key(&S::Claimed) && !states.contains_key(&S::Unknown),
        "{states:?}"
    );
    let called = i64::try_from(stage.provider.calls().len()).unwrap();
    assert_eq!(states.get(&S::Accepted).copied().unwrap_or(0), called);
    assert_eq!(states.get(&S::Planned), Some(&(30 - called)));
    let held: i64 = sqlx::query_scalar("select count(*) from lanes where owner is not null")
        .fetch_one(&stage.db.superuser)
        .await
        .unwrap();
    assert_eq!(held, 0);
}

#[tokio::test]
async fn a_suspended_tenant_waits_and_a_resumed_one_goes_on() {
    let stage = Stage::new(&["acme", "other"]).await;
    let [acme, other] = &stage.tenants[..] else {
        unreachable!()
    };
    stage
        .sql("update tenants set state = 2 where slug = 'acme'")
        .await;
    let (a, b) = (
        stage.conversation(acme, "15550001").await,
        stage.conversation(other, "15550001").await,
    );
    let (waits, goes) = (stage.text(acme, a).await, stage.text(other, b).await);
    let running = stage.start(quick());
    stage.until_ledger(other, goes, &[S::Accepted]).await;
    assert_eq!(stage.ledger(acme, waits).await, [S::Planned]);
    stage
        .sql("update tenants set state = 1 where slug = 'acme'")
        .await;
    stage.until_ledger(acme, waits, &[S::Accepted]).await;
    running.stop().await;
    assert!(
        stage
            .provider
            .calls()
            .iter()
            .all(|call| call.token == call.number.replace("number", "token")),
        "each tenant with its own token"
    );
}
