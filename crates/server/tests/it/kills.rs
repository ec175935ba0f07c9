//! What was answered 200 is never lost and never twice there, whoever is killed.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use testkit::Superuser;

use crate::installation::Installation;
use crate::load::{Broken, Load, check};
use crate::process::{eventually, signal};

/// Set to anything: twenty trials in place of three.
const LONG: &str = "PARLANCE_LONG";
/// Acknowledged bodies before the kill: at least and at most.
const BEFORE: std::ops::Range<usize> = 100..900;
/// Acknowledged bodies after the program is back.
const AFTER: usize = 100;

async fn stored(superuser: &Superuser) -> Vec<(String, String)> {
    let rows = superuser
        .rows("select tenant_id, provider_id from messages where provider_id like 'wamid.LOAD.%'")
        .await;
    let text = |row: &serde_json::Value, key| row[key].as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(row, "tenant_id"), text(row, "provider_id")))
        .collect()
}

/// Conversations whose counters say something else than their messages.
async fn miscounted(superuser: &Superuser) -> Vec<serde_json::Value> {
    superuser
        .rows(
            "select c.id, c.unread, count(m.id) as messages, max(m.thread_at) as newest, c.last_message_at
             from conversations c
             left join messages m on (m.tenant_id, m.conversation_id) = (c.tenant_id, c.id)
             group by c.tenant_id, c.id
             having c.unread <> count(m.id) or c.last_message_at is distinct from max(m.thread_at)",
        )
        .await
}

/// One trial; what was acknowledged in it.
async fn trial(it: &mut Installation, number: usize, random: &mut StdRng) -> Vec<(String, String)> {
    let load = Load::start(it, number);
    let moment = random.random_range(BEFORE);
    eventually("load before the kill", async || {
        (load.acked() >= moment).then_some(())
    })
    .await;
    let kills_process = number.is_multiple_of(2);
    if kills_process {
        it.kill();
        it.launch().await;
    } else {
        signal("KILL", it.postmaster().unwrap());
    }
    let at_kill = load.acked();
    eventually("load after the kill", async || {
        it.program().assert_runs();
        (load.acked() >= at_kill + AFTER).then_some(())
    })
    .await;
    let acked = load.finish().await;
    it.normalized().await;
    let victim = if kills_process {
        "the process"
    } else {
        "PostgreSQL"
    };
    println!(
        "trial {number}: killed {victim} after {moment} bodies, {} messages acknowledged",
        acked.len()
    );
    acked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_webhook_is_there_exactly_once_whoever_is_killed() {
    let trials = if std::env::var_os(LONG).is_some() { 20 } else { 3 };
    let mut it = Installation::start("kills").await;
    let superuser = it.superuser();
    let mut random = StdRng::seed_from_u64(20_261_122);
    let mut acked = Vec::new();
    for number in 0..trials {
        acked.extend(trial(&mut it, number, &mut random).await);
        assert_eq!(
            check(&acked, &stored(&superuser).await),
            Broken::default(),
            "trial {number}"
        );
        assert_eq!(
            miscounted(&superuser).await,
            Vec::<serde_json::Value>::new(),
            "trial {number}"
        );
    }
    let twice = superuser
        .rows("select provider_id from messages group by provider_id having count(*) > 1")
        .await;
    assert_eq!(twice, Vec::<serde_json::Value>::new());

    // The check must be able to fail: a lost message, one at the wrong tenant, one twice.
    let lost = acked[acked.len() / 2].1.clone();
    let gone = superuser
        .run(&format!("delete from messages where provider_id = '{lost}'"))
        .await;
    assert_eq!(gone, 1);
    let mut rows = stored(&superuser).await;
    let stray = acked
        .iter()
        .position(|(_, id)| *id != lost)
        .map(|index| acked[index].clone());
    let (tenant, stray) = stray.unwrap();
    let other = acked
        .iter()
        .find(|(owner, _)| *owner != tenant)
        .unwrap()
        .0
        .clone();
    rows.push((other, stray.clone()));
    let found = check(&acked, &rows);
    assert_eq!((found.missing, found.doubled), (vec![lost], vec![stray]));
    assert_eq!(miscounted(&superuser).await.len(), 1);
    it.stop().await;
}
