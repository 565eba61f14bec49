//! Chance against a brute-force oracle: thousands of readers and questions, with writes in between.

use std::collections::BTreeMap;

use retrieval::access::{AccessLabel, AccessTier, Clearance};
use retrieval::adapters::bm25::Bm25Settings;
use retrieval::adapters::memory::MemoryIndex;
use retrieval::model::PointId;
use retrieval::ports::{Mode, Point, Query, VectorIndex};

use super::Recall;
use super::scene::{
    DIMENSIONS, Dice, HERE, MODES, chunk, document, everything, ids, label, reader, sorted, vector, version,
};

const GROUPS: [&str; 5] = ["billing", "hr", "sales", "support", "web"];
const WORDS: [&str; 24] = [
    "refund", "invoice", "voucher", "holiday", "salary", "server", "outage", "password", "login", "price", "contract",
    "tax", "office", "coffee", "laptop", "phone", "mail", "backup", "key", "badge", "garage", "train", "hotel",
    "flight",
];
/// What the index should hold.
type Truth = BTreeMap<PointId, Point>;

const DOCUMENTS: usize = 60;
const ROUNDS: usize = 60;
const QUESTIONS_PER_ROUND: usize = 50;

/// Every answer over 3,000 readers and questions is within what the rule admits, and no admitted point is missing.
pub async fn never_shows_what_is_not_admitted(index: &impl VectorIndex, recall: Recall) {
    let mut dice = Dice::new(20);
    let mut truth: Truth = Truth::new();
    for _round in 0..ROUNDS {
        change(index, &mut truth, &mut dice).await;
        for _question in 0..QUESTIONS_PER_ROUND {
            let clearance = any_reader(&mut dice);
            let query = any_question(&mut dice);
            compare(index, &truth, &clearance, &query, recall).await;
        }
        let clearance = any_reader(&mut dice);
        let expected = admitted(&truth, &clearance);
        assert_eq!(index.count(&clearance).await.unwrap(), expected.len() as u64);
        let listed = index.scroll(&clearance, None, usize::MAX).await.unwrap();
        assert_eq!(listed.iter().map(|stored| stored.id).collect::<Vec<_>>(), expected);
        for stored in listed {
            assert_eq!(stored.label, truth[&stored.id].label);
        }
    }
}

async fn compare(index: &impl VectorIndex, truth: &Truth, clearance: &Clearance, query: &Query, recall: Recall) {
    let found = index.search(clearance, query).await.unwrap();
    for hit in &found {
        let point = truth.get(&hit.point).unwrap_or_else(|| panic!("{:?} was deleted", hit.point));
        assert!(clearance.admits(HERE, &point.label), "{clearance:?} was shown {:?}", point.label);
        assert_eq!((hit.document, hit.version), (point.document, point.version));
        if let Some(place) = hit.dense {
            let exact: f32 = query.dense.iter().zip(point.dense.iter()).map(|(a, b)| a * b).sum();
            assert!((place.score - exact).abs() < 1e-3, "{hit:?} is not at {exact}");
        }
        assert!(hit.dense.is_some() || query.mode == Mode::Sparse, "{hit:?} of {query:?} has no cosine");
    }
    assert!(found.is_sorted_by(|a, b| a.score >= b.score));
    assert!(sorted(ids(&found)).is_sorted_by(|a, b| a < b), "found twice");
    if recall == Recall::Exact {
        let reach = reach(truth, clearance, query);
        assert!(found.len() >= reach.min(query.limit), "{} of {reach} found for {query:?}", found.len());
    }
}

/// How many points the question can find.
fn reach(truth: &Truth, clearance: &Clearance, query: &Query) -> usize {
    let expected = admitted(truth, clearance);
    match query.mode {
        Mode::Dense => expected.len(),
        Mode::Sparse => expected.iter().filter(|id| shares_a_word(&truth[*id].text, &query.text)).count(),
        Mode::Hybrid => expected.len().min(query.candidates),
    }
}

