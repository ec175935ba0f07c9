#![allow(dead_code, reason = "each test binary uses its part of the scene")]

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use axum::routing::get;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub const APP: &str = "700100200300400";
pub const APP_SECRET: &str = "app-secret-of-tests";
pub const TOKEN: &str = "EAAtoken-app";
pub const WABA: &str = "201900000000001";
pub const PHONE: &str = "109900000000001";
pub const OTHER_TOKEN: &str = "EAAtoken-other";
pub const OTHER_WABA: &str = "201900000000002";
pub const OTHER_PHONE: &str = "109900000000002";
/// Real time in every test: 2026-09-21T13:33:20Z.
pub const REAL_MS: i64 = 1_789_997_600_000;

struct StoppedClock;

impl sandbox::Clock for StoppedClock {
    fn unix_millis(&self) -> i64 {
        REAL_MS
    }
}

pub struct Hook {
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// An address that takes webhooks, besides the app's own.
pub struct Receiver {
    pub url: String,
    hooks: mpsc::UnboundedReceiver<Hook>,
}

impl Receiver {
    pub async fn open() -> Self {
        let (url, hooks) = receiver(Arc::new(AtomicU16::new(200))).await;
        Self { url, hooks }
    }

    /// The next webhook; fails when none comes.
    pub async fn hook(&mut self) -> Hook {
        tokio::time::timeout(Duration::from_secs(10), self.hooks.recv())
            .await
            .unwrap()
            .unwrap()
    }
}

/// A sandbox with one receiver of its webhooks.
pub struct Scene {
    pub url: String,
    pub offset: Arc<AtomicI64>,
    pub answer: Arc<AtomicU16>,
    client: Client<HttpConnector, Full<Bytes>>,
    shutdown: CancellationToken,
    server: JoinHandle<Result<(), sandbox::Error>>,
    hooks: mpsc::UnboundedReceiver<Hook>,
    changes: VecDeque<Value>,
    state_file: PathBuf,
    callback: String,
}

async fn receiver(answer: Arc<AtomicU16>) -> (String, mpsc::UnboundedReceiver<Hook>) {
    let (sender, hooks) = mpsc::unbounded_channel();
    let challenge = async |Query(query): Query<std::collections::HashMap<String, String>>| match query
        .get("hub.verify_token")
        .map(String::as_str)
    {
        Some("verify-me") => (
            StatusCode::OK,
            query.get("hub.challenge").cloned().unwrap_or_default(),
        ),
        _ => (StatusCode::FORBIDDEN, String::new()),
    };
    let take = async |State((sender, answer)): State<(mpsc::UnboundedSender<Hook>, Arc<AtomicU16>)>,
                      headers: HeaderMap,
                      body: Bytes| {
        sender.send(Hook { headers, body }).unwrap();
        StatusCode::from_u16(answer.load(Ordering::SeqCst)).unwrap()
    };
    let routes = Router::new()
        .route("/hook", get(challenge).post(take))
        .with_state((sender, answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    (url, hooks)
}

async fn start(
    state_file: &std::path::Path,
) -> (
    String,
    Arc<AtomicI64>,
    CancellationToken,
    JoinHandle<Result<(), sandbox::Error>>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let offset = Arc::new(AtomicI64::new(0));
    let shutdown = CancellationToken::new();
    let config = sandbox::Config {
        state_file: state_file.to_owned(),
        public_url: url.clone(),
        clock_offset: Arc::clone(&offset),
        seed: 7,
    };
    let opened = sandbox::Sandbox::open(&config, Arc::new(StoppedClock), shutdown.clone()).unwrap();
    let server = tokio::spawn(opened.run(listener));
    (url, offset, shutdown, server)
}

impl Scene {
    /// Starts an empty sandbox and puts two businesses and two customers in.
    pub async fn open(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sandbox-{name}"));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let state_file = folder.join("sandbox.json");
        let answer = Arc::new(AtomicU16::new(200));
        let (callback, hooks) = receiver(Arc::clone(&answer)).await;
        let (url, offset, shutdown, server) = start(&state_file).await;
        let scene = Self {
            url,
            offset,
            answer,
            client: Client::builder(TokioExecutor::new()).build_http(),
            shutdown,
            server,
            hooks,
            changes: VecDeque::new(),
            state_file,
            callback,
        };
        scene.furnish().await;
        scene
    }

    async fn furnish(&self) {
        let app = json!({
            "app_secret": APP_SECRET, "access_token": TOKEN,
            "verify_token": "verify-me", "callback_url": self.callback,
        });
        self.control(Method::PUT, &format!("/sandbox/apps/{APP}"), app)
            .await;
        let waba = json!({
            "name": "Kaffee Kranz", "business_id": "301900000000001",
            "subscribed_apps": [APP],
            "numbers": [{"id": PHONE, "display_phone_number": "+1 555-010-0200", "verified_name": "Kaffee Kranz"}],
            "templates": [
                {"name": "order_update", "language": "en_US", "category": "UTILITY", "components": [
                    {"type": "HEADER", "format": "IMAGE"},
                    {"type": "BODY", "text": "Hi {{1}}, your order {{2}} is on its way.", "example": {"body_text": [["Ann", "A-77"]]}},
                    {"type": "FOOTER", "text": "Kaffee Kranz"},
                    {"type": "BUTTONS", "buttons": [
                        {"type": "QUICK_REPLY", "text": "Where is it?"},
                        {"type": "URL", "text": "Track", "url": "https://ex.test/t/{{1}}", "example": ["A-77"]}]}]},
                {"name": "come_back", "language": "en_US", "category": "MARKETING", "parameter_format": "NAMED", "components": [
                    {"type": "BODY", "text": "Hello {{first_name}}, come back soon for a free cup.",
                     "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ann"}]}}]}],
        });
        self.control(Method::PUT, &format!("/sandbox/wabas/{WABA}"), waba)
            .await;
        let other = json!({
            "name": "Other shop", "business_id": "301900000000002", "app_ids": [],
            "access_tokens": [{"token": OTHER_TOKEN, "app_id": APP}],
            "numbers": [{"id": OTHER_PHONE, "display_phone_number": "+49 30 5550100", "verified_name": "Other shop"}],
        });
        self.control(Method::PUT, &format!("/sandbox/wabas/{OTHER_WABA}"), other)
            .await;
        let ann = json!({"name": "Ann Børg 😀", "phone": "+15550109999", "username": "ann.b"});
        self.control(Method::PUT, "/sandbox/customers/ann", ann).await;
        self.control(
            Method::PUT,
            "/sandbox/customers/ben",
            json!({"name": "Ben", "hides_phone": true, "phone": "+15550108888"}),
        )
        .await;
    }

