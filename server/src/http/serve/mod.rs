//! Listening until told to stop, and stopping in bounded time.
//!
//! A loop of our own over hyper, because axum's gives no access to its timers and limits: whoever sends the head of a
//! request drop by drop, or nothing at all, is hung up on; nobody holds more than a share of the connections; and every
//! task is known, so that none outlives the house. Knows no route.

mod connection;
mod forwarded;
mod raw;
mod seats;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Desk, ReadyState, limits, router};
use connection::Line;
use seats::Seats;

pub use raw::{Raw, raw};
pub use tls::{Tls, TlsError};

/// What there is nothing to do about but wait: usually no file descriptors are left.
const BREATH: Duration = Duration::from_millis(100);

/// How the listener treats who connects.
pub struct Listening {
    pub tls: Option<Tls>,
    /// At most so many at once; more wait to be accepted.
    pub connections: usize,
    pub patience: Patience,
}

/// How long others are waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// For a handshake, and for the head of a request.
    pub head: Duration,
    /// For the next piece of a request's body.
    pub body: Duration,
    /// For another request on a connection. On HTTP/1, where a silent client and a slow one look the same, `head` is
    /// shorter and counts.
    pub idle: Duration,
    /// For running requests to end, once the server was told to stop.
    pub drain: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { head: seconds(10), body: seconds(30), idle: seconds(60), drain: seconds(10) }
    }
}

/// Serve until `stop` is cancelled, then let running requests end.
pub async fn serve(listener: TcpListener, desk: Desk, listening: Listening, stop: CancellationToken) {
    let Listening { tls, connections, patience } = listening;
    let (tasks, cut, readiness) = (TaskTracker::new(), CancellationToken::new(), desk.readiness.clone());
    let streams = desk.streams.clone();
    // Behind a proxy all connections come from one address, and sharing them out is the proxy's task.
    let share = if desk.front.behind_proxy { connections } else { connections / 2 };
    let seats = Seats::new(connections, share);
    let line = Line {
        behind_proxy: desk.front.behind_proxy,
        router: router(desk),
        tls,
        patience,
        tasks: tasks.clone(),
        stop: stop.clone(),
        cut: cut.clone(),
    };
    let line = Arc::new(line);
    let accepting = async {
        loop {
            let seat = seats.free().await;
            let (stream, address) = accept(&listener).await;
            match seat.taken_from(limits::network(address.ip())) {
                Some(seat) => drop(tasks.spawn(Arc::clone(&line).speak(stream, address.ip(), seat))),
                None => limits::refused("connections"),
            }
        }
    };
    tokio::select! {
        () = accepting => {}
        () = stop.cancelled() => {}
    }
    readiness.set(ReadyState::Draining);
    drop(listener);
    tasks.close();
    let in_time = async {
        // Who reads a long answer still gets an end of it.
        tokio::select! {
            () = tasks.wait() => return,
            () = tokio::time::sleep(patience.drain / 2) => streams.cut_short(),
        }
        tasks.wait().await;
    };
    if tokio::time::timeout(patience.drain, in_time).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut");
        cut.cancel();
        tasks.wait().await;
    }
    streams.ended().await;
}

/// The next connection. What goes wrong with one of them is no reason to serve none.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Answers are short and whole: waiting to fill a packet would only delay them.
                let _ = stream.set_nodelay(true);
                return (stream, address);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection could be accepted; will try again");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
