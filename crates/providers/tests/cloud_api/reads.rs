//! Calls that send no message.

use domain::{
    ports::{ChannelProvider, FaultClass, MediaBytes},
    template::{Component, HeaderKind, Template, TemplateButton},
};

use crate::peer::{self, Peer, Then};

const PNG_SHA256: &str = "86dbc0f30eb3a24ed6a6f4f1d4ef2d7a4aafcbae1f0e69ec2d5c9a4ac5b3a3d1";

#[tokio::test]
async fn reading_marks_and_subscriptions() {
    let peer = Peer::start(|seen| {
        peer::json(
            200,
            if seen.line.starts_with("GET") {
                r#"{"data":[{"whatsapp_business_api_data":{"id":"77","name":"App","link":"x"}},{"strange":1},
                {"whatsapp_business_api_data":{"id":88}}]}"#
            } else {
                r#"{"success":true}"#
            },
        )
    })
    .await;
    let (api, connection) = (peer::api(), peer.connection());
    api.mark_read(&connection, "wamid.IN", false).await.unwrap();
    api.subscribe(&connection).await.unwrap();
    assert_eq!(api.subscribed_apps(&connection).await.unwrap(), ["77", "88"]);
    let seen = peer.seen();
    let body =
        serde_json::json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN"});
    assert_eq!(
        (seen[0].line.as_str(), seen[0].json()),
        ("POST /v26.0/109900000000001/messages HTTP/1.1", body)
    );
    assert_eq!(
        seen[1].line,
        "POST /v26.0/201900000000001/subscribed_apps HTTP/1.1"
    );
    assert!(
        seen[2]
            .line
            .starts_with("GET /v26.0/201900000000001/subscribed_apps?")
    );

    let refusing = Peer::start(|_| peer::json(400, r#"{"error":{"message":"no","code":200}}"#)).await;
    let fault = api.subscribe(&refusing.connection()).await.unwrap_err();
    assert_eq!(fault.class, FaultClass::Permission);
}

#[tokio::test]
async fn number_and_waba_fields() {
    let peer = Peer::start(|seen| {
        peer::json(200, if seen.line.contains("/phone_numbers?") {
            r#"{"data":[{"id":"1","throughput":{"level":"STANDARD"}},
                {"id":109900000000001,"display_phone_number":"+1 555-010-0200","verified_name":"Acme","quality_score":{"score":"GREEN"},
                 "status":"CONNECTED","throughput":{"level":"HIGH"},"new":{},
                 "whatsapp_business_manager_messaging_limit":"TIER_2K","is_pin_enabled":true},
                {"id":"2","is_on_biz_app":true,"quality_rating":"NA"}]}"#
        } else {
            r#"{"id":"201900000000001","name":"Acme WABA","owner_business_info":{"id":"301900000000001","name":"Acme"}}"#
        })
    })
    .await;
    let (api, mut connection) = (peer::api(), peer.connection());
    let number = api.number_fields(&connection).await.unwrap();
    assert_eq!(
        (
            number.throughput_mps,
            number.quality.as_str(),
            number.status.as_str()
        ),
        (1_000, "GREEN", "CONNECTED")
    );
    assert_eq!(
        (
            number.display_phone_number.as_str(),
            number.verified_name.as_str()
        ),
        ("+1 555-010-0200", "Acme")
    );
    assert_eq!(
        (
            number.details.messaging_limit.as_deref(),
            number.details.is_pin_enabled
        ),
        (Some("TIER_2K"), Some(true))
    );
    for (id, mps) in [("1", 80), ("2", 20)] {
        connection.provider_number_id = id.into();
        let number = api.number_fields(&connection).await.unwrap();
        assert_eq!((number.throughput_mps, number.quality.as_str()), (mps, "UNKNOWN"));
    }
    connection.provider_number_id = "404".into();
    assert_eq!(
        api.number_fields(&connection).await.unwrap_err().class,
        FaultClass::Permission
    );
    let waba = api.waba_fields(&connection).await.unwrap();
    assert_eq!(
        (waba.name.as_str(), waba.business_id.as_deref()),
        ("Acme WABA", Some("301900000000001"))
    );
}

