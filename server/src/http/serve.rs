//! Listening until told to stop, and stopping in bounded time.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Desk, ReadyState, router};

/// How long running requests may take to end once the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// Serve until `stop` is cancelled, then let running requests end.
pub async fn serve(listener: TcpListener, desk: Desk, stop: CancellationToken) -> std::io::Result<()> {
    let readiness = desk.readiness.clone();
    let stopped = stop.clone();
    let draining = async move {
        stopped.cancelled().await;
        readiness.set(ReadyState::Draining);
    };
    let serving = axum::serve(listener, router(desk)).with_graceful_shutdown(draining);
    let too_long = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        ended = serving.into_future() => ended,
        () = too_long => {
            tracing::warn!("some requests did not end in time and were cut");
            Ok(())
        }
    }
}
