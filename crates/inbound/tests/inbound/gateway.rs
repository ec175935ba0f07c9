use std::time::Duration;

use axum::{body::Body as HttpBody, http::Request};
use http_body_util::BodyExt;
use parlance_inbound::{Config, gateway::router};
use tower::ServiceExt;

use crate::{
    adapter::{SIGNATURE, sign},
    scene::{Scene, body, post, post_signed, text, who},
};

#[tokio::test]
async fn the_handshake_answers_the_challenge_to_the_right_token_only() {
    let scene = Scene::new().await;
    let router = router(scene.start_gateway(Config::default()));
    let get = async |app: &str, token: &str| {
        let uri =
            format!("/webhooks/{app}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}");
        let answer = router
            .clone()
            .oneshot(Request::get(uri).body(HttpBody::empty()).unwrap())
            .await
            .unwrap();
        let status = answer.status().as_u16();
        (
            status,
            String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap(),
        )
    };
    let app = scene.app_a.meta_app_id.to_string();
    assert_eq!(
        get(&app, &scene.app_a.verify_token).await,
        (200, "1158201444".to_owned())
    );
    assert_eq!(get(&app, &scene.app_b.verify_token).await.0, 403);
    assert_eq!(get("app_0123", &scene.app_a.verify_token).await.0, 404);
    scene.stop().await;
}

#[tokio::test]
async fn only_what_the_app_signed_is_stored_and_whatever_it_is() {
    let scene = Scene::new().await;
    let router = router(scene.start_gateway(Config::default()));
    let good = serde_json::to_vec(&body(
        &scene.a,
        vec![text("wamid.1", 1, who("1555", "US.1", "Ann"), "Hi")],
    ))
    .unwrap();
    let right = sign(&scene.app_a.app_secret, &good);
    assert_eq!(post(&router, &scene.app_a, &good, None).await, 401);
    assert_eq!(post(&router, &scene.app_a, &good, Some("0000")).await, 401);
    assert_eq!(
        post(
            &router,
            &scene.app_a,
            &good,
            Some(&sign(&scene.app_b.app_secret, &good))
        )
        .await,
        401
    );
    assert_eq!(
        post(&router, &scene.app_a, &[&good[..], b" "].concat(), Some(&right)).await,
        401
    );
    assert_eq!(scene.one("select count(*) from raw_webhooks").await, "0");

    assert_eq!(post(&router, &scene.app_a, &good, Some(&right)).await, 200);
    for odd in [&b""[..], b"not json", b"{\"object\":\"page\"}", &[0xff, 0x00]] {
        assert_eq!(
            post(
                &router,
                &scene.app_a,
                odd,
                Some(&sign(&scene.app_a.app_secret, odd))
            )
            .await,
            200
        );
    }
    assert_eq!(scene.one("select count(*) from raw_webhooks").await, "5");
    let stored = scene
        .rows("select distinct encode(body, 'hex') from raw_webhooks")
        .await;
    assert!(
        stored.contains(&hex::encode(&good)),
        "bytes are kept as they came"
    );
    scene.stop().await;
}

#[tokio::test]
async fn a_new_secret_counts_at_once_and_an_ended_one_no_longer() {
    let scene = Scene::new().await;
    let config = Config {
        secrets_ttl: Duration::from_secs(3_600),
        ..Config::default()
    };
    let router = router(scene.start_gateway(config));
    let signed = body(&scene.a, vec![]);
    assert_eq!(post_signed(&router, &scene.app_a, &signed).await, 200);
    let (a, b) = (scene.app_a.meta_app_id.uuid(), scene.app_b.meta_app_id.uuid());
    scene
        .rows(&format!(
            "update meta_app_secrets set meta_app_id = '{a}' where meta_app_id = '{b}'"
        ))
        .await;
    let bytes = serde_json::to_vec(&signed).unwrap();
    let newer = sign(&scene.app_b.app_secret, &bytes);
    assert_eq!(
        post(&router, &scene.app_a, &bytes, Some(&newer)).await,
        200,
        "both secrets are active"
    );
    assert_eq!(
        post_signed(&router, &scene.app_a, &signed).await,
        200,
        "both secrets are active"
    );
    scene
        .rows("update meta_app_secrets set not_after = '2026-11-01 00:00Z'")
        .await;
    assert_eq!(
        post(&router, &scene.app_a, &bytes, Some("0000")).await,
        401,
        "a forged one makes it read again"
    );
    assert_eq!(post_signed(&router, &scene.app_a, &signed).await, 401);
    scene.stop().await;
}

