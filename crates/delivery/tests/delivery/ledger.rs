//! One row for each call, written before it; what became of it, written after.

use domain::{ports::FaultClass, status::MessageStatus, stop::StopClass};
use store::{delivery::AttemptState as S, numbers, vault::PROVIDER_CREDENTIAL};
use time::Duration;

use crate::{
    provider::{Step, provider_id},
    stage::{Stage, quick},
};

#[tokio::test]
async fn each_outcome_has_its_row_and_only_the_certain_ones_go_again() {
    let stage = Stage::new(&["acme"]).await;
    let [tenant] = &stage.tenants[..] else {
        unreachable!()
    };
    let mut sent = Vec::new();
    for (n, steps) in [
        vec![],
        vec![Step::Refuse(FaultClass::Recipient)],
        vec![Step::NotSent, Step::Refuse(FaultClass::Maintenance)],
        vec![Step::LoseRequest],
    ]
    .into_iter()
    .enumerate()
    {
        let conversation = stage.conversation(tenant, &format!("1555000{n}")).await;
        let message = stage.text(tenant, conversation).await;
        stage.provider.script(message, steps);
        sent.push(message);
    }
    let [accepted, refused, retried, lost] = sent[..] else {
        unreachable!()
    };
    let running = stage.start(quick());
    stage.until_ledger(tenant, accepted, &[S::Accepted]).await;
    stage.until_ledger(tenant, refused, &[S::Rejected]).await;
    stage
        .until_ledger(tenant, retried, &[S::NotSent, S::Planned])
        .await;
    stage.until_ledger(tenant, lost, &[S::Unknown]).await;
    stage.db.clock.advance(Duration::seconds(5));
    stage
        .until_ledger(tenant, retried, &[S::NotSent, S::NotSent, S::Planned])
        .await;
    stage.db.clock.advance(Duration::seconds(10));
    stage
        .until_ledger(tenant, retried, &[S::NotSent, S::NotSent, S::Accepted])
        .await;
    running.stop().await;

    stage.db.clock.advance(Duration::minutes(11));
    let running = stage.start(quick());
    stage.until_ledger(tenant, lost, &[S::Expired]).await;
    running.stop().await;
    assert_eq!(
        stage.provider.calls_of(lost),
        1,
        "what may have been sent is never sent by the machine again"
    );
    assert_eq!(stage.status(tenant, lost).await, MessageStatus::Unknown);
    let message = stage.message(tenant, accepted).await;
    assert_eq!(
        (message.status, message.provider_id),
        (MessageStatus::Accepted, Some(provider_id(accepted)))
    );
    assert!(message.accepted_at.is_some());
    let message = stage.message(tenant, refused).await;
    assert_eq!(
        (message.status, message.error_code),
        (MessageStatus::Failed, Some(131_000))
    );
    assert_eq!(stage.provider.calls()[0].token, "token-acme");
}

#[tokio::test]
async fn a_crash_in_the_middle_of_a_call_leaves_unknown_and_no_second_call() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let message = stage.text(tenant, conversation).await;
    stage.provider.script(message, [Step::AcceptWhenReleased]);
    let first = stage.start(quick());
    stage
        .until("the call is under way", || async {
            stage.provider.calls_of(message) == 1
        })
        .await;
    first.crash().await;
    assert_eq!(stage.ledger(tenant, message).await, [S::Claimed]);
    stage.expire_leases().await;
    let second = stage.start(quick());
    stage.until_ledger(tenant, message, &[S::Unknown]).await;
    assert_eq!(stage.status(tenant, message).await, MessageStatus::Unknown);
    let next = stage.text(tenant, conversation).await;
    stage.until_ledger(tenant, next, &[S::Accepted]).await;
    second.stop().await;
    assert_eq!(stage.provider.calls_of(message), 1);
}

#[tokio::test]
async fn a_late_answer_is_better_than_unknown() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let message = stage.text(tenant, conversation).await;
    stage.provider.script(message, [Step::AcceptWhenReleased]);
    let slow = stage.start(quick());
    stage
        .until("the call is under way", || async {
            stage.provider.calls_of(message) == 1
        })
        .await;
    stage.expire_leases().await;
    let next_owner = stage.start(quick());
    stage.until_ledger(tenant, message, &[S::Unknown]).await;
    stage.provider.release.add_permits(1);
    stage.until_ledger(tenant, message, &[S::Accepted]).await;
    assert_eq!(stage.status(tenant, message).await, MessageStatus::Accepted);
    slow.stop().await;
    next_owner.stop().await;
    assert_eq!(stage.provider.accepted(message), 1);
}

