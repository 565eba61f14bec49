//! One connection, from its handshake to its end.

use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::rt::{Executor, Read, Write};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower_http::timeout::TimeoutBody;

use super::super::who::Peer;
use super::seats::Seat;
use super::{Patience, Tls, forwarded};

/// The head of a request, and what is read ahead of its body before anybody asks for it.
const MOST_READ_AHEAD: usize = 32 * 1024;
const MOST_HEADERS: usize = 100;
/// Requests at once on one connection. Clients take it to be so many before they are told, and fewer would be refused.
const MOST_STREAMS: u32 = 100;
/// Streams that were opened only to be reset, before the connection is.
const MOST_RESETS: usize = 20;
/// For a client to hang up that was asked to, and on which nothing runs: it may be in the middle of a head.
const GOODBYE: Duration = Duration::from_secs(2);
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;

/// What every connection has to do with.
pub struct Line {
    pub router: Router,
    pub tls: Option<Tls>,
    pub behind_proxy: bool,
    pub patience: Patience,
    pub tasks: TaskTracker,
    /// The house closes: end what runs.
    pub stop: CancellationToken,
    /// It is closed: end now.
    pub cut: CancellationToken,
}

impl Line {
    /// The whole of a connection. Its seat is free again when this ends, however it does.
    pub async fn speak(self: Arc<Self>, stream: TcpStream, from: IpAddr, _seat: Seat) {
        match &self.tls {
            None => self.converse(TokioIo::new(stream), from).await,
            Some(tls) => {
                if let Some(stream) = self.shake_hands(tls, stream).await {
                    self.converse(TokioIo::new(stream), from).await;
                }
            }
        }
    }

    async fn shake_hands(&self, tls: &Tls, stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        tokio::select! {
            shaken = tls.acceptor.accept(stream) => {
                shaken.inspect_err(|error| tracing::debug!(%error, "a handshake failed")).ok()
            }
            () = tokio::time::sleep(self.patience.head) => None,
            () = self.stop.cancelled() => None,
        }
    }

    async fn converse(&self, io: impl Read + Write + Unpin + Send + 'static, from: IpAddr) {
        let (traffic, builder) = (Traffic::default(), self.builder());
        let answering = TowerToHyperService::new(self.router.clone());
        let service = service_fn(|mut request: hyper::Request<Incoming>| {
            let running = traffic.begin();
            let address = forwarded::of(from, request.headers(), self.behind_proxy);
            request.extensions_mut().insert(Peer(address.to_string()));
            let body = self.patience.body;
            let answer = answering.call(request.map(|incoming| Body::new(TimeoutBody::new(body, incoming))));
            async move { answer.await.map(|response| response.map(|body| Counted { body, _running: running })) }
        });
        let mut conversation = pin!(builder.serve_connection_with_upgrades(io, service));
        tokio::select! {
            ended = conversation.as_mut() => return noted(ended),
            () = self.stop.cancelled() => {}
            () = traffic.quiet(self.patience.head, self.patience.idle) => {}
        }
        conversation.as_mut().graceful_shutdown();
        tokio::select! {
            ended = conversation => noted(ended),
            // Whoever was asked to hang up and does not.
            () = traffic.quiet(GOODBYE, GOODBYE) => {}
            () = self.cut.cancelled() => {}
        }
    }

    fn builder(&self) -> Builder<Tracked> {
        let mut builder = Builder::new(Tracked { tasks: self.tasks.clone(), cut: self.cut.clone() });
        // Without a timer hyper's patience is endless.
        let mut http1 = builder.http1();
        http1.timer(TokioTimer::new()).header_read_timeout(self.patience.head);
        http1.max_buf_size(MOST_READ_AHEAD).max_headers(MOST_HEADERS);
        let mut http2 = builder.http2();
        http2.timer(TokioTimer::new()).keep_alive_interval(self.patience.idle).keep_alive_timeout(self.patience.head);
        http2.max_header_list_size(MOST_READ_AHEAD as u32).max_concurrent_streams(MOST_STREAMS);
        http2.max_pending_accept_reset_streams(MOST_RESETS);
        http2.initial_stream_window_size(STREAM_WINDOW).initial_connection_window_size(CONNECTION_WINDOW);
        builder
    }
}

fn noted(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection broke");
    }
}

/// How many requests of a connection run, until the last byte of their answers.
#[derive(Default)]
struct Traffic(watch::Sender<usize>);

/// A request that runs for as long as this lives.
struct Running(watch::Sender<usize>);

impl Traffic {
    fn begin(&self) -> Running {
        self.0.send_modify(|running| *running += 1);
        Running(self.0.clone())
    }

    /// Until nothing ran for so long: before the first request, and after one.
    async fn quiet(&self, first: Duration, later: Duration) {
        let (mut running, mut wait) = (self.0.subscribe(), first);
        // The sender is ours and lives: neither can fail.
        while running.wait_for(|running| *running == 0).await.is_ok() {
            tokio::select! {
                () = tokio::time::sleep(wait) => return,
                _ = running.changed() => wait = later,
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running = running.saturating_sub(1));
    }
}

/// The body of an answer, which counts as running until it has been sent.
struct Counted {
    body: Body,
    _running: Running,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Where HTTP/2 runs its streams: as tasks that are known and that end with the house.
#[derive(Clone)]
struct Tracked {
    tasks: TaskTracker,
    cut: CancellationToken,
}

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Tracked {
    fn execute(&self, stream: F) {
        let cut = self.cut.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                _ = stream => {}
                () = cut.cancelled() => {}
            }
        });
    }
}
