//! What a provider's word stops: an account, a template, what a customer withdrew. Nothing else.

use domain::{
    content::{Content, TemplateMessage},
    decision::Rule,
    ports::FaultClass,
    stop::StopClass,
    template::{Rendered, Values},
};
use store::{
    delivery::{AttemptState as S, Pause, pause},
    numbers,
};
use testkit::TenantFixture;

use crate::{
    provider::Step,
    stage::{Stage, quick},
};

/// A second number of the tenant's WABA, paced and planned as the first.
async fn second_number(stage: &Stage, tenant: &TenantFixture) -> uuid::Uuid {
    let (id, channel) = (stage.db.ids.uuid(), stage.db.ids.uuid());
    let owner = tenant.tenant_id.uuid();
    stage
        .sql(&format!(
            "insert into channel_accounts (tenant_id, id, kind, name, created_at) values ('{owner}', '{channel}', 'whatsapp', 'second', now())"
        ))
        .await;
    stage
        .sql(&format!(
            "insert into phone_numbers (tenant_id, id, waba_id, channel_account_id, provider_account_id, provider_number_id,
               display_phone_number, verified_name, quality, status, throughput_mps, checked_at, created_at)
             select tenant_id, '{id}', waba_id, '{channel}', provider_account_id, 'second', '', '', '', '', 80, now(), now()
             from phone_numbers where tenant_id = '{owner}'"
        ))
        .await;
    stage
        .sql(&format!(
            "insert into lanes (tenant_id, id, throughput_mps) values ('{owner}', '{id}', 80)"
        ))
        .await;
    id
}

#[tokio::test]
async fn a_missing_payment_method_stops_every_number_of_the_account_and_no_other_account() {
    let stage = Stage::new(&["acme", "other"]).await;
    let [acme, other] = &stage.tenants[..] else {
        unreachable!()
    };
    second_number(&stage, acme).await;
    let conversation = stage.conversation(acme, "15550001").await;
    let message = stage.text(acme, conversation).await;
    stage
        .provider
        .script(message, [Step::Refuse(FaultClass::Payment)]);
    let running = stage.start(quick());
    stage.until_ledger(acme, message, &[S::NotSent, S::Planned]).await;
    let paused = "select count(*) from phone_numbers n join lanes l on l.id = n.id join number_stops s on s.phone_number_id = n.id
                  where s.class = 'payment' and s.reason = n.paused_reason and l.paused_reason = n.paused_reason";
    assert_eq!(stage.one::<i64>(paused).await, 2);
    let written =
        "select count(*) from audit_entries where action = 'number.pause' and actor_kind = 'worker'";
    assert_eq!(stage.one::<i64>(written).await, 2);
    let conversation = stage.conversation(other, "15550001").await;
    let theirs = stage.text(other, conversation).await;
    stage.until_ledger(other, theirs, &[S::Accepted]).await;
    stage.resume_all().await;
    stage
        .until_ledger(acme, message, &[S::NotSent, S::Accepted])
        .await;
    running.stop().await;
    assert_eq!(stage.provider.accepted(message), 1);
}

#[tokio::test]
async fn a_stop_that_is_told_while_another_holds_outlives_it() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let number = tenant.phone_number_id;
    let shown = "select coalesce(n.paused_reason, 'none') || coalesce(l.paused_reason, 'none')
                 from phone_numbers n join lanes l on l.id = n.id";
    let stop = async |class: StopClass, reason: &str| {
        stage.db.clock.advance(time::Duration::seconds(1));
        let why = Pause {
            class,
            reason: reason.into(),
            whole_waba: false,
            credential: None,
        };
        let now = domain::Clock::now(&*stage.db.clock);
        let mut tx = stage.db.tenant.begin(&tenant.scope).await.unwrap();
        let stopped = pause(&mut tx, number, &why, now).await.unwrap();
        tx.commit().await.unwrap();
        stopped
    };
    let lift = async |class: StopClass| {
        let mut tx = stage.db.tenant.begin(&tenant.scope).await.unwrap();
        numbers::lift(&mut tx, &[number], &[class]).await.unwrap();
        tx.commit().await.unwrap();
    };
    assert_eq!(stop(StopClass::Token, "dead;").await, [number]);
    assert_eq!(stop(StopClass::Payment, "unpaid;").await, [number]);
    assert_eq!(stop(StopClass::Payment, "again;").await, [], "it is known");
    assert_eq!(stage.one::<String>(shown).await, "dead;dead;");
    lift(StopClass::Token).await;
    assert_eq!(stage.one::<String>(shown).await, "unpaid;unpaid;");
    lift(StopClass::Payment).await;
    assert_eq!(stage.one::<String>(shown).await, "nonenone");
}

