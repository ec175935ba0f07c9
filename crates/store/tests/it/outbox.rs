//! The outbox loses nothing, whatever the order in which its writers commit.

use std::{collections::BTreeSet, time::Duration};

use domain::{Clock, ConversationId, event::DomainEvent};
use futures::future;
use parlance_store::{
    TenantTx,
    outbox::{self, Position, Stored, Tail},
};
use proptest::{
    collection,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use testkit::{TenantFixture, TestDb};
use tokio::{task::yield_now, time::timeout};

/// Any open transaction of the cluster, another test's too, may hold a read back for a while, never for this long.
const PATIENCE: Duration = Duration::from_secs(60);

async fn database() -> (TestDb, TenantFixture, TenantFixture) {
    let db = TestDb::new().await;
    let app = db.app("https://graph.test").await;
    let a = db.tenant("tenant-a", &app).await;
    let b = db.tenant("tenant-b", &app).await;
    (db, a, b)
}

fn event(id: ConversationId) -> DomainEvent {
    DomainEvent::ConversationUpdated { conversation_id: id }
}

fn id_of(stored: &Stored) -> ConversationId {
    match stored.event {
        DomainEvent::ConversationUpdated { conversation_id } => conversation_id,
        ref other => panic!("nobody wrote {other:?}"),
    }
}

/// Writes one event and returns the id by which it is known again.
async fn push(db: &TestDb, tx: &mut TenantTx) -> ConversationId {
    let id = db.ids.make();
    outbox::push(tx, db.clock.now(), &[event(id)]).await.unwrap();
    id
}

/// A tailer, as the live stream's.
#[derive(Default)]
struct Reader {
    cursor: Position,
    seen: Vec<ConversationId>,
}

impl Reader {
    async fn read(&mut self, db: &TestDb) {
        let tail = db.events.outbox_after(self.cursor).await.unwrap();
        self.take(&tail);
    }

    fn take(&mut self, tail: &Tail) {
        for stored in &tail.events {
            assert!(
                stored.position > self.cursor,
                "{} after {}",
                stored.position,
                self.cursor
            );
            self.cursor = stored.position;
            self.seen.push(id_of(stored));
        }
    }

    /// Reads until an event that is written now: whatever was committed before it has been seen then, or is lost.
    async fn read_to_end(&mut self, db: &TestDb, tenant: &TenantFixture) {
        let mut tx = db.tenant.begin(&tenant.scope).await.unwrap();
        let last = push(db, &mut tx).await;
        tx.commit().await.unwrap();
        let reading = async {
            while self.seen.last() != Some(&last) {
                self.read(db).await;
                yield_now().await;
            }
        };
        assert!(
            timeout(PATIENCE, reading).await.is_ok(),
            "the last event was not read; the one before: {:?}",
            self.seen.last()
        );
        self.seen.pop();
    }
}

#[tokio::test]
async fn two_interleaved_commits_lose_no_event() {
    let (db, a, b) = database().await;
    let mut early = db.tenant.begin(&a.scope).await.unwrap();
    let first = push(&db, &mut early).await;
    let mut late = db.tenant.begin(&b.scope).await.unwrap();
    let second = push(&db, &mut late).await;
    late.commit().await.unwrap();

    let mut reader = Reader::default();
    reader.read(&db).await;
    assert_eq!(
        reader.seen,
        [],
        "what was committed behind an open transaction waits for it"
    );
    let naive = identities(&db).await;
    assert_eq!(naive.len(), 1, "a cursor over the identity alone goes on at once");

    early.commit().await.unwrap();
    assert!(
        identities(&db).await[0] < naive[0],
        "and never sees the earlier event"
    );
    reader.read_to_end(&db, &b).await;
    assert_eq!(reader.seen, [first, second]);

    let mut tx = db.tenant.begin(&a.scope).await.unwrap();
    let own = outbox::after(&mut tx, Position::default()).await.unwrap();
    assert_eq!(
        own.events.iter().map(id_of).collect::<Vec<_>>(),
        [first],
        "a live stream catches up on its tenant only"
    );
}

async fn identities(db: &TestDb) -> Vec<i64> {
    sqlx::query_scalar("select id from outbox order by id")
        .fetch_all(&db.superuser)
        .await
        .unwrap()
}

async fn writer(db: &TestDb, tenant: &TenantFixture, seed: u64) -> Vec<ConversationId> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut committed = Vec::new();
    for _ in 0..40 {
        let mut tx = db.tenant.begin(&tenant.scope).await.unwrap();
        let mut written = Vec::new();
        for _ in 0..rng.random_range(1..4) {
            written.push(push(db, &mut tx).await);
            for _ in 0..rng.random_range(0..20) {
                yield_now().await;
            }
        }
        if rng.random_ratio(7, 8) {
            tx.commit().await.unwrap();
            committed.extend(written);
        }
    }
    committed
}

