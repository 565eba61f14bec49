//! Writing, replacing, relabelling and deleting: what was written is there, what was removed is gone, nothing else moves.

use retrieval::access::AccessTier;
use retrieval::model::PointId;
use retrieval::ports::{IndexError, Mode, Point, Query, VectorIndex};

use super::scene::{
    DIMENSIONS, HERE, MODES, chunk, document, everything, found, label, point, public, question, sorted, vector,
    version,
};

pub async fn upserts_are_counted(index: &impl VectorIndex) {
    index.upsert(Vec::new()).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 0);
    let points: Vec<_> = (1..=3).map(|number| point(number, public(), "refunds")).collect();
    for _replay in 0..2 {
        index.upsert(points.clone()).await.unwrap();
        index.flush().await.unwrap();
        assert_eq!(index.count(&everything()).await.unwrap(), 3);
    }
    index.optimize().await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 3);
}

/// Neither the old words, nor the old vector, version, document or label.
pub async fn a_replaced_point_leaves_nothing_behind(index: &impl VectorIndex) {
    let old = point(1, label(AccessTier::Restricted, &["hr"]), "salaries of everyone");
    index.upsert(vec![old.clone(), point(2, public(), "holidays")]).await.unwrap();
    index.optimize().await.unwrap();
    for text in ["refunds", "the of and", "", "vouchers"] {
        let dense = vector(77);
        let new = Point {
            document: document(9),
            version: version(9),
            label: public(),
            dense,
            text: text.to_owned(),
            ..old.clone()
        };
        index.upsert(vec![new]).await.unwrap();
        assert_eq!(index.count(&everything()).await.unwrap(), 2);
        assert_eq!(found(index, &everything(), &question(Mode::Sparse, 1, "salaries", 10)).await, [], "after {text:?}");
        let best = index.search(&everything(), &question(Mode::Dense, 77, "", 1)).await.unwrap();
        assert_eq!((best[0].point, best[0].document, best[0].version), (old.id, document(9), version(9)));
        assert!((best[0].score - 1.0).abs() < 1e-3);
        assert_eq!(index.points_of(&everything(), version(1)).await.unwrap(), []);
        assert_eq!(index.points_of(&everything(), version(9)).await.unwrap(), [old.id]);
    }
    assert_eq!(found(index, &everything(), &question(Mode::Sparse, 1, "vouchers", 10)).await, [old.id]);
    assert_eq!(found(index, &everything(), &question(Mode::Sparse, 1, "refunds", 10)).await, []);
}

pub async fn the_last_of_a_batch_wins(index: &impl VectorIndex) {
    let first = point(1, label(AccessTier::Public, &[]), "refunds");
    let last = Point {
        text: "vouchers".to_owned(),
        dense: vector(5),
        label: label(AccessTier::Internal, &[]),
        ..first.clone()
    };
    index.upsert(vec![first.clone(), point(2, public(), "holidays"), last]).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 2);
    assert_eq!(found(index, &everything(), &question(Mode::Sparse, 1, "refunds", 10)).await, []);
    assert_eq!(found(index, &everything(), &question(Mode::Sparse, 1, "vouchers", 10)).await, [first.id]);
    let stored = index.scroll(&everything(), None, 10).await.unwrap();
    let stored = stored.iter().find(|stored| stored.id == first.id).unwrap();
    assert_eq!(stored.label.tier, AccessTier::Internal);
}

pub async fn relabelling_is_for_one_document(index: &impl VectorIndex) {
    let points: Vec<_> =
        (0..5).flat_map(|n| [chunk(1, n, public(), "refunds"), chunk(2, n, public(), "refunds")]).collect();
    index.upsert(points.clone()).await.unwrap();
    let new = label(AccessTier::Internal, &["hr"]);
    index.relabel(document(1), &new).await.unwrap();
    index.relabel(document(3), &label(AccessTier::Restricted, &[])).await.unwrap();
    let stored = index.scroll(&everything(), None, 100).await.unwrap();
    assert_eq!(stored.len(), points.len());
    for stored in stored {
        let expected = if stored.document == document(1) { new.clone() } else { public() };
        assert_eq!(stored.label, expected);
    }
    for mode in MODES {
        let found = found(index, &everything(), &question(mode, 1, "refunds", 100)).await;
        assert_eq!(sorted(found), sorted(points.iter().map(|point| point.id)));
    }
}

