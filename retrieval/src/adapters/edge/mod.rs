//! Embedded Qdrant: the index of one workspace and generation, in one directory, without a server.
//!
//! The engine is synchronous and has three habits that shape this folder. What was not flushed is lost at any exit, so
//! durability is a call, never a side effect. `flush` panics when it meets an update or an optimisation, so one thread
//! owns all three ([`writer`]) while searches run beside it. And it cannot always read what a crash left behind, so a
//! shard that does not open is reported as damaged and built anew from SQL. Knows no SQL and no text beyond the moment
//! of encoding; the layout of a point and the rule of access are shared with the cluster's adapter.

mod contain;
mod log;
mod search;
mod settings;
mod shard;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use qdrant_edge::{EdgeShard, UpdateOperation};
use tokio::sync::Semaphore;

use self::contain::failure;
use self::shard::Shard;
use self::writer::Writer;
use super::bm25::Bm25;
use super::condition::Condition;
use super::layout;
use crate::access::{AccessLabel, Clearance};
use crate::model::{DocumentId, PointId, VersionId, WorkspaceId};
use crate::ports::{Candidate, IndexError, Point, Query, StoredPoint, VectorIndex};

pub use self::settings::{EdgeSettings, Links, Probe};

/// Points per operation: about a megabyte in the write-ahead log, and searches get a turn in between.
const POINTS_PER_OPERATION: usize = 256;
/// In a long run of writes, so many unoptimised points are worth an optimisation: searching them takes 6 ms.
const OVERDUE: usize = 20_000;

/// An open shard: readers beside one writer.
pub struct EdgeIndex {
    workspace: WorkspaceId,
    dimensions: usize,
    probe: Probe,
    encoder: Arc<Bm25>,
    directory: PathBuf,
    // Declared before `shard`: dropping it ends the writer, which flushes, before the engine goes.
    writer: Writer,
    shard: Arc<Shard>,
    readers: Arc<Semaphore>,
}

/// What an operator wants to see on a graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EdgeStats {
    pub points: usize,
    pub segments: usize,
    /// Points that are searched by reading all of them, until the next [`VectorIndex::optimize`]. About.
    pub unoptimized: usize,
    /// Grows by some 3 KB a point written, until the shard is opened the next time.
    pub wal_bytes: u64,
}

impl EdgeIndex {
    /// Open the shard in `directory`, or start an empty one where there is none.
    ///
    /// [`IndexError::Damaged`] means that it cannot be read and [`discard`](Self::discard) is due;
    /// [`IndexError::Unavailable`] that another process has it open.
    pub fn open(directory: &Path, workspace: WorkspaceId, settings: &EdgeSettings) -> Result<Self, IndexError> {
        let encoder = Bm25::new(&settings.bm25).map_err(|error| IndexError::Refused(error.to_string()))?;
        let shard = Arc::new(Shard::open(directory, settings)?);
        let writer = Writer::start(Arc::clone(&shard))?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            workspace,
            dimensions: settings.dimensions,
            probe: settings.probe,
            encoder: Arc::new(encoder),
            directory: directory.to_owned(),
            writer,
            shard,
            readers: Arc::new(Semaphore::new(cores)),
        })
    }

    /// Whether there is a shard in `directory`, sound or not; [`open`](Self::open) would otherwise begin one.
    pub fn is_in(directory: &Path) -> bool {
        shard::is_in(directory)
    }

    /// Drop what is in `directory`, unless somebody has it open; the caller opens it anew and fills it from SQL and the
    /// embedding cache.
    pub fn discard(directory: &Path) -> Result<(), IndexError> {
        shard::discard(directory)
    }

    /// Numbers for metrics.
    pub async fn stats(&self) -> Result<EdgeStats, IndexError> {
        let directory = self.directory.clone();
        self.reading(move |engine| {
            let Gathered { points, unoptimized } = Gathered::new(engine);
            Ok(EdgeStats {
                points,
                segments: engine.info().segments_count,
                unoptimized,
                wal_bytes: log::bytes(&directory),
            })
        })
        .await
    }

    /// Bytes of the write-ahead log, blocks reserved ahead included.
    pub fn wal_bytes(&self) -> u64 {
        log::bytes(&self.directory)
    }

    /// Run `work` on a blocking thread, at most one per core: more would only make each of them slower.
    async fn reading<T: Send + 'static>(
        &self,
        work: impl FnOnce(&EdgeShard) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, IndexError> {
        self.writer.health()?;
        let turn = Arc::clone(&self.readers).acquire_owned().await;
        let turn = turn.map_err(|error| IndexError::Unavailable(error.to_string()))?;
        let shard = Arc::clone(&self.shard);
        let task = tokio::task::spawn_blocking(move || {
            // The turn ends with the work, not with a caller who has stopped waiting for it.
            let _turn = turn;
            contain::panics(|| work(shard.engine()))
        });
        task.await.map_err(|error| IndexError::Unavailable(error.to_string()))?
    }

    async fn updating(&self, operations: Vec<UpdateOperation>) -> Result<(), IndexError> {
        let directory = self.directory.clone();
        let apply = move |engine: &EdgeShard| {
            shard::room_to_write(&directory, 0)?;
            operations.into_iter().try_for_each(|operation| engine.update(operation).map_err(failure))
        };
        self.writer.run(apply).await
    }

    /// Take out what `which` finds, its words before its points.
    async fn removing(
        &self,
        which: impl FnOnce(&EdgeShard) -> Result<Vec<PointId>, IndexError> + Send + 'static,
    ) -> Result<(), IndexError> {
        let directory = self.directory.clone();
        let remove = move |engine: &EdgeShard| {
            let points = which(engine)?;
            if points.is_empty() {
                return Ok(());
            }
            shard::room_to_write(&directory, 0)?;
            if !Gathered::new(engine).is_built() {
                engine.update(shard::silencing(&points)).map_err(failure)?;
            }
            engine.update(shard::removal(&points)).map_err(failure)
        };
        self.writer.run(remove).await
    }

    /// The filter of this clearance, or the refusal to serve another workspace.
    fn readable(&self, clearance: &Clearance) -> Result<Condition, IndexError> {
        if clearance.workspace() == self.workspace {
            Ok(Condition::readable(clearance))
        } else {
            Err(IndexError::OtherWorkspace)
        }
    }
}

