//! Every kind of content: taken, stored as it will go out, shown in one line; each limit with its field.

use serde_json::{Value, json};

use crate::stage::{Answer, Payload, Side, Stage, get, post};

async fn send(stage: &Stage, side: &Side, content: Value) -> Answer {
    let body = json!({"conversation_id": side.id("cnv"), "content": content});
    let mut call = post(side.path("messages"), Payload::Json(body));
    call.headers
        .push(("idempotency-key", format!("kind-{}", stage.fresh())));
    stage.call(&call, &side.session).await
}

async fn upload(stage: &Stage, side: &Side, name: &str, bytes: &[u8]) -> String {
    let payload = Payload::Upload {
        number: Some(side.id("num").to_owned()),
        filename: name.to_owned(),
        bytes: bytes.to_vec(),
    };
    let answer = stage
        .call(&post(side.path("media"), payload), &side.session)
        .await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn preview(stage: &Stage, side: &Side) -> (String, String) {
    let path = side.path(&format!("conversations/{}", side.id("cnv")));
    let view = stage.call(&get(path), &side.session).await.json();
    let text = |field: &str| view["preview"][field].as_str().unwrap_or_default().to_owned();
    (text("kind"), text("text"))
}

const MP4: &[u8] = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom";
const OGG: &[u8] = b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13OpusHead";
const WEBP: &[u8] = b"RIFF\x24\0\0\0WEBPVP8 ";

type Case = (Value, Option<Value>, &'static str);

/// Sends each content, and compares what is stored and the conversation's line.
async fn taken(stage: &Stage, side: &Side, cases: Vec<Case>) {
    for (content, stored, line) in cases {
        let sent = send(stage, side, content.clone()).await;
        assert_eq!(sent.status, 202, "{content}: {}", sent.json());
        assert_eq!(
            sent.json()["message"]["content"],
            stored.unwrap_or_else(|| content.clone())
        );
        let kind = content["type"].as_str().unwrap().to_owned();
        assert_eq!(preview(stage, side).await, (kind, line.to_owned()), "{content}");
        stage.db.clock.advance(time::Duration::seconds(1));
    }
}

#[tokio::test]
async fn files_are_taken_and_stored_as_they_will_go_out() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let image = side.id("med").to_owned();
    let pdf = upload(&stage, &side, "bill.pdf", b"%PDF-1.7\n").await;
    let (mp4, ogg, webp) = (
        upload(&stage, &side, "a.mp4", MP4).await,
        upload(&stage, &side, "a.ogg", OGG).await,
        upload(&stage, &side, "a.webp", WEBP).await,
    );
    let cases = vec![
        (
            json!({"type": "image", "media_id": image, "caption": "Look"}),
            Some(json!({"type": "image", "media_id": image, "mime_type": "image/png", "caption": "Look"})),
            "Look",
        ),
        (
            json!({"type": "image", "link": "https://ex.test/a.png"}),
            None,
            "",
        ),
        (
            json!({"type": "video", "media_id": mp4}),
            Some(json!({"type": "video", "media_id": mp4, "mime_type": "video/mp4"})),
            "",
        ),
        (
            json!({"type": "audio", "media_id": ogg, "voice": true}),
            Some(json!({"type": "audio", "media_id": ogg, "mime_type": "audio/ogg", "voice": true})),
            "",
        ),
        (
            json!({"type": "document", "media_id": pdf}),
            Some(
                json!({"type": "document", "media_id": pdf, "mime_type": "application/pdf", "filename": "bill.pdf"}),
            ),
            "bill.pdf",
        ),
        (
            json!({"type": "document", "media_id": image, "filename": "scan.png"}),
            Some(
                json!({"type": "document", "media_id": image, "mime_type": "image/png", "filename": "scan.png"}),
            ),
            "scan.png",
        ),
        (
            json!({"type": "sticker", "media_id": webp}),
            Some(json!({"type": "sticker", "media_id": webp, "mime_type": "image/webp"})),
            "",
        ),
    ];
    taken(&stage, &side, cases).await;
}

#[tokio::test]
async fn every_other_kind_is_taken_and_stored_as_it_will_go_out() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let pdf = upload(&stage, &side, "bill.pdf", b"%PDF-1.7\n").await;
    let button = json!({"id": "a", "title": "A"});
    let cases = vec![
        (
            json!({"type": "text", "body": "See https://ex.test", "preview_url": true}),
            None,
            "See https://ex.test",
        ),
        (
            json!({"type": "location", "latitude": 52.5, "longitude": 13.25, "name": "Shop"}),
            None,
            "Shop",
        ),
        (
            json!({"type": "contacts", "cards": [{"name": "Ada Byron", "phones": ["+15550100300"]}]}),
            None,
            "Ada Byron",
        ),
        (
            json!({"type": "reaction", "message_id": side.id("msg"), "emoji": "👍"}),
            Some(json!({"type": "reaction", "target_provider_id": "wamid.stage", "emoji": "👍"})),
            "👍",
        ),
        (
            json!({"type": "reaction", "message_id": side.id("msg")}),
            Some(json!({"type": "reaction", "target_provider_id": "wamid.stage"})),
            "",
        ),
        (
            json!({"type": "buttons", "body": "Which?", "header_media": {"kind": "document", "media_id": pdf}, "buttons": [button]}),
            Some(json!({"type": "buttons", "body": "Which?", "buttons": [button],
                "header_media": {"kind": "document", "media_id": pdf, "filename": "bill.pdf"}})),
            "Which?",
        ),
        (
            json!({"type": "list", "body": "Tea?", "button": "Open", "sections": [{"rows": [{"id": "1", "title": "Green"}]}]}),
            None,
            "Tea?",
        ),
        (
            json!({"type": "cta_url", "body": "Look", "display_text": "Open", "url": "https://ex.test"}),
            None,
            "Look",
        ),
    ];
    taken(&stage, &side, cases).await;
}