#[tokio::test]
async fn too_large_is_413_and_a_stalled_client_is_408() {
    let scene = Scene::new().await;
    let config = Config {
        body_bytes_max: 1_024,
        read_timeout: Duration::from_millis(50),
        ..Config::default()
    };
    let router = router(scene.start_gateway(config));
    let large = vec![b' '; 1_025];
    assert_eq!(
        post(
            &router,
            &scene.app_a,
            &large,
            Some(&sign(&scene.app_a.app_secret, &large))
        )
        .await,
        413
    );
    let stalled = HttpBody::from_stream(futures::stream::pending::<Result<Vec<u8>, std::io::Error>>());
    let uri = format!("/webhooks/{}", scene.app_a.meta_app_id);
    let request = Request::post(uri).header(SIGNATURE, "00").body(stalled).unwrap();
    assert_eq!(router.oneshot(request).await.unwrap().status(), 408);
    assert_eq!(scene.one("select count(*) from raw_webhooks").await, "0");
    scene.stop().await;
}

/// On one thread every request reaches the channel before the writer runs: what does not fit is answered 503 at once,
/// what fits 200 after COMMIT.
#[tokio::test]
async fn a_full_channel_answers_503_and_keeps_what_it_took() {
    let scene = Scene::new().await;
    let config = Config {
        streams: 1,
        channel_capacity: 2,
        in_flight_bytes: 64 << 10,
        ..Config::default()
    };
    let router = router(scene.start_gateway(config));
    let signed = body(&scene.a, vec![]);
    assert_eq!(post_signed(&router, &scene.app_a, &signed).await, 200);
    let posts = (0..12).map(|_| post_signed(&router, &scene.app_a, &signed));
    let answers = futures::future::join_all(posts).await;
    assert_eq!(answers.iter().filter(|answer| **answer == 200).count(), 2);
    assert_eq!(answers.iter().filter(|answer| **answer == 503).count(), 10);
    assert_eq!(scene.one("select count(*) from raw_webhooks").await, "3");

    let heavy = vec![b' '; 65 << 10];
    let request = Request::post(format!("/webhooks/{}", scene.app_a.meta_app_id))
        .header(SIGNATURE, sign(&scene.app_a.app_secret, &heavy));
    let answer = router
        .oneshot(request.body(HttpBody::from(heavy)).unwrap())
        .await
        .unwrap();
    assert_eq!(answer.status(), 503, "more bytes than may be in flight");
    assert_eq!(answer.headers()["retry-after"], "1");
    scene.stop().await;
}

#[tokio::test]
async fn another_owner_fences_the_writer_out() {
    let scene = Scene::new().await;
    let today = time::macros::date!(2026 - 11 - 22);
    let lease = Duration::from_secs(60);
    let mut first = scene
        .db
        .ingest
        .open_stream(scene.db.ids.uuid(), today, lease)
        .await
        .unwrap();
    let row = store::ingest::NewRawWebhook {
        meta_app_id: scene.app_a.meta_app_id,
        received_at: crate::adapter::START,
        body: b"{}",
    };
    first.append(today, &[row, row]).await.unwrap();
    scene
        .rows("update ingest_streams set expires_at = now() - interval '1 second'")
        .await;
    let mut second = scene
        .db
        .ingest
        .open_stream(scene.db.ids.uuid(), today, lease)
        .await
        .unwrap();
    assert_eq!(second.stream(), first.stream());
    assert!(matches!(
        first.append(today, &[row]).await,
        Err(store::Error::LeaseLost)
    ));
    assert!(matches!(first.renew().await, Err(store::Error::LeaseLost)));
    assert_eq!(
        second.append(today, &[row]).await.unwrap().seq,
        3,
        "goes on where the first ended"
    );
    let tomorrow = today.next_day().unwrap();
    assert_eq!(second.append(tomorrow, &[row]).await.unwrap().day, tomorrow);
    assert_eq!(
        second.append(today, &[row]).await.unwrap().day,
        tomorrow,
        "a clock that lags never goes back a day"
    );
    scene.stop().await;
}
