//! A rolling restart: the next process takes over while messages come in.

use std::time::{Duration, Instant};

use store::delivery::AttemptState as S;

use crate::{
    peer::{real_us, too_early},
    stage::{Stage, quick},
};

const MESSAGES: usize = 60;
const LIMIT: u32 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_message_is_late_by_more_than_a_second_and_none_goes_twice() {
    let stage = Stage::new(&["one", "two"]).await;
    stage
        .sql(&format!("update lanes set throughput_mps = {LIMIT}"))
        .await;
    let mut conversations = Vec::new();
    for tenant in &stage.tenants {
        for n in 0..10 {
            conversations.push((tenant, stage.conversation(tenant, &format!("1555000{n}")).await));
        }
    }
    let began = Instant::now();
    let former = stage.start(quick());
    let mut sent = Vec::new();
    let (mut former, mut next) = (Some(former), None);
    let mut stopping = None;
    for n in 0..MESSAGES {
        let (tenant, conversation) = conversations[n % conversations.len()];
        let message = stage.text(tenant, conversation).await;
        sent.push((message, Instant::now()));
        for running in former.iter().chain(next.iter()) {
            running.wake(tenant);
        }
        if n == MESSAGES / 4 {
            next = Some(stage.start(quick()));
        }
        if n == MESSAGES / 2 {
            stopping = former.take().map(|running| tokio::spawn(running.stop()));
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stage
        .until("all is sent", || async {
            stage.states().await.get(&S::Accepted) == i64::try_from(MESSAGES).ok().as_ref()
        })
        .await;
    stopping.unwrap().await.unwrap();
    next.unwrap().stop().await;
    let calls = stage.provider.calls();
    assert_eq!(calls.len(), MESSAGES, "each was called once");
    for (message, queued_at) in sent {
        let call = calls.iter().find(|call| call.message_id == message).unwrap();
        let late = call.at.saturating_duration_since(queued_at);
        assert!(late < Duration::from_secs(1), "{message} was late by {late:?}");
    }
    for tenant in &stage.tenants {
        let of_number: Vec<_> = calls
            .iter()
            .filter(|call| call.number == tenant.provider_number_id)
            .cloned()
            .collect();
        let at = real_us(&of_number, began);
        assert_eq!(too_early(at, 1_000_000 / u64::from(LIMIT), LIMIT), 0);
    }
}
