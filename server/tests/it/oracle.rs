//! Chance against a brute-force oracle, through the whole read path: thousands of readers and questions over documents
//! that are taken in, re-labelled, revised and removed. Nothing is shown that the rule does not admit, at any moment;
//! nothing that it admits is kept back once the index was told.
//!
//! A failure prints its seed; put it into `SEEDS` and it stays.

use std::collections::{BTreeMap, BTreeSet};

use retrieval::access::{AccessLabel, AccessTier, Group, Principal};
use retrieval::ports::Mode;
use retrieval::search::Depth;

use crate::library::{Home, on_all};

on_all!(nobody_is_shown_too_much_or_too_little);

const SEEDS: [u64; 2] = [7, 20_261_120];
const ROUNDS: usize = 20;
const QUESTIONS_PER_ROUND: usize = 32;
const GROUPS: [&str; 4] = ["billing", "hr", "sales", "web"];
const WORDS: [&str; 12] = [
    "refund", "invoice", "holiday", "salary", "server", "outage", "password", "price", "contract", "tax", "office",
    "key",
];
const ORIGINS: u64 = 40;

/// SplitMix64: the same seed is the same test.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn words(&mut self, many: u64) -> String {
        (0..many).map(|_| WORDS[self.below(WORDS.len() as u64) as usize]).collect::<Vec<_>>().join(" ")
    }

    fn label(&mut self) -> AccessLabel {
        let tier = AccessTier::ALL[self.below(4) as usize];
        let groups: BTreeSet<Group> =
            GROUPS.iter().filter(|_| self.below(4) == 0).map(|group| group.parse().unwrap()).collect();
        AccessLabel { tier, groups }
    }
}

/// What stands under each origin: its label and text. Equal ones are one document.
type Truth = BTreeMap<String, (AccessLabel, String)>;
type Shown = BTreeSet<(String, String)>;

async fn nobody_is_shown_too_much_or_too_little(home: Home) {
    for seed in SEEDS {
        let (mut dice, mut truth) = (Dice(seed), Truth::new());
        for round in 0..ROUNDS {
            let told = format!("seed {seed}, round {round}");
            change_through_the_library(&home, &mut truth, &mut dice).await;
            decide_without_telling(&home, &mut truth, &mut dice).await;
            for _ in 0..QUESTIONS_PER_ROUND / 4 {
                let (found, admitted, _) = ask(&home, &truth, &mut dice).await;
                assert!(found.is_subset(&admitted), "{told}: leaked {:?}", found.difference(&admitted));
            }
            home.library.tell_index().await.unwrap();
            for _ in 0..QUESTIONS_PER_ROUND {
                let (found, admitted, reachable) = ask(&home, &truth, &mut dice).await;
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
async fn ask(home: &Home, truth: &Truth, dice: &mut Dice) -> (Shown, Shown, Shown) {
    let operator = Principal::operator(home.ground.workspace);
    let principal = match dice.below(12) {
        0 => Principal::anonymous(home.ground.workspace),
        1 => operator,
        _ => operator.seeing_as(dice.label()).unwrap(),
    };
    let (clearance, question) = (principal.clearance().unwrap(), dice.words(3));
    let depth = [Depth::Full, Depth::Raw(Mode::Hybrid), Depth::Raw(Mode::Dense), Depth::Raw(Mode::Sparse)]
        [dice.below(4) as usize];
    let found = home.searcher().search(&clearance, &question, depth, 200).await.unwrap();
    let many = found.passages.len();
    let stand_for_copies: BTreeSet<String> =
        found.passages.iter().filter(|hit| !hit.instead_of.is_empty()).map(|hit| hit.passage.text.clone()).collect();
    let mut found: Shown = found.passages.into_iter().map(|hit| (who(&hit.passage.label), hit.passage.text)).collect();
    assert_eq!(found.len(), many, "a document was found twice");
    let admits = |label: &AccessLabel| clearance.admits(home.ground.workspace, label);
    let admitted: Shown =
        truth.values().filter(|(label, _)| admits(label)).map(|(label, text)| (who(label), text.clone())).collect();
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
