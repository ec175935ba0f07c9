//! O2: messages sent through the tenant API, durable before 202, each under an idempotency key of its own.

mod side;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use api::{
    http::{guard::Guard, origin::AllowedOrigins},
    tenant::{CookiePolicy, TenantState, router},
};
use backends::FileBlobs;
use bytes::Bytes;
use domain::{PhoneNumberId, TenantId, ports::LaneWaker};
use egress::{Egress, Policy, Timeouts};
use providers::cloud_api::CloudApi;
use services::{Installation, TenantServices, live::Hub, upkeep::Retention};
use store::TenantDb;
use time::Duration;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use self::side::sent;
use crate::{
    ingest::{Source, empty, listen},
    stage::Stage,
};

/// Tenants; each has one number and one API key.
const TENANTS: usize = 20;
/// Customers of each tenant, all of whom wrote just now.
const CUSTOMERS: usize = 100;
/// Messages of each conversation.
const HISTORY: usize = 10;
const DAY: Duration = Duration::days(1);
/// Connections to the database, as many as a process has by default.
const POOL: u32 = 16;

/// Nobody sends what is queued here.
struct NoLanes;

impl LaneWaker for NoLanes {
    fn wake(&self, _: TenantId, _: PhoneNumberId) {}
}

/// The tenant API and customers to write to.
pub struct Sending {
    product: SocketAddr,
    empty: SocketAddr,
    /// Paths, keys and conversations by turn.
    aims: Arc<[Aim]>,
    shutdown: CancellationToken,
    tracker: TaskTracker,
}

/// Who writes to whom.
#[derive(Debug)]
struct Aim {
    path: String,
    key: String,
    conversation: String,
}

impl Sending {
    /// Makes the tenants and starts the API.
    pub async fn start(stage: &Stage) -> anyhow::Result<Self> {
        let aims = aims(stage).await?;
        let folder = std::env::temp_dir().join(format!("parlance-bench-{}", std::process::id()));
        let services = TenantServices {
            db: TenantDb::connect(&stage.db.url("tenant"), POOL).await?,
            vault: stage.db.vault.clone(),
            provider: Arc::new(CloudApi::new(Egress::new(
                Policy::default(),
                Timeouts::default(),
            )?)),
            blobs: Arc::new(FileBlobs::open(folder)?),
            clock: stage.db.clock.clone(),
            real_clock: stage.db.clock.clone(),
            ids: stage.db.ids.clone(),
            lanes: Arc::new(NoLanes),
            hub: Hub::default(),
            link_key: Arc::new([7; 32]),
            webhooks_url: "http://hooks.bench.test".to_owned(),
            installation: Arc::new(Installation {
                app_url: "http://app.bench.test".to_owned(),
                mail_from: None,
                retention: Retention {
                    raw_webhooks: DAY,
                    webhook_outcomes: DAY,
                    outbox: DAY,
                    idempotency_keys: DAY,
                },
            }),
        };
        let surface = router(TenantState {
            services,
            origins: AllowedOrigins::new(&[]),
            cookies: CookiePolicy { secure: false },
            guard: Guard::default(),
        });
        let (shutdown, tracker) = (CancellationToken::new(), TaskTracker::new());
        Ok(Self {
            product: listen(surface, &shutdown, &tracker).await?,
            empty: listen(empty(), &shutdown, &tracker).await?,
            aims: aims.into(),
            shutdown,
            tracker,
        })
    }

    /// Ends the servers.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Messages to all customers in turn.
    fn source(&self) -> Source {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let aims = Arc::clone(&self.aims);
        Arc::new(move || {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let turn = usize::try_from(number).unwrap_or_default() % aims.len().max(1);
            aims.get(turn)
                .map_or_else(Bytes::new, |aim| request(&aim.path, aim, number))
        })
    }

    /// The same requests, to the server that does nothing.
    fn floor_source(&self) -> Source {
        let requests: Arc<[Bytes]> = (0..)
            .zip(self.aims.iter())
            .map(|(number, aim)| request("/webhooks/floor", aim, number))
            .collect();
        crate::ingest::repeated(&requests)
    }

    /// The bodies of the requests.
    fn bodies(&self) -> Vec<Bytes> {
        (0..)
            .zip(self.aims.iter())
            .map(|(number, aim)| body(aim, number).into())
            .collect()
    }
}

fn body(aim: &Aim, number: u64) -> String {
    let text =
        format!("Your appointment is on Tuesday at half past ten. Number {number}; answer to move it.");
    format!(
        r#"{{"conversation_id":"{}","content":{{"type":"text","body":"{text}"}}}}"#,
        aim.conversation
    )
}

fn request(path: &str, aim: &Aim, number: u64) -> Bytes {
    let body = body(aim, number);
    format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\nidempotency-key: bench-{number}\r\n\
         content-length: {}\r\n\r\n{body}",
        aim.key,
        body.len(),
    )
    .into()
}

async fn aims(stage: &Stage) -> anyhow::Result<Vec<Aim>> {
    let mut by_tenant = Vec::with_capacity(TENANTS);
    for number in 0..TENANTS {
        let slug = format!("sending-{number}");
        let tenant = stage.db.tenant(&slug, &stage.app).await;
        let (id, key) = (tenant.tenant_id.uuid(), format!("plk_bench_{number}"));
        let fill = format!(
            "insert into api_keys (tenant_id, id, name, token_hash, hint, scopes, created_at)
             values ('{id}', '{id}', 'Bench', sha256('{key}'::bytea), '....', '{{messages:send,inbox:read}}', now());
             insert into contacts (tenant_id, id, profile_name, created_at)
             select '{id}', md5('{slug}' || g)::uuid, 'Customer ' || g, now() from generate_series(1, {CUSTOMERS}) g;
             insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, last_inbound_at, created_at)
             select '{id}', md5('{slug}' || g)::uuid, md5('{slug}' || g)::uuid, '{channel}', '{number}', '{now}', '{now}', '{now}'
             from generate_series(1, {CUSTOMERS}) g;
             insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, provider_id, status, thread_at, created_at)
             select '{id}', md5('{slug}' || g || '-' || n)::uuid, md5('{slug}' || g)::uuid, '{number}', 1 + n % 2, 'text',
               '{{\"type\":\"text\",\"body\":\"Hi\"}}', 'wamid.' || g || '.' || n, 50, '{now}', '{now}'
             from generate_series(1, {CUSTOMERS}) g, generate_series(1, {HISTORY}) n;
             insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at)
             select tenant_id, id, id, phone_number_id, 1, 1, 2, created_at, created_at from messages where tenant_id = '{id}' and direction = 2",
            channel = tenant.channel_account_id.uuid(),
            number = tenant.phone_number_id.uuid(),
            now = domain::Clock::now(&*stage.db.clock),
        );
        stage.db.sql(&fill).await;
        by_tenant.push((slug, key));
    }
    stage.sql("vacuum (analyze)").await?;
    let mut aims = Vec::with_capacity(TENANTS * CUSTOMERS);
    for customer in 1..=CUSTOMERS {
        for (slug, key) in &by_tenant {
            let conversation: uuid::Uuid = sqlx::query_scalar("select md5($1)::uuid")
                .bind(format!("{slug}{customer}"))
                .fetch_one(&stage.db.superuser)
                .await?;
            aims.push(Aim {
                path: format!("/v1/t/{slug}/messages"),
                key: key.clone(),
                conversation: domain::ConversationId::new(conversation).to_string(),
            });
        }
    }
    Ok(aims)
}