async fn template(stage: &Stage, tenant: &TenantFixture, name: &str, category: &str) -> Content {
    let (id, owner, waba) = (
        stage.db.ids.uuid(),
        tenant.tenant_id.uuid(),
        tenant.waba_id.uuid(),
    );
    stage
        .sql(&format!(
            r#"insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
               values ('{owner}', '{id}', '{waba}', '1', '{name}', 'en', '{category}', 'APPROVED',
                 '[{{"type": "body", "text": "Hello", "examples": {{}}}}]', now())"#
        ))
        .await;
    Content::Template(Box::new(TemplateMessage {
        name: name.into(),
        language: "en".into(),
        parameters: Values::default(),
        rendered: Rendered::default(),
    }))
}

#[tokio::test]
async fn a_template_that_the_provider_refuses_is_stopped_alone() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let bad = template(&stage, tenant, "bad", "UTILITY").await;
    let good = template(&stage, tenant, "good", "UTILITY").await;
    let conversation = stage.conversation(tenant, "15550001").await;
    let struck = stage.send(tenant, conversation, &bad, None).await;
    stage
        .provider
        .script(struck, [Step::Refuse(FaultClass::TemplateUnavailable)]);
    let running = stage.start(quick());
    stage.until_ledger(tenant, struck, &[S::Rejected]).await;
    let (next, fine) = (
        stage.send(tenant, conversation, &bad, None).await,
        stage.send(tenant, conversation, &good, None).await,
    );
    stage.until_ledger(tenant, next, &[S::Rejected]).await;
    stage.until_ledger(tenant, fine, &[S::Accepted]).await;
    running.stop().await;
    assert_eq!(stage.provider.calls_of(next), 0, "our own rule knows it by now");
    let rule = stage.message(tenant, next).await.decision.unwrap().rule;
    assert_eq!(rule, Rule::TemplateNotReady);
    let written = "select count(*) from audit_entries where action = 'template.stop'";
    assert_eq!(stage.one::<i64>(written).await, 1);
}

#[tokio::test]
async fn what_a_customer_withdraws_while_it_waits_is_not_sent() {
    let stage = Stage::new(&["acme"]).await;
    let tenant = &stage.tenants[0];
    let offer = template(&stage, tenant, "offer", "MARKETING").await;
    let receipt = template(&stage, tenant, "receipt", "UTILITY").await;
    let (ada, bob) = (
        stage.conversation(tenant, "15550001").await,
        stage.conversation(tenant, "15550002").await,
    );
    let mut sent = Vec::new();
    for (conversation, content) in [(ada, &offer), (ada, &receipt), (bob, &offer), (bob, &receipt)] {
        sent.push(stage.send(tenant, conversation, content, None).await);
    }
    for (conversation, topic, minutes) in [(ada, "marketing", 1), (bob, "messages", 1), (ada, "messages", -1)]
    {
        let id = stage.db.ids.uuid();
        stage
            .sql(&format!(
                "insert into consent_records (tenant_id, id, contact_id, topic, state, source, source_key, at, recorded_at)
                 select tenant_id, '{id}', contact_id, '{topic}', 2, 'keyword', '{id}', last_inbound_at + interval '{minutes} minutes', now()
                 from conversations where id = '{}'",
                conversation.uuid()
            ))
            .await;
    }
    let running = stage.start(quick());
    let expected = [S::Rejected, S::Accepted, S::Rejected, S::Rejected];
    for (message, state) in sent.iter().zip(expected) {
        stage.until_ledger(tenant, *message, &[state]).await;
    }
    running.stop().await;
    let refused = stage.message(tenant, sent[0]).await.decision.unwrap();
    assert_eq!(refused.rule, Rule::ConsentWithdrawn);
    assert_eq!(stage.provider.calls().len(), 1);
}
