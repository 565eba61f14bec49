//! The shard on disk: opening, locking, discarding, and the operations that are written to it.
//!
//! Knows the directory's layout and how a point is laid out in the engine. Does not know threads or clearances.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use qdrant_edge::{
    CreateIndex, EdgeShard, FieldIndexOperations, JsonPath, Payload, PayloadFieldSchema, PayloadSchemaParams,
    PayloadSchemaType, PointInsertOperations, PointOperations, PointStruct, PointVectorsPersisted, SetPayloadOp,
    SparseVector, UpdateOperation, UpdateVectorsOp, UuidIndexParams, Vector, VectorOperations, VectorPersisted,
    VectorStructPersisted, Vectors,
};
use serde_json::{Value, json};

use super::contain::{self, failure};
use super::log;
use super::search;
use super::settings::EdgeSettings;
use crate::access::AccessLabel;
use crate::adapters::bm25::Bm25;
use crate::adapters::condition::Condition;
use crate::adapters::layout;
use crate::model::{DocumentId, PointId, WorkspaceId};
use crate::ports::{IndexError, Point};

const LOCK: &str = "in-use.lock";
const SEGMENTS: &str = "segments";
const CONFIG: &str = "edge_config.json";
/// Room for two blocks of the log, a block of vectors and what one operation adds elsewhere.
const HEADROOM_BYTES: u64 = 160 * 1024 * 1024;

