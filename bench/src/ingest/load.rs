//! The load generator: connections kept alive, one request in flight on each, as cheap as it can be, and the same
//! against every server.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use anyhow::{Context, ensure};
use bytes::Bytes;
use futures::future::try_join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::machine::LOAD_THREAD;

/// Connections; Meta opens many.
pub const CONNECTIONS: usize = 512;
/// Threads that share them, so that no single core bounds the load.
const THREADS: usize = 2;

/// Gives the next request; called by every connection.
pub type Source = Arc<dyn Fn() -> Bytes + Send + Sync>;

/// The given requests over and over.
pub fn repeated(requests: &Arc<[Bytes]>) -> Source {
    let (requests, turn) = (Arc::clone(requests), AtomicUsize::new(0));
    Arc::new(move || {
        let turn = turn.fetch_add(1, Ordering::Relaxed) % requests.len().max(1);
        requests.get(turn).cloned().unwrap_or_default()
    })
}

/// Load that runs until it is ended.
#[derive(Debug)]
pub struct Load {
    /// Requests that were accepted.
    pub done: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<anyhow::Result<()>>>,
}

impl Load {
    /// Opens the connections and begins.
    pub fn start(server: SocketAddr, source: &Source) -> anyhow::Result<Self> {
        let (done, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let threads = (0..THREADS).map(|thread| {
            let (done, stop, source) = (Arc::clone(&done), Arc::clone(&stop), Arc::clone(source));
            let work = move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_io()
                    .build()?;
                let connections = (thread..CONNECTIONS).step_by(THREADS);
                runtime.block_on(try_join_all(
                    connections.map(|_| connection(server, &source, &done, &stop)),
                ))?;
                Ok(())
            };
            std::thread::Builder::new()
                .name(format!("{LOAD_THREAD}-{thread}"))
                .spawn(work)
        });
        let threads = threads
            .collect::<Result<_, _>>()
            .context("cannot start the load generator")?;
        Ok(Self { done, stop, threads })
    }

    /// Ends after the answers that are due; an error when any answer was not 200 or 202.
    pub async fn finish(self) -> anyhow::Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let join = move || {
            self.threads.into_iter().try_for_each(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| anyhow::bail!("a thread of the load generator ended early"))
            })
        };
        tokio::task::spawn_blocking(join).await?
    }
}

async fn connection(
    server: SocketAddr,
    source: &Source,
    done: &AtomicU64,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let mut connection = Connection::open(server).await?;
    while !stop.load(Ordering::Relaxed) {
        connection.exchange(&source()).await?;
        done.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

/// One connection, kept alive.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(server: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(server)
            .await
            .context("cannot connect to the server")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            answer: Vec::with_capacity(1_024),
        })
    }

    /// Sends one request and waits for the whole answer; anything but 200 and 202 is an error.
    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<()> {
        let status = self.status(request).await?;
        ensure!(
            matches!(status, 200 | 202),
            "not acknowledged: {}",
            String::from_utf8_lossy(&self.answer)
        );
        Ok(())
    }

    /// Sends one request, waits for the whole answer and tells its status.
    pub async fn status(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.stream
            .write_all(request)
            .await
            .context("the server hung up")?;
        self.answer.clear();
        while !whole(&self.answer) {
            ensure!(
                self.stream
                    .read_buf(&mut self.answer)
                    .await
                    .context("the server hung up")?
                    > 0,
                "the server hung up"
            );
        }
        let status = self
            .answer
            .get(9..12)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        status
            .and_then(|digits| digits.parse().ok())
            .context("the answer has no status")
    }
}

/// True when head and body are there; an answer without a length has no body.
fn whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return false;
    };
    let head = answer.get(..end).unwrap_or_default();
    let length = head
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"content-length: "));
    let length = length
        .and_then(|digits| std::str::from_utf8(digits).ok()?.trim_end().parse().ok())
        .unwrap_or(0);
    answer.len() >= end + 4 + length
}
