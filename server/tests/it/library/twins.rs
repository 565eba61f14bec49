//! Copies: one document within a label, never one across labels, and nothing lost when one job does several things.

use super::{Home, on_all, states, texts};

on_all!(
    exact_copies_under_one_label_are_one_document_with_two_origins,
    the_same_text_under_two_labels_is_two_documents,
    a_moved_file_and_its_successor_are_both_found,
    a_copy_of_what_is_just_relabelled_keeps_its_own_label,
    a_shared_document_does_not_change_under_one_of_its_origins,
    many_copies_are_read_twice_at_most,
);

async fn exact_copies_under_one_label_are_one_document_with_two_origins(home: Home) {
    let lines = home.ingest(&[("a.md", "public", "# T\n\nShared."), ("b.md", "public", "# T\n\nShared.")]).await;
    let mut seen = states(&lines);
    seen.sort_unstable();
    assert_eq!(seen, ["duplicate", "indexed"]);
    assert_eq!(lines[0].document, lines[1].document);
    let lines = home.ingest(&[("c.md", "public", "# T\n\nShared.")]).await;
    assert_eq!(states(&lines), ["duplicate"]);
    assert_eq!((home.documents().await, home.points().await), (1, 1));
    let document = home.document("a.md").await;
    assert!(document.is_some() && document == home.document("b.md").await && document == home.document("c.md").await);
    home.assert_in_step().await;
    // Without a title of their own they are called by their file names, and are copies all the same.
    let lines = home.ingest(&[("notes.txt", "public", "Plain."), ("notes (copy).txt", "public", "Plain.")]).await;
    assert_eq!(lines[0].document, lines[1].document, "{lines:?}");
}

async fn the_same_text_under_two_labels_is_two_documents(home: Home) {
    let uploads = [
        ("a.md", "public", "# T\n\nShared."),
        ("b.md", "internal", "# T\n\nShared."),
        ("c.md", "internal,groups=hr", "# T\n\nShared."),
    ];
    assert_eq!(states(&home.ingest(&uploads).await), ["indexed"; 3]);
    assert_eq!(home.documents().await, 3);
    home.remove(home.document("a.md").await.unwrap()).await;
    assert_eq!(home.found("public", "shared").await, texts(&[]));
    assert_eq!(home.found("internal", "shared").await.len(), 1);
    home.remove(home.document("b.md").await.unwrap()).await;
    assert_eq!(home.found("internal", "shared").await, texts(&[]));
    assert_eq!(home.found("internal,groups=hr", "shared").await.len(), 1);
}

/// `mv leave.md leave-2025.md`, write a new `leave.md`, ingest the folder.
async fn a_moved_file_and_its_successor_are_both_found(home: Home) {
    for (old, new) in [("a.md", "z.md"), ("z.md", "a.md")] {
        home.ingest(&[(old, "public", "# Leave\n\nTwenty days.")]).await;
        let mut uploads = [(old, "public", "# Leave\n\nThirty days."), (new, "public", "# Leave\n\nTwenty days.")];
        uploads.sort_unstable();
        let lines = home.ingest(&uploads).await;
        assert!(lines.iter().all(|line| line.state != "failed"), "{lines:?}");
        let found = home.found("public", "days of leave").await;
        assert!(found.iter().any(|text| text.contains("Twenty")), "the moved file is lost: {found:?}");
        assert!(found.iter().any(|text| text.contains("Thirty")), "its successor is lost: {found:?}");
        assert_eq!((home.documents().await, home.points().await), (2, 2));
        home.assert_in_step().await;
        for name in ["a.md", "z.md"] {
            home.remove(home.document(name).await.unwrap()).await;
        }
    }
}

async fn a_copy_of_what_is_just_relabelled_keeps_its_own_label(home: Home) {
    for (before, after) in [("internal", "public"), ("public", "internal")] {
        home.ingest(&[("a.md", before, "# T\n\nShared.")]).await;
        home.ingest(&[("a.md", after, "# T\n\nShared."), ("copy.md", before, "# T\n\nShared.")]).await;
        let known = |who: &'static str, name: &'static str| {
            let (library, reader) = (&home.library, home.ground.reader(who));
            async move { !library.find(&reader, name).await.unwrap().is_empty() }
        };
        assert_eq!(known("public", "a.md").await, after == "public");
        assert_eq!(known("public", "copy.md").await, before == "public", "{before} to {after}");
        assert_eq!(home.documents().await, 2);
        home.assert_in_step().await;
        for name in ["a.md", "copy.md"] {
            home.remove(home.document(name).await.unwrap()).await;
        }
    }
}

async fn a_shared_document_does_not_change_under_one_of_its_origins(home: Home) {
    home.ingest(&[("a.md", "public", "Shared."), ("b.md", "public", "Shared.")]).await;
    assert_eq!(states(&home.ingest(&[("a.md", "public", "Now my own.")]).await), ["indexed"]);
    assert_eq!(home.found("public", "shared").await, texts(&["Shared.", "Now my own."]));
    // The other tightens its copy; nobody outside may read it there any more.
    home.ingest(&[("b.md", "restricted", "Shared.")]).await;
    assert_eq!(home.found("internal", "shared").await, texts(&["Now my own."]));
    assert_eq!(home.found("restricted", "shared").await, texts(&["Shared.", "Now my own."]));
    assert_eq!((home.documents().await, home.points().await), (2, 2));
}

async fn many_copies_are_read_twice_at_most(home: Home) {
    let names: Vec<String> = (0..60).map(|n| format!("{n}.md")).collect();
    let uploads: Vec<(&str, &str, &str)> =
        names.iter().map(|name| (name.as_str(), "public", "# T\n\nShared.")).collect();
    let lines = home.ingest(&uploads).await;
    assert_eq!(lines.iter().filter(|line| line.state == "indexed").count(), 1);
    assert_eq!(lines.iter().filter(|line| line.state == "duplicate").count(), 59);
    assert_eq!((home.documents().await, home.points().await), (1, 1));
    assert!(home.parsed.count() <= 2 * 60, "{} files were read for 60", home.parsed.count());
}
