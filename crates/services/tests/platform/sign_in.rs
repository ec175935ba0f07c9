use std::net::IpAddr;

use domain::Clock;
use parlance_services::{accounts::token, platform::SESSION_LIFETIME};
use secrecy::ExposeSecret;
use time::Duration;

use crate::{EMAIL, PASSWORD, scene};

#[tokio::test]
async fn sign_in_pauses_after_ten_failures_even_for_the_right_password() {
    let scene = scene().await;
    scene.admin().await;
    let address: IpAddr = "203.0.113.9".parse().unwrap();
    for _ in 0..10 {
        let refused = scene.sign_in("wrong", Some(address)).await.unwrap_err();
        assert_eq!(refused.code, "bad-credentials");
    }
    let paused = scene.sign_in(PASSWORD, Some(address)).await.unwrap_err();
    assert_eq!((paused.code, paused.retry_after_secs), ("throttled", Some(900)));
    let elsewhere = "198.51.100.1".parse().ok();
    scene
        .sign_in(PASSWORD, elsewhere)
        .await
        .expect("a stranger's guesses do not keep the person out");
    let still = scene.sign_in(PASSWORD, Some(address)).await.unwrap_err();
    assert_eq!(
        still.code, "throttled",
        "and a good sign-in gives the stranger no new guesses"
    );

    scene.real_clock.advance(Duration::minutes(16));
    scene.sign_in(PASSWORD, Some(address)).await.unwrap();
    for _ in 0..10 {
        scene.sign_in("wrong", Some(address)).await.unwrap_err();
    }
    assert_eq!(
        scene.sign_in("wrong", Some(address)).await.unwrap_err().code,
        "throttled"
    );
}

#[tokio::test]
async fn one_email_can_not_be_tried_from_everywhere() {
    let scene = scene().await;
    scene.admin().await;
    for number in 0..100_u16 {
        let refused = scene
            .sign_in("wrong", format!("198.51.100.{number}").parse().ok())
            .await;
        assert_eq!(refused.unwrap_err().code, "bad-credentials");
    }
    let paused = scene.sign_in(PASSWORD, "203.0.113.9".parse().ok()).await;
    assert_eq!(paused.unwrap_err().code, "throttled");
}

#[tokio::test]
async fn one_address_can_not_try_many_emails() {
    let scene = scene().await;
    let neighbour = |last: u16| -> Option<IpAddr> { format!("2001:db8::{last:x}").parse().ok() };
    let mut codes = Vec::new();
    for number in 0..102_u16 {
        let email = format!("guess{}@platform.test", number / 5);
        let refused = scene
            .services
            .sign_in(&email, &"wrong".into(), neighbour(number))
            .await
            .unwrap_err();
        codes.push(refused.code);
    }
    assert!(codes[..100].iter().all(|code| *code == "bad-credentials"));
    assert_eq!(codes[100..], ["throttled", "throttled"]);
}

#[tokio::test]
async fn a_session_ends_by_sign_out_and_by_time() {
    let scene = scene().await;
    let scope = scene.admin().await;
    assert_eq!(scene.services.me(&scope).user.email, EMAIL);
    let first = scene.sign_in(PASSWORD, None).await.unwrap();
    let second = scene.sign_in(PASSWORD, None).await.unwrap();
    scene.services.sign_out(&first.token).await.unwrap();
    scene.services.sign_out(&first.token).await.unwrap();
    assert_eq!(
        scene.services.authenticate(&first.token).await.unwrap_err().code,
        "unauthenticated"
    );
    scene.services.authenticate(&second.token).await.unwrap();
    let elsewhere = token::hash(second.token.expose_secret());
    let as_tenant = scene
        .db
        .tenant
        .signed_in(&elsewhere, scene.real_clock.now())
        .await
        .unwrap();
    assert!(
        as_tenant.is_none(),
        "a platform session opens nothing in the tenant realm"
    );
    scene.real_clock.advance(SESSION_LIFETIME);
    assert_eq!(
        scene.services.authenticate(&second.token).await.unwrap_err().code,
        "unauthenticated"
    );
}
