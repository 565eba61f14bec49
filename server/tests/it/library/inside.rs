//! Files inside files, files that failed, folders that are followed, and what can be seen of a document.

use std::collections::HashSet;
use std::io::Write;

use server::library::Upload;
use zip::write::SimpleFileOptions;

use super::{Home, on_all, states};
use crate::ground::label;

on_all!(
    an_archive_becomes_its_files,
    what_left_an_archive_leaves_the_library,
    archives_within_archives_are_opened_three_deep,
    what_failed_can_be_tried_again,
    files_that_vanished_leave_unless_too_many,
    near_duplicates_are_marked_within_a_label,
    a_document_can_be_inspected,
);

pub fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

async fn ingest(home: &Home, origin: &str, who: &str, bytes: Vec<u8>) -> Vec<server::store::ItemLine> {
    let mut intake = home.library.intake().await.unwrap();
    intake.add(vec![Upload { origin: origin.into(), bytes, label: label(who) }]).await.unwrap();
    let job = intake.close().await.unwrap();
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    home.lines(job).await
}

async fn an_archive_becomes_its_files(home: Home) {
    let bytes = archive(&[("a.md", b"# A\n\nAlpha."), ("sub/b.txt", b"Beta."), ("c.bin", b"\0\x01\x02\x03")]);
    let lines = ingest(&home, "/in/x.zip", "internal", bytes).await;
    let origins: Vec<&str> = lines.iter().map(|line| line.origin.as_str()).collect();
    assert_eq!(origins, ["/in/x.zip", "/in/x.zip!/a.md", "/in/x.zip!/sub/b.txt", "/in/x.zip!/c.bin"]);
    assert_eq!(states(&lines), ["opened", "indexed", "indexed", "failed"]);
    assert!(home.found("public", "Alpha Beta").await.is_empty(), "what is inside is for the readers of the archive");
    assert_eq!(home.found("internal", "Beta").await.len(), 2);
    let inside = home.library.find(&home.ground.everything(), "/in/x.zip").await.unwrap();
    assert_eq!(home.library.remove(&inside).await.unwrap(), 2);
    assert_eq!(home.documents().await, 0);
    home.assert_in_step().await;
}

async fn what_left_an_archive_leaves_the_library(home: Home) {
    ingest(&home, "x.zip", "public", archive(&[("a.md", b"Alpha."), ("b.md", b"Beta.")])).await;
    let lines = ingest(&home, "x.zip", "public", archive(&[("b.md", b"Beta."), ("c.md", b"Gamma.")])).await;
    assert_eq!(states(&lines), ["opened", "unchanged", "indexed"]);
    assert_eq!(home.document("x.zip!/a.md").await, None);
    assert_eq!(home.documents().await, 2);
    home.assert_in_step().await;
}

async fn archives_within_archives_are_opened_three_deep(home: Home) {
    let mut bytes = archive(&[("deepest.md", b"Deepest.")]);
    for depth in (1..=4).rev() {
        bytes =
            archive(&[(&format!("{depth}.zip"), &bytes), (&format!("{depth}.md"), format!("At {depth}.").as_bytes())]);
    }
    let lines = ingest(&home, "0.zip", "public", bytes).await;
    let indexed: Vec<&str> =
        lines.iter().filter(|line| line.state == "indexed").map(|line| line.origin.as_str()).collect();
    assert_eq!(indexed, ["0.zip!/1.md", "0.zip!/1.zip!/2.md", "0.zip!/1.zip!/2.zip!/3.md"]);
}

async fn what_failed_can_be_tried_again(home: Home) {
    let lines = ingest(&home, "x.md", "public", b"\0\x01\x02 binary".to_vec()).await;
    assert_eq!(states(&lines), ["failed"]);
    ingest(&home, "y.md", "public", b"\0\x01\x02 binary too".to_vec()).await;
    home.ground.turn(1);
    ingest(&home, "y.md", "public", b"Mended since.".to_vec()).await;
    home.library.reconcile().await.unwrap();
    let retried = home.retry().await.unwrap().expect("one file failed and was not handed in since");
    home.library.work(&|_, _| {}).await.unwrap();
    let lines = home.lines(retried).await;
    assert_eq!((lines.len(), lines[0].origin.as_str(), lines[0].state.as_str()), (1, "x.md", "failed"));
    let reason = lines[0].reason.as_deref().unwrap();
    assert!(!reason.contains("original"), "its bytes were kept: {reason}");
    home.ground.turn(1);
    ingest(&home, "x.md", "public", b"Mended as well.".to_vec()).await;
    assert_eq!(home.retry().await.unwrap(), None);
}

