//! Uploads by what the bytes say, and links that expire.

use axum::http::header;
use serde_json::{Value, json};
use time::Duration;

use crate::stage::{Answer, Credential, PNG, Payload, Side, Stage, get, post};

async fn upload(stage: &Stage, side: &Side, filename: &str, bytes: &[u8]) -> Answer {
    let payload = Payload::Upload {
        number: Some(side.id("num").to_owned()),
        filename: filename.to_owned(),
        bytes: bytes.to_vec(),
    };
    stage
        .call(&post(side.path("media"), payload), &side.session)
        .await
}

fn field(answer: &Answer) -> (u16, Value) {
    (
        answer.status.as_u16(),
        answer.json()["fields"][0]["field"].clone(),
    )
}

#[tokio::test]
async fn the_bytes_decide_what_a_file_is() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let before = stage.db.digest(side.tenant.tenant_id).await;
    let mut large = PNG.to_vec();
    large.resize(5 * 1024 * 1024 + 1, 0);
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>"#;
    for (name, bytes) in [
        ("a.png", b"just text".as_slice()),
        ("a.png", svg.as_slice()),
        ("a.png", b"GIF89a\x01\x00\x01\x00".as_slice()),
        ("a.png", b"".as_slice()),
        ("a.png", large.as_slice()),
    ] {
        assert_eq!(
            field(&upload(&stage, &side, name, bytes).await),
            (400, json!("file")),
            "{} bytes",
            bytes.len()
        );
    }
    let unnamed = Payload::Upload {
        number: None,
        filename: "a.png".to_owned(),
        bytes: PNG.to_vec(),
    };
    let unnamed = stage
        .call(&post(side.path("media"), unnamed), &side.session)
        .await;
    assert_eq!(field(&unnamed), (400, json!("phone_number_id")));
    let not_a_form = stage
        .call(&post(side.path("media"), Payload::Json(json!({}))), &side.session)
        .await;
    assert_eq!(not_a_form.problem(), (400, "invalid-request".to_owned()));
    assert_eq!(stage.db.digest(side.tenant.tenant_id).await, before);

    large.pop();
    let taken = upload(&stage, &side, "words.txt", &large).await;
    assert_eq!(
        (
            taken.status.as_u16(),
            &taken.json()["mime_type"],
            &taken.json()["state"]
        ),
        (201, &json!("image/png"), &json!("stored"))
    );
    assert_eq!(taken.json()["size_bytes"], 5 * 1024 * 1024);
}

#[tokio::test]
async fn a_link_works_for_anybody_for_a_quarter_of_an_hour() {
    let stage = Stage::new().await;
    let side = stage.side("alder").await;
    let media = upload(&stage, &side, "a.png", PNG).await.json();
    let url = media["url"].as_str().unwrap().to_owned();
    let linked = stage.call(&get(&url), &Credential::Nobody).await;
    assert_eq!((linked.status.as_u16(), &linked.bytes[..]), (200, PNG));
    assert_eq!(linked.headers[header::CONTENT_TYPE], "image/png");
    assert_eq!(linked.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(
        linked.headers[header::CONTENT_SECURITY_POLICY],
        "default-src 'none'; sandbox"
    );

    let token = url.strip_prefix("/media/").unwrap();
    for place in 0..token.len() {
        let mut forged = token.as_bytes().to_vec();
        forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        let answer = stage
            .call(&get(format!("/media/{forged}")), &Credential::Nobody)
            .await;
        assert_eq!(
            answer.problem(),
            (404, "link-expired".to_owned()),
            "a changed character {place} is let through"
        );
    }
    for forged in ["x", "AAAA", &token[..token.len() - 4], "%00"] {
        let answer = stage
            .call(&get(format!("/media/{forged}")), &Credential::Nobody)
            .await;
        assert_eq!(answer.status, 404, "{forged}");
    }

    stage.db.clock.advance(Duration::hours(1));
    assert_eq!(
        stage.call(&get(&url), &Credential::Nobody).await.status,
        200,
        "links live by real time"
    );
    stage.real.advance(Duration::minutes(15));
    assert_eq!(
        stage.call(&get(&url), &Credential::Nobody).await.problem(),
        (404, "link-expired".to_owned())
    );
    let again = stage
        .call(
            &get(side.path(&format!("media/{}", media["id"].as_str().unwrap()))),
            &side.session,
        )
        .await
        .json();
    assert_eq!(
        stage
            .call(&get(again["url"].as_str().unwrap()), &Credential::Nobody)
            .await
            .status,
        200
    );
}
