//! How many sends per second one sandbox takes: `cargo run --release -p parlance-sandbox --example sends -- [SECONDS]`.
//!
//! Sandbox and callers share the machine; limits are lifted and nobody takes webhooks.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

type Caller = Client<HttpConnector, Full<Bytes>>;
type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Calls in the air at a time.
const CALLERS: u64 = 64;
/// Customers that are written to in turn.
const CUSTOMERS: u64 = 1_000;
const PHONE: &str = "109900000000001";

async fn call(caller: &Caller, method: Method, url: &str, body: String) -> Result<u16, Failed> {
    let request = Request::builder()
        .method(method)
        .uri(url)
        .header("Authorization", "Bearer EAAload")
        .header("Content-Type", "application/json")
        .body(Full::new(Bytes::from(body)))?;
    let response = caller.request(request).await?;
    let status = response.status().as_u16();
    response.into_body().collect().await?;
    Ok(status)
}

async fn furnish(caller: &Caller, url: &str) -> Result<(), Failed> {
    let put =
        async |path: String, body: String| call(caller, Method::PUT, &format!("{url}{path}"), body).await;
    let app = r#"{"app_secret": "s", "access_token": "EAAload"}"#;
    put("/sandbox/apps/7".into(), app.into()).await?;
    let number =
        format!(r#"{{"id": "{PHONE}", "display_phone_number": "+1 555 010 0200", "verified_name": "Load"}}"#);
    let waba = format!(r#"{{"name": "Load", "business_id": "3", "numbers": [{number}]}}"#);
    put("/sandbox/wabas/2".into(), waba).await?;
    let lifted = r#"{"messages_per_second": 0, "pair_interval_ms": 0, "daily_customers": 0}"#;
    call(
        caller,
        Method::POST,
        &format!("{url}/sandbox/limits"),
        lifted.into(),
    )
    .await?;
    for customer in 0..CUSTOMERS {
        let path = format!("/sandbox/customers/c{customer}");
        put(
            path.clone(),
            format!(r#"{{"name": "C{customer}", "phone": "1555{customer:07}"}}"#),
        )
        .await?;
        let thread = format!("{url}{path}/threads/{PHONE}/messages");
        call(
            caller,
            Method::POST,
            &thread,
            r#"{"type": "text", "text": "Hi"}"#.into(),
        )
        .await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let seconds: u64 = std::env::args()
        .nth(1)
        .map_or(Ok(10), |seconds| seconds.parse())?;
    let folder = std::env::temp_dir().join(format!("sandbox-sends-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let config = sandbox::Config {
        state_file: folder.join("state.json"),
        public_url: url.clone(),
        clock_offset: Arc::new(AtomicI64::new(0)),
        seed: 1,
    };
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(sandbox::serve(config, listener, shutdown.clone()));
    let caller: Caller = Client::builder(TokioExecutor::new()).build_http();
    furnish(&caller, &url).await?;

    let (done, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let ended = Arc::new(AtomicBool::new(false));
    let slowest_us = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut callers = Vec::new();
    for number in 0..CALLERS {
        let (caller, done, refused) = (caller.clone(), Arc::clone(&done), Arc::clone(&refused));
        let (ended, slowest_us) = (Arc::clone(&ended), Arc::clone(&slowest_us));
        let address = format!("{url}/v26.0/{PHONE}/messages");
        callers.push(tokio::spawn(async move {
            let mut turn = number;
            while !ended.load(Ordering::Relaxed) {
                turn += CALLERS;
                let to = turn % CUSTOMERS;
                let body = format!(
                    r#"{{"messaging_product": "whatsapp", "to": "+1555{to:07}", "type": "text", "text": {{"body": "Number {turn}"}}, "biz_opaque_callback_data": "{turn}"}}"#
                );
                let asked = Instant::now();
                let status = call(&caller, Method::POST, &address, body).await;
                let took = u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX);
                slowest_us.fetch_max(took, Ordering::Relaxed);
                let counter = if matches!(status, Ok(200)) { &done } else { &refused };
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }));
    }
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    ended.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await?;
    }
    let rate = done.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
    shutdown.cancel();
    server.await??;
    let size = std::fs::metadata(folder.join("state.json"))?.len();
    writeln!(
        std::io::stdout(),
        "{rate:.0} sends/s over {seconds} s, {} not accepted, slowest {} ms, state file {} MB",
        refused.load(Ordering::Relaxed),
        slowest_us.load(Ordering::Relaxed) / 1000,
        size >> 20
    )?;
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
