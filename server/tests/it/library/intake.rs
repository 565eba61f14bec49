//! Taking in: found by those who may, unchanged when unchanged, gone when replaced or removed.

use std::time::Duration;

use retrieval::model::Cut;

use super::{Home, on_all, states, texts};

on_all!(
    what_was_taken_in_is_found_by_those_who_may,
    the_same_again_changes_nothing,
    a_changed_text_replaces_the_old_one,
    a_removed_document_is_out_of_reach_and_out_of_the_index,
    a_removal_takes_what_waits_for_the_same_origin_with_it,
    what_cannot_be_read_fails_alone_and_says_why,
    an_original_that_is_lost_fails_alone,
    a_long_document_is_indexed_in_all_its_chunks,
    two_texts_from_one_origin_leave_one_document,
    a_job_with_nothing_in_it_ends,
    what_breaks_off_is_let_go_as_soon_as_that_can_be_written,
);

async fn what_was_taken_in_is_found_by_those_who_may(home: Home) {
    let lines = home
        .ingest(&[
            ("price.md", "public", "A seat costs nine pounds."),
            ("sla.md", "customer", "A seat is back within nine hours."),
            ("cost.md", "internal,groups=billing", "A seat costs us nine pence."),
            ("plan.md", "restricted", "A seat will cost ninety pounds."),
        ])
        .await;
    assert_eq!(states(&lines), ["indexed"; 4]);
    assert!(lines.iter().all(|line| line.chunks == 1 && line.reason.is_none()));
    let (price, sla) = ("A seat costs nine pounds.", "A seat is back within nine hours.");
    let (cost, plan) = ("A seat costs us nine pence.", "A seat will cost ninety pounds.");
    for (who, expected) in [
        ("public", &[price][..]),
        ("public,groups=billing", &[price]),
        ("customer", &[price, sla]),
        ("internal", &[price, sla]),
        ("internal,groups=billing+hr", &[price, sla, cost]),
        ("restricted", &[price, sla, plan]),
        ("restricted,groups=billing", &[price, sla, cost, plan]),
    ] {
        for question in ["What does a seat cost?", plan, "", "…", "ninety pounds restricted"] {
            assert_eq!(home.found(who, question).await, texts(expected), "{who}: {question}");
        }
    }
}

async fn the_same_again_changes_nothing(home: Home) {
    let uploads = [("a.md", "public", "# A\n\nOne text."), ("b.md", "internal", "# B\n\nAnother text.")];
    let first = home.ingest(&uploads).await;
    let second = home.ingest(&uploads).await;
    assert_eq!(states(&second), ["unchanged"; 2]);
    for (before, after) in first.iter().zip(&second) {
        assert_eq!((before.document, before.chunks), (after.document, after.chunks));
    }
    // Other bytes, the same text: a byte order mark and line ends are no change.
    let respelled = home.ingest(&[("a.md", "public", "\u{feff}# A\r\n\r\nOne text.  \r\n\r\n")]).await;
    assert_eq!(states(&respelled), ["unchanged"]);
    assert_eq!((home.documents().await, home.points().await), (2, 2));
    home.assert_in_step().await;
}

async fn a_changed_text_replaces_the_old_one(home: Home) {
    home.ingest(&[("a.md", "public", "The fee is ten pounds.")]).await;
    let document = home.document("a.md").await.unwrap();
    let old = home.ground.store.document_live(&home.ground.everything(), Cut::default()).await.unwrap()[0].version;
    let lines = home.ingest(&[("a.md", "public", "The fee is twenty pounds.")]).await;
    assert_eq!((states(&lines), lines[0].document), (vec!["indexed"], Some(document)));
    assert_eq!(home.found("restricted", "The fee is ten pounds.").await, texts(&["The fee is twenty pounds."]));
    assert_eq!(home.index.points_of(&home.ground.everything(), old).await.unwrap(), []);
    assert_eq!(home.points().await, 1);
    home.assert_in_step().await;
}

async fn a_removed_document_is_out_of_reach_and_out_of_the_index(home: Home) {
    home.ingest(&[("a.md", "public", "Stays."), ("b.md", "public", "Goes."), ("c.md", "internal", "Stays too.")]).await;
    let document = home.document("b.md").await.unwrap();
    assert!(home.remove(document).await);
    assert!(!home.remove(document).await);
    assert_eq!(home.found("restricted", "Goes.").await, texts(&["Stays.", "Stays too."]));
    assert_eq!((home.documents().await, home.points().await), (2, 2));
    home.assert_in_step().await;
    let again = home.ingest(&[("b.md", "public", "Goes.")]).await;
    assert_eq!(states(&again), ["indexed"]);
    assert!(home.found("public", "Goes.").await.contains("Goes."));
}

