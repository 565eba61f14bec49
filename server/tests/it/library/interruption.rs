//! Interrupted anywhere and taken up again: every item ends once, nothing is doubled, nothing is shown too early.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ingest::ports::{Item, Outcome};
use retrieval::model::JobId;
use server::library::{JobKind, Library, LibraryError};
use server::store::Fault;
use tokio::sync::Notify;

use super::faults::Faulty;
use super::{Home, on_all, states, texts};

on_all!(
    a_run_that_is_dropped_midway_goes_on_where_it_was,
    a_run_whose_index_fails_anywhere_goes_on_where_it_was,
    a_loosening_that_fails_shows_nothing_and_is_made_up_for,
    an_outbox_that_was_not_told_is_told_later,
    what_waits_after_a_fault_does_not_replace_what_was_handed_in_since,
);

const MANY: usize = 150;
/// Longer than a job waits after its first fault.
const WAIT_MS: i64 = 6_000;

/// How often each origin was reported to have ended.
#[derive(Default)]
struct Ends(Mutex<BTreeMap<String, usize>>);

impl Ends {
    fn note(&self, item: &Item, outcome: &Outcome) {
        assert!(matches!(outcome, Outcome::Indexed { .. }), "{}: {outcome:?}", item.origin);
        *self.0.lock().unwrap().entry(item.origin.clone()).or_default() += 1;
    }

    fn assert_once_each(&self, many: usize) {
        let ends = self.0.lock().unwrap();
        assert_eq!((ends.len(), ends.values().sum::<usize>()), (many, many));
    }
}

async fn accept_many(home: &Home, many: usize) -> JobId {
    let files: Vec<(String, String)> =
        (0..many).map(|n| (format!("{n}.md"), format!("# File {n}\n\nText of file {n}.\n\nAnd more."))).collect();
    let uploads: Vec<(&str, &str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), "internal", text.as_str())).collect();
    home.accept(&uploads).await
}

async fn assert_complete(home: &Home, job: JobId, many: usize) {
    assert_eq!(states(&home.lines(job).await), vec!["indexed"; many]);
    assert_eq!((home.documents().await, home.points().await), (many, many as u64));
    let report = home.library.reconcile().await.unwrap();
    assert_eq!((report.orphans, report.relabelled, report.rebuilt), (0, 0, 0), "{report:?}");
    assert_eq!(home.found("customer", "Text of file 7").await, texts(&[]));
    assert_eq!(home.found("internal", "Text of file").await.len(), many);
}

async fn a_run_that_is_dropped_midway_goes_on_where_it_was(home: Home) {
    let (job, ends, first) = (accept_many(&home, MANY).await, Ends::default(), Notify::new());
    let settled = |item: &Item, outcome: &Outcome| {
        ends.note(item, outcome);
        first.notify_one();
    };
    tokio::select! {
        biased;
        () = first.notified() => {}
        done = home.library.work(&settled) => panic!("the run ended before it could be dropped: {:?}", done.map(|_| ())),
    }
    let ended = states(&home.lines(job).await).iter().filter(|state| **state == "indexed").count();
    assert!(ended > 0 && ended < MANY, "{ended} of {MANY} had ended");
    assert_eq!(home.documents().await, ended, "what is not settled is not there");

    let restarted = home.restarted(Arc::clone(&home.index)).await;
    let rest = Ends::default();
    restarted.work(&|item, outcome| rest.note(item, outcome)).await.unwrap().unwrap();
    rest.assert_once_each(MANY - ended);
    assert!(restarted.work(&|_, _| {}).await.unwrap().is_none());
    assert_complete(&home, job, MANY).await;
}

