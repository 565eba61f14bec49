//! New labels for what is there: tightened and loosened, by taking it in again.

use std::sync::Arc;

use retrieval::ports::StoredPoint;
use retrieval::search::Depth;
use server::store::DocumentRead;

use super::faults::Faulty;
use super::{Home, on_all, states, texts};
use crate::ground::label;

on_all!(
    a_new_label_holds_for_readers_and_index_and_keeps_the_document,
    tightening_works_before_the_index_hears_of_it,
    a_new_text_with_a_new_label_never_shows_under_the_old_one,
    the_outbox_of_labels_deletes_nothing,
    a_person_loosens_and_tightens_and_the_index_follows,
    an_index_that_lags_holds_up_no_label,
    a_label_is_given_only_to_what_stands_as_it_was_seen,
    a_twin_under_the_new_label_stays_with_all_its_origins,
    what_waited_is_tried_again_under_the_new_label,
);

async fn labels_in_index(home: &Home) -> Vec<StoredPoint> {
    home.index.scroll(&home.ground.everything(), None, 1_000).await.unwrap()
}

async fn a_new_label_holds_for_readers_and_index_and_keeps_the_document(home: Home) {
    let long: String = (0..40).map(|n| format!("Salary number {n} is what number {n} earns in a year.\n\n")).collect();
    home.ingest(&[("pay.md", "internal", &long), ("other.md", "public", "Salary is paid monthly.")]).await;
    let document = home.document("pay.md").await;
    let chunks = home.points().await - 1;
    for (who, may, may_not) in [
        ("restricted", "restricted", "internal"),
        ("public", "public", "nobody"),
        ("internal,groups=hr", "internal,groups=hr", "restricted"),
        ("internal,groups=hr+billing", "internal,groups=billing", "restricted"),
        ("internal,groups=sales", "internal,groups=sales", "restricted,groups=hr+billing"),
        ("customer", "customer", "public"),
    ] {
        let lines = home.ingest(&[("pay.md", who, &long)]).await;
        assert_eq!((states(&lines), lines[0].document), (vec!["relabelled"], document), "{who}");
        assert_eq!(lines[0].chunks as u64, chunks);
        let read = home.found(may, "salary").await.into_iter().collect::<String>();
        let is_read = |n| read.contains(&format!("Salary number {n} is"));
        assert!((0..40).all(is_read) && read.contains("paid monthly"), "{who}: {may} reads too little");
        if may_not != "nobody" {
            assert_eq!(
                home.found(may_not, "salary").await,
                texts(&["Salary is paid monthly."]),
                "{who}: {may_not} reads"
            );
        }
        let held = labels_in_index(&home).await;
        assert_eq!(held.len() as u64, chunks + 1);
        let own = held.iter().filter(|point| Some(point.document) == document);
        assert!(
            own.clone().count() as u64 == chunks && own.into_iter().all(|point| point.label == label(who)),
            "{who}"
        );
    }
    home.assert_in_step().await;
}

async fn tightening_works_before_the_index_hears_of_it(home: Home) {
    home.ingest(&[("a.md", "public", "Once for all."), ("b.md", "public", "Still for all.")]).await;
    let document = home.document("a.md").await.unwrap();
    home.ground.store.document_relabel(home.ground.workspace, document, &label("restricted")).await.unwrap();
    assert!(
        labels_in_index(&home).await.iter().all(|point| point.label == label("public")),
        "the index should lag here"
    );
    assert_eq!(home.found("internal", "for all").await, texts(&["Still for all."]));
    home.library.tell_index().await.unwrap();
    assert_eq!(home.found("internal", "for all").await, texts(&["Still for all."]));
    assert_eq!(home.found("restricted", "for all").await, texts(&["Once for all.", "Still for all."]));
    home.assert_in_step().await;
}

async fn a_new_text_with_a_new_label_never_shows_under_the_old_one(home: Home) {
    home.ingest(&[("a.md", "public", "The harmless text.")]).await;
    let lines = home.ingest(&[("a.md", "restricted", "The secret text.")]).await;
    assert_eq!(states(&lines), ["indexed"]);
    assert_eq!(home.found("internal", "text").await, texts(&[]));
    assert_eq!(home.found("restricted", "text").await, texts(&["The secret text."]));
    home.ingest(&[("a.md", "public", "The harmless text.")]).await;
    assert_eq!(home.found("public", "text").await, texts(&["The harmless text."]));
    assert_eq!(home.points().await, 1);
}

async fn the_outbox_of_labels_deletes_nothing(home: Home) {
    home.ingest(&[("a.md", "public", "One."), ("b.md", "public", "Two."), ("c.md", "public", "Three.")]).await;
    let document = home.document("a.md").await.unwrap();
    for who in ["internal", "public"] {
        home.ground.store.document_relabel(home.ground.workspace, document, &label(who)).await.unwrap();
        home.library.tell_index().await.unwrap();
        assert_eq!(home.points().await, 3);
        assert_eq!(home.ground.store.outbox_len(home.ground.workspace).await.unwrap(), 0);
    }
    // A document that was removed before its new label was told.
    home.ground.store.document_relabel(home.ground.workspace, document, &label("internal")).await.unwrap();
    home.remove(document).await;
    assert_eq!(home.points().await, 2);
}

async fn as_seen(home: &Home, origin: &str) -> DocumentRead {
    let document = home.document(origin).await.unwrap();
    home.ground.store.document_read(&home.ground.everything(), document).await.unwrap().unwrap()
}

