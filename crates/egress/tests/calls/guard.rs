//! The guard at connect time: name answers, literals, redirects.

use std::{collections::VecDeque, io, net::IpAddr, sync::Arc, sync::Mutex};

use crate::wire::{Peer, Then, ok, redirect};
use async_trait::async_trait;
use parlance_egress::{AllowRule, Egress, ErrorKind, Method, Policy, Resolver, Timeouts};

/// Answers one list of addresses after the other, then the last one for ever.
struct Scripted(Mutex<VecDeque<Vec<IpAddr>>>);

#[async_trait]
impl Resolver for Scripted {
    async fn resolve(&self, _host: &str) -> io::Result<Vec<IpAddr>> {
        let mut answers = self.0.lock().unwrap();
        let next = if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().cloned()
        };
        Ok(next.unwrap_or_default())
    }
}

fn egress(rules: &[&str], answers: &[&[&str]]) -> Egress {
    let allow = rules
        .iter()
        .map(|rule| rule.parse::<AllowRule>().unwrap())
        .collect();
    let answers = answers
        .iter()
        .map(|list| list.iter().map(|ip| ip.parse().unwrap()).collect())
        .collect();
    let resolver = Arc::new(Scripted(Mutex::new(answers)));
    Egress::with_resolver(Policy { allow }, Timeouts::default(), resolver).unwrap()
}

async fn get(egress: &Egress, url: &str) -> Result<String, ErrorKind> {
    let answer = egress
        .request(Method::GET, url)
        .bearer("secret-token")
        .send()
        .await;
    answer
        .map(|response| String::from_utf8_lossy(&response.body).into_owned())
        .map_err(|error| error.kind)
}

#[tokio::test]
async fn a_name_that_turns_private_is_not_followed() {
    // 127.0.0.2 plays the public address, 127.0.0.1 the private one behind the same name and port.
    let public = Peer::start("127.0.0.2", |_, _| Then::AnswerAndClose(ok("public"))).await;
    let port = public.address.port();
    let egress = egress(
        &["127.0.0.2/32"],
        &[&["127.0.0.2"], &["127.0.0.1"], &["169.254.169.254", "::1"]],
    );
    let url = format!("http://rebinding.example:{port}/");
    assert_eq!(get(&egress, &url).await.as_deref(), Ok("public"));
    for _ in 0..3 {
        let again = format!("http://rebinding.example.:{port}/");
        assert_eq!(get(&egress, &again).await, Err(ErrorKind::Blocked));
    }
    assert_eq!(public.seen().len(), 1);
}

#[tokio::test]
async fn forbidden_answers_are_dropped_and_the_rest_is_used() {
    let public = Peer::start("127.0.0.2", |_, _| Then::Answer(ok("public"))).await;
    let egress = egress(
        &["127.0.0.2/32"],
        &[&["127.0.0.1", "10.0.0.1", "127.0.0.2", "fd00::1"]],
    );
    let url = format!("http://mixed.example:{}/", public.address.port());
    assert_eq!(get(&egress, &url).await.as_deref(), Ok("public"));
}

#[tokio::test]
async fn redirects_are_judged_hop_by_hop() {
    let inside = Peer::start("127.0.0.1", |_, _| Then::Answer(ok("inside"))).await;
    let targets = [
        inside.url("/"),
        format!("http://[::ffff:127.0.0.1]:{}/", inside.address.port()),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://[fd00:ec2::254]/".to_owned(),
        "http://0x7f000001/".to_owned(),
        "file:///etc/passwd".to_owned(),
        format!("http://name.example:{}/", inside.address.port()),
    ];
    for target in targets {
        let to = target.clone();
        let public = Peer::start("127.0.0.2", move |_, _| Then::Answer(redirect(&to))).await;
        let egress = egress(&["127.0.0.2/32"], &[&["127.0.0.1"]]);
        assert_eq!(
            get(&egress, &public.url("/")).await,
            Err(ErrorKind::Blocked),
            "{target}"
        );
    }
    assert!(inside.seen().is_empty());
}

#[tokio::test]
async fn redirects_drop_the_token_across_origins_and_end() {
    let far = Peer::start("127.0.0.3", |_, _| Then::Answer(ok("far"))).await;
    let to = far.url("/file");
    let near = Peer::start("127.0.0.2", move |request, _| {
        Then::Answer(redirect(if request.starts_with("GET /loop") {
            "/loop"
        } else if request.starts_with("GET /same") {
            "/away"
        } else {
            &to
        }))
    })
    .await;
    let egress = egress(&["127.0.0.2/31"], &[]);
    assert_eq!(get(&egress, &near.url("/same")).await.as_deref(), Ok("far"));
    let has_token = |request: &String| request.contains("secret-token");
    assert_eq!(near.seen().iter().filter(|request| has_token(request)).count(), 2);
    assert!(!far.seen().iter().any(has_token));

    assert_eq!(get(&egress, &near.url("/loop")).await, Err(ErrorKind::Broken));
    assert_eq!(near.seen().len(), 2 + 6);

    let posted = egress
        .request(Method::POST, &near.url("/post"))
        .body("text/plain", "x")
        .send()
        .await
        .unwrap();
    assert_eq!((posted.status.as_u16(), far.seen().len()), (302, 1));
}

#[tokio::test]
async fn host_rules_open_their_port_only() {
    let sandbox = Peer::start("127.0.0.1", |_, _| Then::Answer(ok("sandbox"))).await;
    let other = Peer::start("127.0.0.1", |_, _| Then::Answer(ok("other"))).await;
    let port = sandbox.address.port();
    let rule = format!("localhost:{port}");
    let egress = egress(&[&rule], &[&["127.0.0.1"]]);
    assert_eq!(
        get(&egress, &format!("http://localhost:{port}/"))
            .await
            .as_deref(),
        Ok("sandbox")
    );
    assert_eq!(
        get(&egress, &format!("http://localhost:{}/", other.address.port())).await,
        Err(ErrorKind::Blocked)
    );
    assert_eq!(get(&egress, &sandbox.url("/")).await, Err(ErrorKind::Blocked));
    assert!(other.seen().is_empty());
}
