//! The embedded engine: the contract as it comes and under constant optimisation, and what only a directory can get wrong.

mod damage;
mod kill;
mod restless;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use retrieval::access::{AccessLabel, AccessTier};
use retrieval::adapters::edge::{EdgeIndex, EdgeSettings, Links};
use retrieval::model::{DocumentId, WorkspaceId};
use retrieval::ports::{IndexError, Mode, VectorIndex};
use tempfile::TempDir;
use uuid::Uuid;

use self::restless::Restless;
use crate::contract::{self, DIMENSIONS, HERE, everything, point, question};

/// A place for any number of shards, which goes when the test ends.
struct Directories {
    root: TempDir,
    count: AtomicUsize,
}

impl Directories {
    fn new() -> Self {
        Self { root: tempfile::tempdir().unwrap(), count: AtomicUsize::new(0) }
    }

    fn index(&self, workspace: WorkspaceId, settings: &EdgeSettings) -> EdgeIndex {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        EdgeIndex::open(&self.root.path().join(number.to_string()), workspace, settings).unwrap()
    }
}

fn open(directory: &Path) -> Result<EdgeIndex, IndexError> {
    EdgeIndex::open(directory, HERE, &eager())
}

/// Builds a graph over a dozen points, where the real settings wait for thousands.
fn eager() -> EdgeSettings {
    let links = Links { worth_building_bytes: 1024, ..Links::default() };
    EdgeSettings { links, ..EdgeSettings::new(DIMENSIONS) }
}

/// And walks it, where the real settings would read every point.
fn eager_walker() -> EdgeSettings {
    let links = Links { scan_below_bytes: 1024, ..eager().links };
    EdgeSettings { links, ..eager() }
}

#[tokio::test]
async fn keeps_the_contract() {
    let directories = Directories::new();
    contract::check(async |workspace| directories.index(workspace, &EdgeSettings::new(DIMENSIONS))).await;
}

#[tokio::test]
async fn keeps_the_contract_while_always_optimised() {
    let directories = Directories::new();
    contract::check(async |workspace| Restless::new(directories.index(workspace, &eager()))).await;
}

#[tokio::test]
async fn leaks_nothing_from_the_graph() {
    let directories = Directories::new();
    contract::check_leaks(async |workspace| Restless::new(directories.index(workspace, &eager_walker()))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_go_on_beside_writes_flushes_and_optimisations() {
    const ROUNDS: u128 = 12;
    let directories = Directories::new();
    let index = Arc::new(directories.index(HERE, &eager()));
    let label = AccessLabel::tier(AccessTier::Public);
    let readers = (0..4).map(|reader| tokio::spawn(ask_on(Arc::clone(&index), reader))).collect::<Vec<_>>();
    for round in 0..ROUNDS {
        index.upsert((0..50).map(|n| point(round * 50 + n, label.clone(), "refunds")).collect()).await.unwrap();
        index.relabel(DocumentId(Uuid::from_u128(round)), &label).await.unwrap();
        let (flushed, optimized) = tokio::join!(index.flush(), index.optimize());
        flushed.unwrap();
        optimized.unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
    let stats = index.stats().await.unwrap();
    assert_eq!(stats.points as u128, ROUNDS * 50);
    assert!(stats.unoptimized < 100 && stats.wal_bytes > 0, "{stats:?}");
}

/// The engine alone would count them until the shard is opened anew: an index restored from SQL would then rank otherwise.
#[tokio::test]
async fn words_of_what_was_deleted_no_longer_count() {
    let directories = Directories::new();
    let label = AccessLabel::tier(AccessTier::Public);
    let kept: Vec<_> =
        (0..8).map(|n| point(n, label.clone(), if n == 0 { "voucher printing" } else { "invoice printing" })).collect();
    let (worn, fresh) = (
        directories.index(HERE, &EdgeSettings::new(DIMENSIONS)),
        directories.index(HERE, &EdgeSettings::new(DIMENSIONS)),
    );
    fresh.upsert(kept.clone()).await.unwrap();
    let gone: Vec<_> = (100..140).map(|n| point(n, label.clone(), "voucher accounts")).collect();
    worn.upsert(gone.clone()).await.unwrap();
    worn.upsert(kept).await.unwrap();
    let query = question(Mode::Sparse, 1, "invoice voucher", 10);
    let expected = fresh.search(&everything(), &query).await.unwrap();
    assert_ne!(worn.search(&everything(), &query).await.unwrap(), expected);
    worn.delete_versions(&gone[..20].iter().map(|point| point.version).collect::<Vec<_>>()).await.unwrap();
    worn.delete_points(&gone[20..].iter().map(|point| point.id).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(worn.search(&everything(), &query).await.unwrap(), expected);
}

/// Whichever was written first: an index that is built anew must not rank otherwise.
#[tokio::test]
async fn ids_decide_who_is_left_out_among_equals() {
    let directories = Directories::new();
    let index = directories.index(HERE, &EdgeSettings::new(DIMENSIONS));
    let mut points: Vec<_> = (0..30).map(|n| point(n, AccessLabel::tier(AccessTier::Public), "refund")).collect();
    points.sort_by_key(|point| std::cmp::Reverse(point.id));
    index.upsert(points.clone()).await.unwrap();
    let found = index.search(&everything(), &question(Mode::Sparse, 1, "refund", 12)).await.unwrap();
    let expected: Vec<_> = points.iter().rev().take(12).map(|point| point.id).collect();
    assert_eq!(found.iter().map(|hit| hit.point).collect::<Vec<_>>(), expected);
}

async fn ask_on(index: Arc<EdgeIndex>, reader: u64) {
    for seed in 0..400 {
        let query = question(Mode::Hybrid, reader * 1_000 + seed, "refunds", 10);
        index.search(&everything(), &query).await.unwrap();
    }
}
