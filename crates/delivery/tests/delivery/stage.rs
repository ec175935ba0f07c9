//! A database with tenants, a scripted provider, and delivery roles that can be started, stopped and crashed.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use domain::{
    ContactId, ConversationId, MediaId, MessageId,
    content::{Content, Media},
    decision::{Decision, Rule},
    ports::LaneWaker,
    status::MessageStatus,
};
use parlance_delivery::{Config, Delivery, Deps, Handle};
use store::{
    TenantTx,
    delivery::AttemptState,
    messages::{self, MessageRow, NewOutbound, Priority},
};
use testkit::{TenantFixture, TestDb};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    mail::ScriptedMailer,
    provider::{Blobs, PATIENCE, Scripted},
};

pub struct Stage {
    pub db: TestDb,
    pub provider: Arc<Scripted>,
    pub blobs: Arc<Blobs>,
    pub mailer: Arc<ScriptedMailer>,
    pub tenants: Vec<TenantFixture>,
    events: Arc<Notify>,
}

pub struct Running {
    handle: Handle,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }

    /// Everything is dropped where it stands.
    pub async fn crash(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub fn wake(&self, tenant: &TenantFixture) {
        self.handle.wake(tenant.tenant_id, tenant.phone_number_id);
        self.handle.wake_jobs();
    }
}

pub fn quick() -> Config {
    Config {
        poll: Duration::from_millis(25),
        grace: Duration::from_secs(5),
        ..Config::default()
    }
}

impl Stage {
    pub async fn new(slugs: &[&str]) -> Self {
        let db = TestDb::new().await;
        let app = db.app("http://graph.test").await;
        let mut tenants = Vec::new();
        for slug in slugs {
            tenants.push(db.tenant(slug, &app).await);
        }
        let provider = Arc::new(Scripted::new(Arc::clone(&db.clock)));
        Self {
            db,
            provider,
            blobs: Arc::default(),
            mailer: Arc::default(),
            tenants,
            events: Arc::default(),
        }
    }

    pub fn start(&self, config: Config) -> Running {
        let deps = Deps {
            tenant: self.db.tenant.clone(),
            delivery: self.db.delivery.clone(),
            vault: self.db.vault.clone(),
            provider: self.provider.clone(),
            blobs: self.blobs.clone(),
            mailer: Some(self.mailer.clone()),
            clock: self.db.clock.clone(),
            ids: self.db.ids.clone(),
            events_wake: Arc::clone(&self.events),
        };
        let stop = CancellationToken::new();
        let (delivery, handle) = Delivery::new(deps, config);
        let run = delivery.run(stop.clone());
        let task = tokio::spawn(async move {
            let _ = run.await;
        });
        Running { handle, stop, task }
    }

    /// Waits until `holds`, asking again after every commit of delivery and every few milliseconds.
    pub async fn until<F: Future<Output = bool>>(&self, what: &str, holds: impl Fn() -> F) {
        let met = async {
            while !holds().await {
                let _ = tokio::time::timeout(Duration::from_millis(20), self.events.notified()).await;
            }
        };
        let met = tokio::time::timeout(PATIENCE, met).await.is_ok();
        let states = self.states().await;
        assert!(met, "it never came to this: {what}; ledger {states:?}");
    }

    pub async fn sql(&self, statement: &str) {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        sqlx::query(statement).execute(&self.db.superuser).await.unwrap();
    }