#[tokio::test]
async fn what_whatsapp_would_refuse_names_its_field() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let image = side.id("med").to_owned();
    let pdf = upload(&stage, &side, "bill.pdf", b"%PDF-1.7\n").await;
    let before = stage.db.digest(side.tenant.tenant_id).await;
    let rows: Value = (0..11)
        .map(|n| json!({"id": n.to_string(), "title": "Row"}))
        .collect();
    for (content, field) in [
        (json!({"type": "image", "media_id": pdf}), "content.media_id"),
        (json!({"type": "video", "media_id": image}), "content.media_id"),
        (json!({"type": "sticker", "media_id": image}), "content.media_id"),
        (json!({"type": "image"}), "content.media_id"),
        (
            json!({"type": "audio", "link": "https://ex.test/a.ogg", "caption": "x"}),
            "content.caption",
        ),
        (
            json!({"type": "location", "latitude": 91, "longitude": 0}),
            "content.latitude",
        ),
        (
            json!({"type": "list", "body": "x", "button": "Open", "sections": [{"rows": rows}]}),
            "content.sections",
        ),
        (
            json!({"type": "cta_url", "body": "x", "display_text": "Open", "url": "example"}),
            "content.url",
        ),
        (
            json!({"type": "buttons", "body": "x", "header_media": {"kind": "image", "media_id": pdf},
            "buttons": [{"id": "a", "title": "A"}]}),
            "content.header_media.media_id",
        ),
    ] {
        let refused = send(&stage, &side, content.clone()).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["fields"][0]["field"]),
            (400, &json!(field)),
            "{content}"
        );
    }
    assert_eq!(stage.db.digest(side.tenant.tenant_id).await, before);
}

#[tokio::test]
async fn a_template_is_submitted_with_its_sample_and_deleted() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let path = side.path(&format!("wabas/{}/templates", side.id("wab")));
    let request = |text: &str| {
        let body = json!({"type": "body", "text": text, "examples": {"1": "Ann"}});
        json!({"name": "spring", "language": "en", "category": "UTILITY", "samples": {"header.media": side.id("med")},
            "components": [{"type": "header_media", "kind": "image"}, body]})
    };
    let faulty = stage
        .call(
            &post(&path, Payload::Json(request("{{1}}, hello."))),
            &side.session,
        )
        .await;
    assert_eq!(
        (faulty.status.as_u16(), &faulty.json()["fields"][0]["field"]),
        (400, &json!("components.1"))
    );
    let (blob, bytes) = ("blob", bytes::Bytes::from_static(b"PNG"));
    stage.services.blobs.delete(blob).await.unwrap();
    let gone = stage
        .call(
            &post(&path, Payload::Json(request("Hello {{1}}."))),
            &side.session,
        )
        .await;
    assert_eq!(&gone.json()["fields"][0]["field"], &json!("samples.header.media"));
    stage.services.blobs.put(blob, bytes).await.unwrap();
    let made = stage
        .call(
            &post(&path, Payload::Json(request("Hello {{1}}."))),
            &side.session,
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.json());
    let view = made.json();
    assert_eq!(
        (&view["status"], &view["category"], view["unsendable"].is_string()),
        (&json!("PENDING"), &json!("MARKETING"), true)
    );
    assert_eq!(stage.provider.samples.lock().unwrap().len(), 1);

    let mut delete = get(side.path(&format!("templates/{}", view["id"].as_str().unwrap())));
    let read = delete.clone();
    delete.method = axum::http::Method::DELETE;
    stage.provider.take_calls();
    for _ in 0..2 {
        assert_eq!(stage.call(&delete, &side.session).await.status, 204);
    }
    assert_eq!(stage.provider.take_calls(), ["delete_template"]);
    assert_eq!(stage.call(&read, &side.session).await.json()["status"], "DELETED");
}
