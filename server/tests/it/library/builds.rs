//! Builds of the index: another model, other chunks, and nobody who asks meets two of them or none.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ingest::ports::{Catalog, Change, Outcome, Settlement};
use retrieval::adapters::bm25::Bm25Settings;
use retrieval::adapters::memory::MemoryIndex;
use retrieval::model::{GenerationId, PointId};
use retrieval::ports::Point;
use retrieval::search::Depth;
use server::library::{Build, BuildState, Ending, LibraryError, Wanted};
use server::store::{JobKind, LeasedCatalog};

use super::{Home, on_all, texts};
use crate::ground::{MODEL, draft};

on_all!(
    a_new_index_goes_live_and_finds_the_same,
    another_model_and_other_chunks_are_a_matter_of_building,
    what_changes_meanwhile_is_in_it,
    whoever_goes_back_finds_what_came_since,
    what_is_discarded_leaves_nothing,
    only_so_many_are_kept,
    an_index_that_finds_less_does_not_go_live,
    one_that_is_held_waits_for_somebody,
    a_build_goes_on_where_it_was_stopped,
    what_was_written_to_the_former_index_does_not_become_visible,
    what_a_job_has_written_outlasts_a_change_forth_and_back,
    every_question_meets_one_index,
);

const LONG: &str = "# Refunds\n\nRefunds take ten business days to arrive at your bank, wherever that is.\n\n\
                    # Letters\n\nLetters are sent by mail on Mondays, and to other countries on Thursdays as well.\n\n\
                    # Holidays\n\nThe desk is closed on holidays, and opens again on the morning after each of them.";

async fn furnished(home: Home) -> Home {
    let files =
        [("long.md", "public", LONG), ("a.md", "internal", "# A\n\nAlpha."), ("b.md", "restricted", "# B\n\nBeta.")];
    home.ingest(&files).await;
    home
}

async fn build_of(home: &Home, generation: GenerationId) -> Build {
    let builds = home.library.builds().await.unwrap();
    builds.into_iter().find(|build| build.generation.id == generation).unwrap()
}

/// Work off the job that builds.
async fn build(home: &Home) -> Ending<()> {
    home.library.run(JobKind::Reindex).await.unwrap().expect("nothing is to be built").1
}

fn live(home: &Home) -> GenerationId {
    home.library.live().generation.id
}

async fn a_new_index_goes_live_and_finds_the_same(home: Home) {
    let home = furnished(home).await;
    let (library, former) = (&home.library, live(&home));
    let before = home.found("internal", "alpha beta refunds").await;
    let (generation, job) = library.reindex(Wanted::Promoted).await.unwrap();
    assert_eq!(library.reindex(Wanted::Promoted).await.unwrap(), (generation, job), "one is being built already");
    assert_eq!(live(&home), former);
    assert_eq!(build(&home).await, Ending::Done(()));
    assert_eq!(live(&home), generation);
    let build = build_of(&home, generation).await;
    assert!(build.is_live && build.state == BuildState::Ready && build.live_ms.is_some(), "{build:?}");
    assert_eq!(build.verdict.unwrap()["passes"], true);
    assert!(!build_of(&home, former).await.is_live);
    assert_eq!(home.workshop.model.embedded.load(Ordering::SeqCst), 0, "the same words were embedded before");
    assert_eq!(home.found("internal", "alpha beta refunds").await, before);
    home.assert_in_step().await;
    assert_eq!(library.run(JobKind::Reindex).await.unwrap(), None);
}

async fn another_model_and_other_chunks_are_a_matter_of_building(home: Home) {
    let home = furnished(home).await;
    let library = &home.library;
    let before = home.found("public", "letters").await;
    home.workshop.configure(64, 60);
    assert!(library.is_behind().await.unwrap());
    library.reindex(Wanted::Promoted).await.unwrap();
    assert_eq!(build(&home).await, Ending::Done(()));
    assert!(!library.is_behind().await.unwrap());
    assert_eq!(library.live().generation.dimensions, 64);
    assert!(home.workshop.model.embedded.load(Ordering::SeqCst) > 3);
    let after = home.found("public", "letters").await;
    assert!(after.len() > before.len(), "{before:?} {after:?}");
    let document = home.document("long.md").await.unwrap();
    let everything = home.ground.everything();
    let seen = library.inspect(&everything, "long.md").await.unwrap().unwrap();
    assert_eq!(seen.chunks.len(), after.len(), "the document shows the chunks of the index that answers");
    assert_eq!(library.store.document_chunk_count(document).await.unwrap(), after.len());
    // What comes from now on is cut as the new index is.
    home.ingest(&[("again.md", "public", &LONG.replace("Letters", "Parcels"))]).await;
    assert_eq!(library.inspect(&everything, "again.md").await.unwrap().unwrap().chunks.len(), after.len());
    home.assert_in_step().await;
}