async fn a_removal_takes_what_waits_for_the_same_origin_with_it(home: Home) {
    home.ingest(&[("a.md", "public", "The fee is ten pounds.")]).await;
    let revision = home.accept(&[("a.md", "public", "The fee is twenty pounds."), ("b.md", "public", "Stays.")]).await;
    assert!(home.remove(home.document("a.md").await.unwrap()).await);
    home.library.work(&|_, _| {}).await.unwrap().unwrap();
    let lines = home.lines(revision).await;
    assert_eq!(states(&lines), ["failed", "indexed"]);
    assert!(lines[0].reason.as_deref().unwrap().contains("taken out"), "{lines:?}");
    assert_eq!(home.found("restricted", "The fee").await, texts(&["Stays."]));
    home.assert_in_step().await;
}

async fn what_cannot_be_read_fails_alone_and_says_why(home: Home) {
    let lines = home
        .ingest(&[
            ("empty.md", "public", ""),
            ("fine.md", "public", "Fine."),
            ("picture.md", "public", "\u{89}PNG\r\n\0\0\0\0\0\0"),
            ("blank.html", "public", "<html><body><script>1</script></body></html>"),
            ("report.pdf", "public", "%PDF-1.7 ..."),
        ])
        .await;
    assert_eq!(states(&lines), ["failed", "indexed", "failed", "failed", "failed"]);
    for (line, words) in lines.iter().zip(["empty", "", "binary", "no text", "damaged"]) {
        let reason = line.reason.clone().unwrap_or_default();
        assert!(reason.contains(words), "{}: {reason}", line.origin);
        assert_eq!(line.document.is_some(), line.state == "indexed");
    }
    assert_eq!(home.documents().await, 1);
    // A failure does not harm what stood there before.
    let lines = home.ingest(&[("fine.md", "public", "")]).await;
    assert_eq!(states(&lines), ["failed"]);
    assert_eq!(home.found("public", "fine").await, texts(&["Fine."]));
}

async fn an_original_that_is_lost_fails_alone(home: Home) {
    let job = home.accept(&[("a.md", "public", "Lost."), ("b.md", "public", "Kept.")]).await;
    home.library.store.originals().remove(&blake3::hash(b"Lost.").to_hex()).unwrap();
    home.library.work(&|_, _| {}).await.unwrap().unwrap();
    let lines = home.lines(job).await;
    assert_eq!(states(&lines), ["failed", "indexed"]);
    assert!(lines[0].reason.as_deref().unwrap().contains("original cannot be read"), "{lines:?}");
}

async fn a_long_document_is_indexed_in_all_its_chunks(home: Home) {
    let long: String =
        (0..700).map(|n| format!("Paragraph {n} speaks of thing number {n} and of nothing else.\n\n")).collect();
    let lines = home.ingest(&[("long.md", "internal", &long), ("short.md", "public", "Short.")]).await;
    assert!(lines[0].chunks > 100, "{}", lines[0].chunks);
    assert_eq!(home.points().await as usize, lines[0].chunks + 1);
    let found = home.found("internal", "thing number 613").await;
    assert!(found.iter().any(|text| text.contains("thing number 613 ")));
    assert_eq!(home.found("customer", "thing number 613").await, texts(&["Short."]));
}

async fn two_texts_from_one_origin_leave_one_document(home: Home) {
    let lines = home.ingest(&[("a.md", "public", "First state."), ("a.md", "public", "Second state.")]).await;
    assert!(lines.iter().all(|line| line.state != "failed"), "{lines:?}");
    assert_eq!((home.documents().await, home.points().await), (1, 1));
    assert_eq!(home.found("public", "state").await, texts(&["Second state."]), "what was handed in last holds");
    home.assert_in_step().await;
}

async fn a_job_with_nothing_in_it_ends(home: Home) {
    let job = home.accept(&[]).await;
    home.library.work(&|_, _| {}).await.unwrap();
    assert_eq!(home.library.job(job).await.unwrap().unwrap().state, "done");
    assert!(home.library.work(&|_, _| {}).await.unwrap().is_none());
}

async fn what_breaks_off_is_let_go_as_soon_as_that_can_be_written(home: Home) {
    let open = || home.ground.texts("SELECT id FROM jobs WHERE state = 'open'");
    let intake = home.library.intake().await.unwrap();
    assert_eq!(open().await.len(), 1);
    home.ground.sql("ALTER TABLE jobs RENAME TO jobs_out_of_reach").await;
    drop(intake);
    tokio::time::sleep(Duration::from_millis(100)).await;
    home.ground.sql("ALTER TABLE jobs_out_of_reach RENAME TO jobs").await;
    for _ in 0..3_000 {
        if open().await.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it stays open, and nobody works on it");
}
