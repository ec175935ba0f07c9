//! Calls that set up a number and its templates.

use std::collections::BTreeMap;

use domain::{
    ports::{ChannelProvider, CodeMethod, FaultClass, MediaBytes},
    template::NewTemplate,
};
use serde_json::{Value, json};

use crate::peer::{self, Peer};

fn new_template(value: Value) -> NewTemplate {
    let template: NewTemplate = serde_json::from_value(value).unwrap();
    assert_eq!(template.faults(), []);
    template
}

async fn submitted(template: &NewTemplate, samples: &[(&str, &str)]) -> Value {
    let peer =
        Peer::start(|_| peer::json(200, r#"{"id":77,"status":"APPROVED","category":"MARKETING"}"#)).await;
    let samples = samples
        .iter()
        .map(|(key, handle)| ((*key).to_owned(), (*handle).to_owned()));
    let answer = peer::api()
        .create_template(&peer.connection(), template, &samples.collect())
        .await
        .unwrap();
    assert_eq!(
        (
            answer.provider_id.as_str(),
            answer.status.as_str(),
            answer.category.as_str()
        ),
        ("77", "APPROVED", "MARKETING")
    );
    let seen = peer.seen().remove(0);
    assert_eq!(
        seen.line,
        "POST /v26.0/201900000000001/message_templates HTTP/1.1"
    );
    seen.json()
}

#[tokio::test]
async fn a_template_goes_to_review_with_its_samples() {
    let media = "med_00000000000000000000000000000001";
    let template = new_template(json!({
        "name": "order_update", "language": "en_US", "category": "UTILITY", "ttl_seconds": 3600,
        "samples": {"header.media": media},
        "components": [
            {"type": "header_media", "kind": "image"},
            {"type": "body", "text": "Hi {{first_name}}, it left.", "examples": {"first_name": "Ann"}},
            {"type": "footer", "text": "Acme"},
            {"type": "buttons", "buttons": [
                {"kind": "url", "text": "Track", "url": "https://ex.test/t/{{1}}", "example": "https://ex.test/t/A"},
                {"kind": "phone_number", "text": "Call", "phone_number": "+15550100200"},
                {"kind": "copy_code", "example": "SAVE10"}]}],
    }));
    let expected = json!({
        "name": "order_update", "language": "en_US", "category": "UTILITY", "parameter_format": "NAMED",
        "message_send_ttl_seconds": 3600,
        "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::aW"]}},
            {"type": "BODY", "text": "Hi {{first_name}}, it left.",
                "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ann"}]}},
            {"type": "FOOTER", "text": "Acme"},
            {"type": "BUTTONS", "buttons": [
                {"type": "URL", "text": "Track", "url": "https://ex.test/t/{{1}}", "example": ["https://ex.test/t/A"]},
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+15550100200"},
                {"type": "COPY_CODE", "example": "SAVE10"}]}],
    });
    assert_eq!(submitted(&template, &[("header.media", "4::aW")]).await, expected);

    let card = json!({"components": [
        {"type": "header_media", "kind": "video"}, {"type": "body", "text": "Tea", "examples": {}}]});
    let cards = new_template(json!({
        "name": "sale", "language": "de", "category": "MARKETING",
        "samples": {"card.0.header.media": media, "card.1.header.media": media},
        "components": [
            {"type": "body", "text": "Hi {{1}}, {{2}}!", "examples": {"1": "Ann", "2": "buy"}},
            {"type": "carousel", "cards": [card, card]}],
    }));
    let sample = |handle: &str| {
        json!({"components": [
            {"type": "HEADER", "format": "VIDEO", "example": {"header_handle": [handle]}}, {"type": "BODY", "text": "Tea"}]})
    };
    let expected = json!({
        "name": "sale", "language": "de", "category": "MARKETING",
        "components": [
            {"type": "BODY", "text": "Hi {{1}}, {{2}}!", "example": {"body_text": [["Ann", "buy"]]}},
            {"type": "CAROUSEL", "cards": [sample("h0"), sample("h1")]}],
    });
    let handles = [("card.0.header.media", "h0"), ("card.1.header.media", "h1")];
    assert_eq!(submitted(&cards, &handles).await, expected);
}

#[tokio::test]
async fn a_one_time_code_brings_no_text() {
    let template = new_template(json!({
        "name": "code", "language": "en", "category": "AUTHENTICATION",
        "one_time_code": {"otp_type": "ONE_TAP", "add_security_recommendation": true, "code_expiration_minutes": 10,
            "supported_apps": [{"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}]},
    }));
    let expected = json!({
        "name": "code", "language": "en", "category": "AUTHENTICATION",
        "components": [
            {"type": "BODY", "add_security_recommendation": true},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "ONE_TAP",
                "supported_apps": [{"package_name": "com.example.shop", "signature_hash": "K8a/AINcGX7"}]}]}],
    });
    assert_eq!(submitted(&template, &[]).await, expected);
}

