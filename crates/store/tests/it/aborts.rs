//! Callers that hang up: futures dropped at any point leave no context, no open transaction and nothing written.

use std::future::Future;

use domain::{Clock, event::DomainEvent};
use futures::{StreamExt, future, stream};
use parlance_store::{TenantDb, TenantScope, TenantTx, conversations, outbox, page::PageRequest};
use rand::{Rng, SeedableRng, rngs::StdRng};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, PgPool, postgres::PgPoolOptions};
use tokio::task::yield_now;

use crate::session::Pair;

/// Callers at the same time: twice as many as connections.
const CALLERS: usize = 16;
/// Connections of the tenant pool in [`testkit::TestDb`].
const CONNECTIONS: usize = 8;

/// Goes on for some turns of the scheduler, then drops the future wherever it stands.
async fn hang_up<T>(work: impl Future<Output = T>, turns: u32) -> Option<T> {
    tokio::select! {
        biased;
        done = work => Some(done),
        () = async { for _ in 0..turns { yield_now().await } } => None,
    }
}

async fn write(db: &TenantDb, scope: &TenantScope, event: &DomainEvent, clock: &dyn Clock) {
    let mut tx = db.begin(scope).await.unwrap();
    outbox::push(&mut tx, clock.now(), std::slice::from_ref(event))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn hold_all(db: &TenantDb, scopes: [&TenantScope; 2]) -> Vec<TenantTx> {
    let begins = (0..CONNECTIONS).map(|n| db.begin(scopes[n % 2]));
    future::try_join_all(begins).await.unwrap()
}

#[tokio::test]
async fn ten_thousand_aborted_begins_leave_nothing() {
    let pair = Pair::new().await;
    let db = &pair.db;
    let event = DomainEvent::ConversationUpdated {
        conversation_id: pair.rows_a.conversation_id,
    };
    let mut rng = StdRng::seed_from_u64(11);
    let turns: Vec<u32> = (0..10_000).map(|_| rng.random_range(0..30)).collect();
    let begun = stream::iter(turns)
        .map(|turns| hang_up(db.tenant.begin(&pair.a.scope), turns))
        .buffer_unordered(CALLERS)
        .filter(|begun| future::ready(begun.is_some()))
        .count()
        .await;
    let turns: Vec<u32> = (0..2_000).map(|_| rng.random_range(0..60)).collect();
    let committed = stream::iter(turns)
        .map(|turns| hang_up(write(&db.tenant, &pair.a.scope, &event, &*db.clock), turns))
        .buffer_unordered(CALLERS)
        .filter(|done| future::ready(done.is_some()))
        .count()
        .await;
    assert!(
        begun < 9_000 && committed < 1_900,
        "{begun} begins and {committed} writes were not dropped"
    );

    let lookups = (0..4 * CONNECTIONS).map(|_| db.tenant.memberships(pair.b.user_id));
    for memberships in future::try_join_all(lookups).await.unwrap() {
        assert_eq!(
            memberships.len(),
            1,
            "a statement without context runs without one"
        );
    }

    let mark: time::OffsetDateTime = sqlx::query_scalar("select clock_timestamp()")
        .fetch_one(&db.superuser)
        .await
        .unwrap();
    let stored: i64 = outbox_rows(db).await;
    let mut held = hold_all(&db.tenant, [&pair.a.scope, &pair.b.scope]).await;
    let (open, stale): (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where xact_start < $1)
         from pg_stat_activity
         where datname = $2 and usename = 'parlance_tenant' and xact_start is not null",
    )
    .bind(mark)
    .bind(&db.name)
    .fetch_one(&db.superuser)
    .await
    .unwrap();
    assert_eq!((open, stale), (8, 0), "every open transaction was begun just now");
    for (n, tx) in held.iter_mut().enumerate() {
        let own = [pair.rows_a, pair.rows_b][n % 2].conversation_id;
        let page = conversations::page(tx, conversations::View::All, &PageRequest::default())
            .await
            .unwrap();
        assert_eq!(page.items.iter().map(|row| row.id).collect::<Vec<_>>(), [own]);
    }
    for tx in held {
        tx.commit().await.unwrap();
    }
    assert_eq!(
        outbox_rows(db).await,
        stored,
        "no commit carried a former caller's write"
    );
    let committed = i64::try_from(committed).unwrap();
    assert!(
        stored >= committed + 2,
        "{committed} commits were seen to end, {stored} rows are there"
    );
}

async fn outbox_rows(db: &testkit::TestDb) -> i64 {
    sqlx::query_scalar("select count(*) from outbox")
        .fetch_one(&db.superuser)
        .await
        .unwrap()
}

async fn visible(pool: &PgPool) -> i64 {
    sqlx::query_scalar("select count(*) from messages")
        .fetch_one(pool)
        .await
        .unwrap()
}

/// What the pool's own begin does when it is dropped: the reason why ours runs in a task.
#[tokio::test]
async fn the_drivers_begin_leaks_when_it_is_dropped() {
    let pair = Pair::new().await;
    let options = PgPoolOptions::new().max_connections(1).test_before_acquire(false);
    let pool = options
        .connect(pair.db.url("tenant").expose_secret())
        .await
        .unwrap();
    assert_eq!(visible(&pool).await, 0);
    let statement = format!("begin; set local app.tenant_id = '{}'", pair.a.tenant_id.uuid());
    for turns in (0..50).cycle().take(5_000) {
        drop(hang_up(pool.begin_with(AssertSqlSafe(statement.clone())), turns).await);
        if visible(&pool).await == 1 {
            return;
        }
    }
    panic!("no dropped begin let the next borrower read tenant A: begin may run without a task of its own");
}