/// While it is being filled documents come, change, go and get other readers: all of it holds when it goes live.
async fn what_changes_meanwhile_is_in_it(home: Home) {
    let home = furnished(home).await;
    home.workshop.configure(64, 300);
    home.workshop.model.held.store(true, Ordering::SeqCst);
    let library = &home.library;
    let (generation, _) = library.reindex(Wanted::Promoted).await.unwrap();
    let changes = async {
        home.ingest(&[("new.md", "public", "# New\n\nGamma."), ("a.md", "internal", "# A\n\nAlpha, revised.")]).await;
        let removed = home.document("b.md").await.unwrap();
        assert!(home.remove(removed).await);
        let (everything, long) = (home.ground.everything(), home.document("long.md").await.unwrap());
        let read = library.document(&everything, long).await.unwrap().unwrap();
        assert!(library.relabel(&read, &crate::ground::label("internal")).await.unwrap());
        home.workshop.model.held.store(false, Ordering::SeqCst);
        home.workshop.model.let_through.0.add_permits(100);
    };
    let (ending, ()) = tokio::join!(build(&home), changes);
    assert_eq!((ending, live(&home)), (Ending::Done(()), generation));
    assert_eq!(home.found("public", "alpha beta gamma refunds").await, texts(&["# New\n\nGamma."]));
    let found = home.found("restricted", "alpha beta gamma refunds").await;
    assert!(found.contains("# A\n\nAlpha, revised.") && !found.contains("# A\n\nAlpha."), "{found:?}");
    assert!(
        found.iter().any(|text| text.contains("ten business days")) && !found.contains("# B\n\nBeta."),
        "{found:?}"
    );
    home.assert_in_step().await;
}

async fn whoever_goes_back_finds_what_came_since(home: Home) {
    let home = furnished(home).await;
    let (library, former) = (&home.library, live(&home));
    assert!(matches!(library.roll_back().await, Err(LibraryError::Refused(_))), "there is nothing to go back to");
    home.workshop.configure(64, 60);
    let (generation, _) = library.reindex(Wanted::Promoted).await.unwrap();
    assert_eq!(build(&home).await, Ending::Done(()));
    home.ground.turn(1);
    home.ingest(&[("new.md", "public", "# New\n\nGamma.")]).await;
    let removed = home.document("b.md").await.unwrap();
    assert!(home.remove(removed).await);
    assert_eq!(library.roll_back().await.unwrap(), former);
    assert_eq!(live(&home), former);
    assert!(home.found("restricted", "gamma").await.contains("# New\n\nGamma."));
    assert!(!home.found("restricted", "beta").await.contains("# B\n\nBeta."));
    home.assert_in_step().await;
    home.ground.turn(1);
    assert_eq!(library.roll_back().await.unwrap(), generation, "and forth again");
    home.assert_in_step().await;
}

async fn what_is_discarded_leaves_nothing(home: Home) {
    let home = furnished(home).await;
    let (library, former) = (&home.library, live(&home));
    home.workshop.configure(64, 60);
    let (generation, _) = library.reindex(Wanted::Held).await.unwrap();
    assert_eq!(build(&home).await, Ending::Done(()));
    let built = build_of(&home, generation).await.generation;
    assert!(home.workshop.holds(&built));
    let refused = library.discard(former).await.unwrap_err();
    assert!(matches!(refused, LibraryError::Refused(why) if why.contains("answers")), "{refused}");
    let build = library.discard(generation).await.unwrap();
    assert_eq!(build.state, BuildState::Discarded);
    let receipt = build.receipt.unwrap();
    assert_eq!((&receipt["chunks_left"], &receipt["vectors_left"]), (&0.into(), &0.into()), "{receipt}");
    assert!(!home.workshop.holds(&built));
    let again = library.discard(generation).await.unwrap();
    assert_eq!(again.state, BuildState::Discarded, "a second time is no harm");
    assert!(matches!(library.promote(generation).await, Err(LibraryError::Refused(_))));
    let nobody = GenerationId(uuid::Uuid::from_u128(7));
    assert!(matches!(library.promote(nobody).await, Err(LibraryError::NoBuild)));
    home.assert_in_step().await;
}

