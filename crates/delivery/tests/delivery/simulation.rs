//! Random outcomes, runs of failures, pauses, crashes, hand-overs and cut database connections from a seed: whatever
//! happens, no message reaches the provider's "accepted" twice, no number goes too fast, and the ledger accounts for all.

use domain::{MessageId, ports::FaultClass, status::MessageStatus};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use store::delivery::AttemptState as S;
use testkit::TenantFixture;
use time::Duration;

use crate::{
    peer::{real_us, too_early},
    provider::Step,
    stage::{Stage, quick},
};

const MESSAGES: usize = 60;
/// Each begins with a new owner beside those that were left alive without their leases, and may end with a crash.
const ROUNDS: u32 = 6;
/// Calls a second of each number.
const LIMIT: u32 = 100;

fn steps(rng: &mut StdRng) -> Vec<Step> {
    let step = |rng: &mut StdRng| {
        let steps = [
            Step::Accept,
            Step::AcceptWhenReleased,
            Step::Refuse(FaultClass::RateLimited),
            Step::Refuse(FaultClass::PairRate),
            Step::Refuse(FaultClass::Invalid),
            Step::Refuse(FaultClass::Token),
            Step::Refuse(FaultClass::Payment),
            Step::NotSent,
            Step::LoseAnswer,
            Step::LoseRequest,
        ];
        steps.choose(rng).unwrap().clone()
    };
    (0..rng.random_range(0..4)).map(|_| step(rng)).collect()
}

#[allow(clippy::too_many_lines, reason = "one run told from its start to its end")]
async fn simulate(seed: u64) {
    let mut rng = StdRng::seed_from_u64(seed);
    let stage = Stage::new(&["one", "two", "three"]).await;
    stage
        .sql(&format!("update lanes set throughput_mps = {LIMIT}"))
        .await;
    let began = std::time::Instant::now();
    let messages = queued(&stage, &mut rng).await;
    let mut alive = Vec::new();
    for _ in 0..ROUNDS {
        let away = stage.tenants.choose(&mut rng).unwrap().provider_number_id.clone();
        let fails = rng.random_range(0..8);
        stage.provider.down.lock().unwrap().insert(away, fails);
        alive.push(stage.start(quick()));
        some_calls(&stage, &mut rng).await;
        match rng.random_range(0..5) {
            0..3 => {
                alive.swap_remove(rng.random_range(0..alive.len())).crash().await;
                stage.expire_leases().await;
            }
            3 => {
                stage.provider.release.add_permits(MESSAGES);
                alive.swap_remove(rng.random_range(0..alive.len())).stop().await;
            }
            _ => stage.expire_leases().await,
        }
    }
    stage.provider.release.add_permits(MESSAGES);
    for running in alive {
        running.stop().await;
    }
    let running = stage.start(quick());
    stage
        .until("nothing is planned or claimed any more", || async {
            stage.db.clock.advance(Duration::seconds(20));
            stage.resume_all().await;
            let states = stage.states().await;
            !states.contains_key(&S::Planned) && !states.contains_key(&S::Claimed)
        })
        .await;
    running.stop().await;
    for tenant in &stage.tenants {
        let calls = stage.provider.calls();
        let of_number = calls
            .into_iter()
            .filter(|call| call.number == tenant.provider_number_id);
        let at = real_us(&of_number.collect::<Vec<_>>(), began);
        assert_eq!(
            too_early(at, 1_000_000 / u64::from(LIMIT), LIMIT),
            0,
            "seed {seed}"
        );
    }
    for (tenant, message) in messages {
        check(&stage, seed, tenant, message).await;
    }
}

/// Messages in random conversations, each with what will happen to its calls.
async fn queued<'a>(stage: &'a Stage, rng: &mut StdRng) -> Vec<(&'a TenantFixture, MessageId)> {
    let mut conversations = Vec::new();
    for tenant in &stage.tenants {
        for n in 0..6 {
            conversations.push((tenant, stage.conversation(tenant, &format!("1555000{n}")).await));
        }
    }
    let mut messages = Vec::new();
    for _ in 0..MESSAGES {
        let (tenant, conversation) = *conversations.choose(rng).unwrap();
        let message = stage.text(tenant, conversation).await;
        stage.provider.script(message, steps(rng));
        messages.push((tenant, message));
    }
    messages
}

/// Lets time pass until some more calls were made, or for a moment.
async fn some_calls(stage: &Stage, rng: &mut StdRng) {
    let calls = stage.provider.calls().len() + rng.random_range(1..12);
    let made = tokio::time::timeout(std::time::Duration::from_millis(400), async {
        while stage.provider.calls().len() < calls {
            stage.db.clock.advance(Duration::milliseconds(500));
            stage
                .provider
                .release
                .add_permits(usize::from(rng.random_bool(0.3)));
            if rng.random_bool(0.05) {
                stage.cut_connections().await;
            }
            if rng.random_bool(0.1) {
                stage.resume_all().await;
            }
            tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        }
    });
    let _ = made.await;
}

async fn check(stage: &Stage, seed: u64, tenant: &TenantFixture, message: MessageId) {
    let (ledger, status) = (
        stage.ledger(tenant, message).await,
        stage.status(tenant, message).await,
    );
    let accepted = stage.provider.accepted(message);
    let context =
        format!("seed {seed}, {message}: ledger {ledger:?}, status {status:?}, accepted {accepted} times");
    assert!(accepted <= 1, "{context}");
    let (last, earlier) = ledger.split_last().unwrap();
    assert!(earlier.iter().all(|state| *state == S::NotSent), "{context}");
    let consistent = match last {
        S::Accepted => status == MessageStatus::Accepted && accepted == 1,
        S::Unknown | S::Expired => status == MessageStatus::Unknown,
        S::Rejected | S::NotSent => status == MessageStatus::Failed && accepted == 0,
        _ => false,
    };
    assert!(consistent, "{context}");
}

/// The measure must see a double: a row that was accepted is put back into the queue by hand.
#[tokio::test]
async fn a_deliberate_double_is_caught() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let message = stage.text(tenant, conversation).await;
    let running = stage.start(quick());
    stage.until_ledger(tenant, message, &[S::Accepted]).await;
    stage.sql("update messages set status = 10").await;
    stage.sql("update send_attempts set state = 0").await;
    stage.until_ledger(tenant, message, &[S::Accepted]).await;
    running.stop().await;
    assert_eq!(stage.provider.accepted(message), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_one_acceptance_whatever_happens() {
    for seed in 1..=4 {
        simulate(seed).await;
    }
}
