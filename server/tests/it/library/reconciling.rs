//! Reconciling: drift between index and catalog, made on purpose in both directions, is found and mended.

use std::sync::Arc;

use retrieval::model::{DocumentId, PointId, VersionId};
use retrieval::ports::{Point, Purpose};
use uuid::Uuid;

use super::{Home, on_all, states};
use crate::ground::label;

on_all!(
    originals_that_nothing_needs_go,
    missing_points_are_written_again,
    points_that_nobody_knows_are_removed,
    wrong_labels_are_set_right,
    an_empty_index_is_filled_from_the_catalog_alone,
    an_index_of_many_pages_is_compared_to_its_end,
);

const TEXTS: [(&str, &str, &str); 3] = [
    ("a.md", "public", "# A\n\nAlpha."),
    ("b.md", "internal,groups=hr", "# B\n\nBeta."),
    ("c.md", "restricted", "# C\n\nGamma."),
];

async fn filled(home: &Home) {
    assert_eq!(states(&home.ingest(&TEXTS).await), ["indexed"; 3]);
}

/// The readers find what they found before the drift.
async fn assert_as_before(home: &Home) {
    for (who, expected) in [("public", 1), ("internal", 1), ("internal,groups=hr", 2), ("restricted,groups=hr", 3)] {
        assert_eq!(home.found(who, "alpha beta gamma").await.len(), expected, "{who}");
    }
    home.assert_in_step().await;
}

async fn points(home: &Home) -> Vec<PointId> {
    let held = home.index.scroll(&home.ground.everything(), None, 10_000).await.unwrap();
    held.into_iter().map(|point| point.id).collect()
}

async fn missing_points_are_written_again(home: Home) {
    filled(&home).await;
    let before = points(&home).await;
    home.index.delete_points(&before[1..]).await.unwrap();
    let report = home.library.reconcile().await.unwrap();
    assert_eq!((report.points, report.orphans, report.rebuilt), (1, 0, 2));
    assert_eq!(points(&home).await, before);
    assert_as_before(&home).await;
}

async fn points_that_nobody_knows_are_removed(home: Home) {
    filled(&home).await;
    let before = points(&home).await;
    let dense = home.library.live().embedder.embed(Purpose::Passage, vec!["Alpha.".into()]).await.unwrap().remove(0);
    let orphan = |n: u128| Point {
        id: PointId(Uuid::from_u128(n)),
        document: DocumentId(Uuid::from_u128(n)),
        version: VersionId(Uuid::from_u128(n / 3)),
        label: label("public"),
        dense: Arc::clone(&dense),
        text: "Alpha.".into(),
    };
    home.index.upsert((1..=10).map(orphan).collect()).await.unwrap();
    assert_eq!(home.found("public", "alpha").await.len(), 1, "an orphan is never shown");
    let report = home.library.reconcile().await.unwrap();
    assert_eq!((report.points, report.orphans, report.rebuilt), (13, 10, 0));
    assert_eq!(points(&home).await, before);
    assert_as_before(&home).await;
}

async fn wrong_labels_are_set_right(home: Home) {
    filled(&home).await;
    for (name, wrong) in [("a.md", "restricted,groups=it"), ("b.md", "public"), ("c.md", "public,groups=hr")] {
        home.index.relabel(home.document(name).await.unwrap(), &label(wrong)).await.unwrap();
    }
    assert_eq!(home.found("public,groups=hr", "alpha beta gamma").await.len(), 0, "wider in the index is not wider");
    let report = home.library.reconcile().await.unwrap();
    assert_eq!((report.orphans, report.relabelled, report.rebuilt), (0, 3, 0));
    assert_as_before(&home).await;
}

async fn an_empty_index_is_filled_from_the_catalog_alone(home: Home) {
    filled(&home).await;
    let (before, parsed) = (points(&home).await, home.parsed.count());
    home.index.delete_points(&before).await.unwrap();
    // Vectors that are lost too are made again from the text.
    home.ground
        .sql("DELETE FROM vectors WHERE vector_key IN (SELECT vector_key FROM chunks WHERE body LIKE '%Beta%')")
        .await;
    let report = home.library.reconcile().await.unwrap();
    assert_eq!((report.points, report.rebuilt), (0, 3));
    assert_eq!(points(&home).await, before);
    assert_eq!(home.parsed.count(), parsed, "a rebuild reads no original");
    assert_as_before(&home).await;
}

async fn an_index_of_many_pages_is_compared_to_its_end(home: Home) {
    let texts: Vec<(String, String)> = (0..31)
        .map(|file| {
            let paragraphs = (0..70)
                .map(|n| format!("Paragraph {n} of file {file} fills its own chunk well. {}\n\n", "Word. ".repeat(48)));
            (format!("{file}.md"), paragraphs.collect())
        })
        .collect();
    let uploads: Vec<(&str, &str, &str)> =
        texts.iter().map(|(name, text)| (name.as_str(), "public", text.as_str())).collect();
    home.ingest(&uploads).await;
    let before = points(&home).await;
    assert!(before.len() > 2_000, "{} points are too few pages", before.len());
    let lost: Vec<PointId> = before.iter().copied().step_by(500).collect();
    home.index.delete_points(&lost).await.unwrap();
    let report = home.library.reconcile().await.unwrap();
    assert_eq!((report.points, report.orphans), (before.len() - lost.len(), 0));
    assert!((1..=lost.len()).contains(&report.rebuilt), "{report:?}");
    assert_eq!(points(&home).await, before);
    home.assert_in_step().await;
}

async fn originals_that_nothing_needs_go(home: Home) {
    home.ingest(&[("a.md", "public", "First."), ("b.md", "public", "Goes."), ("empty.md", "public", "")]).await;
    home.ingest(&[("a.md", "public", "Second.")]).await;
    home.remove(home.document("b.md").await.unwrap()).await;
    let waiting = home.accept(&[("c.md", "public", "Waits.")]).await;
    let originals = home.ground.folder.path().join("originals");
    std::fs::write(originals.join("half.tmp"), "half").unwrap();
    assert_eq!(home.library.reconcile().await.unwrap().swept, 2, "the first state and the half one");
    let kept = std::fs::read_dir(&originals).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_file());
    assert_eq!(kept.count(), 3, "what failed may be tried again");
    home.library.work(&|_, _| {}).await.unwrap().unwrap();
    assert_eq!(home.lines(waiting).await[0].state, "indexed");
    assert_eq!(home.library.reconcile().await.unwrap().swept, 0);
    home.ground.turn(8 * 24 * 60 * 60 * 1000);
    assert_eq!(home.library.reconcile().await.unwrap().swept, 1, "nobody tried again for a week");
}
