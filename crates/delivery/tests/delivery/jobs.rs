//! Media of customers and read receipts; uploads of ours.

use bytes::Bytes;
use domain::{
    MediaId,
    ports::{FaultClass, MediaBytes},
};
use sha2::{Digest, Sha256};
use store::{
    delivery::AttemptState as S,
    jobs::{JobKind, enqueue},
};
use testkit::TenantFixture;
use time::Duration;
use uuid::Uuid;

use crate::{
    provider::fault,
    stage::{Stage, quick},
};

pub async fn media(
    stage: &Stage,
    tenant: &TenantFixture,
    state: i16,
    provider_id: Option<&str>,
    declared: Option<String>,
    blob: Option<&str>,
) -> MediaId {
    let id: MediaId = stage.db.ids.make();
    sqlx::query(
        "insert into media (tenant_id, id, phone_number_id, direction, state, provider_media_id, mime_type, declared_sha256, blob_key, created_at)
         values ($1, $2, $3, 1, $4, $5, 'image/jpeg', $6, $7, now())",
    )
    .bind(tenant.tenant_id.uuid())
    .bind(id.uuid())
    .bind(tenant.phone_number_id.uuid())
    .bind(state)
    .bind(provider_id)
    .bind(declared)
    .bind(blob)
    .execute(&stage.db.superuser)
    .await
    .unwrap();
    id
}

async fn job(stage: &Stage, tenant: &TenantFixture, kind: JobKind, subject: Uuid) {
    let mut tx = stage.db.tenant.begin(&tenant.scope).await.unwrap();
    enqueue(
        &mut tx,
        stage.db.ids.uuid(),
        kind,
        subject,
        domain::Clock::now(&*stage.db.clock),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn state(stage: &Stage, id: MediaId) -> i16 {
    sqlx::query_scalar("select state from media where id = $1")
        .bind(id.uuid())
        .fetch_one(&stage.db.superuser)
        .await
        .unwrap()
}

async fn jobs(stage: &Stage) -> Vec<(String, bool)> {
    sqlx::query_as("select kind, dead from jobs order by kind")
        .fetch_all(&stage.db.superuser)
        .await
        .unwrap()
}

#[tokio::test]
async fn media_is_fetched_checked_stored_and_tried_again() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let bytes = Bytes::from_static(b"jpeg");
    let digest = hex::encode(Sha256::digest(&bytes));
    let good = media(&stage, tenant, 0, Some("m1"), Some(digest.clone()), None).await;
    let gone = media(&stage, tenant, 0, Some("m2"), None, None).await;
    let answer = |bytes: &Bytes| {
        Ok(MediaBytes {
            bytes: bytes.clone(),
            mime_type: "image/jpeg".into(),
        })
    };
    let answers = [
        Err(fault(FaultClass::Network)),
        answer(&Bytes::from_static(b"jp")),
        answer(&bytes),
    ];
    stage
        .provider
        .media
        .lock()
        .unwrap()
        .insert("m1".into(), answers.into());
    for id in [good, gone] {
        job(&stage, tenant, JobKind::FetchMedia, id.uuid()).await;
    }
    let running = stage.start(quick());
    stage
        .until("one is stored, one is given up", || async {
            stage.db.clock.advance(Duration::seconds(1));
            (state(&stage, good).await, state(&stage, gone).await) == (1, 2)
        })
        .await;
    stage
        .until("its job is gone", || async {
            jobs(&stage).await == [("fetch_media".to_owned(), true)]
        })
        .await;
    running.stop().await;
    let (sha256, key, size): (String, String, i64) =
        sqlx::query_as("select sha256, blob_key, size_bytes from media where id = $1")
            .bind(good.uuid())
            .fetch_one(&stage.db.superuser)
            .await
            .unwrap();
    assert_eq!((sha256, size), (digest, 4));
    assert_eq!(stage.blobs.0.lock().unwrap().get(&key), Some(&bytes));
    assert_eq!(key, format!("{}/{good}", tenant.tenant_id));
}

#[tokio::test]
async fn a_read_receipt_names_the_newest_message_of_the_customer() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    for (provider_id, at) in [("wamid.new", 20), ("wamid.old", 10)] {
        sqlx::query(
            "insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, provider_id, status, thread_at, created_at)
             values ($1, $2, $3, $4, 1, 'text', '{\"type\":\"text\",\"body\":\"hi\"}', $5, 100, to_timestamp($6), now())",
        )
        .bind(tenant.tenant_id.uuid())
        .bind(stage.db.ids.uuid())
        .bind(conversation.uuid())
        .bind(tenant.phone_number_id.uuid())
        .bind(provider_id)
        .bind(f64::from(at))
        .execute(&stage.db.superuser)
        .await
        .unwrap();
    }
    job(&stage, tenant, JobKind::MarkRead, conversation.uuid()).await;
    let running = stage.start(quick());
    stage
        .until("the receipt is sent", || async { jobs(&stage).await.is_empty() })
        .await;
    running.stop().await;
    assert_eq!(*stage.provider.read.lock().unwrap(), ["wamid.new"]);
}

#[tokio::test]
async fn a_picture_is_uploaded_once_and_used_again_until_the_provider_forgets_it() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    stage
        .blobs
        .0
        .lock()
        .unwrap()
        .insert("picture".into(), Bytes::from_static(b"png"));
    let picture = media(&stage, tenant, 1, None, None, Some("picture")).await;
    let running = stage.start(quick());
    let mut used = Vec::new();
    for days in [0, 1, 40] {
        stage.db.clock.advance(Duration::days(days));
        stage
            .sql("update conversations set last_inbound_at = '2027-12-01'")
            .await;
        let message = stage.image(tenant, conversation, picture).await;
        running.wake(tenant);
        stage.until_ledger(tenant, message, &[S::Accepted]).await;
        let call = stage.provider.calls().pop();
        used.extend(call.map(|call| call.payload.media[&picture].clone()));
    }
    running.stop().await;
    assert_eq!(used, ["upload-1", "upload-1", "upload-2"]);
}
