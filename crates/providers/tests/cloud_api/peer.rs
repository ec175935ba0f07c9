//! A Graph API on a raw socket: records whole requests, answers what the script says, breaks where it says.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::ports::Connection;
use egress::{AllowRule, Egress, Policy, Timeouts};
use parlance_providers::cloud_api::CloudApi;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What happens after a whole request was read.
#[derive(Clone)]
pub enum Then {
    Answer {
        status: u16,
        headers: String,
        body: Vec<u8>,
    },
    Reset,
    Stall,
}

pub fn json(status: u16, body: &str) -> Then {
    Then::Answer {
        status,
        headers: "content-type: application/json\r\n".into(),
        body: body.into(),
    }
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub head: String,
    pub body: String,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub struct Peer {
    pub base_url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Peer {
    pub async fn start(script: impl Fn(&Seen) -> Then + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, script) = (Arc::clone(&seen), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, script) = (Arc::clone(&log), Arc::clone(&script));
                tokio::spawn(async move { serve(stream, &log, &*script).await });
            }
        });
        Self { base_url, seen }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn connection(&self) -> Connection {
        connection(&self.base_url)
    }
}

pub fn connection(base_url: &str) -> Connection {
    Connection {
        base_url: base_url.into(),
        graph_version: "v26.0".into(),
        access_token: "token-1".to_owned().into(),
        provider_waba_id: "201900000000001".into(),
        provider_number_id: "109900000000001".into(),
    }
}

pub fn api() -> CloudApi {
    api_within(Timeouts::default().total)
}

pub fn api_within(total: Duration) -> CloudApi {
    let allow = vec!["127.0.0.1".parse::<AllowRule>().unwrap()];
    let timeouts = Timeouts {
        total,
        ..Timeouts::default()
    };
    CloudApi::new(Egress::new(Policy { allow }, timeouts).unwrap())
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Seen>>,
    script: &(dyn Fn(&Seen) -> Then + Send + Sync),
) {
    while let Some(request) = read_request(&mut stream).await {
        log.lock().unwrap().push(request.clone());
        match script(&request) {
            Then::Answer {
                status,
                headers,
                body,
            } => {
                let head = format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n",
                    body.len()
                );
                stream
                    .write_all(&[head.as_bytes(), &body].concat())
                    .await
                    .unwrap();
            }
            Then::Reset => return stream.set_zero_linger().unwrap(),
            Then::Stall => std::future::pending::<()>().await,
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse::<usize>().unwrap());
            if body.len() >= length {
                let line = head.lines().next().unwrap_or_default().to_owned();
                return Some(Seen {
                    line,
                    head: head.to_owned(),
                    body: body.to_owned(),
                });
            }
        }
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    }
}