    pub async fn raw(
        &self,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), String> {
        let request = request.body(Full::new(body)).unwrap();
        let response = self
            .client
            .request(request)
            .await
            .map_err(|error| error.to_string())?;
        let status = response.status();
        let body = response
            .into_body()
            .collect()
            .await
            .map_err(|error| error.to_string())?;
        Ok((status, body.to_bytes()))
    }

    pub fn request(&self, method: Method, path: &str) -> http::request::Builder {
        let url = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}{path}", self.url)
        };
        Request::builder().method(method).uri(url)
    }

    /// A Graph call; the answer's trace id is taken out.
    pub async fn graph_as(&self, token: &str, method: Method, path: &str, body: Value) -> (u16, Value) {
        let bytes = if body.is_null() {
            Bytes::new()
        } else {
            body.to_string().into()
        };
        let request = self
            .request(method, path)
            .header("Authorization", format!("Bearer {token}"));
        let (status, bytes) = self.raw(request, bytes).await.unwrap();
        (status.as_u16(), without_trace(&bytes))
    }

    pub async fn graph(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        self.graph_as(TOKEN, method, path, body).await
    }

    /// A control call that must succeed.
    pub async fn control(&self, method: Method, path: &str, body: Value) -> Value {
        let bytes = if body.is_null() {
            Bytes::new()
        } else {
            body.to_string().into()
        };
        let request = self
            .request(method, path)
            .header("Content-Type", "application/json");
        let (status, bytes) = self.raw(request, bytes).await.unwrap();
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }

    pub async fn customer_sends(&self, key: &str, body: Value) -> String {
        let path = format!("/sandbox/customers/{key}/threads/{PHONE}/messages");
        self.control(Method::POST, &path, body).await["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub async fn thread(&self, key: &str) -> Vec<Value> {
        let path = format!("/sandbox/customers/{key}/threads/{PHONE}");
        self.control(Method::GET, &path, Value::Null).await["messages"]
            .as_array()
            .unwrap()
            .clone()
    }

    pub async fn send_text(&self, to: &str, text: &str) -> (u16, Value) {
        let body = json!({
            "messaging_product": "whatsapp", "to": to, "type": "text",
            "text": {"body": text}, "biz_opaque_callback_data": "job-42",
        });
        self.graph(Method::POST, &format!("/v26.0/{PHONE}/messages"), body)
            .await
    }

    pub async fn advance_hours(&self, hours: u32) {
        self.control(
            Method::POST,
            "/sandbox/clock",
            json!({"advance_seconds": hours * 3600}),
        )
        .await;
    }

    /// The next webhook as it came; fails when none comes.
    pub async fn hook(&mut self) -> Hook {
        tokio::time::timeout(Duration::from_secs(10), self.hooks.recv())
            .await
            .unwrap()
            .unwrap()
    }

    /// The next change in any webhook: its `value`.
    pub async fn change(&mut self) -> Value {
        while self.changes.is_empty() {
            let hook = self.hook().await;
            let body: Value = serde_json::from_slice(&hook.body).unwrap();
            for entry in body["entry"].as_array().unwrap() {
                self.changes.extend(
                    entry["changes"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|change| change["value"].clone()),
                );
            }
        }
        self.changes.pop_front().unwrap()
    }

    /// Stops the sandbox and starts it again on the same state file.
    pub async fn restart(&mut self) {
        self.stop().await;
        let (url, offset, shutdown, server) = start(&self.state_file).await;
        (self.url, self.offset, self.shutdown, self.server) = (url, offset, shutdown, server);
    }

    pub async fn stop(&mut self) {
        self.shutdown.cancel();
        (&mut self.server).await.unwrap().unwrap();
    }
}

fn without_trace(bytes: &[u8]) -> Value {
    let mut body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    if let Some(error) = body.get_mut("error") {
        assert!(error["fbtrace_id"].as_str().unwrap().len() > 10);
        error.as_object_mut().unwrap().remove("fbtrace_id");
    }
    body
}