/// The payload fields that filters read, and how each is indexed. Every search compares the workspace of every point that
/// it looks at: as text that was a third of its work. Documents and versions are only asked for
/// when one of them changes, and can wait on the disk.
fn indexes() -> [(&'static str, PayloadFieldSchema); 5] {
    let on_disk = || {
        let params = UuidIndexParams { on_disk: Some(true), ..UuidIndexParams::default() };
        PayloadFieldSchema::FieldParams(PayloadSchemaParams::Uuid(params))
    };
    [
        (layout::WORKSPACE, PayloadFieldSchema::FieldType(PayloadSchemaType::Uuid)),
        (layout::DOCUMENT, on_disk()),
        (layout::VERSION, on_disk()),
        (layout::TIER, PayloadFieldSchema::FieldType(PayloadSchemaType::Integer)),
        (layout::GROUPS, PayloadFieldSchema::FieldType(PayloadSchemaType::Keyword)),
    ]
}

/// The engine with the lock that keeps every other process out.
pub(super) struct Shard {
    /// `None` only while being dropped.
    engine: Option<EdgeShard>,
    _lock: File,
}

impl Shard {
    pub(super) fn open(directory: &Path, settings: &EdgeSettings) -> Result<Self, IndexError> {
        fs::create_dir_all(directory).map_err(|error| unreachable_at(directory, &error))?;
        let lock = lock(directory)?;
        // First: it may be what fills the disk.
        log::cut(directory).map_err(|error| unreachable_at(directory, &error))?;
        room_to_write(directory, 0)?;
        let engine = contain::panics(|| load_or_create(directory, settings))?;
        let shard = Self { engine: Some(engine), _lock: lock };
        contain::panics(|| create_missing_indexes(shard.engine()))?;
        Ok(shard)
    }

    pub(super) fn engine(&self) -> &EdgeShard {
        self.engine.as_ref().expect("the engine is there until the shard is dropped")
    }
}

impl Drop for Shard {
    fn drop(&mut self) {
        let engine = self.engine.take();
        // The engine flushes once more when it goes, and panics where it cannot; a panic in a drop would be an abort.
        let _ = contain::panics(|| {
            drop(engine);
            Ok(())
        });
    }
}

/// The engine writes into memory-mapped files that take their blocks only when touched: on a full disk that is not an
/// error but the end of the process. So there must be room before it is asked to write or to open.
pub(super) fn room_to_write(directory: &Path, more_bytes: u64) -> Result<(), IndexError> {
    let disk = rustix::fs::statvfs(directory).map_err(|error| unreachable_at(directory, &error.into()))?;
    match disk.f_bavail.saturating_mul(disk.f_frsize) >= HEADROOM_BYTES + more_bytes {
        true => Ok(()),
        false => Err(IndexError::DiskFull),
    }
}

/// Whether a shard was begun in `directory`.
pub(super) fn is_in(directory: &Path) -> bool {
    directory.join(CONFIG).exists()
}

/// Remove the shard in `directory`, unless somebody has it open.
///
/// It is renamed first: a removal that is cut short must not leave half a shard that still opens.
pub(super) fn discard(directory: &Path) -> Result<(), IndexError> {
    if !directory.exists() {
        return Ok(());
    }
    let lock = lock(directory)?;
    let aside = beside(directory);
    let moved = remove(&aside).and_then(|()| fs::rename(directory, &aside)).and_then(|()| remove(&aside));
    drop(lock);
    moved.map_err(|error| unreachable_at(directory, &error))
}

/// The operation that writes these points. A point that exists is replaced whole.
pub(super) fn upsertion(
    workspace: WorkspaceId,
    points: &[Point],
    encoder: &Bm25,
) -> Result<UpdateOperation, IndexError> {
    let points = points.iter().map(|point| Ok(point_struct(workspace, point, encoder)?.into()));
    let points = points.collect::<Result<Vec<_>, IndexError>>()?;
    Ok(UpdateOperation::PointOperation(PointOperations::UpsertPoints(PointInsertOperations::PointsList(points))))
}

/// The operation that gives every point of a document a new label.
pub(super) fn relabelling(document: DocumentId, label: &AccessLabel) -> Result<UpdateOperation, IndexError> {
    let fields = [(layout::TIER, json!(label.tier.rank())), (layout::GROUPS, json!(layout::groups_field(label)))];
    let payload = Payload(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    let filter = Some(search::filter(&Condition::of_document(document))?);
    let operation = SetPayloadOp { payload, points: None, filter, key: None };
    Ok(UpdateOperation::PayloadOperation(qdrant_edge::PayloadOps::SetPayload(operation)))
}

/// The operation that takes the words from points which are about to go: the engine forgets a point that is deleted, but
/// goes on counting its words, and with them how rare each one is, until the shard is opened the next time.
pub(super) fn silencing(points: &[PointId]) -> UpdateOperation {
    let silence = |point: &PointId| {
        let wordless = VectorPersisted::Sparse(SparseVector { indices: Vec::new(), values: Vec::new() });
        let vector = VectorStructPersisted::Named(HashMap::from([(layout::SPARSE.to_owned(), wordless)]));
        PointVectorsPersisted { id: engine_id(*point), vector }
    };
    let operation = UpdateVectorsOp { points: points.iter().map(silence).collect(), update_filter: None };
    UpdateOperation::VectorOperation(VectorOperations::UpdateVectors(operation))
}

pub(super) fn removal(points: &[PointId]) -> UpdateOperation {
    let ids = points.iter().copied().map(engine_id).collect();
    UpdateOperation::PointOperation(PointOperations::DeletePoints { ids })
}

/// Both vectors are always given, an empty one too: when the engine moves a point it keeps the vectors that were not
/// named, and the words of the replaced text would go on being found.
fn point_struct(workspace: WorkspaceId, point: &Point, encoder: &Bm25) -> Result<PointStruct, IndexError> {
    let terms = encoder.document(&point.text);
    let sparse = Vector::new_sparse(terms.indices, terms.values).map_err(failure)?;
    let vectors =
        Vectors::new_named([(layout::DENSE, Vector::new_dense(point.dense.to_vec())), (layout::SPARSE, sparse)]);
    Ok(PointStruct::new(engine_id(point.id), vectors, payload(workspace, point)))
}

pub(super) fn engine_id(point: PointId) -> qdrant_edge::PointId {
    qdrant_edge::PointId::Uuid(point.0)
}

fn payload(workspace: WorkspaceId, point: &Point) -> Value {
    json!({
        layout::WORKSPACE: workspace.to_string(),
        layout::DOCUMENT: point.document.to_string(),
        layout::VERSION: point.version.to_string(),
        layout::TIER: point.label.tier.rank(),
        layout::GROUPS: layout::groups_field(&point.label),
    })
}

fn load_or_create(directory: &Path, settings: &EdgeSettings) -> Result<EdgeShard, IndexError> {
    let config = settings.to_config();
    if !is_in(directory) {
        return EdgeShard::new(directory, config).map_err(damaged);
    }
    if log::is_missing(directory) && !is_empty(&directory.join(SEGMENTS)) {
        // The log numbers the operations; with a fresh one the engine would silently ignore changes to old points.
        return Err(IndexError::Damaged("its write-ahead log is missing".to_owned()));
    }
    EdgeShard::load(directory, Some(config)).map_err(damaged)
}

/// A shard whose creation was cut short lacks some, one of an earlier version has them of another kind.
fn create_missing_indexes(engine: &EdgeShard) -> Result<(), IndexError> {
    let present = engine.info().payload_schema;
    for (name, field_schema) in indexes() {
        let field_name: JsonPath = name.parse().map_err(|()| IndexError::Refused(format!("{name} names no field")))?;
        if present.get(&field_name).is_none_or(|index| index.data_type != field_schema.kind()) {
            let create =
                FieldIndexOperations::CreateIndex(CreateIndex { field_name, field_schema: Some(field_schema) });
            engine.update(UpdateOperation::FieldIndexOperation(create)).map_err(failure)?;
        }
    }
    Ok(())
}

fn lock(directory: &Path) -> Result<File, IndexError> {
    let file = File::create(directory.join(LOCK)).map_err(|error| unreachable_at(directory, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(IndexError::Unavailable(format!("{} is open in another process", directory.display())))
        }
        Err(TryLockError::Error(error)) => Err(unreachable_at(directory, &error)),
    }
}

fn beside(directory: &Path) -> PathBuf {
    let mut name = OsString::from(directory);
    name.push(".discarded");
    PathBuf::from(name)
}

fn remove(directory: &Path) -> io::Result<()> {
    if directory.exists() { fs::remove_dir_all(directory) } else { Ok(()) }
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none())
}

/// Whatever keeps a shard from opening is damage: SQL can rebuild it.
fn damaged(error: qdrant_edge::OperationError) -> IndexError {
    match failure(error) {
        IndexError::Unavailable(what) | IndexError::Damaged(what) | IndexError::Refused(what) => {
            IndexError::Damaged(what)
        }
        other @ (IndexError::DiskFull | IndexError::OtherWorkspace) => other,
    }
}

fn unreachable_at(directory: &Path, error: &io::Error) -> IndexError {
    IndexError::Unavailable(format!("{}: {error}", directory.display()))
}