#[tokio::test]
async fn a_dead_token_pauses_the_number_until_there_is_a_new_one() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let mut sent = Vec::new();
    for n in 0..3 {
        let conversation = stage.conversation(tenant, &format!("1555000{n}")).await;
        sent.push(stage.text(tenant, conversation).await);
        stage.provider.script(sent[n], [Step::Refuse(FaultClass::Token)]);
    }
    let running = stage.start(quick());
    stage
        .until("the number is paused and every message waits", || async {
            let states = stage.states().await;
            states.get(&S::Planned) == Some(&3)
                && !states.contains_key(&S::Claimed)
                && states.contains_key(&S::NotSent)
        })
        .await;
    let called = stage.provider.calls().len();
    let reason: Option<String> = sqlx::query_scalar("select paused_reason from phone_numbers")
        .fetch_one(&stage.db.superuser)
        .await
        .unwrap();
    assert!(reason.unwrap().contains("token"));
    let told: i64 = stage
        .one("select count(*) from audit_entries where action = 'number.pause'")
        .await;
    assert_eq!(told, 1, "however many calls met it");
    let mut tx = stage.db.tenant.begin(&tenant.scope).await.unwrap();
    for message in &sent {
        stage.provider.script(*message, []);
    }
    assert_eq!(
        stage.provider.calls().len(),
        called,
        "a paused number calls nobody"
    );
    let number = tenant.phone_number_id;
    let lifted = numbers::lift(&mut tx, &[number], &[StopClass::Token])
        .await
        .unwrap();
    assert_eq!(lifted, [(number, StopClass::Token)]);
    tx.commit().await.unwrap();
    running.wake(tenant);
    for message in sent {
        stage
            .until("it is accepted", || async {
                stage.status(tenant, message).await == MessageStatus::Accepted
            })
            .await;
        assert_eq!(stage.provider.accepted(message), 1);
    }
    running.stop().await;
}

#[tokio::test]
async fn what_an_old_token_meets_does_not_stop_the_new_one() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let message = stage.text(tenant, conversation).await;
    stage
        .provider
        .script(message, [Step::RefuseWhenReleased(FaultClass::Token)]);
    let running = stage.start(quick());
    stage
        .until("the call is under way", || async {
            stage.provider.calls_of(message) == 1
        })
        .await;
    let account: uuid::Uuid = stage.one("select id from provider_accounts").await;
    let now = domain::Clock::now(&*stage.db.clock);
    let mut tx = stage.db.tenant.begin(&tenant.scope).await.unwrap();
    let sealed = stage
        .db
        .vault
        .seal(&mut tx, PROVIDER_CREDENTIAL, now, b"fresh-token");
    let sealed = sealed.await.unwrap();
    numbers::set_credential(&mut tx, domain::ProviderAccountId::new(account), &sealed, "oken")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    stage.provider.release.add_permits(1);
    stage
        .until_ledger(tenant, message, &[S::NotSent, S::Accepted])
        .await;
    running.stop().await;
    let calls = stage.provider.calls();
    let tokens: Vec<_> = calls.iter().map(|call| call.token.as_str()).collect();
    assert_eq!(tokens, ["token-acme", "fresh-token"]);
    let stopped = "select count(*) from audit_entries where action = 'number.pause'";
    assert_eq!(stage.one::<i64>(stopped).await, 0);
}

#[tokio::test]
async fn a_status_that_came_first_is_applied_when_the_answer_is_recorded() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let message = stage.text(tenant, conversation).await;
    for (status, seconds) in [(MessageStatus::Sent, 1), (MessageStatus::Delivered, 2)] {
        sqlx::query("insert into parked_statuses (tenant_id, phone_number_id, provider_id, status, at, parked_at, look_at) values ($1, $2, $3, $4, $5, $5, $5)")
            .bind(tenant.tenant_id.uuid())
            .bind(tenant.phone_number_id.uuid())
            .bind(provider_id(message))
            .bind(status.rank())
            .bind(time::OffsetDateTime::UNIX_EPOCH + Duration::seconds(seconds))
            .execute(&stage.db.superuser)
            .await
            .unwrap();
    }
    let running = stage.start(quick());
    stage
        .until("it is delivered", || async {
            stage.status(tenant, message).await == MessageStatus::Delivered
        })
        .await;
    running.stop().await;
    let message = stage.message(tenant, message).await;
    assert_eq!(
        message.delivered_at.map(time::OffsetDateTime::unix_timestamp),
        Some(2)
    );
    assert!(message.accepted_at.is_some() && message.sent_at.is_some());
    let parked: i64 = sqlx::query_scalar("select count(*) from parked_statuses")
        .fetch_one(&stage.db.superuser)
        .await
        .unwrap();
    assert_eq!(parked, 0);
}

#[tokio::test]
async fn the_window_is_looked_at_again_at_the_last_moment() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let conversation = stage.conversation(tenant, "15550001").await;
    let message = stage.text(tenant, conversation).await;
    stage.db.clock.advance(Duration::hours(25));
    let running = stage.start(quick());
    stage.until_ledger(tenant, message, &[S::Rejected]).await;
    running.stop().await;
    let message = stage.message(tenant, message).await;
    assert_eq!(message.status, MessageStatus::Failed);
    assert_eq!(
        message.decision.map(|decision| decision.rule),
        Some(domain::decision::Rule::WindowClosed)
    );
    assert!(stage.provider.calls().is_empty());
}
