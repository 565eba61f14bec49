//! The handler of backups: who, what, call, answer. A backup is sent while it is taken, and is one only with its end.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use axum::body::Body as Sent;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream};
use serde_json::json;
use tokio::sync::mpsc;

use super::Desk;
use super::audit::Doing;
use super::error::ApiError;
use super::handlers::{Body, malformed};
use super::who::Asker;
use super::wire::BackupRequest;
use crate::audit::{Thing, What};
use crate::library::{LibraryError, Vectors};

/// Pieces that wait to be sent, and how much is in one.
const PIECES: usize = 8;
const PIECE_BYTES: usize = 128 * 1024;

pub async fn take(
    State(desk): State<Desk>,
    _: Asker,
    doing: Doing,
    body: Body<BackupRequest>,
) -> Result<Response, ApiError> {
    let BackupRequest { without_vectors } = body.map_err(malformed)?.0;
    doing.done(What::BackupTaken, Thing::House, "", json!({"without_vectors": without_vectors})).await?;
    let vectors = if without_vectors { Vectors::LeftOut } else { Vectors::Kept };
    let (pieces, sent) = mpsc::channel(PIECES);
    let (library, into) = (Arc::clone(&desk.library), BufWriter::with_capacity(PIECE_BYTES, Sending(pieces)));
    let taking = Box::pin(async move { library.back_up(vectors, into).await.map(drop) });
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"lectern.backup\""),
    ];
    Ok((headers, Sent::from_stream(pieces_of(taking, sent))).into_response())
}

type Taking = BoxFuture<'static, Result<(), LibraryError>>;

/// What is written, as it is written. Whoever stops reading drops this, and the taking with it.
fn pieces_of(taking: Taking, sent: mpsc::Receiver<Vec<u8>>) -> impl Stream<Item = io::Result<Vec<u8>>> {
    stream::unfold((Some(taking), sent), |(mut taking, mut sent)| async move {
        let running = match taking.as_mut() {
            Some(running) => running,
            None => return sent.recv().await.map(|piece| (Ok(piece), (None, sent))),
        };
        let ended = tokio::select! {
            biased;
            Some(piece) = sent.recv() => return Some((Ok(piece), (taking, sent))),
            ended = running => ended,
        };
        match ended {
            Ok(()) => sent.recv().await.map(|piece| (Ok(piece), (None, sent))),
            Err(error) => {
                tracing::error!(%error, "a backup broke off");
                Some((Err(io::Error::other("the backup broke off")), (None, sent)))
            }
        }
    })
}

/// Hands what is written to whoever sends it.
struct Sending(mpsc::Sender<Vec<u8>>);

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(bytes.to_vec());
        sent.map(|()| bytes.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
