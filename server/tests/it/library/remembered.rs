//! Searching again after something has changed: whatever is remembered, what people find is what there is.
//!
//! The searcher reads the catalog by a connection of its own, as a second server on the same database would.

use std::collections::BTreeSet;
use std::sync::Arc;

use retrieval::cache::Rankings;
use retrieval::search::{Depth, Memory, Searcher};

use super::{Home, on_all, states, texts};
use crate::ground::label;

on_all!(
    a_second_search_is_remembered_by_those_who_may_read_the_same,
    a_removal_shows_at_once,
    a_new_text_shows_at_once,
    other_readers_show_at_once_and_again_when_the_index_has_heard,
    a_mended_index_is_asked_again,
);

/// Somebody who searches and remembers.
struct Asker<'a> {
    home: &'a Home,
    searcher: Searcher,
}

const ALL: &str = "alpha beta gamma";

impl<'a> Asker<'a> {
    async fn new(home: &'a Home) -> Self {
        let (shelf, rankings) = (home.ground.open_again().await.unwrap(), Arc::new(Rankings::new(100)));
        let memory = Some(Memory { rankings, generation: home.ground.generation.id });
        Self { home, searcher: Searcher { shelf: Arc::new(shelf), memory, ..home.searcher() } }
    }

    /// The texts that this reader finds, and whether the order was remembered.
    async fn ask(&self, who: &str) -> (BTreeSet<String>, bool) {
        let clearance = self.home.ground.reader(who);
        let found = self.searcher.search(&clearance, ALL, Depth::Full, 25).await.unwrap();
        let remembered = found.trail.remembered;
        (found.passages.into_iter().map(|scored| scored.passage.text).collect(), remembered)
    }

    /// Asked twice, everybody finds this, the second time from memory.
    async fn finds(&self, who: &str, expected: &[&str]) {
        assert_eq!(self.ask(who).await, (texts(expected), false), "{who}");
        assert_eq!(self.ask(who).await, (texts(expected), true), "{who}");
    }
}

async fn a_second_search_is_remembered_by_those_who_may_read_the_same(home: Home) {
    home.ingest(&[
        ("a.md", "public", "Alpha."),
        ("b.md", "internal", "Beta."),
        ("c.md", "internal,groups=hr", "Gamma."),
    ])
    .await;
    let asker = Asker::new(&home).await;
    asker.finds("restricted,groups=hr", &["Alpha.", "Beta.", "Gamma."]).await;
    asker.finds("internal", &["Alpha.", "Beta."]).await;
    asker.finds("public", &["Alpha."]).await;
    asker.finds("internal,groups=hr", &["Alpha.", "Beta.", "Gamma."]).await;
    assert_eq!(asker.ask("public").await, (texts(&["Alpha."]), true));
}

async fn a_removal_shows_at_once(home: Home) {
    home.ingest(&[("a.md", "public", "Alpha."), ("b.md", "public", "Beta.")]).await;
    let asker = Asker::new(&home).await;
    asker.finds("public", &["Alpha.", "Beta."]).await;
    // Before the index has heard of it, and after.
    let document = home.document("b.md").await.unwrap();
    home.ground.store.document_remove(home.ground.workspace, document).await.unwrap();
    asker.finds("public", &["Alpha."]).await;
    home.library.tell_index().await.unwrap();
    asker.finds("public", &["Alpha."]).await;
}

async fn a_new_text_shows_at_once(home: Home) {
    home.ingest(&[("a.md", "public", "Alpha."), ("b.md", "public", "Beta.")]).await;
    let asker = Asker::new(&home).await;
    asker.finds("public", &["Alpha.", "Beta."]).await;
    home.ingest(&[("b.md", "public", "Beta and gamma."), ("c.md", "internal", "Gamma.")]).await;
    asker.finds("public", &["Alpha.", "Beta and gamma."]).await;
    asker.finds("internal", &["Alpha.", "Beta and gamma.", "Gamma."]).await;
    // What is the same as before makes nobody search anew.
    assert_eq!(states(&home.ingest(&[("a.md", "public", "Alpha.")]).await), ["unchanged"]);
    assert!(asker.ask("public").await.1);
}

async fn other_readers_show_at_once_and_again_when_the_index_has_heard(home: Home) {
    home.ingest(&[("a.md", "public", "Alpha."), ("b.md", "public", "Beta.")]).await;
    let asker = Asker::new(&home).await;
    asker.finds("public", &["Alpha.", "Beta."]).await;
    let document = home.document("b.md").await.unwrap();
    let relabel = async |who: &str| {
        assert!(home.ground.store.document_relabel(home.ground.workspace, document, &label(who)).await.unwrap());
    };
    relabel("internal").await;
    asker.finds("public", &["Alpha."]).await;
    asker.finds("internal", &["Alpha.", "Beta."]).await;
    home.library.tell_index().await.unwrap();
    asker.finds("public", &["Alpha."]).await;
    // The index still keeps it from the public; that must not be remembered for longer than it is true.
    relabel("public").await;
    asker.finds("public", &["Alpha."]).await;
    home.library.tell_index().await.unwrap();
    asker.finds("public", &["Alpha.", "Beta."]).await;
}

async fn a_mended_index_is_asked_again(home: Home) {
    home.ingest(&[("a.md", "public", "Alpha."), ("b.md", "public", "Beta."), ("c.md", "internal", "Gamma.")]).await;
    let asker = Asker::new(&home).await;
    let held = home.index.scroll(&home.ground.everything(), None, 10).await.unwrap();
    let lost = home.document("b.md").await.unwrap();
    let points: Vec<_> = held.iter().filter(|point| point.document == lost).map(|point| point.id).collect();
    home.index.delete_points(&points).await.unwrap();
    asker.finds("public", &["Alpha."]).await;
    assert_eq!(home.library.reconcile().await.unwrap().rebuilt, 1);
    asker.finds("public", &["Alpha.", "Beta."]).await;
    home.index.relabel(lost, &label("restricted")).await.unwrap();
    home.ground.store.catalog_touch(home.ground.workspace).await.unwrap();
    asker.finds("public", &["Alpha."]).await;
    assert_eq!(home.library.reconcile().await.unwrap().relabelled, 1);
    asker.finds("public", &["Alpha.", "Beta."]).await;
    assert_eq!(home.library.reconcile().await.unwrap().rebuilt, 0);
    assert!(asker.ask("public").await.1, "an index that was in step is not asked again");
}