async fn only_so_many_are_kept(home: Home) {
    let mut home = furnished(home).await;
    let mut built = vec![live(&home)];
    // Whoever still searches an index is waited for.
    home.index = Arc::new(MemoryIndex::new(home.ground.workspace, 1, &Bm25Settings::default()).unwrap());
    let library = &home.library;
    for numbers in [64, 65, 66] {
        home.ground.turn(1);
        home.workshop.configure(numbers, 300);
        built.push(library.reindex(Wanted::Promoted).await.unwrap().0);
        assert_eq!(build(&home).await, Ending::Done(()));
    }
    let mut states = Vec::new();
    for generation in built {
        let build = build_of(&home, generation).await;
        states.push((build.state, build.is_live));
    }
    use BuildState::{Discarded, Ready};
    assert_eq!(states, [(Discarded, false), (Discarded, false), (Ready, false), (Ready, true)]);
}

async fn an_index_that_finds_less_does_not_go_live(home: Home) {
    let home = furnished(home).await;
    let (mut files, words) = (Vec::new(), ["maple", "cedar", "birch", "aspen", "alder", "rowan", "hazel", "larch"]);
    for word in words {
        files.push((format!("{word}.md"), format!("# About the {word} tree\n\n{word}s grow here.")));
    }
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), "public", text.as_str())).collect();
    home.ingest(&files).await;
    let (library, former) = (&home.library, live(&home));
    home.workshop.is_deaf.store(true, Ordering::SeqCst);
    let (generation, _) = library.reindex(Wanted::Promoted).await.unwrap();
    assert_eq!(build(&home).await, Ending::Done(()));
    let build = build_of(&home, generation).await;
    let verdict = build.verdict.unwrap();
    assert_eq!((&verdict["passes"], &verdict["recall_after"]), (&false.into(), &0.0.into()), "{verdict}");
    assert!(verdict["known"].as_u64().unwrap() >= 8 && verdict["recall_before"].as_f64().unwrap() > 0.9, "{verdict}");
    assert!(verdict["reasons"][0].as_str().unwrap().contains("known documents"), "{verdict}");
    assert_eq!((live(&home), build.state), (former, BuildState::Ready), "it is kept, for whoever wants to look");
}

async fn one_that_is_held_waits_for_somebody(home: Home) {
    let home = furnished(home).await;
    let (library, former) = (&home.library, live(&home));
    let (generation, _) = library.reindex(Wanted::Held).await.unwrap();
    let refused = library.promote(generation).await.unwrap_err();
    assert!(matches!(refused, LibraryError::Refused(why) if why.contains("being built")), "{refused}");
    assert_eq!(build(&home).await, Ending::Done(()));
    assert_eq!(live(&home), former);
    home.ingest(&[("new.md", "public", "# New\n\nGamma.")]).await;
    library.promote(generation).await.unwrap();
    library.promote(generation).await.unwrap();
    assert_eq!(live(&home), generation);
    assert!(home.found("public", "gamma").await.contains("# New\n\nGamma."));
    home.assert_in_step().await;
}