/// With room for everything, an engine finds the points of the exact index in the same order, ties aside.
pub async fn agrees_with_memory(index: &impl VectorIndex) {
    let exact = MemoryIndex::new(HERE, DIMENSIONS, &Bm25Settings::default()).unwrap();
    let mut dice = Dice::new(21);
    let points: Vec<_> = (0..DOCUMENTS).flat_map(|number| any_chunks(number as u128 + 1, &mut dice)).collect();
    exact.upsert(points.clone()).await.unwrap();
    index.upsert(points).await.unwrap();
    for _question in 0..200 {
        let clearance = any_reader(&mut dice);
        let query = Query { mode: *dice.pick(&[Mode::Dense, Mode::Sparse]), limit: 20, ..any_question(&mut dice) };
        let expected = exact.search(&clearance, &query).await.unwrap();
        let found = index.search(&clearance, &query).await.unwrap();
        assert_eq!(found.len(), expected.len());
        for (hit, expected) in found.iter().zip(&expected) {
            // The same place has the same score; which of two equal points stands there is open.
            assert!((hit.score - expected.score).abs() < 1e-3 * expected.score.abs().max(1.0), "{query:?}");
        }
    }
    assert_eq!(index.count(&everything()).await.unwrap(), exact.count(&everything()).await.unwrap());
}

async fn change(index: &impl VectorIndex, truth: &mut Truth, dice: &mut Dice) {
    let numbers: Vec<u128> = (0..6).map(|_| dice.below(DOCUMENTS) as u128 + 1).collect();
    let written: Vec<Point> = numbers[..4].iter().flat_map(|number| any_chunks(*number, dice)).collect();
    index.upsert(written.clone()).await.unwrap();
    truth.extend(written.into_iter().map(|point| (point.id, point)));

    let label = any_label(dice);
    index.relabel(document(numbers[4]), &label).await.unwrap();
    for point in truth.values_mut().filter(|point| point.document == document(numbers[4])) {
        point.label = label.clone();
    }

    index.delete_versions(&[version(numbers[5])]).await.unwrap();
    truth.retain(|_, point| point.version != version(numbers[5]));
    if let Some(id) = truth.keys().nth(dice.below(truth.len().max(1))).copied() {
        index.delete_points(&[id]).await.unwrap();
        truth.remove(&id);
    }
}

fn any_chunks(number: u128, dice: &mut Dice) -> Vec<Point> {
    let label = any_label(dice);
    let count = 1 + dice.below(8) as u32;
    let chunk =
        |ordinal| Point { dense: vector(dice.next()), ..chunk(number, ordinal, label.clone(), &any_words(dice)) };
    (0..count).map(chunk).collect()
}

fn any_label(dice: &mut Dice) -> AccessLabel {
    let tier = *dice.pick(&AccessTier::ALL);
    let groups: Vec<&str> = match dice.below(2) {
        0 => Vec::new(),
        _ => GROUPS.into_iter().filter(|_| dice.below(3) == 0).collect(),
    };
    label(tier, &groups)
}

fn any_reader(dice: &mut Dice) -> Clearance {
    match dice.below(12) {
        0 => everything(),
        _ => reader(any_label(dice)),
    }
}

fn any_question(dice: &mut Dice) -> Query {
    let (candidates, limit) = (*dice.pick(&[1, 10, 100, 5_000]), *dice.pick(&[1, 10, 50, 5_000]));
    Query {
        dense: vector(dice.next()),
        text: any_words(dice),
        mode: *dice.pick(&MODES),
        dense_share: 0.6,
        candidates,
        limit,
    }
}

fn any_words(dice: &mut Dice) -> String {
    let count = dice.below(9);
    (0..count).map(|_| *dice.pick(&WORDS)).collect::<Vec<_>>().join(" ")
}

fn shares_a_word(text: &str, question: &str) -> bool {
    question.split(' ').any(|word| !word.is_empty() && text.split(' ').any(|other| other == word))
}

fn admitted(truth: &Truth, clearance: &Clearance) -> Vec<PointId> {
    truth.values().filter(|point| clearance.admits(HERE, &point.label)).map(|point| point.id).collect()
}
