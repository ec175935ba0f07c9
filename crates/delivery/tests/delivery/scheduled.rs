//! What was written for later stands outside the queue until the product's clock has come to its time.

use domain::{content::Content, status::MessageStatus};
use store::{
    delivery::AttemptState as S,
    messages::{self, Cancel},
};
use time::Duration;

use crate::stage::{Stage, quick};

#[tokio::test]
async fn a_message_for_later_is_no_part_of_the_queue_until_its_time() {
    let stage = Stage::new(&["acme", "other"]).await;
    let [acme, other] = &stage.tenants[..] else {
        unreachable!()
    };
    let text = Content::Text {
        body: "hello".into(),
        preview_url: false,
    };
    let mut waiting = Vec::new();
    for (n, tenant) in [acme, acme, other].into_iter().enumerate() {
        let conversation = stage.conversation(tenant, &format!("1555000{n}")).await;
        let message = stage
            .later(tenant, conversation, &text, None, Duration::hours(1))
            .await;
        waiting.push((tenant, message));
    }
    let conversation = stage.conversation(acme, "15550009").await;
    let (now, withdrawn) = (
        stage.text(acme, conversation).await,
        stage
            .later(acme, conversation, &text, None, Duration::hours(1))
            .await,
    );
    let running = stage.start(quick());
    stage.until_ledger(acme, now, &[S::Accepted]).await;
    let queued = "select count(*) from send_attempts where state = 0";
    assert_eq!(
        stage.one::<i64>(queued).await,
        0,
        "claims have nothing to read past"
    );
    for (tenant, message) in &waiting {
        assert_eq!(stage.ledger(tenant, *message).await, [S::Scheduled]);
    }
    let mut tx = stage.db.tenant.begin(&acme.scope).await.unwrap();
    let cancelled = messages::cancel(&mut tx, withdrawn, domain::Clock::now(&*stage.db.clock)).await;
    assert_eq!(cancelled.unwrap(), Cancel::Done);
    tx.commit().await.unwrap();

    stage.db.clock.advance(Duration::hours(1));
    for (tenant, message) in &waiting {
        stage.until_ledger(tenant, *message, &[S::Accepted]).await;
        assert_eq!(stage.provider.accepted(*message), 1);
    }
    running.stop().await;
    assert_eq!(stage.ledger(acme, withdrawn).await, [S::Cancelled]);
    assert_eq!(stage.status(acme, withdrawn).await, MessageStatus::Cancelled);
    assert_eq!(stage.provider.calls_of(withdrawn), 0);
}

#[tokio::test]
async fn many_due_at_once_are_planned_by_portions_and_those_of_other_tenants_are_left() {
    let stage = Stage::new(&["acme", "other"]).await;
    let [acme, other] = &stage.tenants[..] else {
        unreachable!()
    };
    let text = Content::Text {
        body: "hello".into(),
        preview_url: false,
    };
    for (tenant, messages) in [(acme, 60), (other, 1)] {
        let conversation = stage.conversation(tenant, "15550001").await;
        for _ in 0..messages {
            stage
                .later(tenant, conversation, &text, None, Duration::minutes(5))
                .await;
        }
    }
    let plan = async || {
        let now = domain::Clock::now(&*stage.db.clock);
        stage.db.delivery.plan_due(&[acme.tenant_id], now).await.unwrap()
    };
    assert_eq!(plan().await, 0, "before its time");
    stage.db.clock.advance(Duration::minutes(5));
    assert_eq!([plan().await, plan().await, plan().await], [50, 10, 0]);
    let states = stage.states().await;
    assert_eq!((states[&S::Planned], states[&S::Scheduled]), (60, 1));
}
