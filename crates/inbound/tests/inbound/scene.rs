//! Two tenants with apps of their own, and what a test does to them.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body as HttpBody,
    http::{Request, StatusCode},
};
use domain::{Clock, ConversationId, MessageId};
use parlance_inbound::{Committed, Config, Deps, Gateway, Inbound};
use store::ingest::NewRawWebhook;
use testkit::{AppFixture, TenantFixture, TestDb};
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use crate::adapter::{Body, BodyChange, BodyFact, SIGNATURE, TestAdapter, Who, sign};

pub struct Scene {
    pub db: TestDb,
    pub app_a: AppFixture,
    pub app_b: AppFixture,
    pub a: TenantFixture,
    pub b: TenantFixture,
    pub committed: Arc<Notify>,
    pub shutdown: CancellationToken,
    pub tracker: TaskTracker,
}

impl Scene {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let app_a = db.app("http://graph.test").await;
        let app_b = db.app("http://graph.test").await;
        let a = db.tenant("alpha", &app_a).await;
        let b = db.tenant("beta", &app_b).await;
        let (committed, shutdown, tracker) = (Arc::default(), CancellationToken::new(), TaskTracker::new());
        Self {
            db,
            app_a,
            app_b,
            a,
            b,
            committed,
            shutdown,
            tracker,
        }
    }

    pub fn deps(&self) -> Deps {
        let committed = Arc::clone(&self.committed);
        Deps {
            db: self.db.ingest.clone(),
            vault: self.db.vault.clone(),
            adapter: Arc::new(TestAdapter),
            clock: Arc::clone(&self.db.clock) as Arc<dyn Clock>,
            ids: self.db.ids.clone(),
            wake: Arc::new(move |_: Committed| committed.notify_one()),
        }
    }

    pub fn start(&self, config: Config) -> Gateway {
        Inbound::start(self.deps(), config, &self.shutdown, &self.tracker)
    }

    pub fn start_gateway(&self, config: Config) -> Gateway {
        Inbound::start_gateway(self.deps(), config, &self.shutdown, &self.tracker)
    }

    pub async fn stop(&self) {
        self.shutdown.cancel();
        self.tracker.close();
        tokio::time::timeout(Duration::from_secs(20), self.tracker.wait())
            .await
            .expect("everything stops");
    }

    /// Stores bodies as one writer would, without the gateway.
    pub async fn store(&self, bodies: &[(&AppFixture, Body)]) {
        let today = self.db.clock.now().date();
        let mut writer = self
            .db
            .ingest
            .open_stream(self.db.ids.uuid(), today, Duration::from_secs(60))
            .await
            .unwrap();
        let bytes: Vec<Vec<u8>> = bodies
            .iter()
            .map(|(_, body)| serde_json::to_vec(body).unwrap())
            .collect();
        let received_at = self.db.clock.now();
        let rows: Vec<NewRawWebhook<'_>> = bodies
            .iter()
            .zip(&bytes)
            .map(|((app, _), body)| NewRawWebhook {
                meta_app_id: app.meta_app_id,
                received_at,
                body,
            })
            .collect();
        writer.append(today, &rows).await.unwrap();
        writer.release().await.unwrap();
    }

    pub async fn normalize(&self, config: Config) {
        Inbound::catch_up(self.deps(), config).await.unwrap();
    }

    /// Stores and normalizes.
    pub async fn receive(&self, bodies: &[(&AppFixture, Body)]) {
        self.store(bodies).await;
        self.normalize(Config::default()).await;
    }

    /// The one column of a query's rows as the superuser sees them; nothing for statements.
    pub async fn rows(&self, query: &str) -> Vec<String> {
        if !query.trim_start().starts_with("select") && !query.trim_start().starts_with("with") {
            self.db.sql(query).await;
            return Vec::new();
        }
        let rows = self.db.json(query).await;
        let columns = rows
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|row| row.as_object().unwrap().values());
        columns
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect()
    }

    pub async fn one(&self, query: &str) -> String {
        self.rows(query).await.concat()
    }

    /// A queued message of ours to somebody new, with one attempt in `attempt_state`.
    pub async fn outbound(
        &self,
        tenant: &TenantFixture,
        provider_id: Option<&str>,
        status: i16,
        attempt_state: i16,
    ) -> MessageId {
        let (conversation, message): (ConversationId, MessageId) = (self.db.ids.make(), self.db.ids.make());
        let (contact, attempt) = (self.db.ids.uuid(), self.db.ids.uuid());
        let (tenant_id, number) = (tenant.tenant_id.uuid(), tenant.phone_number_id.uuid());
        let provider_id = provider_id.map_or("null".to_owned(), |id| format!("'{id}'"));
        self.rows(&format!(
            "begin;
             insert into contacts (tenant_id, id, created_at) values ('{tenant_id}', '{contact}', now());
             insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, created_at)
             values ('{tenant_id}', '{conversation}', '{contact}', '{channel}', '{number}', '2026-11-22 07:00Z', now());
             insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, provider_id, status, thread_at, created_at)
             values ('{tenant_id}', '{message}', '{conversation}', '{number}', 2, 'text', '{{\"type\":\"text\",\"body\":\"ours\"}}', {provider_id}, {status}, '2026-11-22 07:00Z', now());
             insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at)
             values ('{tenant_id}', '{attempt}', '{message}', '{number}', 1, 0, {attempt_state}, now(), now());
             commit",
            conversation = conversation.uuid(),
            message = message.uuid(),
            channel = tenant.channel_account_id.uuid(),
        ))
        .await;
        message
    }

    /// Everything derived from one tenant's webhooks, without our ids and times; people are named by their identities.
    pub async fn digest(&self, tenant: &TenantFixture) -> Vec<String> {
        let mut rows = self
            .rows(&DIGEST.replace("$tenant", &tenant.tenant_id.uuid().to_string()))
            .await;
        rows.iter_mut()
            .for_each(|row| *row = row.replace(tenant.provider_number_id.as_str(), "number"));
        rows.sort();
        rows
    }
}

