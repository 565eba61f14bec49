//! Empty indexes, absurd limits, wordless questions, texts in every script, and paging.

use retrieval::access::AccessTier;
use retrieval::model::PointId;
use retrieval::ports::{Mode, Point, Query, StoredPoint, VectorIndex};
use uuid::Uuid;

use super::scene::{
    MODES, chunk, document, everything, found, label, point, public, question, reader, sorted, version,
};

pub async fn an_empty_index(index: &impl VectorIndex) {
    for round in 0..2 {
        for mode in MODES {
            assert_eq!(found(index, &everything(), &question(mode, 1, "refunds", 10)).await, [], "round {round}");
        }
        assert_eq!(index.count(&everything()).await.unwrap(), 0);
        assert_eq!(index.points_of(&everything(), version(1)).await.unwrap(), []);
        assert_eq!(index.scroll(&everything(), None, 10).await.unwrap(), []);
        index.relabel(document(1), &public()).await.unwrap();
        index.delete_versions(&[version(1)]).await.unwrap();
        index.delete_points(&[point(1, public(), "").id]).await.unwrap();
        index.flush().await.unwrap();
        index.optimize().await.unwrap();
        // The second round is over an index that has been emptied.
        index.upsert(vec![point(1, public(), "refunds")]).await.unwrap();
        index.delete_versions(&[version(1)]).await.unwrap();
    }
}

pub async fn limits_of_nothing_and_of_everything(index: &impl VectorIndex) {
    index.upsert((0..20).map(|n| chunk(1, n, public(), "refunds")).collect()).await.unwrap();
    for mode in MODES {
        assert_eq!(found(index, &everything(), &question(mode, 1, "refunds", 0)).await, []);
        for (candidates, limit) in
            [(usize::MAX, usize::MAX), (usize::MAX - 1, 20), (20, usize::MAX / 2), (1 << 40, 1 << 40)]
        {
            let query = Query { candidates, limit, ..question(mode, 1, "refunds", 0) };
            assert_eq!(found(index, &everything(), &query).await.len(), 20, "{query:?}");
        }
    }
    assert_eq!(index.scroll(&everything(), None, 0).await.unwrap(), []);
    assert_eq!(index.scroll(&everything(), None, usize::MAX).await.unwrap().len(), 20);
}

/// Only stop words, only punctuation, nothing at all: the meaning still counts, the words find nothing.
pub async fn questions_without_words(index: &impl VectorIndex) {
    let wordless = point(2, public(), "the of and");
    index.upsert(vec![point(1, public(), "refunds"), wordless.clone(), point(3, public(), "")]).await.unwrap();
    for text in ["", "   \t\n", "the of and", "?!.,", "\u{200b}", "\0"] {
        assert_eq!(found(index, &everything(), &question(Mode::Sparse, 2_000, text, 10)).await, [], "{text:?}");
        for mode in [Mode::Dense, Mode::Hybrid] {
            let found = found(index, &everything(), &question(mode, 2_000, text, 10)).await;
            assert_eq!((found.len(), found[0]), (3, wordless.id), "{text:?}");
        }
    }
}

pub async fn texts_of_every_kind(index: &impl VectorIndex) {
    let long = "erstattung ".repeat(20_000);
    let one_word = "x".repeat(50_000);
    let texts = [
        ("Rückerstattung für Kunden", "rückerstattung"),
        ("возврат средств клиентам", "возврат"),
        ("πληρωμή και επιστροφή", "πληρωμή"),
        ("سياسة الاسترداد", "الاسترداد"),
        ("emoji 🦀🦀 inside crabs", "crabs"),
        ("nul\0byte and \u{1b}[31mescape", "byte"),
        ("e\u{301}tude decomposed", "decomposed"),
        ("\u{202e}right to left override\u{202c}", "override"),
        ("'; DROP TABLE points; -- {\"must\":[]}", "points"),
        (long.as_str(), "erstattung"),
        (one_word.as_str(), one_word.as_str()),
    ];
    let points: Vec<Point> = texts.iter().zip(1..).map(|((text, _), number)| point(number, public(), text)).collect();
    index.upsert(points.clone()).await.unwrap();
    for (point, (_, words)) in points.iter().zip(texts) {
        assert_eq!(found(index, &everything(), &question(Mode::Sparse, 1, words, 10)).await, [point.id], "{words:.40}");
        let near = Query { dense: point.dense.clone(), ..question(Mode::Hybrid, 1, words, 1) };
        assert_eq!(found(index, &everything(), &near).await, [point.id]);
    }
    assert_eq!(index.count(&everything()).await.unwrap(), texts.len() as u64);
}

pub async fn pages_are_whole_and_in_order(index: &impl VectorIndex) {
    let tiers = [AccessTier::Public, AccessTier::Internal];
    let points: Vec<_> = (0..57).map(|n| chunk(1, n, label(tiers[n as usize % 2], &[]), "refunds")).collect();
    index.upsert(points.clone()).await.unwrap();
    for (clearance, all) in [(everything(), 57), (reader(public()), 29)] {
        let whole = index.scroll(&clearance, None, 1_000).await.unwrap();
        let readable = points.iter().filter(|point| clearance.admits(clearance.workspace(), &point.label));
        assert_eq!(whole.iter().map(|stored| stored.id).collect::<Vec<_>>(), sorted(readable.map(|point| point.id)));
        assert_eq!(whole.len(), all);
        for size in [1, 7, 29, 56, 57, 58] {
            let mut pages: Vec<StoredPoint> = Vec::new();
            loop {
                let after = pages.last().map(|stored| stored.id);
                let page = index.scroll(&clearance, after, size).await.unwrap();
                let short = page.len() < size;
                pages.extend(page);
                if short {
                    break;
                }
            }
            assert_eq!(pages, whole, "pages of {size}");
        }
        // From an id that is not there, and from the ends of the range.
        let from = PointId(Uuid::from_u128(whole[10].id.0.as_u128() - 1));
        assert_eq!(index.scroll(&clearance, Some(from), 1).await.unwrap(), whole[10..11]);
        assert_eq!(index.scroll(&clearance, Some(PointId(Uuid::nil())), 1_000).await.unwrap(), whole);
        assert_eq!(index.scroll(&clearance, Some(PointId(Uuid::max())), 10).await.unwrap(), []);
    }
    let first = &index.scroll(&everything(), None, 1).await.unwrap()[0];
    let written = points.iter().find(|point| point.id == first.id).unwrap();
    assert_eq!((first.document, first.version, &first.label), (written.document, written.version, &written.label));
}
