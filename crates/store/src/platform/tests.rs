use std::sync::Arc;

use domain::{DataKeyId, MetaAppId, crypto::Sealed};
use sqlx::Row;
use testkit::{TestDb, TestKeys};
use time::{Duration, OffsetDateTime, macros::datetime};

use super::*;
use crate::{IngestDb, PlatformDb, page::PageRequest, vault};

const AT: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

/// This crate's own pool type on the test's database.
async fn platform(db: &TestDb) -> PlatformDb {
    PlatformDb::connect(&db.url("platform"), 2).await.unwrap()
}

#[tokio::test]
async fn the_platform_role_reads_no_words_and_no_credentials() {
    let db = TestDb::new().await;
    let platform = platform(&db).await;
    for forbidden in [
        "select secret_sealed from meta_app_secrets",
        "select * from meta_app_secrets",
        "select hash from user_passwords",
        "select credential_sealed from provider_accounts",
        "select content from messages",
        "select * from messages",
        "select preview from conversations",
        "select body from raw_webhooks",
        "select payload from outbox",
        "select token_hash from sessions",
        "select token_hash from api_keys",
        "select wrapped from data_keys",
        "select * from contacts",
        "update tenants set slug = 'taken'",
        "delete from platform_audit_entries",
        "update platform_audit_entries set details = ''",
        "delete from tenants",
    ] {
        let refused = sqlx::query(forbidden).fetch_all(&platform.0).await.unwrap_err();
        let code = refused.as_database_error().unwrap().code().unwrap().into_owned();
        assert_eq!(code, "42501", "{forbidden}: {refused}");
    }
    sqlx::query("select secret_sealed from meta_app_secrets")
        .fetch_all(&db.superuser)
        .await
        .unwrap();
}

#[tokio::test]
async fn an_app_secret_goes_in_sealed_and_opens_for_the_gateway_only() {
    let db = TestDb::new().await;
    let app = db.app("http://graph.test").await;
    let platform = platform(&db).await;
    let vault = vault::Vault::new(Arc::new(TestKeys), db.ids.clone());
    let secret = "0123456789abcdef-second";
    let mut tx = platform.begin().await.unwrap();
    let sealed = vault
        .seal_installation(&mut tx, vault::META_APP_SECRET, AT, secret.as_bytes())
        .await
        .unwrap();
    let row = NewMetaAppSecret {
        id: db.ids.uuid(),
        meta_app_id: app.meta_app_id,
        sealed: &sealed,
        hint: "cond",
    };
    tx.insert_meta_app_secret(&row, AT).await.unwrap();
    tx.commit().await.unwrap();

    let hints: Vec<String> = platform
        .meta_app(app.meta_app_id)
        .await
        .unwrap()
        .unwrap()
        .secrets
        .into_iter()
        .map(|s| s.hint)
        .collect();
    assert_eq!(hints, ["....", "cond"]);
    let ingest = IngestDb::connect(&db.url("ingest"), 1).await.unwrap();
    let stored = sqlx::query("select secret_sealed, key_id from meta_app_secrets where id = $1")
        .bind(row.id)
        .fetch_one(&ingest.0)
        .await
        .unwrap();
    let bytes: Vec<u8> = stored.get(0);
    assert!(
        !bytes
            .windows(8)
            .any(|window| secret.as_bytes().windows(8).any(|part| part == window))
    );
    let sealed = Sealed {
        key_id: DataKeyId::new(stored.get(1)),
        bytes,
    };
    let opened = vault
        .open_installation(&ingest, vault::META_APP_SECRET, &sealed)
        .await
        .unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&opened), secret);
}

async fn outcome(
    db: &TestDb,
    app: MetaAppId,
    at: OffsetDateTime,
    place: (i16, i64, i32),
    kind: WebhookOutcome,
) {
    let (stream, seq, change_index) = place;
    sqlx::query("select ensure_ingest_day($1)")
        .bind(at.date())
        .execute(&db.superuser)
        .await
        .unwrap();
    sqlx::query(
        "insert into webhook_outcomes (day, stream, seq, change_index, meta_app_id, field, outcome, received_at, processed_at)
         values ($1, $2, $3, $4, $5, 'messages', $6, $7, $7)",
    )
    .bind(at.date())
    .bind(stream)
    .bind(seq)
    .bind(change_index)
    .bind(app.uuid())
    .bind(kind as i16)
    .bind(at)
    .execute(&db.superuser)
    .await
    .unwrap();
}

#[tokio::test]
async fn the_webhook_log_pages_over_ties_and_days_without_gap_or_repeat() {
    let db = TestDb::new().await;
    let app = db.app("http://graph.test").await.meta_app_id;
    let old = AT - Duration::days(1) + Duration::microseconds(1);
    for (at, stream, seq, index) in [
        (AT, 0, 7, 0),
        (AT, 0, 7, 1),
        (AT, 1, 3, 0),
        (old, 0, 2, 0),
        (old, 1, 1, 0),
        (AT + Duration::SECOND, 1, 4, 0),
    ] {
        let kind = if index == 1 {
            WebhookOutcome::UnboundApp
        } else {
            WebhookOutcome::Applied
        };
        outcome(&db, app, at, (stream, seq, index), kind).await;
    }
    let platform = platform(&db).await;
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let request = PageRequest {
            limit: Some(2),
            cursor,
        };
        let page = platform
            .webhook_outcomes(WebhookFilter::default(), &request)
            .await
            .unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(
            page.items
                .into_iter()
                .map(|row| (row.stream, row.seq, row.change_index)),
        );
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(
        seen,
        [(1, 4, 0), (0, 7, 0), (0, 7, 1), (1, 3, 0), (0, 2, 0), (1, 1, 0)]
    );

    let unbound = WebhookFilter {
        outcome: Some(WebhookOutcome::UnboundApp),
        tenant_id: None,
    };
    let page = platform
        .webhook_outcomes(unbound, &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].meta_app_id, app);
    let bad = PageRequest {
        limit: None,
        cursor: Some("x".into()),
    };
    let refused: domain::Error = platform.webhook_outcomes(unbound, &bad).await.unwrap_err().into();
    assert_eq!(refused.fields[0].field, "cursor");
}
