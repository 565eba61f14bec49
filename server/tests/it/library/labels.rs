//! New labels for what is there: tightened and loosened, by taking it in again.

use retrieval::ports::StoredPoint;

use super::{Home, on_all, states, texts};
use crate::ground::label;

on_all!(
    a_new_label_holds_for_readers_and_index_and_keeps_the_document,
    tightening_works_before_the_index_hears_of_it,
    a_new_text_with_a_new_label_never_shows_under_the_old_one,
    the_outbox_of_labels_deletes_nothing,
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
