//! Retention by injected clocks: what is older goes with its report, and nothing that somebody still needs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{collections::BTreeMap, sync::Arc};

use domain::{Clock, clock::ManualClock};
use parlance_services::{
    PageRequest,
    platform::PlatformServices,
    upkeep::{Retention, Upkeep},
};
use serde_json::Value;
use testkit::TestDb;
use time::{Duration, OffsetDateTime};

struct Scene {
    db: TestDb,
    real: Arc<ManualClock>,
    upkeep: Upkeep,
}

async fn scene() -> Scene {
    let db = TestDb::new().await;
    let real = Arc::new(ManualClock::new(db.clock.now()));
    let upkeep = Upkeep {
        db: db.upkeep.clone(),
        clock: Arc::clone(&db.clock) as Arc<dyn Clock>,
        real_clock: Arc::clone(&real) as Arc<dyn Clock>,
        ids: db.ids.clone(),
        retention: Retention {
            raw_webhooks: Duration::days(7),
            webhook_outcomes: Duration::days(30),
            outbox: Duration::days(7),
            idempotency_keys: Duration::hours(48),
        },
    };
    Scene { db, real, upkeep }
}

impl Scene {
    async fn one(&self, query: &str) -> Value {
        self.db.json(query).await[0]["value"].clone()
    }

    /// Removed rows by rule, from the reports.
    async fn reports(&self) -> BTreeMap<String, i64> {
        let platform = PlatformServices {
            db: self.db.platform.clone(),
            vault: self.db.vault.clone(),
            clock: Arc::clone(&self.db.clock) as Arc<dyn Clock>,
            real_clock: Arc::clone(&self.real) as Arc<dyn Clock>,
            ids: self.db.ids.clone(),
            webhooks_url: String::new(),
        };
        let mut all = BTreeMap::new();
        let mut page = PageRequest {
            limit: Some(2),
            cursor: None,
        };
        loop {
            let found = platform.retention_reports(&page).await.unwrap();
            for report in found.items {
                *all.entry(report.rule).or_default() += report.removed;
            }
            page.cursor = found.next_cursor;
            if page.cursor.is_none() {
                return all;
            }
        }
    }

    /// Raw rows and outcomes of the days before today, three of each of two streams a day.
    async fn webhooks(&self, days: i64) {
        let app = self.db.app("https://graph.test").await;
        let today = self.db.clock.now().date();
        self.db
            .sql("insert into ingest_streams (stream) values (0), (1); insert into ingest_cursors (stream) values (0), (1)")
            .await;
        for ago in 0..=days {
            let day = today - Duration::days(ago);
            self.db
                .sql(&format!(
                    "select ensure_ingest_day('{day}');
                     insert into raw_webhooks (day, stream, seq, meta_app_id, received_at, body)
                       select '{day}', stream, seq, '{app}', '{day}', 'x' from generate_series(0, 1) stream, generate_series(1, 3) seq;
                     insert into webhook_outcomes (day, stream, seq, change_index, meta_app_id, field, outcome, received_at, processed_at)
                       select '{day}', 0, seq, 0, '{app}', 'messages', 1, '{day}', '{day}' from generate_series(1, 3) seq",
                    app = app.meta_app_id.uuid()
                ))
                .await;
        }
    }

    async fn days(&self, table: &str) -> i64 {
        self.one(&format!(
            "select count(*) as value from pg_inherits where inhparent = '{table}'::regclass"
        ))
        .await
        .as_i64()
        .unwrap()
    }
}

#[tokio::test]
async fn days_go_when_they_are_old_and_every_cursor_has_passed_them() {
    let scene = scene().await;
    scene.webhooks(40).await;
    let today = scene.db.clock.now().date();
    let ninth = today - Duration::days(9);
    scene
        .db
        .sql(&format!(
            "update ingest_cursors set day = '{today}', seq = 3;
             update ingest_cursors set day = '{ninth}', seq = 2 where stream = 1"
        ))
        .await;
    assert_eq!(scene.days("raw_webhooks").await, 41);
    scene.upkeep.retain_now().await.unwrap();
    assert_eq!(
        scene.one("select min(day) as value from raw_webhooks").await,
        ninth.to_string(),
        "one row of the ninth day is still to be normalized"
    );
    assert_eq!(scene.reports().await["raw_webhooks"], 31 * 6);
    assert_eq!(scene.days("webhook_outcomes").await, 31, "30 days and today");
    assert_eq!(scene.reports().await["webhook_outcomes"], 10 * 3);

    scene
        .db
        .sql("update ingest_cursors set seq = 3 where stream = 1")
        .await;
    scene.upkeep.retain_now().await.unwrap();
    assert_eq!(
        scene.days("raw_webhooks").await,
        9,
        "the eighth day's rows of stream 1 hold the rest"
    );
    scene
        .db
        .sql(&format!("update ingest_cursors set day = '{today}', seq = 0"))
        .await;
    scene.upkeep.retain_now().await.unwrap();
    assert_eq!(scene.days("raw_webhooks").await, 8, "seven days and today");
    assert_eq!(scene.reports().await["raw_webhooks"], 33 * 6);
    scene.upkeep.retain_now().await.unwrap();
    assert_eq!(
        scene.reports().await["raw_webhooks"],
        33 * 6,
        "nothing happens twice"
    );
    let raw = scene.one("select count(*) as value from raw_webhooks").await;
    assert_eq!(raw, 8 * 6, "what is younger is whole");
}

