//! A rolling restart: the next process takes over while messages come in.

use std::time::{Duration, Instant};

use store::delivery::{AttemptOutcome, AttemptResult, AttemptState as S, Claimed, LaneKey, Want, record};
use testkit::TenantFixture;

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

/// A lane of its own for whoever asks.
async fn claim(stage: &Stage, tenant: &TenantFixture) -> (i64, Claimed) {
    stage.expire_leases().await;
    let owner = stage.db.ids.uuid();
    let (db, lease) = (&stage.db, Duration::from_secs(60));
    let lanes = db
        .delivery
        .adopt_lanes(&db.tenant, owner, lease, 1, &[])
        .await
        .unwrap();
    let epoch = lanes[0].epoch;
    let lane = LaneKey {
        tenant_id: tenant.tenant_id,
        phone_number_id: tenant.phone_number_id,
    };
    let want = Want { lane, epoch, rows: 1 };
    let now = domain::Clock::now(&*db.clock);
    let claimed = db.delivery.claim_attempts(owner, now, &[want]).await.unwrap();
    (epoch, claimed[0])
}

async fn told(stage: &Stage, tenant: &TenantFixture, epoch: i64, row: Claimed, outcome: AttemptOutcome) {
    let result = AttemptResult {
        attempt_id: row.attempt_id,
        message_id: row.message_id,
        phone_number_id: tenant.phone_number_id,
        epoch,
        attempt: row.attempt,
        priority: row.priority,
        at: domain::Clock::now(&*stage.db.clock),
        outcome,
    };
    let mut tx = stage.db.tenant.begin(&tenant.scope).await.unwrap();
    record(&mut tx, &[result]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_a_former_owner_says_again_does_not_undo_the_claim_of_the_next() {
    let stage = Stage::new(&["one"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let message = stage.text(tenant, conversation).await;
    let deferred = || AttemptOutcome::Deferred { until: None };
    let accepted = || AttemptOutcome::Accepted {
        provider_id: "wamid.1".into(),
        held: false,
    };

    let (former, row) = claim(&stage, tenant).await;
    told(&stage, tenant, former, row, deferred()).await;
    assert_eq!(
        stage.ledger(tenant, message).await,
        [S::Planned],
        "it goes back into the queue"
    );
    let (next, row) = claim(&stage, tenant).await;
    told(&stage, tenant, former, row, deferred()).await;
    assert_eq!(
        stage.ledger(tenant, message).await,
        [S::Claimed],
        "the former owner's repeat changes nothing"
    );
    told(&stage, tenant, next, row, deferred()).await;
    told(&stage, tenant, former, row, accepted()).await;
    assert_eq!(
        stage.ledger(tenant, message).await,
        [S::Accepted],
        "an acceptance takes it out of the queue, whoever tells it"
    );
}
