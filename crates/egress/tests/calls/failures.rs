//! Failures are sorted by whether a byte of the request left, and nothing is ever sent twice.

use std::time::Duration;

use crate::wire::{Peer, Then, ok};
use parlance_egress::{AllowRule, Egress, Error, ErrorKind, Method, Multipart, Policy, Response, Timeouts};
use tokio::net::TcpListener;

fn egress() -> Egress {
    egress_within(Timeouts::default().connect)
}

fn egress_within(connect: Duration) -> Egress {
    let allow = vec!["127.0.0.0/8".parse::<AllowRule>().unwrap()];
    Egress::new(
        Policy { allow },
        Timeouts {
            connect,
            ..Timeouts::default()
        },
    )
    .unwrap()
}

async fn post(egress: &Egress, url: &str, body: &str) -> Result<Response, Error> {
    egress
        .request(Method::POST, url)
        .body("text/plain", body.to_owned())
        .send()
        .await
}

fn kind(outcome: Result<Response, Error>) -> ErrorKind {
    outcome.unwrap_err().kind
}

#[tokio::test]
async fn nothing_was_sent_when_no_connection_came_about() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    let egress = egress();
    assert_eq!(
        kind(post(&egress, &format!("http://{closed}/"), "x").await),
        ErrorKind::NotSent
    );
    let unknown = post(&egress, "http://no-such-name.invalid/", "x").await;
    assert_eq!(kind(unknown), ErrorKind::NotSent);
    // The peer closes instead of answering the TLS hello: the handshake fails before the request.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    assert_eq!(
        kind(post(&egress, &format!("https://{address}/"), "x").await),
        ErrorKind::NotSent
    );
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_not_sent() {
    // The kernel completes TCP from the backlog; nobody ever answers the TLS hello.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", silent.local_addr().unwrap());
    assert_eq!(
        kind(post(&egress_within(Duration::from_millis(300)), &url, "x").await),
        ErrorKind::NotSent
    );
}

#[tokio::test]
async fn a_request_that_was_read_and_then_lost_is_broken_and_came_once() {
    for (then, expected) in [
        (Then::Reset, ErrorKind::Broken),
        (Then::Hang, ErrorKind::Broken),
        (
            Then::AnswerAndClose("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".into()),
            ErrorKind::Broken,
        ),
        (Then::AnswerAndClose("nonsense\r\n\r\n".into()), ErrorKind::Broken),
        (Then::Answer(ok(&"x".repeat(9_000))), ErrorKind::TooLarge),
        (Then::Stall(String::new()), ErrorKind::Timeout),
        (
            Then::Stall("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".into()),
            ErrorKind::Timeout,
        ),
    ] {
        let peer = Peer::start("127.0.0.1", move |_, _| then.clone()).await;
        let call = egress()
            .request(Method::POST, &peer.url("/"))
            .body("text/plain", "x");
        let outcome = call.timeout(Duration::from_secs(1)).max_bytes(8_000).send().await;
        assert_eq!(kind(outcome), expected);
        assert_eq!(peer.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_reset_on_a_kept_connection_is_broken_and_came_once() {
    let peer = Peer::start("127.0.0.1", |_, before| {
        if before == 0 {
            Then::Answer(ok("1"))
        } else {
            Then::Reset
        }
    })
    .await;
    let egress = egress();
    post(&egress, &peer.url("/first"), "x").await.unwrap();
    assert_eq!(
        kind(post(&egress, &peer.url("/second"), "x").await),
        ErrorKind::Broken
    );
    assert_eq!(
        peer.seen()
            .iter()
            .filter(|request| request.starts_with("POST /second"))
            .count(),
        1
    );
}

/// A peer that closes idle connections races with the next request on them; whoever wins, no request arrives twice and
/// none that was answered is missing.
#[tokio::test]
async fn closing_idle_connections_never_doubles_a_request() {
    let peer = Peer::start("127.0.0.1", |_, _| Then::AnswerAndClose(ok("k"))).await;
    let egress = egress();
    let mut answered = 0;
    for n in 0..300 {
        match post(&egress, &peer.url(&format!("/{n}")), "x").await {
            Ok(_) => answered += 1,
            Err(error) => assert_eq!(error.kind, ErrorKind::Broken),
        }
    }
    let mut paths: Vec<String> = peer
        .seen()
        .iter()
        .filter_map(|r| r.split(' ').nth(1).map(str::to_owned))
        .collect();
    let arrived = paths.len();
    paths.sort();
    paths.dedup();
    assert_eq!(paths.len(), arrived);
    assert!(arrived >= answered);
}

#[tokio::test]
async fn what_is_sent_is_what_was_given() {
    let peer = Peer::start("127.0.0.1", |_, _| Then::Answer(ok("{}"))).await;
    let form = Multipart::new()
        .text("type", "image/png")
        .file("file", "a.png", "image/png", "PNG".into());
    let call = egress()
        .request(Method::POST, &peer.url("/m"))
        .query([("a", "b c")])
        .bearer("t0")
        .multipart(form);
    call.send().await.unwrap();
    let seen = peer.seen().remove(0);
    assert!(seen.starts_with("POST /m?a=b+c HTTP/1.1"));
    for part in [
        "authorization: Bearer t0",
        "name=\"type\"\r\n\r\nimage/png",
        "filename=\"a.png\"",
        "\r\n\r\nPNG\r\n",
        "user-agent: parlance/",
    ] {
        assert!(seen.contains(part), "{part} in {seen}");
    }
    let bad = egress()
        .request(Method::GET, &peer.url("/"))
        .bearer("line\nbreak")
        .send()
        .await;
    assert_eq!(bad.unwrap_err().kind, ErrorKind::Blocked);
}
