//! Tokens, proofs, uploads, template rules and where webhooks go.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "a test fails by panicking, and a scene is told in one piece"
)]

mod scene;

use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use scene::{APP, APP_SECRET, PHONE, Scene, TOKEN, WABA};
use serde_json::{Value, json};
use sha2::Sha256;

fn proof(message: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

#[tokio::test]
async fn a_signup_code_buys_one_token_that_reaches_its_account() {
    let scene = Scene::open("signup").await;
    let signup = json!({"app_id": APP, "waba_id": WABA});
    let made = scene
        .control(Method::POST, "/sandbox/signups", signup.clone())
        .await;
    assert_eq!(made["session"]["data"]["phone_number_id"], PHONE);
    let exchange = |code: &Value| {
        let code = code.as_str().unwrap();
        format!("/v26.0/oauth/access_token?client_id={APP}&client_secret={APP_SECRET}&code={code}")
    };
    let (status, answer) = scene
        .graph(Method::GET, &exchange(&made["code"]), Value::Null)
        .await;
    assert_eq!(status, 200, "{answer}");
    let token = answer["access_token"].as_str().unwrap();
    let debug = format!("/v26.0/debug_token?input_token={token}");
    let (_, shown) = scene
        .graph_as(&format!("{APP}|{APP_SECRET}"), Method::GET, &debug, Value::Null)
        .await;
    assert_eq!(shown["data"]["granular_scopes"][0]["target_ids"], json!([WABA]));
    assert_eq!(
        scene
            .graph_as(token, Method::GET, &format!("/v26.0/{WABA}"), Value::Null)
            .await
            .0,
        200
    );
    let again = scene
        .graph(Method::GET, &exchange(&made["code"]), Value::Null)
        .await;
    assert_eq!(again.1["error"]["code"], 100, "a code works once");
    let late = scene.control(Method::POST, "/sandbox/signups", signup).await;
    scene
        .control(Method::POST, "/sandbox/clock", json!({"advance_seconds": 31}))
        .await;
    assert_eq!(
        scene
            .graph(Method::GET, &exchange(&late["code"]), Value::Null)
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn tokens_have_scopes_and_an_end_and_apps_may_want_a_proof() {
    let scene = Scene::open("tokens").await;
    let grant = |scopes: Value, expires_at: i64| {
        json!({"name": "Kaffee Kranz", "business_id": "301900000000001", "access_tokens": [
            {"token": "EAAlimited", "app_id": APP, "scopes": scopes, "expires_at": expires_at}]})
    };
    let waba = format!("/sandbox/wabas/{WABA}");
    let far = scene::REAL_MS / 1000 + 3600;
    scene
        .control(
            Method::PUT,
            &waba,
            grant(json!(["whatsapp_business_management"]), far),
        )
        .await;
    let send = format!("/v26.0/{PHONE}/messages");
    let text = json!({"messaging_product": "whatsapp", "to": "+15550109999", "text": {"body": "x"}});
    assert_eq!(
        scene
            .graph_as("EAAlimited", Method::POST, &send, text.clone())
            .await
            .1["error"]["code"],
        10
    );
    scene.advance_hours(1).await;
    let expired = scene
        .graph_as("EAAlimited", Method::GET, &format!("/v26.0/{WABA}"), Value::Null)
        .await
        .1;
    assert_eq!(
        (&expired["error"]["code"], &expired["error"]["error_subcode"]),
        (&json!(190), &json!(463))
    );

    let app = json!({"app_secret": APP_SECRET, "access_token": TOKEN, "require_proof": true});
    scene
        .control(Method::PUT, &format!("/sandbox/apps/{APP}"), app)
        .await;
    let account = |query: String| format!("/v26.0/{WABA}?{query}");
    for (query, status) in [
        (String::new(), 400),
        (format!("appsecret_proof={}", proof("something else")), 400),
        (format!("appsecret_proof={}", proof(TOKEN)), 200),
        (
            format!(
                "appsecret_time=1790000000&appsecret_proof={}",
                proof(&format!("{TOKEN}|1790000000"))
            ),
            200,
        ),
    ] {
        assert_eq!(
            scene
                .graph(Method::GET, &account(query.clone()), Value::Null)
                .await
                .0,
            status,
            "{query}"
        );
    }
}

#[tokio::test]
async fn template_rules_have_metas_codes() {
    let scene = Scene::open("rules").await;
    let edge = format!("/v26.0/{WABA}/message_templates");
    let example = json!({"body_text": [["a", "b", "c"]]});
    let body = |text: &str| json!({"type": "BODY", "text": text, "example": example});
    let header = |text: &str| json!({"type": "HEADER", "format": "TEXT", "text": text});
    let fine = || body("Your order is on its way.");
    let buttons = |list: Value| json!({"type": "BUTTONS", "buttons": list});
    let reply = |text: &str| json!({"type": "QUICK_REPLY", "text": text});
    let link = json!({"type": "URL", "text": "Open", "url": "https://ex.test/"});
    let cases: Vec<(&str, i64, Value)> = vec![
        ("body too long", 2388040, json!([body(&"x".repeat(1025))])),
        (
            "header with two variables",
            2388047,
            json!([header("{{1}} and {{2}}"), fine()]),
        ),
        (
            "body with a gap",
            2388072,
            json!([body("One {{1}} and then three {{3}} follow here.")]),
        ),
        (
            "special character",
            2388072,
            json!([body("Dear {{na#me}} we have news for you today.")]),
        ),
        (
            "footer with a variable",
            2388073,
            json!([fine(), {"type": "FOOTER", "text": "By {{1}}"}]),
        ),
        (
            "variable first",
            2388299,
            json!([body("{{1}} is the code that you asked for")]),
        ),
        (
            "too many variables",
            2388293,
            json!([body("Say {{1}} {{2}} {{3}} now")]),
        ),
        (
            "no example",
            0,
            json!([{"type": "BODY", "text": "Hello {{1}}, your order is ready."}]),
        ),
        (
            "mixed buttons",
            0,
            json!([fine(), buttons(json!([reply("A"), link, reply("B")]))]),
        ),
        (
            "OTP in a utility template",
            0,
            json!([fine(), buttons(json!([{"type": "OTP", "otp_type": "COPY_CODE"}]))]),
        ),
    ];
    for (name, subcode, components) in cases {
        let create =
            json!({"name": "rules", "language": "en_US", "category": "UTILITY", "components": components});
        let (status, answer) = scene.graph(Method::POST, &edge, create).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!(100)),
            "{name}: {answer}"
        );
        let found = answer["error"]["error_subcode"].as_i64().unwrap_or_default();
        assert_eq!(found, subcode, "{name}: {answer}");
    }
    let side_by_side = json!({"name": "twins", "language": "en_US", "category": "UTILITY",
        "components": [body("Here are your two codes {{1}}{{2}} for the door")]});
    assert_eq!(
        scene.graph(Method::POST, &edge, side_by_side).await.1["status"],
        "REJECTED"
    );
    let otp = json!({"name": "otp", "language": "en_US", "category": "AUTHENTICATION", "components": [
        {"type": "BODY", "add_security_recommendation": true}, {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]});
    let (_, made) = scene.graph(Method::POST, &edge, otp).await;
    let id = made["id"].as_str().unwrap();
    let (_, shown) = scene
        .graph(Method::GET, &format!("/v26.0/{id}"), Value::Null)
        .await;
    assert_eq!(shown["components"][1]["text"], "This code expires in 10 minutes.");
    let (_, summed) = scene
        .graph(
            Method::GET,
            &format!(
                "{edge}?limit=1&name_or_content=verification&summary=total_count,message_template_count"
            ),
            Value::Null,
        )
        .await;
    assert_eq!(
        summed["summary"],
        json!({"total_count": 1, "message_template_count": 4})
    );

    let status = format!("/sandbox/templates/{id}/status");
    let edit = json!({"message_send_ttl_seconds": 300});
    assert_eq!(
        scene
            .graph(Method::POST, &format!("/v26.0/{id}"), edit.clone())
            .await
            .1["error"]["error_subcode"],
        2388039
    );
    scene
        .control(Method::POST, &status, json!({"status": "APPROVED"}))
        .await;
    assert_eq!(
        scene.graph(Method::POST, &format!("/v26.0/{id}"), edit).await.0,
        200
    );
    assert_eq!(
        scene
            .graph(
                Method::DELETE,
                &format!("{edge}?hsm_ids=[%22{id}%22]"),
                Value::Null
            )
            .await
            .0,
        200
    );
    let again = json!({"name": "otp", "language": "de", "category": "UTILITY", "components": [fine()]});
    assert_eq!(
        scene.graph(Method::POST, &edge, again).await.1["error"]["error_subcode"],
        2388023
    );
}

#[tokio::test]
async fn a_template_sample_comes_from_a_resumable_upload() {
    let scene = Scene::open("resumable").await;
    let begin = format!("/v26.0/{APP}/uploads?file_name=a.png&file_length=8&file_type=image/png");
    let (_, begun) = scene.graph(Method::POST, &begin, Value::Null).await;
    let upload = format!("/v26.0/{}", begun["id"].as_str().unwrap());
    let part = async |offset: &str, bytes: &'static [u8]| {
        let request = scene
            .request(Method::POST, &upload)
            .header("Authorization", format!("OAuth {TOKEN}"))
            .header("file_offset", offset);
        let (_, body) = scene.raw(request, bytes.into()).await.unwrap();
        serde_json::from_slice::<Value>(&body).unwrap()
    };
    assert_eq!(part("0", b"\x89PNG").await["file_offset"], 4);
    assert_eq!(
        part("0", b"\r\n\x1a\n").await["error"]["code"],
        100,
        "it goes on where it stopped"
    );
    assert_eq!(
        scene.graph(Method::GET, &upload, Value::Null).await.1["file_offset"],
        4
    );
    let handle = part("4", b"\r\n\x1a\n").await["h"].clone();
    let create = |name: &str, handle: &Value| {
        json!({"name": name, "language": "en_US", "category": "MARKETING", "components": [
            {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": [handle]}},
            {"type": "BODY", "text": format!("Look at this, {name}.")}]})
    };
    let edge = format!("/v26.0/{WABA}/message_templates");
    assert_eq!(
        scene.graph(Method::POST, &edge, create("known", &handle)).await.0,
        200
    );
    assert_eq!(
        scene
            .graph(Method::POST, &edge, create("unknown", &json!("4::bm8=")))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn messages_go_to_the_numbers_own_address_before_the_accounts_and_the_apps() {
    let mut scene = Scene::open("overrides").await;
    let mut of_account = scene::Receiver::open().await;
    let mut of_number = scene::Receiver::open().await;
    let own = |url: &str| json!({"override_callback_uri": url, "verify_token": "verify-me"});
    let edge = format!("/v26.0/{WABA}/subscribed_apps");
    let wrong = json!({"override_callback_uri": of_account.url, "verify_token": "wrong"});
    assert_eq!(
        scene.graph(Method::POST, &edge, wrong).await.1["error"]["code"],
        2200
    );
    scene.graph(Method::POST, &edge, own(&of_account.url)).await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "one"}))
        .await;
    of_account.hook().await;

    let node = format!("/v26.0/{PHONE}");
    let configuration = json!({"webhook_configuration": own(&of_number.url)});
    assert_eq!(scene.graph(Method::POST, &node, configuration).await.0, 200);
    let (_, shown) = scene
        .graph(
            Method::GET,
            &format!("{node}?fields=webhook_configuration"),
            Value::Null,
        )
        .await;
    assert_eq!(
        shown["webhook_configuration"]["phone_number"],
        of_number.url.as_str()
    );
    assert_eq!(
        shown["webhook_configuration"]["whatsapp_business_account"],
        of_account.url.as_str()
    );
    scene
        .customer_sends("ann", json!({"type": "text", "text": "two"}))
        .await;
    of_number.hook().await;
    scene
        .control(
            Method::POST,
            &format!("/sandbox/wabas/{WABA}"),
            json!({"account_review_status": "PENDING"}),
        )
        .await;
    of_account.hook().await;

    scene
        .graph(
            Method::POST,
            &node,
            json!({"webhook_configuration": {"override_callback_uri": ""}}),
        )
        .await;
    scene.graph(Method::POST, &edge, Value::Null).await;
    scene
        .customer_sends("ann", json!({"type": "text", "text": "three"}))
        .await;
    scene.hook().await;
}
