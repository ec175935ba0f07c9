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

/// A process of its own over a scene's database.
pub struct Process {
    deps: Deps,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

impl Process {
    pub fn start_gateway(&self, config: Config) -> Gateway {
        Inbound::start_gateway(self.deps.clone(), config, &self.shutdown, &self.tracker)
    }

    pub async fn stop(&self) {
        self.shutdown.cancel();
        self.tracker.close();
        tokio::time::timeout(Duration::from_secs(20), self.tracker.wait())
            .await
            .expect("everything stops");
    }
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

    /// Another process over the same database.
    pub fn over(other: &Self) -> Process {
        Process {
            deps: other.deps(),
            shutdown: CancellationToken::new(),
            tracker: TaskTracker::new(),
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

    /// Makes what management events are about: two templates, a lane, and a number that was read long ago.
    pub async fn manageable(&self, tenant: &TenantFixture, digits: &str) {
        let (tenant_id, number) = (tenant.tenant_id.uuid(), tenant.phone_number_id.uuid());
        let (waba, long_ago) = (tenant.waba_id.uuid(), "2026-11-01");
        for n in 0..2 {
            let id = self.db.ids.uuid();
            self.rows(&format!(
                "insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
                 values ('{tenant_id}', '{id}', '{waba}', 'id of template {n}', 'template {n}', 'en', 'UTILITY', 'PENDING', '[]', '{long_ago}')"
            ))
            .await;
        }
        self.rows(&format!(
            "begin;
             update phone_numbers set display_phone_number = '+{digits}', checked_at = '{long_ago}', quality = 'GREEN', throughput_mps = 80,
               verified_name = 'Before' where tenant_id = '{tenant_id}';
             insert into lanes (tenant_id, id, throughput_mps) values ('{tenant_id}', '{number}', 80) on conflict do nothing;
             update lanes set throughput_mps = 80 where tenant_id = '{tenant_id}';
             commit"
        ))
        .await;
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
  select c.id, c.profile_name, c.profile_name_at, c.address_book_name, c.address_book_at,
    coalesce((select string_agg(i.kind || ':' || i.value || '@' || i.seen_at, ' ' order by i.kind, i.value)
              from contact_identities i where i.tenant_id = c.tenant_id and i.contact_id = c.id), 'nobody') as who
  from contacts c where c.tenant_id = '$tenant'),
threads as (
  select v.id, p.who, v.last_message_at, v.last_message_key, v.preview, v.preview_kind, v.preview_direction, v.unread, v.last_inbound_at,
    v.free_entry_until, case when not v.open then 'resolved' end as done
  from conversations v join people p on p.id = v.contact_id where v.tenant_id = '$tenant')
select 'contact ' || concat_ws('|', who, profile_name, profile_name_at, address_book_name, address_book_at) from people
union all
select 'conversation ' || concat_ws('|', who, last_message_at, last_message_key, preview, preview_kind, preview_direction, unread, last_inbound_at, free_entry_until, done) from threads
union all
select 'message ' || concat_ws('|', t.who, m.direction, m.kind, m.content - 'media_id', m.provider_id, m.status, m.thread_at, m.sender_phone,
  'sent', m.sent_at, 'delivered', m.delivered_at, 'read', m.read_at, 'failed', m.failed_at, m.error_code, m.error_message, m.media_id is not null,
  nullif(m.source, 0), m.referral, m.edited_at, m.revoked_at, m.billable, m.pricing_type, m.pricing_category, m.free_until,
  (select string_agg(a.state || ':' || coalesce(a.provider_id, ''), ',' order by a.attempt) from send_attempts a where a.tenant_id = m.tenant_id and a.message_id = m.id))
from messages m join threads t on t.id = m.conversation_id where m.tenant_id = '$tenant'
union all
select 'parked ' || concat_ws('|', provider_id, status, at, error_code, billable, pricing_type, free_until) from parked_statuses where tenant_id = '$tenant'
union all
select 'pair ' || concat_ws('|', phone, user_id, first_at) from identity_pairs where tenant_id = '$tenant'
union all
select 'wish ' || concat_ws('|', p.who, r.topic, r.state, r.source, r.at) from consent_records r join people p on p.id = r.contact_id
where r.tenant_id = '$tenant'
union all
select 'revision ' || concat_ws('|', provider_id, target_provider_id, direction, content, at) from message_revisions where tenant_id = '$tenant'
union all
select 'template ' || concat_ws('|', name, status, quality, category, rejected_reason) from templates where tenant_id = '$tenant'
union all
select 'template event ' || concat_ws('|', key, name, aspect, event, effect, at) from template_events where tenant_id = '$tenant'
union all
select 'number ' || concat_ws('|', p.quality, p.throughput_mps, p.name_status, p.verified_name, p.paused_reason, w.messaging_limit, l.throughput_mps, l.paused_reason)
from phone_numbers p join wabas w on w.tenant_id = p.tenant_id and w.id = p.waba_id
left join lanes l on l.tenant_id = p.tenant_id and l.id = p.id
where p.tenant_id = '$tenant'
  and exists (select from number_events e where e.tenant_id = p.tenant_id)
union all
select 'number event ' || concat_ws('|', key, phone_number_id is not null, aspect, event, effect, at) from number_events where tenant_id = '$tenant'
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