const FIRST_PAGE: &str = r#"{"data":[
  {"id":"11","name":"order_update","language":"en_US","status":"APPROVED","category":"UTILITY","quality_score":{"score":"GREEN","date":1},
   "rejected_reason":"NONE","parameter_format":"NAMED","components":[
    {"type":"HEADER","format":"TEXT","text":"Order {{order_no}}","example":{"header_text_named_params":[{"param_name":"order_no","example":"A-77"}]}},
    {"type":"BODY","text":"Hi {{first_name}}","example":{"body_text_named_params":[{"param_name":"first_name","example":"Ann"}]}},
    {"type":"FOOTER","text":"Acme"},
    {"type":"BUTTONS","buttons":[{"type":"URL","text":"Track","url":"https://ex.test/{{1}}","example":["https://ex.test/A"]},
      {"type":"QUICK_REPLY","text":"Stop"},{"type":"PHONE_NUMBER","text":"Call","phone_number":"+15550100200"},
      {"type":"COPY_CODE","text":"Copy","example":"SAVE10"},{"type":"FLOW","text":"Start","flow_id":1},
      {"type":"URL","text":"Copy code","url":"https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"},
      {"type":"VOICE_CALL","text":"Ring"},{"type":"MPM","text":"View"}]}]},
  "strange", {"id":"x"}],
  "paging":{"cursors":{"before":"b","after":"CURSOR 2"},"next":"https://graph.test/next"}}"#;
const LAST_PAGE: &str = r#"{"data":[
  {"id":12,"name":"sale","language":"de","status":"REJECTED","category":"MARKETING","quality_score":"RED","rejected_reason":"PROMOTIONAL",
   "components":[{"type":"HEADER","format":"IMAGE","example":{"header_handle":["4::x"]}},
    {"type":"BODY","text":"{{1}} costs {{2}}","example":{"body_text":[["Tea","5"]]}},
    {"type":"CAROUSEL","cards":[]},{"type":"HEADER","format":"PRODUCT"},{"no":"type"},
    {"type":"HEADER","format":"LOCATION"},{"type":"LIMITED_TIME_OFFER","limited_time_offer":{"text":"Soon","has_expiration":true}},
    {"type":"CAROUSEL","cards":[{"components":[{"type":"BODY","text":"Tea"}]}]}]}],
  "paging":{"cursors":{"before":"b","after":"CURSOR 3"}}}"#;

async fn both_pages() -> Vec<Template> {
    let peer = Peer::start(|seen| {
        peer::json(
            200,
            if seen.line.contains("after=CURSOR+2") {
                LAST_PAGE
            } else {
                FIRST_PAGE
            },
        )
    })
    .await;
    let templates = peer::api().list_templates(&peer.connection()).await.unwrap();
    assert_eq!(peer.seen().len(), 2);
    assert_eq!(templates.len(), 2);
    templates
}

#[tokio::test]
async fn templates_with_named_examples_and_buttons() {
    let order = both_pages().await.remove(0);
    assert_eq!(
        (order.quality.as_deref(), order.rejected_reason),
        (Some("GREEN"), None)
    );
    let example = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
    let header = Component::HeaderText {
        text: "Order {{order_no}}".into(),
        examples: example("order_no", "A-77"),
    };
    let body = Component::Body {
        text: "Hi {{first_name}}".into(),
        examples: example("first_name", "Ann"),
    };
    assert_eq!(
        order.components[..3],
        [header, body, Component::Footer { text: "Acme".into() }]
    );
    let Component::Buttons { buttons } = &order.components[3] else {
        panic!()
    };
    let track = Some("https://ex.test/A".to_owned());
    assert!(matches!(&buttons[0], TemplateButton::Url { example, .. } if *example == track));
    assert_eq!(
        buttons[3],
        TemplateButton::CopyCode {
            example: Some("SAVE10".into())
        }
    );
    let (provider_type, text) = ("VOICE_CALL".to_owned(), "Ring".to_owned());
    let plain = TemplateButton::Plain { provider_type, text };
    assert_eq!(
        (&buttons[4], &buttons[6]),
        (&TemplateButton::Flow { text: "Start".into() }, &plain)
    );
    assert!(matches!(&buttons[5], TemplateButton::Otp { .. }));
    assert!(
        matches!(&buttons[7], TemplateButton::Unsupported { provider_type, .. } if provider_type == "MPM")
    );
}

