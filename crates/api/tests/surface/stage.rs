//! Two tenants on one installation, and a way to call the tenant surface as anybody.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, Response, StatusCode, header},
};
use domain::{Clock, clock::ManualClock, permission::Permission};
use parlance_api::{
    http::origin::AllowedOrigins,
    tenant::{CookiePolicy, TenantState, router},
};
use serde_json::{Value, json};
use services::{TenantServices, live::Hub};
use testkit::{AppFixture, TenantFixture, TestDb};
use tokio_util::sync::{CancellationToken, DropGuard};
use strum::IntoEnumIterator;
use tower::ServiceExt;

use crate::provider::{NoLanes, ScriptedProvider, blobs};

pub const ORIGIN: &str = "http://127.0.0.1:7420";
const BOUNDARY: &str = "----parlance-test";

/// The smallest file that says PNG in its first bytes.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00";

/// What a request proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    Nobody,
    Session(String),
    Key(String),
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    Nothing,
    Json(Value),
    Upload {
        number: Option<String>,
        filename: String,
        bytes: Vec<u8>,
    },
}

/// A request without its credential.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub payload: Payload,
}

pub fn get(path: impl Into<String>) -> Call {
    Call {
        method: Method::GET,
        path: path.into(),
        headers: Vec::new(),
        payload: Payload::Nothing,
    }
}

pub fn post(path: impl Into<String>, payload: Payload) -> Call {
    Call {
        method: Method::POST,
        payload,
        ..get(path)
    }
}

/// An answer; a live stream's body stays unread.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: bytes::Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body without what differs from request to request.
    pub fn comparable(&self) -> Value {
        let mut body = self.json();
        if let Some(map) = body.as_object_mut() {
            map.remove("request_id");
        }
        body
    }

    /// Status and code of a problem.
    pub fn problem(&self) -> (u16, String) {
        (
            self.status.as_u16(),
            self.json()["code"].as_str().unwrap_or_default().to_owned(),
        )
    }
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
        let mut request = request(call);
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
                headers.insert(
                    header::AUTHORIZATION,
                    format!("Bearer {secret}").parse().unwrap(),
                );
            }
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn side(&self, slug: &'static str) -> Side {
        let tenant = self.db.tenant(slug, &self.app).await;
        let ids = self.rows(&tenant).await;
        let session = self.session_of(&tenant.user_id.uuid().to_string(), slug).await;
        let all: Vec<&str> = Permission::iter().map(Into::into).collect();
        let key = self.key(&tenant, &all).await;
        Side {
            tenant,
            slug,
            ids,
            session,
            key,
        }
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
                "insert into users (id, email_key, email, name, password_hash, created_at)
                   values ('{user}', '{user}', '{user}', '{role}', '!', now());
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

    async fn rows(&self, tenant: &TenantFixture) -> BTreeMap<&'static str, String> {
        let (id, now) = (tenant.tenant_id.uuid(), self.db.clock.now());
        let (number, waba) = (tenant.phone_number_id.uuid(), tenant.waba_id.uuid());
        let (channel, portfolio) = (tenant.channel_account_id.uuid(), tenant.portfolio_id.uuid());
        let [contact, conversation, media, message, template, key, run, attempt] =
            std::array::from_fn(|_| self.db.ids.uuid());
        let components = json!([
            {"type": "header_media", "kind": "image"},
            {"type": "body", "text": "Hello {{1}}", "examples": {}},
        ]);
        let app = self.app.meta_app_id.uuid();
        self.db
            .sql(&format!(
                "insert into contacts (tenant_id, id, profile_name, profile_name_at, created_at) values ('{id}', '{contact}', 'Ada', '{now}', '{now}');
                 insert into contact_identities (tenant_id, portfolio_id, kind, value, contact_id, seen_at)
                   values ('{id}', '{portfolio}', 1, '15550100900', '{contact}', '{now}');
                 insert into conversations (tenant_id, id, contact_id, channel_account_id, phone_number_id, last_message_at, preview, preview_kind,
                   unread, last_inbound_at, created_at)
                   values ('{id}', '{conversation}', '{contact}', '{channel}', '{number}', '{now}', 'Hi', 'text', 1, '{now}', '{now}');
                 insert into media (tenant_id, id, phone_number_id, direction, state, mime_type, size_bytes, blob_key, created_at)
                   values ('{id}', '{media}', '{number}', 2, 1, 'image/png', 3, 'blob', '{now}');
                 insert into messages (tenant_id, id, conversation_id, phone_number_id, direction, kind, content, provider_id, status, thread_at, created_at)
                   values ('{id}', '{message}', '{conversation}', '{number}', 2, 'text', '{{\"type\":\"text\",\"body\":\"Hi\"}}', 'wamid.stage', 60, '{now}', '{now}');
                 insert into send_attempts (tenant_id, id, message_id, phone_number_id, attempt, priority, state, not_before, planned_at)
                   values ('{id}', '{attempt}', '{message}', '{number}', 1, 0, 3, '{now}', '{now}');
                 insert into templates (tenant_id, id, waba_id, provider_id, name, language, category, status, components, synced_at)
                   values ('{id}', '{template}', '{waba}', '1', 'photo', 'en', 'UTILITY', 'APPROVED', '{components}', '{now}');
                 insert into api_keys (tenant_id, id, name, token_hash, hint, scopes, created_at)
                   values ('{id}', '{key}', 'Row', sha256('{key}'::bytea), '....', '{{}}', '{now}');
                 insert into connections (tenant_id, id, meta_app_id, provider_waba_id, provider_number_id, provider_account_id, state, created_at)
                   select '{id}', '{run}', '{app}', '{}', provider_number_id, provider_account_id, 'failed', '{now}' from phone_numbers where tenant_id = '{id}'",
                tenant.provider_waba_id,
            ))
            .await;
        let row = |prefix: &'static str, id: uuid::Uuid| (prefix, format!("{prefix}_{}", id.simple()));
        BTreeMap::from([
            row("con", contact),
            row("cnv", conversation),
            row("med", media),
            row("msg", message),
            row("tpl", template),
            row("key", key),
            row("cxn", run),
            row("num", number),
            row("wab", waba),
            row("app", app),
        ])
    }
}

/// The router over these services.
pub fn surface(services: &TenantServices, secure: bool) -> Router {
    router(TenantState {
        services: services.clone(),
        origins: AllowedOrigins::new(&[ORIGIN.to_owned()]),
        cookies: CookiePolicy { secure },
    })
}

fn list(names: &[&str]) -> String {
    format!("'{{{}}}'", names.join(","))
}

fn request(call: &Call) -> Request<Body> {
    let mut request = Request::builder().method(call.method.clone()).uri(&call.path);
    for (name, value) in &call.headers {
        request = request.header(*name, value);
    }
    let body = match &call.payload {
        Payload::Nothing => Body::empty(),
        Payload::Json(value) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(value.to_string())
        }
        Payload::Upload {
            number,
            filename,
            bytes,
        } => {
            request = request.header(
                header::CONTENT_TYPE,
                format!("multipart/form-data; boundary={BOUNDARY}"),
            );
            Body::from(form(number.as_deref(), filename, bytes))
        }
    };
    let mut request = request.body(body).unwrap();
    let client = SocketAddr::from(([203, 0, 113, 9], 4711));
    request.extensions_mut().insert(ConnectInfo(client));
    request
}

fn form(number: Option<&str>, filename: &str, bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(number) = number {
        let part = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"phone_number_id\"\r\n\r\n{number}\r\n"
        );
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{filename}\"\r\ncontent-type: image/png\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    body
}