#[tokio::test]
async fn a_sample_goes_up_in_two_calls() {
    let peer = Peer::start(|seen| {
        let first = seen.line.contains("/uploads?");
        peer::json(
            200,
            if first {
                r#"{"id":"upload:MTp-_A==?sig=AR%2Fx"}"#
            } else {
                r#"{"h":"4::aW"}"#
            },
        )
    })
    .await;
    let sample = MediaBytes {
        bytes: "PNGDATA".into(),
        mime_type: "image/png".into(),
    };
    let handle = peer::api()
        .upload_sample(&peer.connection(), "77", sample)
        .await
        .unwrap();
    assert_eq!(handle, "4::aW");
    let seen = peer.seen();
    let announced =
        "POST /v26.0/77/uploads?file_name=sample.png&file_length=7&file_type=image%2Fpng HTTP/1.1";
    assert_eq!(seen[0].line, announced);
    assert_eq!(seen[1].line, "POST /v26.0/upload:MTp-_A==?sig=AR%2Fx HTTP/1.1");
    assert!(seen[1].head.contains("authorization: OAuth token-1") && seen[1].head.contains("file_offset: 0"));
    assert_eq!(seen[1].body, "PNGDATA");

    // A peer that names another place as the upload is not followed there.
    let lying = Peer::start(|_| peer::json(200, r#"{"id":"../other"}"#)).await;
    let sample = MediaBytes {
        bytes: "x".into(),
        mime_type: "image/png".into(),
    };
    let fault = peer::api()
        .upload_sample(&lying.connection(), "77", sample)
        .await
        .unwrap_err();
    assert_eq!((fault.class, lying.seen().len()), (FaultClass::Invalid, 1));
}

#[tokio::test]
async fn registration_codes_typing_and_deleting() {
    let peer = Peer::start(|_| peer::json(200, r#"{"success":true}"#)).await;
    let (api, connection) = (peer::api(), peer.connection());
    api.register(&connection, &"123456".to_owned().into())
        .await
        .unwrap();
    api.request_code(&connection, CodeMethod::Sms, "en_US")
        .await
        .unwrap();
    api.verify_code(&connection, "654321").await.unwrap();
    api.mark_read(&connection, "wamid.IN", true).await.unwrap();
    api.delete_template(&connection, "sale", "12").await.unwrap();
    let seen: Vec<_> = peer
        .seen()
        .into_iter()
        .map(|seen| (seen.line, seen.body))
        .collect();
    let number = "/v26.0/109900000000001";
    let read = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN",
        "typing_indicator": {"type": "text"}});
    for ((line, body), (expected, wanted)) in seen.iter().zip([
        (
            format!("POST {number}/register"),
            json!({"messaging_product": "whatsapp", "pin": "123456"}),
        ),
        (
            format!("POST {number}/request_code"),
            json!({"code_method": "SMS", "language": "en_US"}),
        ),
        (format!("POST {number}/verify_code"), json!({"code": "654321"})),
        (format!("POST {number}/messages"), read),
        (
            "DELETE /v26.0/201900000000001/message_templates?hsm_id=12&name=sale".to_owned(),
            Value::Null,
        ),
    ]) {
        assert_eq!(*line, format!("{expected} HTTP/1.1"));
        assert_eq!(serde_json::from_str::<Value>(body).unwrap_or_default(), wanted);
    }
    assert_eq!(seen.len(), 5);

    let wrong_pin =
        Peer::start(|_| peer::json(400, r#"{"error":{"message":"Two step","code":133005}}"#)).await;
    let fault = api
        .register(&wrong_pin.connection(), &"000000".to_owned().into())
        .await
        .unwrap_err();
    assert_eq!((fault.class, fault.code), (FaultClass::Invalid, Some(133_005)));
}

#[tokio::test]
async fn a_token_tells_what_it_may_do() {
    let peer = Peer::start(|_| {
        peer::json(
            200,
            r#"{"data":{"app_id":77,"is_valid":true,"expires_at":1790000000,
                "scopes":["whatsapp_business_management","whatsapp_business_messaging"],
                "granular_scopes":[{"scope":"whatsapp_business_management","target_ids":["201900000000001"]}]}}"#,
        )
    })
    .await;
    let token = peer::api().token_fields(&peer.connection()).await.unwrap();
    assert_eq!(
        peer.seen()[0].line,
        "GET /v26.0/debug_token?input_token=token-1 HTTP/1.1"
    );
    assert!(
        token.is_valid
            && token
                .expires_at
                .is_some_and(|at| at.unix_timestamp() == 1_790_000_000)
    );
    let scopes: BTreeMap<_, _> = token
        .scopes
        .into_iter()
        .map(|scope| (scope.name, scope.targets))
        .collect();
    assert_eq!(scopes["whatsapp_business_management"], ["201900000000001"]);
    assert!(scopes["whatsapp_business_messaging"].is_empty());
    let dead = Peer::start(|_| {
        peer::json(
            200,
            r#"{"data":{"is_valid":false,"scopes":[],"error":{"code":190}}}"#,
        )
    })
    .await;
    assert!(
        !peer::api()
            .token_fields(&dead.connection())
            .await
            .unwrap()
            .is_valid
    );
}