#[tokio::test]
async fn strange_parts_of_templates_are_kept_as_unsupported() {
    let sale = both_pages().await.remove(1);
    assert_eq!(
        (sale.provider_id.as_str(), sale.quality.as_deref()),
        ("12", Some("RED"))
    );
    assert_eq!(sale.rejected_reason.as_deref(), Some("PROMOTIONAL"));
    assert_eq!(
        sale.components[0],
        Component::HeaderMedia {
            kind: HeaderKind::Image
        }
    );
    let Component::Body { examples, .. } = &sale.components[1] else {
        panic!()
    };
    assert_eq!((examples["1"].as_str(), examples["2"].as_str()), ("Tea", "5"));
    let unsupported = |kind: &str| Component::Unsupported { kind: kind.into() };
    assert_eq!(
        sale.components[2..5],
        ["CAROUSEL", "HEADER PRODUCT", ""].map(unsupported)
    );
    let offer = Component::LimitedTimeOffer {
        text: "Soon".into(),
        has_expiration: true,
    };
    assert_eq!(sale.components[5..7], [Component::HeaderLocation, offer]);
    assert!(matches!(&sale.components[7], Component::Carousel { cards } if cards.len() == 1));
}

#[tokio::test]
async fn endless_lists_end() {
    let peer = Peer::start(|seen| {
        let seen_cursor = seen.line.split("after=").nth(1).map_or(0, |cursor| {
            cursor.split(['&', ' ']).next().unwrap().parse().unwrap()
        });
        let next: u32 = seen_cursor + 1;
        peer::json(
            200,
            &format!(r#"{{"data":[],"paging":{{"cursors":{{"after":"{next}"}},"next":"n"}}}}"#),
        )
    })
    .await;
    assert_eq!(
        peer::api()
            .list_templates(&peer.connection())
            .await
            .unwrap_err()
            .class,
        FaultClass::Other
    );
    assert_eq!(peer.seen().len(), 100);
}

#[tokio::test]
async fn media_goes_up_as_a_form() {
    let peer = Peer::start(|_| peer::json(200, r#"{"id":"9001"}"#)).await;
    let media = MediaBytes {
        bytes: "PNGDATA".into(),
        mime_type: "image/png".into(),
    };
    assert_eq!(
        peer::api().upload_media(&peer.connection(), media).await.unwrap(),
        "9001"
    );
    let seen = peer.seen().remove(0);
    assert_eq!(seen.line, "POST /v26.0/109900000000001/media HTTP/1.1");
    for part in [
        "name=\"messaging_product\"\r\n\r\nwhatsapp\r\n",
        "name=\"type\"\r\n\r\nimage/png\r\n",
        "name=\"file\"; filename=\"file.png\"\r\nContent-Type: image/png\r\n\r\nPNGDATA\r\n",
    ] {
        assert!(seen.body.contains(part), "{part} in {}", seen.body);
    }
}

async fn media_peer(sha256: &'static str, size: usize) -> Peer {
    Peer::start(move |seen| {
        if seen.line.starts_with("GET /file") {
            return Then::Answer { status: 200, headers: "content-type: image/png\r\n".into(), body: b"abc".to_vec() };
        }
        let host = seen.head.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let body = format!(r#"{{"url":"http://{host}/file?mid=1","mime_type":"image/png","sha256":"{sha256}","file_size":{size},"id":"55"}}"#);
        peer::json(200, &body)
    })
    .await
}

#[tokio::test]
async fn media_comes_down_checked() {
    let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    for digest in [hex, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="] {
        let peer = media_peer(digest, 3).await;
        let media = peer::api()
            .fetch_media(&peer.connection(), "55", 100)
            .await
            .unwrap();
        assert_eq!(
            (&media.bytes[..], media.mime_type.as_str()),
            (&b"abc"[..], "image/png")
        );
        let seen = peer.seen();
        assert_eq!(
            seen[0].line,
            "GET /v26.0/55?phone_number_id=109900000000001 HTTP/1.1"
        );
        assert!(seen[1].head.contains("authorization: Bearer token-1"));
    }
    let fault = |peer: Peer, most: usize| async move {
        peer::api()
            .fetch_media(&peer.connection(), "55", most)
            .await
            .unwrap_err()
            .class
    };
    assert_eq!(
        fault(media_peer(PNG_SHA256, 3).await, 100).await,
        FaultClass::ProviderDown
    );
    assert_eq!(fault(media_peer(hex, 101).await, 100).await, FaultClass::Invalid);
    assert_eq!(fault(media_peer(hex, 0).await, 2).await, FaultClass::Invalid);
    // The address that Graph names is judged like any other.
    let inside = Peer::start(|_| peer::json(200, r#"{"url":"http://127.0.0.2:9/x"}"#)).await;
    assert_eq!(fault(inside, 100).await, FaultClass::Permission);
}
