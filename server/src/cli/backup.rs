//! `lectern backup`: everything that cannot be made again in one file, while the server runs or without one.
//!
//! A running server gives its backup unencrypted, over this machine's own loopback; the passphrase stays here.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::NamedTempFile;
use tokio::sync::mpsc;

use super::remote::Remote;
use super::{Context, Failure, Outcome, desk, print};
use crate::audit::{Audit, Deed, Occasion, Thing, What};
use crate::backup::{BackupError, Contents, Opener, Place, Sealer, Wish, aside, take};
use crate::clock::{Clock, spelt};
use crate::config::Secret;
use crate::datadir::{DataDir, HoldError};
use crate::http::wire::BackupRequest;
use crate::store::Vectors;
use crate::wiring;

const PIECES: usize = 8;

/// Write everything that cannot be made again into one checked file: texts, originals, people, conversations, the log, all as
/// of one moment, while the server goes on. The index is not in it: it is built again from the rest after a restore.
#[derive(clap::Args)]
pub struct Args {
    /// The file, or a folder in which it is named after the moment. What is there already is replaced once the new one is whole
    file: PathBuf,
    /// Remove all but so many of the newest, of those whose names differ from this one by numbers alone
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    keep: Option<u16>,
    /// Leave out the embeddings: half the size or less, but after a restore all texts are embedded again, which can take hours
    #[arg(long)]
    without_vectors: bool,
    /// Encrypt it with the passphrase in this file [default: LECTERN_BACKUP_PASSPHRASE, or backup.passphrase_file; without any
    /// it is not encrypted]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

pub async fn run(context: &Context, args: Args) -> Outcome {
    let Args { file, keep, without_vectors, passphrase_file } = args;
    let passphrase = passphrase(context, passphrase_file.as_deref())?;
    let place = Place::of(&file, Clock::system().now_ms());
    if keep.is_some() {
        place.pattern().map_err(|error| Failure::Usage(error.to_string()))?;
    }
    let written = place.begin()?;
    let vectors = if without_vectors { Vectors::LeftOut } else { Vectors::Kept };
    let data = DataDir::new(&context.config.data_dir);
    let written = match data.hold() {
        Ok(_held) => here(context, &data, vectors, passphrase.clone(), written).await?,
        Err(HoldError::InUse) => there(&Remote::connect(&data)?, without_vectors, passphrase.clone(), written).await?,
        Err(error) => return Err(error.into()),
    };
    let kept = aside(move || {
        let contents = place.keep(written, passphrase.as_ref())?;
        let gone = keep.map(|keep| place.rotate(usize::from(keep))).transpose()?;
        Ok((place, contents, gone.unwrap_or_default()))
    });
    let (place, contents, gone) = kept.await?;
    tell(context, place.file(), &contents, &gone);
    Ok(())
}

/// From where it may come that nobody else reads: never the command line, which every process of the machine can see.
pub fn passphrase(context: &Context, file: Option<&Path>) -> Result<Option<Secret>, Failure> {
    let Some(file) = file else { return Ok(context.config.backup.passphrase.clone()) };
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::Usage(format!("{} cannot be read: {error}", file.display())))?;
    match text.trim() {
        "" => Err(Failure::Usage(format!("{} holds no passphrase", file.display()))),
        passphrase => Ok(Some(passphrase.to_owned().into())),
    }
}

/// Of the rows, where no server has them.
async fn here(
    context: &Context,
    data: &DataDir,
    vectors: Vectors,
    passphrase: Option<Secret>,
    into: NamedTempFile,
) -> Result<NamedTempFile, Failure> {
    let (store, workspace) = wiring::rows(&context.config, data).await?;
    let detail = json!({"without_vectors": vectors == Vectors::LeftOut});
    let deed = Deed::new(What::BackupTaken, Occasion::here()).to(Thing::House, "").with(detail);
    Audit::new(store.clone(), workspace).note(&desk::operator_of(workspace), deed).await?;
    let taken = take(&store, Wish { vectors, passphrase, prover: None }, into).await;
    store.close().await;
    Ok(taken?.0)
}

/// Of the server that has it, closed anew on this side.
async fn there(
    server: &Remote,
    without_vectors: bool,
    passphrase: Option<Secret>,
    into: NamedTempFile,
) -> Result<NamedTempFile, Failure> {
    let mut reply = server.backup(&BackupRequest { without_vectors }).await?;
    let (pieces, received) = mpsc::channel(PIECES);
    let closing = tokio::spawn(aside(move || close_anew(Receiving::new(received), passphrase.as_ref(), into)));
    let mut cut_off = None;
    loop {
        match reply.chunk().await {
            Ok(Some(piece)) if pieces.send(piece.to_vec()).await.is_ok() => {}
            Ok(_) => break,
            Err(error) => {
                cut_off = Some(error);
                break;
            }
        }
    }
    drop(pieces);
    match (closing.await?, cut_off) {
        (Ok(file), None) => Ok(file),
        (_, Some(error)) => Err(anyhow::Error::from(error).context("the running server broke off").into()),
        (Err(error), None) => Err(error.into()),
    }
}

fn close_anew(from: impl Read, passphrase: Option<&Secret>, into: NamedTempFile) -> Result<NamedTempFile, BackupError> {
    let mut opener = Opener::begin(from, None)?;
    let mut sealer = Sealer::begin(into, opener.taken_ms, passphrase)?;
    io::copy(&mut opener, &mut sealer)?;
    sealer.finish()
}

/// Reads what comes in pieces.
struct Receiving {
    pieces: mpsc::Receiver<Vec<u8>>,
    piece: io::Cursor<Vec<u8>>,
}

impl Receiving {
    fn new(pieces: mpsc::Receiver<Vec<u8>>) -> Self {
        Self { pieces, piece: io::Cursor::default() }
    }
}

impl Read for Receiving {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = io::Cursor::new(piece),
                None => return Ok(0),
            }
        }
    }
}

fn tell(context: &Context, file: &Path, contents: &Contents, gone: &[PathBuf]) {
    let Contents { head, trailer, rankings, lost } = contents;
    let documents = trailer.rows.get("documents").copied().unwrap_or(0);
    let bytes = std::fs::metadata(file).map_or(0, |file| file.len());
    if context.json {
        let gone: Vec<String> = gone.iter().map(|path| path.display().to_string()).collect();
        let questions = rankings.as_ref().map_or(0, |rankings| rankings.rankings.len());
        print::json(&json!({
            "file": file.display().to_string(), "bytes": bytes, "taken": spelt(head.taken_ms), "schema": head.schema,
            "documents": documents, "rows": trailer.rows, "rows_hash": trailer.rows_hash,
            "originals": trailer.originals, "originals_lost": lost, "questions": questions, "removed": gone,
        }));
        return;
    }
    print::line(&format!(
        "{}: {documents} documents, {} originals, {bytes} bytes, as of {}; read through and found whole",
        file.display(),
        trailer.originals,
        spelt(head.taken_ms)
    ));
    if !lost.is_empty() {
        print::note(&format!(
            "{} originals are not there or damaged: their documents are restored without the file that they were made of",
            lost.len()
        ));
    }
    gone.iter().for_each(|path| print::line(&format!("removed {}", path.display())));
}