const DIGEST: &str = "
with people as (
  select c.id, c.profile_name, c.profile_name_at,
    coalesce((select string_agg(i.kind || ':' || i.value || '@' || i.seen_at, ' ' order by i.kind, i.value)
              from contact_identities i where i.tenant_id = c.tenant_id and i.contact_id = c.id), 'nobody') as who
  from contacts c where c.tenant_id = '$tenant'),
threads as (
  select v.id, p.who, v.last_message_at, v.last_message_key, v.preview, v.preview_kind, v.preview_direction, v.unread, v.last_inbound_at
  from conversations v join people p on p.id = v.contact_id where v.tenant_id = '$tenant')
select 'contact ' || concat_ws('|', who, profile_name, profile_name_at) from people
union all
select 'conversation ' || concat_ws('|', who, last_message_at, last_message_key, preview, preview_kind, preview_direction, unread, last_inbound_at) from threads
union all
select 'message ' || concat_ws('|', t.who, m.direction, m.kind, m.content - 'media_id', m.provider_id, m.status, m.thread_at, m.sender_phone,
  'sent', m.sent_at, 'delivered', m.delivered_at, 'read', m.read_at, 'failed', m.failed_at, m.error_code, m.error_message, m.media_id is not null,
  (select string_agg(a.state || ':' || coalesce(a.provider_id, ''), ',' order by a.attempt) from send_attempts a where a.tenant_id = m.tenant_id and a.message_id = m.id))
from messages m join threads t on t.id = m.conversation_id where m.tenant_id = '$tenant'
union all
select 'parked ' || concat_ws('|', provider_id, status, at) from parked_statuses where tenant_id = '$tenant'
union all
select 'pair ' || concat_ws('|', phone, user_id, first_at) from identity_pairs where tenant_id = '$tenant'
union all
select 'media ' || concat_ws('|', provider_media_id, state, mime_type) from media where tenant_id = '$tenant'
union all
select 'job ' || concat_ws('|', j.kind, m.provider_media_id) from jobs j join media m on m.tenant_id = j.tenant_id and m.id = j.subject_id where j.tenant_id = '$tenant'";

pub fn body(tenant: &TenantFixture, facts: Vec<BodyFact>) -> Body {
    Body {
        changes: vec![change(tenant, facts)],
    }
}

pub fn change(tenant: &TenantFixture, facts: Vec<BodyFact>) -> BodyChange {
    BodyChange {
        waba: Some(tenant.provider_waba_id.clone()),
        number: Some(tenant.provider_number_id.clone()),
        field: "messages".to_owned(),
        facts,
    }
}

pub fn who(phone: &str, user: &str, name: &str) -> Who {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Who {
        phone: some(phone),
        user: some(user),
        username: None,
        name: some(name),
    }
}

pub fn text(id: &str, at: i64, from: Who, body: &str) -> BodyFact {
    BodyFact::Text {
        id: id.to_owned(),
        at,
        from,
        body: body.to_owned(),
    }
}

pub fn status(id: &str, at: i64, rank: i16) -> BodyFact {
    BodyFact::Status {
        id: id.to_owned(),
        at,
        rank,
        callback: None,
        error: (rank == 60).then_some(131_026),
    }
}

/// Posts as Meta would.
pub async fn post(router: &Router, app: &AppFixture, body: &[u8], signature: Option<&str>) -> StatusCode {
    let mut request = Request::post(format!("/webhooks/{}", app.meta_app_id));
    if let Some(signature) = signature {
        request = request.header(SIGNATURE, signature);
    }
    router
        .clone()
        .oneshot(request.body(HttpBody::from(body.to_vec())).unwrap())
        .await
        .unwrap()
        .status()
}

pub async fn post_signed(router: &Router, app: &AppFixture, body: &Body) -> StatusCode {
    let bytes = serde_json::to_vec(body).unwrap();
    post(router, app, &bytes, Some(&sign(&app.app_secret, &bytes))).await
}