async fn a_build_goes_on_where_it_was_stopped(home: Home) {
    let home = furnished(home).await;
    home.workshop.configure(64, 60);
    let library = &home.library;
    let (generation, job) = library.reindex(Wanted::Promoted).await.unwrap();
    home.workshop.model.held.store(true, Ordering::SeqCst);
    let stop = async {
        tokio::time::timeout(Duration::from_secs(60), async {
            while library.job(job).await.unwrap().unwrap().state != "running" {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await
        .unwrap();
        assert!(library.stop(job).await.unwrap());
    };
    let (ending, ()) = tokio::join!(build(&home), stop);
    assert_eq!(ending, Ending::Cancelled);
    assert_eq!(build_of(&home, generation).await.state, BuildState::Building);
    home.workshop.model.held.store(false, Ordering::SeqCst);
    let (same, other) = library.reindex(Wanted::Promoted).await.unwrap();
    assert_eq!(same, generation);
    assert_ne!(other, job);
    assert_eq!(build(&home).await, Ending::Done(()));
    assert_eq!(live(&home), generation);
    // With other settings than those of one that was left, that one goes.
    home.workshop.configure(65, 60);
    let (left, _) = library.reindex(Wanted::Promoted).await.unwrap();
    home.workshop.configure(66, 60);
    let refused = library.reindex(Wanted::Promoted).await.unwrap_err();
    assert!(matches!(refused, LibraryError::Refused(why) if why.contains("cancel")), "{refused}");
    let waiting = library.store.job_claim(JobKind::Reindex, "another").await.unwrap().unwrap();
    library.store.job_cancel(&waiting).await.unwrap();
    let (next, _) = library.reindex(Wanted::Promoted).await.unwrap();
    assert_ne!(next, left);
    assert_eq!(build_of(&home, left).await.state, BuildState::Discarded);
}

/// A batch that was on its way when another index went live is published in that one, or not at all.
async fn what_was_written_to_the_former_index_does_not_become_visible(home: Home) {
    let home = furnished(home).await;
    let (library, former) = (&home.library, live(&home));
    let (lease, items) = home.ground.job(&[("late.md", "public")]).await;
    let (generation, _) = library.reindex(Wanted::Promoted).await.unwrap();
    assert_eq!(build(&home).await, Ending::Done(()));
    let settlement = || Settlement {
        item: items[0].clone(),
        change: Change::Publish(Box::new(draft(&items[0], "late"))),
        outcome: Outcome::Indexed { document: items[0].document, chunks: 1 },
        inside: None,
    };
    let store = &home.ground.store;
    let late = LeasedCatalog::new(store.clone(), lease.clone(), former).settle(MODEL, &[settlement()]).await;
    assert!(late.unwrap_err().to_string().contains("catalog"), "it is tried again");
    assert_eq!(home.document("late.md").await, None);
    LeasedCatalog::new(store.clone(), lease, generation).settle(MODEL, &[settlement()]).await.unwrap();
    assert!(home.document("late.md").await.is_some());
}

/// The index is live again when the job comes to its end: what it wrote there before must still be there.
async fn what_a_job_has_written_outlasts_a_change_forth_and_back(home: Home) {
    let home = furnished(home).await;
    let (library, former) = (&home.library, live(&home));
    library.reindex(Wanted::Promoted).await.unwrap();
    assert_eq!(build(&home).await, Ending::Done(()));
    library.roll_back().await.unwrap();
    assert_eq!(live(&home), former);

    let (lease, items) = home.ground.job(&[("late.md", "public")]).await;
    let draft = draft(&items[0], "late");
    let point = Point {
        id: PointId::of(home.ground.workspace, draft.document, draft.version, draft.chunks[0].ordinal),
        document: draft.document,
        version: draft.version,
        label: draft.label.clone(),
        dense: vec![0.5; library.live().generation.dimensions].into(),
        text: "late".into(),
    };
    library.live().index.upsert(vec![point]).await.unwrap();
    library.roll_back().await.unwrap();
    library.roll_back().await.unwrap();
    assert_eq!(live(&home), former);
    let settlement = Settlement {
        item: items[0].clone(),
        change: Change::Publish(Box::new(draft)),
        outcome: Outcome::Indexed { document: items[0].document, chunks: 1 },
        inside: None,
    };
    LeasedCatalog::new(home.ground.store.clone(), lease.clone(), former).settle(MODEL, &[settlement]).await.unwrap();
    home.assert_in_step().await;
    home.ground.store.job_finish(&lease).await.unwrap();
}

/// Asked all the while, through builds, changes forth and back: what is there is found each time, in one index.
async fn every_question_meets_one_index(home: Home) {
    let home = furnished(home).await;
    let (library, is_over, asked) = (&home.library, Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
    let clearance = home.ground.reader("internal");
    let asking = async {
        while !is_over.load(Ordering::SeqCst) {
            let (searcher, generation) = library.finder.now_in();
            let found = searcher.search(&clearance, "alpha", Depth::Full, 5).await.unwrap();
            let texts: Vec<&str> = found.passages.iter().map(|scored| scored.passage.text.as_str()).collect();
            assert!(texts.iter().any(|text| text.contains("Alpha")), "{generation}: {texts:?}");
            let numbers = found.question.len();
            assert!([64, 65, 256].contains(&numbers), "{numbers}");
            asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    };
    let changing = async {
        for (numbers, characters) in [(64, 60), (65, 300), (64, 100)] {
            home.ground.turn(1);
            home.workshop.configure(numbers, characters);
            library.reindex(Wanted::Promoted).await.unwrap();
            assert_eq!(build(&home).await, Ending::Done(()));
            home.ground.turn(1);
            library.roll_back().await.unwrap();
            home.ground.turn(1);
            library.roll_back().await.unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
    };
    tokio::join!(asking, changing);
    assert!(asked.load(Ordering::SeqCst) > 10);
    home.assert_in_step().await;
}