    /// Every connection of the runtime roles is cut, whatever it is doing.
    pub async fn cut_connections(&self) {
        self.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and usename in ('parlance_tenant', 'parlance_delivery')",
        )
        .await;
    }

    /// Begins to look at a tenant's rows; connections that were cut are still in the pool.
    async fn look(&self, tenant: &TenantFixture) -> TenantTx {
        loop {
            match self.db.tenant.begin(&tenant.scope).await {
                Ok(tx) => return tx,
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
    }

    /// Every number runs again, one row at a time: statements over many lock in their own order.
    pub async fn resume_all(&self) {
        for tenant in &self.tenants {
            let tenant = tenant.tenant_id.uuid();
            self.sql(&format!("delete from number_stops where tenant_id = '{tenant}'"))
                .await;
            let numbers = "update phone_numbers set paused_reason = null";
            for id in self
                .ids_of(&format!(
                    "select id from phone_numbers where tenant_id = '{tenant}'"
                ))
                .await
            {
                self.sql(&format!("{numbers} where tenant_id = '{tenant}' and id = '{id}'"))
                    .await;
                self.sql(&format!(
                    "update lanes set paused_reason = null where tenant_id = '{tenant}' and id = '{id}'"
                ))
                .await;
            }
        }
    }

    async fn ids_of(&self, query: &str) -> Vec<uuid::Uuid> {
        let query = sqlx::AssertSqlSafe(query.to_owned());
        sqlx::query_scalar(query)
            .fetch_all(&self.db.superuser)
            .await
            .unwrap()
    }

    /// One value of one row.
    pub async fn one<T>(&self, query: &str) -> T
    where
        T: Send + Unpin,
        (T,): for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        let query = sqlx::AssertSqlSafe(query.to_owned());
        sqlx::query_scalar(query)
            .fetch_one(&self.db.superuser)
            .await
            .unwrap()
    }

    /// The leases of all lanes have run out.
    pub async fn expire_leases(&self) {
        self.sql("update lanes set expires_at = now() - interval '1 second' where owner is not null")
            .await;
        self.sql("update jobs set lease_expires_at = now() - interval '1 second' where owner is not null")
            .await;
    }

    /// A customer who wrote just now.
    pub async fn conversation(&self, tenant: &TenantFixture, phone: &str) -> ConversationId {
        let (contact, conversation): (ContactId, ConversationId) = (self.db.ids.make(), self.db.ids.make());
        let now = domain::Clock::now(&*self.db.clock);
        sqlx::query("insert into contacts (tenant_id, id, created_at) values ($1, $2, $3)")
            .bind(tenant.tenant_id.uuid())
            .bind(contact.uuid())
            .bind(now)
            .execute(&self.db.superuser)
            .await
            .unwrap();
        sqlx::query("insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at) values ($1, $2, 1, $3, $4, $5)")
            .bind(tenant.tenant_id.uuid())
            .bind(tenant.portfolio_id.uuid())
            .bind(phone)
            .bind(contact.uuid())
            .bind(now)
            .execute(&self.db.superuser)
            .await
            .unwrap();
        sqlx::query(
            "insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, last_inbound_at, created_at)
             values ($1, $2, $3, $4, $5, $6, $6, $6)",
        )
        .bind(tenant.tenant_id.uuid())
        .bind(conversation.uuid())
        .bind(contact.uuid())
        .bind(tenant.channel_account_id.uuid())
        .bind(tenant.phone_number_id.uuid())
        .bind(now)
        .execute(&self.db.superuser)
        .await
        .unwrap();
        conversation
    }

    pub async fn text(&self, tenant: &TenantFixture, conversation: ConversationId) -> MessageId {
        self.send(
            tenant,
            conversation,
            &Content::Text {
                body: "hello".into(),
                preview_url: false,
            },
            None,
        )
        .await
    }

    pub async fn image(
        &self,
        tenant: &TenantFixture,
        conversation: ConversationId,
        media: MediaId,
    ) -> MessageId {
        let image = Content::Image(Media {
            media_id: Some(media),
            ..Media::default()
        });
        self.send(tenant, conversation, &image, Some(media)).await
    }

    pub async fn send(
        &self,
        tenant: &TenantFixture,
        conversation: ConversationId,
        content: &Content,
        media: Option<MediaId>,
    ) -> MessageId {
        self.later(tenant, conversation, content, media, time::Duration::ZERO)
            .await
    }

    /// A message that may go after a while.
    pub async fn later(
        &self,
        tenant: &TenantFixture,
        conversation: ConversationId,
        content: &Content,
        media: Option<MediaId>,
        ahead: time::Duration,
    ) -> MessageId {
        let now = domain::Clock::now(&*self.db.clock);
        let decision = Decision {
            rule: Rule::Allowed,
            allowed: true,
            reason: String::new(),
            window_expires_at: None,
        };
        let id: MessageId = self.db.ids.make();
        let mut tx = self.db.tenant.begin(&tenant.scope).await.unwrap();
        let message = NewOutbound {
            id,
            attempt_id: self.db.ids.make(),
            conversation_id: conversation,
            phone_number_id: tenant.phone_number_id,
            content,
            media_id: media,
            reply_to: None,
            decision: &decision,
            author: tenant.scope.actor(),
            priority: Priority::Reply,
            now,
            not_before: now + ahead,
        };
        messages::queue(&mut tx, &message).await.unwrap();
        tx.commit().await.unwrap();
        // Ids order the queue; a moment apart they order as written.
        self.db.clock.advance(time::Duration::milliseconds(1));
        id
    }

    pub async fn message(&self, tenant: &TenantFixture, id: MessageId) -> MessageRow {
        let mut tx = self.look(tenant).await;
        messages::get(&mut tx, id).await.unwrap()
    }

    pub async fn status(&self, tenant: &TenantFixture, id: MessageId) -> MessageStatus {
        self.message(tenant, id).await.status
    }

    /// States of a message's ledger rows, oldest first.
    pub async fn ledger(&self, tenant: &TenantFixture, id: MessageId) -> Vec<AttemptState> {
        let mut tx = self.look(tenant).await;
        let rows = messages::attempts(&mut tx, id).await.unwrap();
        rows.into_iter()
            .map(|row| AttemptState::from_code(row.state).unwrap())
            .collect()
    }

    /// Ledger rows of all tenants by state.
    pub async fn states(&self) -> BTreeMap<AttemptState, i64> {
        let rows: Vec<(i16, i64)> =
            sqlx::query_as("select state, count(*) from send_attempts group by state")
                .fetch_all(&self.db.superuser)
                .await
                .unwrap();
        rows.into_iter()
            .map(|(state, count)| (AttemptState::from_code(state).unwrap(), count))
            .collect()
    }

    pub async fn until_ledger(&self, tenant: &TenantFixture, id: MessageId, states: &[AttemptState]) {
        self.until(&format!("the ledger is {states:?}"), || async {
            self.ledger(tenant, id).await == states
        })
        .await;
    }
}
