//! One key, one effect: whoever comes second waits, then answers what the first one answered.

use domain::{Clock, event::DomainEvent};
use futures::future;
use parlance_store::{
    idempotency::{self, Claim},
    outbox,
};
use testkit::{TenantFixture, TestDb};

use crate::session::Pair;

const SCOPE: &str = "messages.send";

async fn claim(pair: &Pair, tenant: &TenantFixture, key: &str, hash: &[u8]) -> Claim {
    let mut tx = pair.db.tenant.begin(&tenant.scope).await.unwrap();
    let claim = idempotency::claim(&mut tx, SCOPE, key, hash, pair.db.clock.now())
        .await
        .unwrap();
    if claim == Claim::New {
        let event = DomainEvent::ConversationUpdated {
            conversation_id: pair.rows_a.conversation_id,
        };
        outbox::push(&mut tx, pair.db.clock.now(), &[event])
            .await
            .unwrap();
        idempotency::complete(&mut tx, SCOPE, key, "the first answer")
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
    claim
}

async fn effects(db: &TestDb, tenant: &TenantFixture) -> i64 {
    let sql = "select count(*) from outbox where tenant_id = $1";
    sqlx::query_scalar(sql)
        .bind(tenant.tenant_id.uuid())
        .fetch_one(&db.superuser)
        .await
        .unwrap()
}

#[tokio::test]
async fn callers_with_the_same_key_have_one_effect_and_one_answer() {
    let pair = Pair::new().await;
    let before = effects(&pair.db, &pair.a).await;
    let claims = future::join_all((0..24).map(|_| claim(&pair, &pair.a, "k", b"request"))).await;
    let (new, repeats): (Vec<_>, Vec<_>) = claims.into_iter().partition(|claim| *claim == Claim::New);
    assert_eq!(new.len(), 1);
    assert!(
        repeats
            .iter()
            .all(|claim| *claim == Claim::Replay("the first answer".to_owned())),
        "{repeats:?}"
    );
    assert_eq!(effects(&pair.db, &pair.a).await, before + 1);

    assert_eq!(
        claim(&pair, &pair.a, "k", b"another request").await,
        Claim::Reused
    );
    assert_eq!(
        claim(&pair, &pair.b, "k", b"request").await,
        Claim::New,
        "another tenant's key is another key"
    );
}

/// The second caller waits inside its claim until the first one's transaction ends.
#[tokio::test]
async fn a_waiting_caller_replays_after_a_commit_and_goes_ahead_after_a_rollback() {
    let pair = Pair::new().await;
    for commits in [true, false] {
        let key = format!("waits-{commits}");
        let now = pair.db.clock.now();
        let mut first = pair.db.tenant.begin(&pair.a.scope).await.unwrap();
        assert_eq!(
            idempotency::claim(&mut first, SCOPE, &key, b"r", now)
                .await
                .unwrap(),
            Claim::New
        );
        idempotency::complete(&mut first, SCOPE, &key, "held")
            .await
            .unwrap();
        let second = claim(&pair, &pair.a, &key, b"r");
        let end = async {
            blocked(&pair.db).await;
            if commits {
                first.commit().await.unwrap();
            } else {
                drop(first);
            }
        };
        let (second, ()) = future::join(second, end).await;
        let expected = if commits {
            Claim::Replay("held".to_owned())
        } else {
            Claim::New
        };
        assert_eq!(second, expected);
    }
}

/// Returns once a statement of this database waits for another transaction.
async fn blocked(db: &TestDb) {
    let sql = "select exists (select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock')";
    loop {
        let waits: bool = sqlx::query_scalar(sql)
            .bind(&db.name)
            .fetch_one(&db.superuser)
            .await
            .unwrap();
        if waits {
            return;
        }
        tokio::task::yield_now().await;
    }
}