#[async_trait]
impl VectorIndex for EdgeIndex {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        let readable = self.readable(clearance)?;
        layout::check_query(query, self.dimensions)?;
        let (query, probe, encoder) = (query.clone(), self.probe, Arc::clone(&self.encoder));
        self.reading(move |engine| search::search(engine, &readable, &query, &encoder.question(&query.text), probe))
            .await
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        let readable = self.readable(clearance)?;
        self.reading(move |engine| search::count(engine, &readable)).await
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        let of_version = self.readable(clearance)?.and(Condition::of_versions(&[version]));
        self.reading(move |engine| search::ids(engine, &of_version)).await
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        let readable = self.readable(clearance)?;
        self.reading(move |engine| search::page(engine, &readable, after, limit)).await
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        points.iter().try_for_each(|point| layout::check_vector(&point.dense, self.dimensions))?;
        let (workspace, encoder, directory) = (self.workspace, Arc::clone(&self.encoder), self.directory.clone());
        let dimensions = self.dimensions;
        let write = move |engine: &EdgeShard| {
            if Gathered::new(engine).is_overdue() {
                // Writing and searching are only dearer without; the next pause tries again and says why it fails.
                let _ = optimize(engine, &directory, dimensions);
            }
            for batch in points.chunks(POINTS_PER_OPERATION) {
                shard::room_to_write(&directory, 0)?;
                let operation = shard::upsertion(workspace, batch, &encoder)?;
                engine.update(operation).map_err(failure)?;
            }
            Ok(())
        };
        self.writer.run(write).await
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        self.updating(vec![shard::relabelling(document, label)?]).await
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        let gone = Condition::of_versions(versions);
        self.removing(move |engine| search::ids(engine, &gone)).await
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        let points = points.to_vec();
        self.removing(move |engine| search::present(engine, &points)).await
    }

    async fn flush(&self) -> Result<(), IndexError> {
        let directory = self.directory.clone();
        // Where it finds no room the engine panics, and nothing can be searched until the next start: what was not flushed
        // waits in memory instead, for whoever writes it again.
        let flush = move |engine: &EdgeShard| {
            shard::room_to_write(&directory, 0)?;
            writer::flush(engine)
        };
        self.writer.run(flush).await
    }

    /// Worth a call whenever writing pauses: the engine itself decides whether enough has gathered (see
    /// [`Links::worth_building_bytes`]) and otherwise returns at once. Writes wait until it is done, searches do not.
    async fn optimize(&self) -> Result<(), IndexError> {
        let (directory, dimensions) = (self.directory.clone(), self.dimensions);
        self.writer.run(move |engine| optimize(engine, &directory, dimensions)).await
    }
}

fn optimize(engine: &EdgeShard, directory: &Path, dimensions: usize) -> Result<(), IndexError> {
    // It writes every point anew before it lets the old ones go.
    let bytes = 2 * 4 * dimensions * engine.info().points_count;
    shard::room_to_write(directory, bytes as u64)?;
    engine.optimize().map(drop).map_err(failure)
}

/// Points, and how many of them no optimisation has seen.
struct Gathered {
    points: usize,
    unoptimized: usize,
}

impl Gathered {
    fn new(engine: &EdgeShard) -> Self {
        let info = engine.info();
        // The engine counts the words of every point, and the vectors of those that an optimised segment has.
        let optimized = info.indexed_vectors_count.saturating_sub(info.points_count);
        Self { points: info.points_count, unoptimized: info.points_count.saturating_sub(optimized) }
    }

    /// Whether an optimised segment is there. What is removed from one is counted among its words until it is built anew.
    fn is_built(&self) -> bool {
        self.unoptimized < self.points
    }

    /// Unoptimised points are searched one by one, and each one more is dearer to write. An optimisation costs with all
    /// the points there are: at three times as many, a library that grows to any size pays for half as much again.
    fn is_overdue(&self) -> bool {
        self.unoptimized >= OVERDUE.max(self.points / 3 * 2)
    }
}