async fn a_person_loosens_and_tightens_and_the_index_follows(home: Home) {
    home.ingest(&[("a.md", "internal", "Words of a."), ("b.md", "public", "Words of b.")]).await;
    for (who, may, may_not) in [
        ("public", "public", None),
        ("public,groups=hr", "public,groups=hr", Some("restricted")),
        ("public,groups=hr+web", "public,groups=web", Some("restricted")),
        ("restricted,groups=sales", "restricted,groups=sales", Some("restricted,groups=hr")),
        ("customer", "customer", Some("public")),
    ] {
        assert!(home.library.relabel(&as_seen(&home, "a.md").await, &label(who)).await.unwrap());
        assert_eq!(home.found(may, "words").await, texts(&["Words of a.", "Words of b."]), "{who}");
        if let Some(may_not) = may_not {
            assert_eq!(home.found(may_not, "words").await, texts(&["Words of b."]), "{who}");
        }
        assert_eq!(home.ground.store.outbox_len(home.ground.workspace).await.unwrap(), 0);
    }
    home.assert_in_step().await;
}

/// Whether the index works for no step, one or two: what SQL says is what readers see, and it is told later.
async fn an_index_that_lags_holds_up_no_label(home: Home) {
    home.ingest(&[("a.md", "public", "Words of a."), ("b.md", "public", "Words of b.")]).await;
    for writes in 0..4 {
        for (from, to) in [("public", "restricted"), ("restricted", "public"), ("public", "public,groups=hr")] {
            home.library.relabel(&as_seen(&home, "a.md").await, &label(from)).await.unwrap();
            let faulty = home.restarted(Arc::new(Faulty::after(writes, Arc::clone(&home.index)))).await;
            assert!(faulty.relabel(&as_seen(&home, "a.md").await, &label(to)).await.unwrap(), "{writes} {to}");
            let read = as_seen(&home, "a.md").await;
            assert_eq!(read.line.label, label(to));
            if to != "public" {
                assert_eq!(home.found("internal", "words").await, texts(&["Words of b."]), "{writes} {to}");
            }
            home.library.tell_index().await.unwrap();
            assert_eq!(home.found(to, "words").await, texts(&["Words of a.", "Words of b."]), "{writes} {to}");
            home.assert_in_step().await;
        }
    }
}

async fn a_label_is_given_only_to_what_stands_as_it_was_seen(home: Home) {
    home.ingest(&[("a.md", "internal", "Words of a.")]).await;
    let early = as_seen(&home, "a.md").await;
    assert!(home.library.relabel(&early, &label("restricted")).await.unwrap());
    // Who saw it as internal loosens nothing now, and what the index was told for it is taken back.
    assert!(!home.library.relabel(&early, &label("public")).await.unwrap());
    assert_eq!(as_seen(&home, "a.md").await.line.label, label("restricted"));
    home.assert_in_step().await;
    let seen = as_seen(&home, "a.md").await;
    home.ingest(&[("a.md", "restricted", "Other words of a.")]).await;
    assert!(!home.library.relabel(&seen, &label("public")).await.unwrap());
    home.remove(seen.line.document).await;
    assert!(!home.library.relabel(&seen, &label("public")).await.unwrap());
    home.assert_in_step().await;
}

async fn a_twin_under_the_new_label_stays_with_all_its_origins(home: Home) {
    let shared = "# T\n\nShared words that stand in both.";
    home.ingest(&[("a.md", "internal", shared), ("b.md", "public", shared), ("c.md", "internal", shared)]).await;
    let (moved, there) = (home.document("a.md").await.unwrap(), home.document("b.md").await.unwrap());
    assert!(home.document("c.md").await == Some(moved) && moved != there);
    assert!(home.library.relabel(&as_seen(&home, "a.md").await, &label("public")).await.unwrap());
    // Both are there, by every origin and by the id that somebody may have cited; a search shows the text once.
    assert_eq!(home.documents().await, 2);
    for (origin, document) in [("a.md", moved), ("b.md", there), ("c.md", moved)] {
        assert_eq!(home.document(origin).await, Some(document), "{origin}");
    }
    let shown = home.searcher().search(&home.ground.reader("public"), "shared words", Depth::Full, 10).await.unwrap();
    assert_eq!(shown.passages.len(), 1);
    let shown = shown.passages[0].passage.document;
    assert!([moved, there].contains(&shown));
    home.remove(shown).await;
    assert_eq!(home.found("public", "shared words").await.len(), 1, "what stood behind it is seen again");
    home.assert_in_step().await;
}

async fn what_waited_is_tried_again_under_the_new_label(home: Home) {
    home.ingest(&[("a.md", "public", "Words of old.")]).await;
    home.ground.turn(1);
    let waiting = home.accept(&[("a.md", "public", "Words of now.")]).await;
    assert!(home.library.relabel(&as_seen(&home, "a.md").await, &label("restricted")).await.unwrap());
    home.library.work(&|_, _| {}).await.unwrap();
    assert_eq!(states(&home.lines(waiting).await), ["failed"]);
    home.ground.turn(1);
    home.retry().await.unwrap().expect("it was not read");
    home.library.work(&|_, _| {}).await.unwrap();
    assert_eq!(home.found("internal", "words").await, texts(&[]));
    assert_eq!(home.found("restricted", "words").await, texts(&["Words of now."]));
    home.assert_in_step().await;
}