async fn files_that_vanished_leave_unless_too_many(home: Home) {
    let names: Vec<String> = (0..10).map(|n| format!("/in/{n}.md")).collect();
    let texts: Vec<String> = (0..10).map(|n| format!("Text number {n}.")).collect();
    let uploads: Vec<(&str, &str, &str)> =
        names.iter().zip(&texts).map(|(name, text)| (name.as_str(), "public", text.as_str())).collect();
    home.ingest(&uploads).await;
    home.ingest(&[("/other/x.md", "public", "Elsewhere."), ("/in-b/x.md", "public", "Beside.")]).await;
    let present = |from: usize| names[from..].iter().cloned().collect::<HashSet<String>>();

    let synced = home.library.sync_folder("/in", &present(5), false).await.unwrap();
    assert_eq!((synced.retired.len(), synced.held.len()), (0, 5));
    assert_eq!(home.documents().await, 12);
    let synced = home.library.sync_folder("/in/", &present(2), false).await.unwrap();
    assert_eq!(synced.retired, names[..2]);
    assert_eq!(home.documents().await, 10);
    let synced = home.library.sync_folder("/in", &present(10), true).await.unwrap();
    assert_eq!((synced.retired.len(), home.documents().await), (8, 2));
    home.assert_in_step().await;
}

/// A text long enough to have a fingerprint.
fn essay(ending: &str) -> String {
    let sentence = |n: usize| format!("Paragraph {n} explains the rule number {} of the {n}th department. ", n * 7);
    (0..60).map(sentence).collect::<String>() + ending
}

async fn near_duplicates_are_marked_within_a_label(home: Home) {
    let (one, other) = (essay("It was signed in March."), essay("It was signed in April."));
    home.ingest(&[("one.md", "internal", &one), ("public.md", "public", &other)]).await;
    home.ingest(&[("other.md", "internal", &other)]).await;
    let everything = home.ground.everything();
    let one = home.library.inspect(&everything, "one.md").await.unwrap().unwrap();
    let other = home.library.inspect(&everything, "other.md").await.unwrap().unwrap();
    let public = home.library.inspect(&everything, "public.md").await.unwrap().unwrap();
    assert_eq!(other.near_of.as_ref().map(|near| near.document), Some(one.document));
    assert_eq!(one.stands_for.iter().map(|near| near.origin.as_str()).collect::<Vec<_>>(), ["other.md"]);
    assert_eq!((public.near_of, public.stands_for.len()), (None, 0), "never across labels");
    home.remove(one.document).await;
    let other = home.library.inspect(&everything, "other.md").await.unwrap().unwrap();
    assert_eq!(other.near_of, None);
}

async fn a_document_can_be_inspected(home: Home) {
    home.ingest(&[("a.md", "internal", "# Refunds\n\nRefunds take ten\u{200b} days.")]).await;
    home.ingest(&[("b.md", "internal", "# Refunds\n\nRefunds take ten days.")]).await;
    let principal = retrieval::access::Principal::operator(home.ground.workspace);
    let question = server::answer::Question::parse("How long do refunds take?").unwrap();
    home.answerer().ask(&principal, &question, &[]).await.unwrap();
    let found = home.library.inspect(&home.ground.everything(), "b.md").await.unwrap().unwrap();
    assert_eq!(
        (found.title.as_str(), found.origins.as_slice()),
        ("Refunds", ["a.md".to_owned(), "b.md".to_owned()].as_slice())
    );
    assert_eq!(found.problems, ["zero-width characters removed: 1"]);
    assert_eq!(found.questions.len(), 1);
    assert_eq!(found.questions[0].question, "How long do refunds take?");
    let texts: Vec<&str> = found.chunks.iter().map(|chunk| &found.text[chunk.bytes.clone()]).collect();
    assert_eq!(texts.concat(), found.text);
    let reader = home.ground.reader("customer");
    assert_eq!(home.library.inspect(&reader, "b.md").await.unwrap(), None, "hidden and absent look the same");
    assert_eq!(home.library.inspect(&reader, &found.document.to_string()).await.unwrap(), None);
}
