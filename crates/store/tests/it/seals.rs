//! The audit logs' seals: one chain, whoever seals and however often they die, and no row that can change unseen.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use domain::Clock;
use futures::future;
use parlance_store::audit::{self, ChainReport, Entry};
use serde_json::json;
use testkit::{TenantFixture, TestDb};
use tokio::task::yield_now;

use crate::session::{Pair, Session};

/// Open transactions of other tests on the same server hold the horizon back for a while, never for this long.
const PATIENCE: Duration = Duration::from_secs(60);

struct Log {
    db: TestDb,
    a: TenantFixture,
    b: TenantFixture,
}

impl Log {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let app = db.app("https://graph.test").await;
        let a = db.tenant("tenant-a", &app).await;
        let b = db.tenant("tenant-b", &app).await;
        Self { db, a, b }
    }

    fn entry(&self, action: &'static str) -> Entry {
        Entry {
            id: self.db.ids.make(),
            at: self.db.clock.now(),
            action,
            target: None,
            details: json!({}),
        }
    }

    async fn write(&self, tenant: &TenantFixture) {
        let mut tx = self.db.tenant.begin(&tenant.scope).await.unwrap();
        audit::append(&mut tx, &tenant.scope, &self.entry("test"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn write_platform(&self) {
        let mut tx = self.db.platform.begin().await.unwrap();
        audit::append_platform(&mut tx, None, None, &self.entry("test"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    async fn verify(&self) -> Vec<ChainReport> {
        self.db.upkeep.verify_audit(None).await.unwrap().unwrap()
    }

    /// Seals until every entry of the three logs has its seal.
    async fn seal_all(&self) -> Vec<ChainReport> {
        let sql =
            "select (select count(*) from audit_entries) + (select count(*) from platform_audit_entries)";
        let written: i64 = sqlx::query_scalar(sql)
            .fetch_one(&self.db.superuser)
            .await
            .unwrap();
        let begun = Instant::now();
        loop {
            self.db.upkeep.seal_audit(self.db.clock.now()).await.unwrap();
            let reports = self.verify().await;
            if reports.iter().map(|report| report.entries).sum::<i64>() == written {
                return reports;
            }
            assert!(begun.elapsed() < PATIENCE, "not sealed: {reports:#?}");
            yield_now().await;
        }
    }

    fn first_break(reports: &[ChainReport]) -> Option<(String, String)> {
        let broken = reports.iter().find(|report| report.broken.is_some())?;
        Some((broken.chain.to_string(), broken.broken.clone().unwrap()))
    }
}

/// Three seals of tenant A with two entries each, one of B, one of the platform.
async fn sealed() -> Log {
    let log = Log::new().await;
    log.write(&log.b).await;
    log.write_platform().await;
    for _ in 0..3 {
        log.write(&log.a).await;
        log.write(&log.a).await;
        log.seal_all().await;
    }
    log
}

const OF_A: &str = "tenant_id = (select id from tenants where slug = 'tenant-a')";

#[tokio::test]
async fn whatever_a_superuser_changes_is_found_with_its_place() {
    let third = format!("(select id from audit_entries where {OF_A} order by seq offset 2 limit 1)");
    let tampered = [
        (format!("update audit_entries set details = '{{\"x\":1}}' where id = {third}"), "tenant tenant-a", "was changed"),
        (format!("update audit_entries set target = '' where id = {third}"), "tenant tenant-a", "was changed"),
        (format!("delete from audit_entries where id = {third}"), "tenant tenant-a", "entries, and "),
        (
            format!(
                "insert into audit_entries (tenant_id, id, xid, seq, at, actor_kind, action) overriding system value
                 select tenant_id, gen_random_uuid(), xid, seq, at, actor_kind, action from audit_entries where id = {third}"
            ),
            "tenant tenant-a",
            "entries, and ",
        ),
        (
            format!("insert into audit_entries (tenant_id, id, xid, seq, at, actor_kind, action) overriding system value
                 select tenant_id, gen_random_uuid(), '3', 0, at, actor_kind, action from audit_entries where id = {third}"),
            "tenant tenant-a",
            "seal 1 ",
        ),
        (format!("delete from audit_seals where {OF_A} and number = 2"), "tenant tenant-a", "seal 2 is missing"),
        (format!("update audit_seals set hash = '\\x00' where {OF_A} and number = 2"), "tenant tenant-a", "seal 2 "),
        (
            "delete from audit_seals where number = 1 and tenant_id = (select id from tenants where slug = 'tenant-b')".to_owned(),
            "tenant tenant-b",
            "stands under none",
        ),
        ("update platform_audit_entries set action = 'other'".to_owned(), "platform", "seal 1 "),
        ("delete from platform_audit_entries".to_owned(), "platform", "seal 1"),
    ];
    for (sql, chain, words) in tampered {
        let log = sealed().await;
        assert_eq!(Log::first_break(&log.verify().await), None, "before: {sql}");
        log.db.sql(&sql).await;
        let (broken, place) = Log::first_break(&log.verify().await).expect(&sql);
        assert_eq!(broken, chain, "{sql}: {place}");
        assert!(place.contains(words), "{sql}: {place}");
        let only = log
            .db
            .upkeep
            .verify_audit(Some("tenant-a"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(only.len(), 1);
    }
}

#[tokio::test]
async fn a_cut_off_end_shows_against_a_head_that_was_kept() {
    let log = sealed().await;
    let kept = log.verify().await;
    // As if nothing had been after the second batch: its entries and their seals, the newest of all.
    log.db
        .sql(&format!(
            "delete from audit_entries where {OF_A} and (xid, seq) > (select last_xid, last_seq from audit_seals where {OF_A} and number = 2);
             delete from audit_seals where {OF_A} and number > 2"
        ))
        .await;
    let now = log.verify().await;
    assert_eq!(Log::first_break(&now), None, "nothing is left that tells");
    assert_ne!(kept, now, "but the heads differ");
}

#[tokio::test]
async fn sealers_that_race_and_die_make_one_chain() {
    let log = Log::new().await;
    let writers = future::join_all((0..16).map(|n| {
        let log = &log;
        async move {
            for _ in 0..10 {
                log.write(if n % 2 == 0 { &log.a } else { &log.b }).await;
                log.write_platform().await;
            }
        }
    }));
    let sealer = |lives: usize| {
        let (db, now) = (log.db.upkeep.clone(), log.db.clock.now());
        async move {
            for life in 0..lives {
                let (db, patience) = (db.clone(), life % 40);
                let sealing = tokio::spawn(async move { db.seal_audit(now).await });
                for _ in 0..patience {
                    yield_now().await;
                }
                // Dropped wherever it stands, as by a kill; some had committed.
                sealing.abort();
                let _ = sealing.await;
            }
        }
    };
    future::join3(writers, sealer(120), sealer(120)).await;
    let (one, two) = future::join(log.seal_all(), log.db.upkeep.seal_audit(log.db.clock.now())).await;
    two.unwrap();
    assert_eq!(Log::first_break(&one), None);
    let counts: BTreeSet<_> = one.iter().map(|report| report.entries).collect();
    assert_eq!(counts, BTreeSet::from([80, 160]), "{one:#?}");
}

#[tokio::test]
async fn nobody_but_the_sealer_writes_seals_and_it_writes_nothing_else() {
    let pair = Pair::new().await;
    let (a, _) = pair.ids();
    for role in ["tenant", "ingest", "delivery", "events", "platform"] {
        let mut session = Session::open(&pair.db, role).await;
        for sql in [
            "insert into platform_audit_seals values (1, '', 0, '3', 0, now())".to_owned(),
            format!("insert into audit_seals values ('{a}', 2, '', 0, '3', 0, now())"),
            "delete from audit_seals".to_owned(),
        ] {
            let context = format!("set local app.tenant_id = '{a}'");
            let refused = session.attempt(&context, &sql).await.unwrap_err();
            assert!(refused.is_missing_privilege(), "{role}: {sql}: {refused:?}");
        }
    }
    let mut upkeep = Session::open(&pair.db, "upkeep").await;
    for sql in [
        "update audit_seals set hash = ''",
        "delete from audit_seals",
        "update audit_entries set details = ''",
        "delete from audit_entries",
        "insert into audit_entries (tenant_id, id, at, actor_kind, action) values (gen_random_uuid(), gen_random_uuid(), now(), 'x', 'x')",
        "delete from platform_audit_entries",
        "delete from retention_reports",
        "select body from raw_webhooks",
        "select payload from outbox",
    ] {
        let refused = upkeep.attempt("", sql).await.unwrap_err();
        assert!(refused.is_missing_privilege(), "{sql}: {refused:?}");
    }
}
