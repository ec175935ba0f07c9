//! What became of a send, for each way it can end.

use std::time::Duration;

use domain::ports::{ChannelProvider, FaultClass, SendOutcome};
use tokio::net::TcpListener;

use crate::{
    bodies::text,
    peer::{self, Peer, Then},
};

async fn outcome(then: Then) -> SendOutcome {
    let peer = Peer::start(move |_| then.clone()).await;
    let outcome = peer::api().send(&peer.connection(), &text()).await;
    assert_eq!(peer.seen().len(), 1, "a send is one request");
    outcome
}

fn named(outcome: &SendOutcome) -> (&'static str, Option<FaultClass>) {
    match outcome {
        SendOutcome::Accepted { held: false, .. } => ("accepted", None),
        SendOutcome::Accepted { held: true, .. } => ("held", None),
        SendOutcome::Refused(fault) => ("refused", Some(fault.class)),
        SendOutcome::NotSent(fault) => ("not sent", Some(fault.class)),
        SendOutcome::Ambiguous(fault) => ("ambiguous", Some(fault.class)),
    }
}

#[tokio::test]
async fn accepted_and_held() {
    let by_phone = r#"{"contacts":[{"input":"+1","wa_id":"15550109999"}],"messages":[{"id":"wamid.A","message_status":"accepted"}]}"#;
    let SendOutcome::Accepted {
        provider_id,
        held,
        party,
    } = outcome(peer::json(200, by_phone)).await
    else {
        panic!()
    };
    assert_eq!(
        (provider_id.as_str(), held, party.phone.as_deref()),
        ("wamid.A", false, Some("15550109999"))
    );

    let by_user_id =
        r#"{"contacts":[{"input":"US.7","user_id":"US.7"}],"messages":[{"id":"wamid.B"}],"new_key":[1]}"#;
    let SendOutcome::Accepted { party, .. } = outcome(peer::json(200, by_user_id)).await else {
        panic!()
    };
    assert_eq!((party.phone, party.user_id.as_deref()), (None, Some("US.7")));

    for held in ["held_for_quality_assessment", "paused"] {
        let body = format!(r#"{{"messages":[{{"id":"wamid.C","message_status":"{held}"}}]}}"#);
        assert_eq!(named(&outcome(peer::json(200, &body)).await), ("held", None));
    }
}

#[tokio::test]
async fn answers_are_sorted() {
    let error = |code: i64| format!(r#"{{"error":{{"message":"m","code":{code}}}}}"#);
    for (status, body, expected) in [
        (400, error(131_047), ("refused", Some(FaultClass::Window))),
        (401, error(190), ("refused", Some(FaultClass::Token))),
        (400, error(100), ("refused", Some(FaultClass::Invalid))),
        (400, error(130_429), ("refused", Some(FaultClass::RateLimited))),
        (400, error(131_056), ("refused", Some(FaultClass::PairRate))),
        (500, error(131_057), ("refused", Some(FaultClass::Maintenance))),
        (400, error(613), ("refused", Some(FaultClass::Other))),
        (400, error(1), ("ambiguous", Some(FaultClass::ProviderDown))),
        (503, error(2), ("ambiguous", Some(FaultClass::ProviderDown))),
        (500, error(131_000), ("ambiguous", Some(FaultClass::ProviderDown))),
        (500, error(131_016), ("ambiguous", Some(FaultClass::ProviderDown))),
        (500, "oops".into(), ("ambiguous", Some(FaultClass::ProviderDown))),
        (502, error(424_242), ("ambiguous", Some(FaultClass::ProviderDown))),
        (302, String::new(), ("ambiguous", Some(FaultClass::ProviderDown))),
        (200, "{}".into(), ("ambiguous", Some(FaultClass::ProviderDown))),
        (
            200,
            r#"{"messages":[]}"#.into(),
            ("ambiguous", Some(FaultClass::ProviderDown)),
        ),
        (
            200,
            "<html>".into(),
            ("ambiguous", Some(FaultClass::ProviderDown)),
        ),
        (
            200,
            r#"{"messages":[{"id":""}]}"#.into(),
            ("ambiguous", Some(FaultClass::ProviderDown)),
        ),
    ] {
        assert_eq!(
            named(&outcome(peer::json(status, &body)).await),
            expected,
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn a_lost_answer_is_ambiguous_and_a_missing_connection_is_not_sent() {
    assert_eq!(
        named(&outcome(Then::Reset).await),
        ("ambiguous", Some(FaultClass::Network))
    );

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let refused = peer::api().send(&peer::connection(&closed), &text()).await;
    assert_eq!(named(&refused), ("not sent", Some(FaultClass::Network)));

    let blocked = peer::api()
        .send(&peer::connection("http://169.254.169.254"), &text())
        .await;
    assert_eq!(named(&blocked), ("refused", Some(FaultClass::Permission)));
    let no_address = peer::api().send(&peer::connection("graph"), &text()).await;
    assert_eq!(named(&no_address), ("refused", Some(FaultClass::Invalid)));
}

#[tokio::test]
async fn a_send_that_is_never_answered_is_ambiguous() {
    let peer = Peer::start(|_| Then::Stall).await;
    let outcome = peer::api_within(Duration::from_secs(1))
        .send(&peer.connection(), &text())
        .await;
    assert_eq!(named(&outcome), ("ambiguous", Some(FaultClass::Network)));
    assert_eq!(peer.seen().len(), 1);
}
