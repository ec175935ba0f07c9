use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::clock::SystemClock;
use crate::state::Sandbox;
use crate::{Config, Error, control, graph, page, webhooks};

/// Time that open requests get at shutdown.
const LAST_REQUESTS: Duration = Duration::from_secs(2);
/// Pause after a failed accept, such as when file descriptors ran out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The connection a request came in on; each request carries it as an extension.
#[derive(Clone, Default)]
pub(crate) struct Connection(Arc<Wire>);

#[derive(Default)]
struct Wire {
    reset: AtomicBool,
    wanted: Notify,
}

impl Connection {
    /// Ends the TCP connection with a reset, without any answer.
    pub(crate) fn reset(&self) {
        self.0.reset.store(true, Ordering::SeqCst);
        self.0.wanted.notify_one();
    }
}

/// A TCP stream that is reset instead of closed when its connection asks for it.
struct ResettableStream {
    stream: TcpStream,
    connection: Connection,
}

impl Drop for ResettableStream {
    fn drop(&mut self) {
        if self.connection.0.reset.load(Ordering::SeqCst)
            && let Err(error) = self.stream.set_zero_linger()
        {
            tracing::warn!(%error, "connection closed instead of reset");
        }
    }
}

impl AsyncRead for ResettableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for ResettableStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// All routes of a sandbox: Graph API, control API, phone page.
/// Requests must carry the `Connection` that `serve` puts in; reset switches have no other way to act.
pub fn router(sandbox: Sandbox) -> Router {
    Router::new()
        .merge(graph::routes())
        .merge(control::routes(&sandbox))
        .merge(page::routes(&sandbox))
        .with_state(sandbox)
}

/// Opens a sandbox and serves it until shutdown; callers that read the shared clock before then use `Sandbox::open` and `run`.
pub async fn serve(config: Config, listener: TcpListener, shutdown: CancellationToken) -> Result<(), Error> {
    Sandbox::open(&config, Arc::new(SystemClock), shutdown)?
        .run(listener)
        .await
}

impl Sandbox {
    /// Serves this sandbox until its shutdown, then saves its state; the listener must be the one `public_url` names.
    pub async fn run(self, listener: TcpListener) -> Result<(), Error> {
        let shutdown = self.shutdown().clone();
        let background = TaskTracker::new();
        background.spawn(webhooks::deliver::run(self.clone()));
        background.spawn(self.clone().keep_saved());
        let connections = TaskTracker::new();
        let routes = router(self.clone());
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(error) => {
                        tracing::warn!(%error, "sandbox connection not accepted");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                        continue;
                    }
                },
                () = shutdown.cancelled() => break,
            };
            connections.spawn(connection(stream, routes.clone(), shutdown.clone()));
        }
        connections.close();
        background.close();
        let _ = tokio::time::timeout(LAST_REQUESTS, connections.wait()).await;
        let _ = tokio::time::timeout(LAST_REQUESTS, background.wait()).await;
        self.save()
    }
}

async fn connection(stream: TcpStream, routes: Router, shutdown: CancellationToken) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "sandbox connection without nodelay");
    }
    let connection = Connection::default();
    let extension = connection.clone();
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let routes = routes.clone();
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(extension.clone());
        async move {
            let answered: Result<Response, Infallible> = routes.oneshot(request).await;
            answered
        }
    });
    let io = TokioIo::new(ResettableStream {
        stream,
        connection: connection.clone(),
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(io, service);
    let mut served = std::pin::pin!(served);
    let mut ending = false;
    loop {
        tokio::select! {
            result = served.as_mut() => {
                if let Err(error) = result {
                    tracing::debug!(%error, "sandbox connection ended");
                }
                return;
            }
            () = connection.0.wanted.notified() => return,
            () = shutdown.cancelled(), if !ending => {
                ending = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}
