//! Outgoing mail: sent after the commit, tried again while its server is down or slow, given up when it is refused.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use domain::{
    Clock, MailId,
    ports::{Mail, MailFault, MailFaultClass, Mailer},
};
use serde_json::Value;
use store::mails;
use testkit::TenantFixture;
use uuid::Uuid;

use crate::stage::{Stage, quick};

/// Answers as it is told, then takes everything.
#[derive(Default)]
pub struct ScriptedMailer {
    pub answers: Mutex<VecDeque<MailFaultClass>>,
    pub taken: Mutex<Vec<Mail>>,
}

#[async_trait]
impl Mailer for ScriptedMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailFault> {
        if let Some(class) = self.answers.lock().unwrap().pop_front() {
            return Err(MailFault {
                class,
                message: format!("{class:?}"),
            });
        }
        self.taken.lock().unwrap().push(mail.clone());
        Ok(())
    }
}

fn mail() -> Mail {
    Mail {
        to: "ana@example.com".to_owned(),
        subject: "Join".to_owned(),
        text: "http://app.test/join#pli_secret".to_owned(),
    }
}

async fn write(stage: &Stage, tenant: &TenantFixture) -> MailId {
    let id = stage.db.ids.make();
    let mut tx = stage.db.tenant.begin(&tenant.scope).await.unwrap();
    let now = stage.db.clock.now();
    mails::write(&mut tx, &stage.db.vault, id, Uuid::nil(), &mail(), now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn row(stage: &Stage, id: MailId) -> Value {
    let sql = "select to_jsonb(m) || jsonb_build_object('jobs', (select count(*) from jobs where subject_id = m.id and not dead)) from mails m where id = $1";
    sqlx::query_scalar(sql)
        .bind(id.uuid())
        .fetch_one(&stage.db.superuser)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_mail_waits_for_its_server_and_leaves_nothing_behind() {
    let stage = Stage::new(&["acme"]).await;
    let mailer = Arc::clone(&stage.mailer);
    mailer.answers.lock().unwrap().extend([
        MailFaultClass::Unreachable,
        MailFaultClass::Busy,
        MailFaultClass::Credentials,
    ]);
    let id = write(&stage, &stage.tenants[0]).await;
    let before = row(&stage, id).await.to_string();
    assert!(!before.contains("ana@example.com") && !before.contains(&hex::encode("pli_secret")));
    let running = stage.start(quick());
    stage
        .until("the mail is sent", || async {
            stage.db.clock.advance(time::Duration::minutes(10));
            row(&stage, id).await["sent_at"].is_string()
        })
        .await;
    stage
        .until("its job is gone", || async { row(&stage, id).await["jobs"] == 0 })
        .await;
    running.stop().await;
    assert_eq!(*mailer.taken.lock().unwrap(), [mail()]);
    assert!(mailer.answers.lock().unwrap().is_empty());
    let after = row(&stage, id).await;
    assert_eq!(
        (&after["content_sealed"], &after["error"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_mail_that_is_refused_is_given_up_with_its_reason() {
    let stage = Stage::new(&["acme"]).await;
    stage
        .mailer
        .answers
        .lock()
        .unwrap()
        .push_back(MailFaultClass::Refused);
    let id = write(&stage, &stage.tenants[0]).await;
    let running = stage.start(quick());
    stage
        .until("it is given up", || async {
            row(&stage, id).await["error"] == "Refused"
        })
        .await;
    running.stop().await;
    let after = row(&stage, id).await;
    assert_eq!(
        (&after["content_sealed"], &after["sent_at"]),
        (&Value::Null, &Value::Null)
    );
    assert!(stage.mailer.taken.lock().unwrap().is_empty());
}
