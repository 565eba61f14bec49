//! Chance against a brute-force oracle, through the door and the whole read path: thousands of readers and questions over
//! documents that are taken in, re-labelled, revised and removed, by people whose rights come and go. Nothing is shown that
//! the rule does not admit, at any moment; nothing that it admits is kept back once the index was told.
//!
//! 5,000 triples of asker, question and state of the catalog on each pair of database and index; `make soak-access` asks a
//! million. A failure prints its seed; put it into `SEEDS` and it stays.

mod crowd;
pub mod dice;

use std::collections::{BTreeMap, BTreeSet};

use retrieval::access::{AccessLabel, Group};
use retrieval::ports::Mode;
use retrieval::search::Depth;

use crate::ground::Ground;
use crate::library::{Home, IndexKind, on_all};
use crowd::Crowd;
use dice::Dice;

on_all!(nobody_is_shown_too_much_or_too_little);

const SEEDS: [u64; 2] = [7, 20_261_120];
const ROUNDS: usize = 20;
/// A fifth of them while the index lags behind.
const QUESTIONS_PER_ROUND: usize = 125;
/// Of the long test, on each of the two indexes.
const SOAKED: usize = 500_000;
const ORIGINS: u64 = 40;

/// What stands under each origin: its label and text. Equal ones are one document.
type Truth = BTreeMap<String, (AccessLabel, String)>;
type Shown = BTreeSet<(String, String)>;

async fn nobody_is_shown_too_much_or_too_little(home: Home) {
    for seed in SEEDS {
        live(&home, seed).await;
    }
}

/// Hours of it, for `make soak-access`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes hours: make soak-access"]
async fn soak() {
    let soak = |kind: IndexKind| async move {
        for seed in 0..(SOAKED / ROUNDS / QUESTIONS_PER_ROUND) as u64 {
            live(&Home::new(Ground::sqlite().await, kind), 0x50a4_0000 + seed).await;
            let asked = (seed as usize + 1) * ROUNDS * QUESTIONS_PER_ROUND;
            println!("{kind:?}: {asked} triples, nothing leaked, nothing kept back");
        }
    };
    for soaking in [IndexKind::Memory, IndexKind::Edge].map(|kind| tokio::spawn(soak(kind))) {
        soaking.await.unwrap();
    }
}

async fn live(home: &Home, seed: u64) {
    let (mut dice, mut truth) = (Dice(seed), Truth::new());
    let mut crowd = Crowd::gather(home.ground.store.clone(), home.ground.workspace, &mut dice, seed).await;
    for round in 0..ROUNDS {
        let told = format!("seed {seed}, round {round}");
        change_through_the_library(home, &mut truth, &mut dice).await;
        crowd.change(&mut dice).await;
        decide_without_telling(home, &mut truth, &mut dice).await;
        for _ in 0..QUESTIONS_PER_ROUND / 5 {
            let (found, admitted, _) = ask(home, &crowd, &truth, &mut dice).await;
            assert!(found.is_subset(&admitted), "{told}: leaked {:?}", found.difference(&admitted));
        }
        home.library.tell_index().await.unwrap();
        crowd.change(&mut dice).await;
        for _ in 0..QUESTIONS_PER_ROUND - QUESTIONS_PER_ROUND / 5 {
            let (found, admitted, reachable) = ask(home, &crowd, &truth, &mut dice).await;
            assert!(found.is_subset(&admitted), "{told}: leaked {:?}", found.difference(&admitted));
            assert!(reachable.is_subset(&found), "{told}: kept back {:?}", reachable.difference(&found));
        }
    }
    home.assert_in_step().await;
    for origin in truth.keys() {
        if let Some(document) = home.document(origin).await {
            home.remove(document).await;
        }
    }
    assert_eq!((home.documents().await, home.points().await), (0, 0), "seed {seed}");
}