async fn a_run_whose_index_fails_anywhere_goes_on_where_it_was(home: Home) {
    let (job, ends) = (accept_many(&home, MANY).await, Ends::default());
    let mut failures = 0;
    // One write more each time: the cable is pulled before every single write of the whole run, once.
    for writes in 0.. {
        let faulty: Library = home.restarted(Arc::new(Faulty::after(writes, Arc::clone(&home.index)))).await;
        match faulty.work(&|item, outcome| ends.note(item, outcome)).await {
            Err(LibraryError::Pipeline(_) | LibraryError::Index(_)) => failures += 1,
            Ok(_) => break,
            Err(other) => panic!("{other}"),
        }
        assert!(writes < 100, "it never comes to an end");
    }
    assert!(failures >= 3, "{failures}");
    ends.assert_once_each(MANY);
    home.library.tell_index().await.unwrap();
    assert_complete(&home, job, MANY).await;
}

async fn a_loosening_that_fails_shows_nothing_and_is_made_up_for(home: Home) {
    home.ingest(&[("a.md", "internal", "Soon for all.")]).await;
    for writes in [0, 1] {
        home.accept(&[("a.md", "public", "Soon for all.")]).await;
        let faulty = home.restarted(Arc::new(Faulty::after(writes, Arc::clone(&home.index)))).await;
        assert!(faulty.work(&|_, _| {}).await.is_err());
        assert_eq!(home.found("public", "for all").await, texts(&[]), "SQL has not said so yet");
        assert_eq!(home.found("internal", "for all").await, texts(&["Soon for all."]));
        let lines = home.restarted(Arc::clone(&home.index)).await;
        lines.work(&|_, _| {}).await.unwrap().unwrap();
        assert_eq!(home.found("public", "for all").await, texts(&["Soon for all."]));
        home.ingest(&[("a.md", "internal", "Soon for all.")]).await;
        assert_eq!(home.found("public", "for all").await, texts(&[]));
    }
    home.assert_in_step().await;
}

async fn an_outbox_that_was_not_told_is_told_later(home: Home) {
    home.ingest(&[("a.md", "public", "Here."), ("b.md", "public", "There.")]).await;
    let document = home.document("a.md").await.unwrap();
    for writes in [0, 1] {
        let faulty = home.restarted(Arc::new(Faulty::after(writes, Arc::clone(&home.index)))).await;
        let told = if writes == 0 { faulty.remove(&[document]).await.map(|_| ()) } else { faulty.tell_index().await };
        assert!(told.is_err(), "the index should have failed");
        assert_eq!(home.ground.store.outbox_len(home.ground.workspace).await.unwrap(), 1);
        assert_eq!(home.found("public", "here there").await, texts(&["There."]), "removed is removed");
    }
    home.library.tell_index().await.unwrap();
    assert_eq!((home.points().await, home.ground.store.outbox_len(home.ground.workspace).await.unwrap()), (1, 0));
}

async fn what_waits_after_a_fault_does_not_replace_what_was_handed_in_since(home: Home) {
    let former =
        home.accept(&[("a.md", "public", "# A\n\nThe former words."), ("b.md", "public", "# B\n\nOther words.")]).await;
    home.ground.turn(1);
    let newer = home.accept(&[("a.md", "internal", "# A\n\nThe newer words.")]).await;
    let store = &home.ground.store;
    let lease = store.job_claim(JobKind::Ingest, "tester").await.unwrap().unwrap();
    assert_eq!(lease.job, former, "in the order in which they were handed in");
    store.job_set_back(&lease, Fault::House, "the index could not be used").await.unwrap();
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    assert_eq!(states(&home.lines(newer).await), ["indexed"]);
    home.ground.turn(WAIT_MS);
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    let lines = home.lines(former).await;
    assert_eq!(states(&lines), ["unchanged", "indexed"]);
    assert_eq!(lines[0].reason.as_deref(), Some("a newer state of it was taken in first"));
    assert_eq!(home.found("internal", "words").await, texts(&["# A\n\nThe newer words.", "# B\n\nOther words."]));
    assert_eq!(home.found("public", "words").await, texts(&["# B\n\nOther words."]), "nor its readers");
    home.assert_in_step().await;
}