#[tokio::test]
async fn a_tailer_behind_sixteen_writers_sees_each_event_once_and_in_order() {
    let (db, a, b) = database().await;
    let writers = future::join_all((0..16).map(|n| writer(&db, if n % 2 == 0 { &a } else { &b }, n)));
    let mut reader = Reader::default();
    let mut writers = std::pin::pin!(writers);
    let written = loop {
        tokio::select! {
            written = &mut writers => break written,
            () = reader.read(&db) => {}
        }
    };
    let during = reader.seen.len();
    let written: BTreeSet<_> = written.into_iter().flatten().collect();
    reader.read_to_end(&db, &a).await;
    assert_eq!(reader.seen.iter().copied().collect::<BTreeSet<_>>(), written);
    assert_eq!(reader.seen.len(), written.len(), "each once");
    assert!(
        written.len() > 1_000,
        "{} events, {during} of them read while others were written",
        written.len()
    );
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Write(usize),
    Commit(usize),
    RollBack(usize),
    Read,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let slot = 0..4_usize;
    let step = prop_oneof![
        4 => slot.clone().prop_map(Step::Write),
        3 => slot.clone().prop_map(Step::Commit),
        1 => slot.prop_map(Step::RollBack),
        3 => Just(Step::Read),
    ];
    collection::vec(step, 1..30)
}

/// Runs the steps over four transactions at once, then compares what was read with what was committed.
async fn interleave(db: &TestDb, tenants: [&TenantFixture; 2], reader: &mut Reader, steps: Vec<Step>) {
    let mut open: [Option<(TenantTx, Vec<ConversationId>)>; 4] = Default::default();
    let mut committed = BTreeSet::new();
    reader.seen.clear();
    for step in steps {
        match step {
            Step::Write(slot) => {
                if open[slot].is_none() {
                    let tx = db.tenant.begin(&tenants[slot % 2].scope).await.unwrap();
                    open[slot] = Some((tx, Vec::new()));
                }
                if let Some((tx, written)) = &mut open[slot] {
                    written.push(push(db, tx).await);
                }
            }
            Step::Commit(slot) => {
                if let Some((tx, written)) = open[slot].take() {
                    tx.commit().await.unwrap();
                    committed.extend(written);
                }
            }
            Step::RollBack(slot) => drop(open[slot].take()),
            Step::Read => reader.read(db).await,
        }
    }
    drop(open);
    reader.read_to_end(db, tenants[0]).await;
    assert_eq!(reader.seen.iter().copied().collect::<BTreeSet<_>>(), committed);
    assert_eq!(reader.seen.len(), committed.len(), "each once");
}

#[test]
fn any_interleaving_delivers_what_was_committed_once_and_in_order() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (db, a, b) = runtime.block_on(database());
    let config = Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let reader = std::cell::RefCell::new(Reader::default());
    runner
        .run(&steps(), |steps| {
            runtime.block_on(interleave(&db, [&a, &b], &mut reader.borrow_mut(), steps));
            Ok(())
        })
        .unwrap();
}
