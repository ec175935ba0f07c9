//! Two tenants on one installation, and a way to call the tenant surface as anybody.

mod call;
mod rows;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Response, header},
};
use domain::{Clock, clock::ManualClock, permission::Permission};
use parlance_api::{
    http::{guard::Guard, origin::AllowedOrigins},
    tenant::{CookiePolicy, TenantState, router},
};
use services::{Installation, TenantServices, live::Hub, upkeep::Retention};
use strum::IntoEnumIterator;
use testkit::{AppFixture, TenantFixture, TestDb};
use tokio_util::sync::{CancellationToken, DropGuard};
use tower::ServiceExt;

pub use call::{Answer, Call, PNG, Payload, get, post, request};

use crate::provider::{NoLanes, ScriptedProvider, blobs};

pub const ORIGIN: &str = "http://127.0.0.1:7420";
/// What a request proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    Nobody,
    Session(String),
    Key(String),
}

/// One tenant with rows that every operation can name, and its owner's credentials.
pub struct Side {
    pub tenant: TenantFixture,
    pub slug: &'static str,
    /// Wire ids by prefix.
    pub ids: BTreeMap<&'static str, String>,
    pub session: Credential,
    pub key: Credential,
}

impl Side {
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/t/{}/{rest}", self.slug)
    }

    pub fn id(&self, prefix: &str) -> &str {
        &self.ids[prefix]
    }
}

/// The installation.
pub struct Stage {
    pub db: TestDb,
    pub app: AppFixture,
    pub real: Arc<ManualClock>,
    pub provider: Arc<ScriptedProvider>,
    pub services: TenantServices,
    pub router: Router,
    counter: AtomicU32,
    _tailer: DropGuard,
}

impl Stage {
    pub async fn new() -> Self {
        let db = TestDb::new().await;
        let app = db.app("http://graph.test").await;
        let real = Arc::new(ManualClock::new(db.clock.now()));
        let provider = Arc::new(ScriptedProvider::default());
        provider.subscribe_app(&app.app_id);
        let hub = Hub::default();
        let stop = CancellationToken::new();
        tokio::spawn(hub.clone().run(db.events.clone(), stop.clone()));
        let services = TenantServices {
            db: db.tenant.clone(),
            vault: db.vault.clone(),
            provider: Arc::clone(&provider) as _,
            blobs: blobs(),
            clock: Arc::clone(&db.clock) as _,
            real_clock: Arc::clone(&real) as _,
            ids: db.ids.clone(),
            lanes: Arc::new(NoLanes),
            hub,
            link_key: Arc::new([7; 32]),
            webhooks_url: "http://hooks.test".to_owned(),
            installation: Arc::new(installation(Some("Parlance <no-reply@parlance.test>"))),
        };
        let router = surface(&services, false);
        Self {
            db,
            app,
            real,
            provider,
            services,
            router,
            counter: AtomicU32::new(0),
            _tailer: stop.drop_guard(),
        }
    }

    /// A stage with the tenants A and B, alike in everything but their ids.
    pub async fn two() -> (Self, Side, Side) {
        let stage = Self::new().await;
        let (a, b) = (stage.side("alder").await, stage.side("birch").await);
        (stage, a, b)
    }