/// A handful of files taken in by one job: new, revised, copied, moved, re-labelled, as it falls.
async fn change_through_the_library(home: &Home, truth: &mut Truth, dice: &mut Dice) {
    let mut uploads = Truth::new();
    for _ in 0..1 + dice.below(6) {
        let standing = truth.values().nth(dice.below(ORIGINS) as usize).cloned();
        let (label, text) = match (dice.below(4), standing) {
            (0, Some(copied)) => copied,
            (1, Some((_, text))) => (dice.label(), text),
            (2, Some((label, _))) => (label, dice.words(6)),
            _ => (dice.label(), dice.words(6)),
        };
        uploads.insert(format!("{}.md", dice.below(ORIGINS)), (label, text));
    }
    let named: Vec<(&String, String, &String)> =
        uploads.iter().map(|(origin, (label, text))| (origin, who(label), text)).collect();
    let named: Vec<(&str, &str, &str)> = named.iter().map(|(o, w, t)| (o.as_str(), w.as_str(), t.as_str())).collect();
    for line in home.ingest(&named).await {
        assert_ne!(line.state, "failed", "{line:?}");
    }
    truth.extend(uploads);
}

/// Sometimes SQL decides and the index does not hear of it yet.
async fn decide_without_telling(home: &Home, truth: &mut Truth, dice: &mut Dice) {
    let (store, workspace) = (&home.ground.store, home.ground.workspace);
    for _ in 0..dice.below(4) {
        let Some((origin, standing)) = truth.iter().nth(dice.below(ORIGINS) as usize) else { continue };
        let (standing, document) = (standing.clone(), home.document(origin).await.unwrap());
        let changed = (dice.label(), standing.1.clone());
        if dice.below(2) == 0 {
            assert!(store.document_remove(workspace, document).await.unwrap().is_some());
            truth.retain(|_, other| *other != standing);
        } else if !truth.values().any(|other| *other == changed) {
            assert!(store.document_relabel(workspace, document, &changed.0).await.unwrap());
            truth.values_mut().filter(|other| **other == standing).for_each(|other| *other = changed.clone());
        }
    }
}

/// What somebody finds, what the rule admits, and what of that the question can reach.
async fn ask(home: &Home, crowd: &Crowd, truth: &Truth, dice: &mut Dice) -> (Shown, Shown, Shown) {
    let (principal, readable) = crowd.somebody(dice).await;
    let Some(principal) = principal else { return Default::default() };
    let (clearance, question) = (principal.clearance().unwrap(), dice.words(3));
    let depth = [Depth::Full, Depth::Raw(Mode::Hybrid), Depth::Raw(Mode::Dense), Depth::Raw(Mode::Sparse)]
        [dice.below(4) as usize];
    let found = home.searcher().search(&clearance, &question, depth, 200).await.unwrap();
    let many = found.passages.len();
    let stand_for_copies: BTreeSet<String> =
        found.passages.iter().filter(|hit| !hit.instead_of.is_empty()).map(|hit| hit.passage.text.clone()).collect();
    let mut found: Shown = found.passages.into_iter().map(|hit| (who(&hit.passage.label), hit.passage.text)).collect();
    assert_eq!(found.len(), many, "a document was found twice");
    let admitted: Shown = truth
        .values()
        .filter(|(label, _)| readable.holds(label))
        .map(|(label, text)| (who(label), text.clone()))
        .collect();
    found.extend(admitted.iter().filter(|(_, text)| stand_for_copies.contains(text)).cloned());
    assert_eq!(home.ground.store.document_count(&clearance).await.unwrap(), admitted.len());
    let shares_a_word = |text: &str| question.split(' ').any(|word| text.split(' ').any(|other| other == word));
    let reachable = match depth {
        Depth::Raw(Mode::Sparse) => admitted.iter().filter(|(_, text)| shares_a_word(text)).cloned().collect(),
        Depth::Full | Depth::Raw(Mode::Hybrid | Mode::Dense) => admitted.clone(),
    };
    (found, admitted, reachable)
}

fn who(label: &AccessLabel) -> String {
    let groups: Vec<&str> = label.groups.iter().map(Group::as_str).collect();
    if groups.is_empty() { label.tier.to_string() } else { format!("{},groups={}", label.tier, groups.join("+")) }
}
