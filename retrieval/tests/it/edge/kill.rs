//! kill -9: what was flushed is there, what was deleted and flushed is gone, and the index can be written on.
//!
//! The test runs itself as a child that writes and says after each flush what it has done, and is killed at any moment.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use retrieval::access::{AccessLabel, AccessTier};
use retrieval::adapters::edge::EdgeIndex;
use retrieval::model::{PointId, VersionId};
use retrieval::ports::{Mode, Point, VectorIndex};

use super::open;
use crate::contract::{HERE, everything, point, question, vector};

const DIRECTORY: &str = "LECTERN_TEST_KILLED_INDEX";
const POINTS_PER_ROUND: u32 = 40;
/// A round deletes what the round this many before it wrote.
const LIFE: u128 = 3;

fn round(number: u128) -> Vec<Point> {
    let chunk = |ordinal| {
        let first = point(number, AccessLabel::tier(AccessTier::Public), "refunds");
        let id = PointId::of(HERE, first.document, first.version, ordinal);
        Point { id, dense: vector(number as u64 * 1_000 + u64::from(ordinal)), ..first }
    };
    (0..POINTS_PER_ROUND).map(chunk).collect()
}

fn version(number: u128) -> VersionId {
    round(number)[0].version
}

#[tokio::test]
async fn what_was_flushed_survives_kill_nine() {
    for (after_rounds, linger_ms) in [(1, 0), (4, 3), (6, 11), (11, 40), (13, 0)] {
        let directory = tempfile::tempdir().unwrap();
        let acknowledged = run_and_kill(directory.path(), after_rounds, Duration::from_millis(linger_ms));
        let index = open(directory.path()).unwrap();
        for number in 1..=acknowledged {
            let found = index.points_of(&everything(), version(number)).await.unwrap();
            // The round after the last acknowledged one may have deleted one version more.
            let expected = match number + LIFE {
                later if later <= acknowledged => 0,
                later if later == acknowledged + 1 && found.is_empty() => 0,
                _ => POINTS_PER_ROUND as usize,
            };
            assert_eq!(found.len(), expected, "round {number} of {acknowledged}");
        }
        writes_go_on(&index, acknowledged).await;
    }
}

/// Points from before the kill can be replaced and deleted: the log still numbers operations above the old ones.
async fn writes_go_on(index: &EdgeIndex, last: u128) {
    let new = round(last).into_iter().map(|point| Point { text: "vouchers".to_owned(), ..point }).collect();
    index.upsert(new).await.unwrap();
    let found = index.search(&everything(), &question(Mode::Sparse, 1, "vouchers", 1_000)).await.unwrap();
    assert_eq!(found.len(), POINTS_PER_ROUND as usize);
    index.optimize().await.unwrap();
    index.delete_versions(&[version(last)]).await.unwrap();
    assert_eq!(index.points_of(&everything(), version(last)).await.unwrap(), []);
}

/// The number of rounds that the child said it had flushed.
fn run_and_kill(directory: &Path, rounds: u128, linger: Duration) -> u128 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "edge::kill::the_child_that_is_killed", "--ignored", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut said =
        || lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("flushed ")?.parse::<u128>().ok());
    let mut acknowledged = 0;
    while acknowledged < rounds {
        acknowledged = said().expect("the child goes on until it is killed");
    }
    std::thread::sleep(linger);
    child.kill().unwrap();
    child.wait().unwrap();
    // It may have said more between the last line read and its end.
    std::iter::from_fn(said).last().unwrap_or(acknowledged)
}

#[tokio::test]
#[ignore = "the other half of what_was_flushed_survives_kill_nine, which runs it"]
#[expect(clippy::disallowed_methods, reason = "the parent has no other way to name the directory")]
async fn the_child_that_is_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let index = open(Path::new(&directory)).unwrap();
    for number in 1.. {
        index.upsert(round(number)).await.unwrap();
        if number > LIFE {
            index.delete_versions(&[version(number - LIFE)]).await.unwrap();
        }
        index.flush().await.unwrap();
        let mut out = std::io::stdout();
        out.write_all(format!("\nflushed {number}\n").as_bytes()).unwrap();
        out.flush().unwrap();
        if number % 4 == 0 {
            index.optimize().await.unwrap();
        }
    }
}