    pub fn fresh(&self) -> u32 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    pub async fn call(&self, call: &Call, credential: &Credential) -> Answer {
        let response = self.respond(call, credential).await;
        let (parts, body) = response.into_parts();
        let live = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind == "text/event-stream");
        let bytes = if live {
            bytes::Bytes::new()
        } else {
            to_bytes(body, usize::MAX).await.unwrap()
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes,
        }
    }

    /// The response as it comes, for a live stream.
    pub async fn respond(&self, call: &Call, credential: &Credential) -> Response<Body> {
        let mut request = call::request(call);
        let headers = request.headers_mut();
        match credential {
            Credential::Nobody => {}
            Credential::Session(token) => {
                headers.insert(
                    header::COOKIE,
                    format!("parlance_session={token}").parse().unwrap(),
                );
                headers.insert(header::ORIGIN, ORIGIN.parse().unwrap());
            }
            Credential::Key(secret) => {
                headers.insert(header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
            }
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    pub async fn side(&self, slug: &'static str) -> Side {
        let tenant = self.db.tenant(slug, &self.app).await;
        let mut ids = self.rows(&tenant).await;
        for (name, prefix) in [
            ("member", "usr"),
            ("rol", "rol"),
            ("plain", "rol"),
            ("inv", "inv"),
        ] {
            ids.insert(name, format!("{prefix}_{}", self.db.ids.uuid().simple()));
        }
        let session = self.session_of(&tenant.user_id.uuid().to_string(), slug).await;
        let all: Vec<&str> = Permission::iter().map(Into::into).collect();
        let key = self.key(&tenant, &all).await;
        let side = Side {
            tenant,
            slug,
            ids,
            session,
            key,
        };
        self.restore(&side).await;
        side
    }

    /// Makes the member, the roles and the invitation of a side again, which calls before may have changed.
    pub async fn restore(&self, side: &Side) {
        let raw = |prefix: &str| side.id(prefix).split_once('_').unwrap().1.to_owned();
        let (id, now, slug) = (side.tenant.tenant_id.uuid(), self.db.clock.now(), side.slug);
        let (user, role, plain, invitation) = (raw("member"), raw("rol"), raw("plain"), raw("inv"));
        self.db
            .sql(&format!(
                "delete from invitations where tenant_id = '{id}';
                 insert into users (id, email_key, email, name, created_at)
                   values ('{user}', 'spare@{slug}.test', 'spare@{slug}.test', 'Spare', '{now}') on conflict do nothing;
                 insert into roles (tenant_id, id, name, permissions) values ('{id}', '{role}', 'spare', '{{}}'), ('{id}', '{plain}', 'plain', '{{}}')
                   on conflict do nothing;
                 insert into memberships (tenant_id, user_id, role_id, created_at) values ('{id}', '{user}', '{plain}', '{now}')
                   on conflict (tenant_id, user_id) do update set role_id = excluded.role_id;
                 insert into invitations (tenant_id, id, email_key, email, role_id, token_hash, created_at, expires_at)
                   values ('{id}', '{invitation}', 'new@{slug}.test', 'new@{slug}.test', '{plain}', sha256('{invitation}'::bytea), '{now}', '{now}')"
            ))
            .await;
    }

    /// A session of somebody who exists.
    pub async fn session_of(&self, user_id: &str, name: &str) -> Credential {
        let token = format!("pls_{name}_{}", self.fresh());
        let (id, now) = (self.db.ids.uuid(), self.real.now());
        self.db
            .sql(&format!(
                "insert into sessions (token_hash, id, user_id, created_at, expires_at)
                 values (sha256('{token}'::bytea), '{id}', '{user_id}', '{now}', '{now}'::timestamptz + interval '14 days')"
            ))
            .await;
        Credential::Session(token)
    }

    /// A session of a new member whose role has these permissions.
    pub async fn member(&self, tenant: &TenantFixture, role: &str, permissions: &[&str]) -> Credential {
        let (id, user, role_id) = (tenant.tenant_id.uuid(), self.db.ids.uuid(), self.db.ids.uuid());
        let permissions = list(permissions);
        self.db
            .sql(&format!(
                "insert into users (id, email_key, email, name, created_at)
                   values ('{user}', '{user}', '{user}', '{role}', now());
                 insert into roles (tenant_id, id, name, builtin, permissions)
                   values ('{id}', '{role_id}', '{role}', true, {permissions})
                   on conflict (tenant_id, name) do update set permissions = excluded.permissions;
                 insert into memberships (tenant_id, user_id, role_id, created_at)
                   select '{id}', '{user}', r.id, now() from roles r where r.tenant_id = '{id}' and r.name = '{role}'"
            ))
            .await;
        self.session_of(&user.to_string(), role).await
    }

    /// A key with these scopes.
    pub async fn key(&self, tenant: &TenantFixture, scopes: &[&str]) -> Credential {
        let secret = format!("plk_{}", self.fresh());
        let (tenant, id, scopes) = (tenant.tenant_id.uuid(), self.db.ids.uuid(), list(scopes));
        self.db
            .sql(&format!(
                "insert into api_keys (tenant_id, id, name, token_hash, hint, scopes, created_at)
                 values ('{tenant}', '{id}', 'Key', sha256('{secret}{tenant}'::bytea), '....', {scopes}, now())"
            ))
            .await;
        Credential::Key(format!("{secret}{tenant}"))
    }
}

/// What the installation tells, with mail on or off.
pub fn installation(mail_from: Option<&str>) -> Installation {
    Installation {
        app_url: ORIGIN.to_owned(),
        mail_from: mail_from.map(str::to_owned),
        retention: Retention {
            raw_webhooks: time::Duration::days(7),
            webhook_outcomes: time::Duration::days(30),
            outbox: time::Duration::days(7),
            idempotency_keys: time::Duration::hours(48),
        },
    }
}

/// The router over these services.
pub fn surface(services: &TenantServices, secure: bool) -> Router {
    router(TenantState {
        services: services.clone(),
        origins: AllowedOrigins::new(&[ORIGIN.to_owned()]),
        cookies: CookiePolicy { secure },
        guard: Guard::default(),
    })
}

fn list(names: &[&str]) -> String {
    format!("'{{{}}}'", names.join(","))
}