#[tokio::test]
async fn a_stream_without_a_cursor_holds_its_days() {
    let scene = scene().await;
    scene.webhooks(10).await;
    scene.db.sql("delete from ingest_cursors").await;
    scene.upkeep.retain_now().await.unwrap();
    assert_eq!(scene.days("raw_webhooks").await, 11);
}

/// Rows of a tenant in every table that is emptied by age: some old, one young.
async fn rows_of_every_age(scene: &Scene) {
    let (db, now) = (&scene.db, scene.db.clock.now());
    let app = db.app("https://graph.test").await;
    let tenant = db.tenant("tenant-a", &app).await;
    db.rows(&tenant, "words").await;
    let ago = |span: Duration| -> OffsetDateTime { now - span };
    let id = tenant.tenant_id.uuid();
    db.sql(&format!(
        "delete from outbox; delete from idempotency_keys; delete from jobs; delete from parked_statuses;
         insert into parked_statuses (tenant_id, phone_number_id, provider_id, status, at, parked_at, look_at)
           select '{id}', '{number}', 'wamid.' || age, 50, now(), age, age
           from unnest(array['{months}', '{old}']::timestamptz[]) age;
         insert into outbox (tenant_id, name, payload, created_at)
           select '{id}', 'conversation.updated', '{{}}', '{old}'::timestamptz from generate_series(1, 12000);
         insert into outbox (tenant_id, name, payload, created_at) values ('{id}', 'conversation.updated', '{{}}', '{young}');
         insert into idempotency_keys (tenant_id, scope, key, request_hash, created_at)
           values ('{id}', 's', 'old', '', '{two_days}'), ('{id}', 's', 'young', '', '{young}');
         insert into sessions (token_hash, id, user_id, created_at, expires_at, revoked_at) values
           ('a', gen_random_uuid(), '{user}', '{old}', '{two_days}', null),
           ('b', gen_random_uuid(), '{user}', '{old}', '{later}', '{two_days}'),
           ('c', gen_random_uuid(), '{user}', '{old}', '{later}', null);
         insert into mails (tenant_id, id, subject_id, created_at) values ('{id}', gen_random_uuid(), gen_random_uuid(), '{months}');
         insert into invitations (tenant_id, id, email_key, email, role_id, token_hash, created_at, expires_at)
           values ('{id}', gen_random_uuid(), 'old', 'old', '{role}', 'old', '{months}', '{months}');
         insert into password_resets values ('old', '{user}', '{months}', '{two_days}'), ('young', '{user}', '{hour}', '{hour}');
         insert into sign_in_throttles values (1, 'a', '{hour}', 3), (1, 'b', '{now}', 3);
         insert into jobs (tenant_id, id, kind, subject_id, run_at, dead) values
           ('{id}', gen_random_uuid(), 'mark_read', gen_random_uuid(), '{months}', true),
           ('{id}', gen_random_uuid(), 'mark_read', gen_random_uuid(), '{months}', false)",
        old = ago(Duration::days(8)),
        young = ago(Duration::hours(1)),
        two_days = ago(Duration::hours(49)),
        hour = ago(Duration::hours(1)),
        months = ago(Duration::days(60)),
        later = now + Duration::days(3),
        user = tenant.user_id.uuid(),
        role = tenant.role_id.uuid(),
        number = tenant.phone_number_id.uuid(),
    ))
    .await;
}

#[tokio::test]
async fn rows_go_by_age_and_the_young_ones_stay() {
    let scene = scene().await;
    rows_of_every_age(&scene).await;
    scene.upkeep.retain_now().await.unwrap();
    let expected = [
        ("dead_jobs", 1),
        ("idempotency_keys", 1),
        ("invitations", 1),
        ("mails", 1),
        ("outbox", 12_000),
        ("password_resets", 1),
        ("parked_statuses", 1),
        ("sessions", 2),
        ("sign_in_throttles", 1),
    ];
    let expected: BTreeMap<_, _> = expected
        .into_iter()
        .map(|(rule, count)| (rule.to_owned(), count))
        .collect();
    assert_eq!(scene.reports().await, expected);
    for table in [
        "outbox",
        "idempotency_keys",
        "parked_statuses",
        "sessions",
        "sign_in_throttles",
        "jobs",
        "invitations",
        "mails",
        "password_resets",
    ] {
        let left = scene.one(&format!("select count(*) as value from {table}")).await;
        assert_eq!(left, 1, "{table}");
    }
    let reports = scene.one("select count(*) as value from retention_reports").await;
    assert_eq!(reports, 9, "portions of one rule add up in one report");

    scene.db.clock.advance(Duration::days(30));
    scene.upkeep.retain_now().await.unwrap();
    let sessions = scene.one("select count(*) as value from sessions").await;
    assert_eq!(sessions, 1, "sessions go by real time");
    scene.real.advance(Duration::days(30));
    scene.upkeep.retain_now().await.unwrap();
    assert_eq!(scene.one("select count(*) as value from sessions").await, 0);
}
