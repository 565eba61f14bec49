//! Nobody is shown, by any method, a point that [`Clearance::admits`] does not admit, and nobody misses one that it does.

use retrieval::access::{AccessLabel, AccessTier, Clearance, Principal};
use retrieval::model::PointId;
use retrieval::ports::{IndexError, Mode, Point, Query, VectorIndex};

use super::Recall;
use super::scene::{
    DIMENSIONS, ELSEWHERE, HERE, MODES, document, everything, found, label, point, public, question, reader, sorted,
    vector,
};

const DOCUMENT_GROUPS: [&[&str]; 4] = [&[], &["billing"], &["hr"], &["billing", "hr"]];
const READER_GROUPS: [&[&str]; 5] = [&[], &["billing"], &["hr"], &["billing", "hr"], &["sales"]];

/// Two points under every label, all about the same thing, so that only the label can keep one from being found.
fn every_label() -> Vec<Point> {
    let labels = AccessTier::ALL.into_iter().flat_map(|tier| DOCUMENT_GROUPS.map(|groups| label(tier, groups)));
    let numbered = labels.flat_map(|label| [label.clone(), label]).zip(1..);
    numbered.map(|(label, number)| point(number, label, "how refunds are paid")).collect()
}

fn every_reader() -> Vec<Clearance> {
    let labels = AccessTier::ALL.into_iter().flat_map(|tier| READER_GROUPS.map(|groups| label(tier, groups)));
    labels.map(reader).chain([everything(), Principal::anonymous(HERE).clearance().unwrap()]).collect()
}

fn admitted(clearance: &Clearance, points: &[Point]) -> Vec<PointId> {
    sorted(points.iter().filter(|point| clearance.admits(HERE, &point.label)).map(|point| point.id))
}

pub async fn every_reader_and_every_label(index: &impl VectorIndex, recall: Recall) {
    let points = every_label();
    index.upsert(points.clone()).await.unwrap();
    for clearance in every_reader() {
        let expected = admitted(&clearance, &points);
        searches_show_only(index, &clearance, &expected, recall).await;
        listings_show_only(index, &clearance, &expected, &points).await;
    }
}

async fn searches_show_only(index: &impl VectorIndex, clearance: &Clearance, expected: &[PointId], recall: Recall) {
    for mode in MODES {
        for candidates in [0, 1, 5, 1_000, usize::MAX] {
            for limit in [1, 5, 1_000, usize::MAX] {
                for (seed, text) in [(1_000, "refunds"), (31_000, "refunds paid"), (7, "the"), (8, "")] {
                    let query =
                        Query { dense: vector(seed), text: text.to_owned(), mode, dense_share: 0.5, candidates, limit };
                    let found = found(index, clearance, &query).await;
                    assert!(found.iter().all(|id| expected.contains(id)), "{clearance:?} {query:?} leaks");
                    assert!(found.len() <= limit, "{query:?} exceeds its limit");
                    if recall == Recall::Exact {
                        let reach = reach(&query, expected.len());
                        assert!(found.len() >= reach.min(limit), "{clearance:?} {query:?} misses");
                    }
                }
            }
        }
    }
}

/// How many of `readable` points the question can find, when every point has its words.
fn reach(query: &Query, readable: usize) -> usize {
    match query.mode {
        Mode::Dense => readable,
        Mode::Sparse if query.text.starts_with("refunds") => readable,
        Mode::Sparse => 0,
        Mode::Hybrid => readable.min(query.candidates),
    }
}

async fn listings_show_only(index: &impl VectorIndex, clearance: &Clearance, expected: &[PointId], points: &[Point]) {
    assert_eq!(index.count(clearance).await.unwrap(), expected.len() as u64, "{clearance:?}");
    let stored = index.scroll(clearance, None, 1_000).await.unwrap();
    assert!(stored.iter().map(|stored| stored.id).eq(expected.iter().copied()), "{clearance:?}");
    for point in points {
        let listed = index.points_of(clearance, point.version).await.unwrap();
        let readable = expected.contains(&point.id).then_some(point.id);
        assert_eq!(listed, Vec::from_iter(readable), "{clearance:?} {:?}", point.label);
    }
}

pub async fn another_workspace_is_refused(index: &impl VectorIndex) {
    index.upsert(vec![point(1, public(), "refunds")]).await.unwrap();
    let operator = Principal::operator(ELSEWHERE);
    let lower = operator.seeing_as(label(AccessTier::Restricted, &["billing"])).unwrap();
    for principal in [Principal::anonymous(ELSEWHERE), lower, operator, Principal::upkeep(ELSEWHERE, "a test")] {
        let clearance = principal.clearance().unwrap();
        for mode in MODES {
            refused(index.search(&clearance, &question(mode, 1, "refunds", 10)).await);
            refused(index.search(&clearance, &question(mode, 1, "", 0)).await);
        }
        refused(index.count(&clearance).await);
        refused(index.points_of(&clearance, point(1, public(), "").version).await);
        refused(index.scroll(&clearance, None, 10).await);
        refused(index.scroll(&clearance, None, 0).await);
    }
}

fn refused<T>(result: Result<T, IndexError>) {
    assert!(matches!(result, Err(IndexError::OtherWorkspace)));
}

pub async fn a_new_label_counts_at_once(index: &impl VectorIndex) {
    let steps: [(AccessLabel, AccessLabel, bool); 6] = [
        (label(AccessTier::Public, &[]), public(), true),
        (label(AccessTier::Customer, &[]), public(), false),
        (label(AccessTier::Public, &["hr"]), public(), false),
        (label(AccessTier::Public, &["hr"]), label(AccessTier::Public, &["hr"]), true),
        (label(AccessTier::Public, &["billing"]), label(AccessTier::Restricted, &["hr"]), false),
        (label(AccessTier::Public, &[]), label(AccessTier::Public, &["hr"]), true),
    ];
    let point = point(1, label(AccessTier::Restricted, &["billing"]), "refunds");
    index.upsert(vec![point.clone()]).await.unwrap();
    for (new, own, visible) in steps {
        index.relabel(document(1), &new).await.unwrap();
        let clearance = reader(own);
        for mode in MODES {
            let found = found(index, &clearance, &question(mode, 1_000, "refunds", 10)).await;
            assert_eq!(found, Vec::from_iter(visible.then_some(point.id)), "{clearance:?} after {new:?}");
        }
        assert_eq!(index.count(&clearance).await.unwrap(), u64::from(visible));
        let stored = index.scroll(&everything(), None, 10).await.unwrap();
        assert_eq!(stored[0].label, new);
    }
}

/// A point that is written again under another label is seen by its new readers and by none of the old.
pub async fn a_point_that_changes_hands(index: &impl VectorIndex) {
    let (billing, hr) = (label(AccessTier::Internal, &["billing"]), label(AccessTier::Internal, &["hr"]));
    index.upsert(vec![point(1, billing.clone(), "refunds")]).await.unwrap();
    index
        .upsert(vec![Point { dense: vec![0.25; DIMENSIONS].into(), ..point(1, hr.clone(), "salaries") }])
        .await
        .unwrap();
    for mode in MODES {
        for text in ["refunds", "salaries"] {
            assert_eq!(found(index, &reader(billing.clone()), &question(mode, 1, text, 10)).await, []);
        }
        let found = found(index, &reader(hr.clone()), &question(mode, 1, "salaries", 10)).await;
        assert_eq!(found.len(), 1);
    }
    assert_eq!(index.count(&reader(billing)).await.unwrap(), 0);
}
