//! Opening what is there, what is in use, and what is broken.

use std::fs;
use std::path::{Path, PathBuf};

use retrieval::access::{AccessLabel, AccessTier};
use retrieval::adapters::edge::{EdgeIndex, EdgeSettings};
use retrieval::ports::{IndexError, Mode, Point, VectorIndex};
use tempfile::TempDir;

use super::{eager, open};
use crate::contract::{DIMENSIONS, HERE, everything, point, question};

fn points(numbers: std::ops::Range<u128>, text: &str) -> Vec<Point> {
    numbers.map(|number| point(number, AccessLabel::tier(AccessTier::Public), text)).collect()
}

/// A shard of 200 points, optimised and closed.
async fn filled() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let index = open(directory.path()).unwrap();
    index.upsert(points(0..150, "refunds")).await.unwrap();
    index.optimize().await.unwrap();
    index.upsert(points(150..200, "refunds")).await.unwrap();
    directory
}

async fn refuses_then_starts_anew(directory: &Path) {
    match open(directory) {
        Err(IndexError::Damaged(sentence)) => assert!(!sentence.is_empty()),
        Err(other) => panic!("{other:?} is not damage"),
        Ok(_) => panic!("it opened"),
    }
    EdgeIndex::discard(directory).unwrap();
    assert!(!EdgeIndex::is_in(directory));
    let index = open(directory).unwrap();
    assert!(EdgeIndex::is_in(directory));
    assert_eq!(index.count(&everything()).await.unwrap(), 0);
    index.upsert(points(0..10, "refunds")).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 10);
}

/// Every file below `directory`.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

#[tokio::test]
async fn dropping_keeps_what_was_written() {
    let directory = filled().await;
    let index = open(directory.path()).unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 200);
    index.upsert(points(0..1, "vouchers")).await.unwrap();
    index.delete_points(&[points(1..2, "")[0].id]).await.unwrap();
    drop(index);
    let index = open(directory.path()).unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 199);
    let found = index.search(&everything(), &question(Mode::Sparse, 1, "vouchers", 10)).await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_shard_in_use_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path()).unwrap();
    assert!(matches!(open(directory.path()), Err(IndexError::Unavailable(_))));
    assert!(matches!(EdgeIndex::discard(directory.path()), Err(IndexError::Unavailable(_))));
    first.upsert(points(0..3, "refunds")).await.unwrap();
    drop(first);
    assert_eq!(open(directory.path()).unwrap().count(&everything()).await.unwrap(), 3);
}

#[tokio::test]
async fn a_missing_log_is_damage() {
    let directory = filled().await;
    fs::remove_dir_all(directory.path().join("wal")).unwrap();
    refuses_then_starts_anew(directory.path()).await;
}

#[tokio::test]
async fn opening_cuts_the_log_and_loses_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let settings = EdgeSettings { log_file_bytes: 64 << 10, ..eager() };
    let open = || EdgeIndex::open(directory.path(), HERE, &settings).unwrap();
    let index = open();
    for from in 0..100 {
        index.upsert(points(from * 25..from * 25 + 25, "refunds")).await.unwrap();
    }
    let before = index.wal_bytes();
    drop(index);
    let index = open();
    assert!(index.wal_bytes() < before / 2, "{} of {before} bytes are left", index.wal_bytes());
    assert_eq!(index.count(&everything()).await.unwrap(), 2500);
    // The numbering goes on: a change to an old point is no old change.
    index.upsert(points(3..4, "vouchers")).await.unwrap();
    index.delete_points(&[points(5..6, "")[0].id]).await.unwrap();
    drop(index);
    for _ in 0..3 {
        let index = open();
        assert_eq!(index.count(&everything()).await.unwrap(), 2499);
        let found = index.search(&everything(), &question(Mode::Sparse, 1, "vouchers", 10)).await.unwrap();
        assert_eq!(found.len(), 1);
    }
}

#[tokio::test]
async fn a_garbled_configuration_does_not_matter() {
    let directory = filled().await;
    fs::write(directory.path().join("edge_config.json"), "{\"vectors\": 3").unwrap();
    // The engine is handed our own configuration, so its copy need not be readable, and must not decide anything.
    match open(directory.path()) {
        Ok(index) => assert_eq!(index.count(&everything()).await.unwrap(), 200),
        Err(error) => assert!(matches!(error, IndexError::Damaged(_)), "{error:?}"),
    }
}

#[tokio::test]
async fn other_dimensions_are_damage() {
    let directory = filled().await;
    let opened = EdgeIndex::open(directory.path(), HERE, &EdgeSettings::new(DIMENSIONS * 2)).map(drop);
    assert!(matches!(opened, Err(IndexError::Damaged(_))), "{opened:?}");
}

/// Whatever file of the shard is cut short or missing, opening it ends in an index or in a refusal, never in a crash; and
/// an index that opens answers or says that it is damaged. Every file was tried once (it takes ten minutes); here a few.
#[tokio::test]
async fn no_broken_file_is_a_crash() {
    const STEP: usize = 17;
    let sample = filled().await;
    let count = files(sample.path()).len();
    for number in (0..count).step_by(STEP) {
        // Directories carry fresh ids, so the same number is another file each time; that is welcome.
        let directory = filled().await;
        let path = &files(directory.path())[number];
        match number / STEP % 2 {
            0 => fs::OpenOptions::new().write(true).open(path).unwrap().set_len(7).unwrap(),
            _ => fs::remove_file(path).unwrap(),
        }
        match open(directory.path()) {
            Err(error) => assert!(matches!(error, IndexError::Damaged(_)), "{path:?}: {error:?}"),
            Ok(index) => {
                let answer = index.search(&everything(), &question(Mode::Hybrid, 1, "refunds", 10)).await;
                let fine = matches!(answer, Ok(_) | Err(IndexError::Damaged(_) | IndexError::Unavailable(_)));
                assert!(fine, "{path:?}: {answer:?}");
            }
        }
    }
}
