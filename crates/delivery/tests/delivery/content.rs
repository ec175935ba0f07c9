//! What a lane makes of the content that is stored.

use bytes::Bytes;
use domain::{
    content::{Content, TemplateMessage},
    template::{Rendered, Values},
};
use serde_json::json;
use store::delivery::AttemptState as S;

use crate::{
    jobs::media,
    stage::{Stage, quick},
};

#[tokio::test]
async fn a_picture_for_many_customers_goes_up_once() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    stage
        .blobs
        .0
        .lock()
        .unwrap()
        .insert("picture".into(), Bytes::from_static(b"png"));
    let picture = media(&stage, tenant, 1, None, None, Some("picture")).await;
    let header = json!({"kind": "image", "media_id": picture});
    let content: Content = serde_json::from_value(json!({
        "type": "buttons", "body": "Which?", "header_media": header, "buttons": [{"id": "a", "title": "A"}],
    }))
    .unwrap();
    let mut messages = Vec::new();
    for phone in ["15550001", "15550002", "15550003"] {
        let conversation = stage.conversation(tenant, phone).await;
        messages.push(stage.send(tenant, conversation, &content, Some(picture)).await);
    }
    let running = stage.start(quick());
    for message in messages {
        stage.until_ledger(tenant, message, &[S::Accepted]).await;
    }
    running.stop().await;
    let calls = stage.provider.calls();
    assert!(
        calls.len() == 3
            && calls
                .iter()
                .all(|call| call.payload.media[&picture] == "upload-1")
    );
    assert!(calls.iter().all(|call| call.payload.content == content));
    assert_eq!(stage.provider.uploads.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_one_time_code_goes_to_a_phone_number_only() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let components = json!([
        {"type": "body", "text": "{{1}} is your code.", "examples": {}},
        {"type": "buttons", "buttons": [{"kind": "otp", "text": "Copy", "otp_type": "COPY_CODE"}]},
    ]);
    let (id, waba) = (tenant.tenant_id.uuid(), tenant.waba_id.uuid());
    stage
        .sql(&format!(
            "insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
             values ('{id}', '{}', '{waba}', '1', 'code', 'en', 'AUTHENTICATION', 'APPROVED', '{components}', '2026-11-22')",
            stage.db.ids.uuid()
        ))
        .await;
    let content = Content::Template(Box::new(TemplateMessage {
        name: "code".into(),
        language: "en".into(),
        parameters: Values([("body.1".to_owned(), "123456".to_owned())].into()),
        rendered: Rendered::default(),
    }));
    let by_phone = stage.conversation(tenant, "15550001").await;
    let sent = stage.send(tenant, by_phone, &content, None).await;
    let running = stage.start(quick());
    stage.until_ledger(tenant, sent, &[S::Accepted]).await;
    stage
        .sql("update contact_identities set kind = 2, value = 'US.77A1B2C3D4'")
        .await;
    let refused = stage.send(tenant, by_phone, &content, None).await;
    running.wake(tenant);
    stage.until_ledger(tenant, refused, &[S::Rejected]).await;
    running.stop().await;
    let calls = stage.provider.calls();
    assert_eq!((calls.len(), stage.provider.calls_of(refused)), (1, 0));
    let template = calls[0]
        .payload
        .template
        .as_ref()
        .map(|template| template.name.as_str());
    assert_eq!(template, Some("code"));
}