pub async fn versions_are_deleted_alone(index: &impl VectorIndex) {
    let points: Vec<_> =
        (1..=4).flat_map(|number| (0..3).map(move |n| chunk(number, n, public(), "refunds"))).collect();
    index.upsert(points).await.unwrap();
    index.delete_versions(&[]).await.unwrap();
    index.delete_versions(&[version(99)]).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 12);
    index.delete_versions(&[version(1), version(99), version(3)]).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 6);
    for (number, left) in [(1, 0), (2, 3), (3, 0), (4, 3)] {
        assert_eq!(index.points_of(&everything(), version(number)).await.unwrap().len(), left);
    }
    for mode in MODES {
        let found = index.search(&everything(), &question(mode, 1, "refunds", 100)).await.unwrap();
        assert_eq!(found.len(), 6);
        assert!(found.iter().all(|hit| [version(2), version(4)].contains(&hit.version)));
    }
}

pub async fn points_are_deleted_alone(index: &impl VectorIndex) {
    let points: Vec<_> = (0..6).map(|ordinal| chunk(1, ordinal, public(), "refunds")).collect();
    index.upsert(points.clone()).await.unwrap();
    let absent = PointId::of(HERE, document(99), version(99), 0);
    index.delete_points(&[]).await.unwrap();
    index.delete_points(&[points[0].id, absent, points[4].id]).await.unwrap();
    let left = [1, 2, 3, 5].map(|at| points[at].id);
    assert_eq!(sorted(index.points_of(&everything(), version(1)).await.unwrap()), sorted(left));
    index.delete_points(&[points[0].id]).await.unwrap();
    index.upsert(vec![points[0].clone()]).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 5);
    let back = found(index, &everything(), &question(Mode::Hybrid, 1, "refunds", 100)).await;
    assert!(back.contains(&points[0].id) && !back.contains(&points[4].id));
}

/// One bad vector and nothing of the batch is written, so that a caller can tell what is there.
pub async fn wrong_vectors_are_refused_whole(index: &impl VectorIndex) {
    let wrong = [
        vec![],
        vec![1.0; DIMENSIONS - 1],
        vec![1.0; DIMENSIONS + 1],
        vec![f32::NAN; DIMENSIONS],
        vec![f32::INFINITY; DIMENSIONS],
    ];
    for dense in wrong {
        let bad = Point { dense: dense.clone().into(), ..point(2, public(), "refunds") };
        let written = index.upsert(vec![point(1, public(), "refunds"), bad]).await;
        assert!(matches!(written, Err(IndexError::Refused(_))), "{written:?}");
        for mode in MODES {
            let query = Query { dense: dense.clone().into(), ..question(mode, 1, "refunds", 10) };
            let searched = index.search(&everything(), &query).await;
            match mode {
                // Keywords alone need no vector, so none is looked at.
                Mode::Sparse => assert!(searched.is_ok(), "{searched:?}"),
                Mode::Dense | Mode::Hybrid => assert!(matches!(searched, Err(IndexError::Refused(_))), "{searched:?}"),
            }
        }
    }
    assert_eq!(index.count(&everything()).await.unwrap(), 0);
    index.upsert(vec![point(1, public(), "refunds")]).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 1);
}

pub async fn batches_of_any_size(index: &impl VectorIndex) {
    let points: Vec<_> = (0..700).map(|ordinal| chunk(1, ordinal, public(), "refunds")).collect();
    index.upsert(points.clone()).await.unwrap();
    assert_eq!(index.count(&everything()).await.unwrap(), 700);
    assert_eq!(index.points_of(&everything(), version(1)).await.unwrap().len(), 700);
    index.relabel(document(1), &label(AccessTier::Internal, &[])).await.unwrap();
    let gone: Vec<_> = points.iter().skip(1).map(|point| point.id).collect();
    index.delete_points(&gone).await.unwrap();
    assert_eq!(index.points_of(&everything(), version(1)).await.unwrap(), [points[0].id]);
    assert_eq!(index.scroll(&everything(), None, 10).await.unwrap()[0].label.tier, AccessTier::Internal);
}
