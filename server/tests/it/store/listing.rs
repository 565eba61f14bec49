//! Lists of documents and jobs: what each clearance admits, in order, page by page, on both databases.

use std::collections::BTreeSet;

use retrieval::access::{AccessTier, Clearance};
use retrieval::model::{JobId, PersonId};
use server::store::{DocumentState, JobFilter, JobPassed, Narrowing, Onlooker, Passed, Places, Sorting};
use uuid::Uuid;

use crate::ground::{Ground, label, on_both};

on_both!(
    a_list_is_what_the_clearance_admits,
    pages_go_on_where_they_ended,
    words_are_found_where_they_are_shown,
    what_became_of_files_narrows_a_list,
    what_was_lost_narrows_a_list,
    a_document_is_read_by_whom_it_is_for,
    an_original_is_the_newest_of_those_that_lead_to_it,
    jobs_are_listed_by_what_is_seen_of_them,
    names_that_are_taken_are_told_with_their_labels,
);

fn all() -> Narrowing {
    Narrowing::NONE
}

async fn origins(ground: &Ground, clearance: &Clearance, narrowing: &Narrowing) -> BTreeSet<String> {
    let found = ground.store.documents(clearance, narrowing, Sorting::Newest, None, 100).await.unwrap();
    assert_eq!(ground.store.documents_total(clearance, narrowing).await.unwrap(), found.len());
    found.into_iter().flat_map(|line| line.origins).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

async fn a_list_is_what_the_clearance_admits(ground: Ground) {
    for (at, who) in
        ["public", "customer,groups=hr", "internal", "internal,groups=hr+web", "restricted"].iter().enumerate()
    {
        ground.publish(&format!("{at}.md"), who, &format!("text {at}")).await;
    }
    for (who, expected) in [
        ("public", &["0.md"][..]),
        ("customer", &["0.md"]),
        ("customer,groups=hr", &["0.md", "1.md"]),
        ("internal,groups=web", &["0.md", "2.md", "3.md"]),
        ("restricted,groups=hr", &["0.md", "1.md", "2.md", "3.md", "4.md"]),
    ] {
        assert_eq!(origins(&ground, &ground.reader(who), &all()).await, names(expected), "{who}");
    }
    let everything = ground.everything();
    assert_eq!(origins(&ground, &everything, &all()).await.len(), 5);
    let internal = Narrowing { tier: Some(AccessTier::Internal), ..all() };
    assert_eq!(origins(&ground, &everything, &internal).await, names(&["2.md", "3.md"]));
    let web = Narrowing { group: Some("web".parse().unwrap()), ..all() };
    assert_eq!(origins(&ground, &everything, &web).await, names(&["3.md"]));
    assert_eq!(origins(&ground, &ground.reader("internal,groups=sales"), &web).await, names(&[]));
    ground.sql("UPDATE documents SET tier = 9 WHERE tier = 0").await;
    assert!(ground.store.documents(&everything, &all(), Sorting::Newest, None, 10).await.is_err());
}

async fn what_became_of_files_narrows_a_list(ground: Ground) {
    for origin in ["still.md", "failed.md", "waiting.md", "better.md", "hidden.md"] {
        ground.publish(origin, "internal", origin).await;
    }
    let end = async |origin: &str, who: &str, state: &str| {
        ground.turn(1);
        let (lease, _) = ground.job(&[(origin, who)]).await;
        let job = lease.job;
        ground.sql(&format!("UPDATE job_items SET state = '{state}' WHERE job_id = '{job}'")).await;
        ground.store.job_finish(&lease).await.unwrap();
    };
    end("failed.md", "internal", "failed").await;
    end("better.md", "internal", "quarantined").await;
    end("better.md", "internal", "unchanged").await;
    end("waiting.md", "internal", "failed").await;
    end("hidden.md", "restricted", "failed").await;
    ground.turn(1);
    let (lease, _) = ground.job(&[("waiting.md", "internal")]).await;

    let of = |state| Narrowing { state: Some(state), ..all() };
    let reader = ground.reader("internal");
    assert_eq!(origins(&ground, &reader, &of(DocumentState::Failed)).await, names(&["failed.md"]));
    assert_eq!(origins(&ground, &reader, &of(DocumentState::Waiting)).await, names(&["waiting.md"]));
    let ready = ["better.md", "hidden.md", "still.md"];
    assert_eq!(origins(&ground, &reader, &of(DocumentState::Ready)).await, names(&ready));
    // Whoever may know of the other's attempt is told of it.
    let wider = ground.reader("restricted");
    assert_eq!(origins(&ground, &wider, &of(DocumentState::Failed)).await, names(&["failed.md", "hidden.md"]));
    assert_eq!(origins(&ground, &wider, &of(DocumentState::Ready)).await, names(&["better.md", "still.md"]));
    // Nothing of it is there for who reads none of them, and nothing fails where no item may be known of.
    for state in [DocumentState::Ready, DocumentState::Waiting, DocumentState::Failed] {
        assert_eq!(origins(&ground, &ground.reader("public"), &of(state)).await, names(&[]));
    }
    ground.store.job_finish(&lease).await.unwrap();
    ground.sql("DELETE FROM job_items").await;
    assert_eq!(origins(&ground, &reader, &of(DocumentState::Ready)).await.len(), 5);
    assert_eq!(origins(&ground, &reader, &of(DocumentState::Failed)).await, names(&[]));
}

async fn what_was_lost_narrows_a_list(ground: Ground) {
    for (origin, who, problems) in [
        ("three.md", "public", r#"["hidden elements left out: 3", "100% of _it_ is \"odd\""]"#),
        ("five.md", "internal", r#"["hidden elements left out: 5", "hidden elements left out: 6"]"#),
        ("none.md", "public", "[]"),
        ("secret.md", "restricted", r#"["zq731x left out: 1"]"#),
    ] {
        let version = ground.publish(origin, who, origin).await.draft.version;
        ground.sql(&format!("UPDATE versions SET problems = '{problems}' WHERE id = '{version}'")).await;
    }
    let lost = |problem: &str| Narrowing { problem: Some(problem.to_owned()), ..all() };
    let reader = ground.reader("internal");
    let told = async |clearance: &Clearance| -> Vec<(String, usize)> {
        let lines = ground.store.documents_problems(clearance).await.unwrap();
        lines.into_iter().map(|line| (line.problem, line.documents)).collect()
    };
    let odd = "100% of _it_ is \"odd\"";
    let known = [("hidden elements left out".to_owned(), 2), (odd.to_owned(), 1)];
    assert_eq!(told(&reader).await, known);
    assert_eq!(told(&ground.reader("public")).await.len(), 2);
    assert!(told(&ground.everything()).await.contains(&("zq731x left out".to_owned(), 1)));
    let hidden = lost("hidden elements left out");
    assert_eq!(origins(&ground, &reader, &hidden).await, names(&["five.md", "three.md"]));
    assert_eq!(origins(&ground, &ground.reader("public"), &hidden).await, names(&["three.md"]));
    assert_eq!(origins(&ground, &reader, &lost(odd)).await, names(&["three.md"]));
    for none in ["zq731x left out", "elements left out", "100_ of", "%"] {
        assert_eq!(origins(&ground, &reader, &lost(none)).await, names(&[]), "{none}");
    }
}

async fn pages_go_on_where_they_ended(ground: Ground) {
    for at in 0..9 {
        let who = if at % 3 == 0 { "restricted" } else { "public" };
        ground.publish(&format!("{at}.md"), who, &format!("text {at}")).await;
        ground.turn(at % 2); // some at the same moment
    }
    for (who, many) in [("public", 6), ("restricted", 9)] {
        let reader = ground.reader(who);
        for sorting in [Sorting::Newest, Sorting::Title] {
            let whole = ground.store.documents(&reader, &all(), sorting, None, 100).await.unwrap();
            assert_eq!(whole.len(), many);
            let (mut joined, mut after) = (Vec::new(), None);
            loop {
                let page = ground.store.documents(&reader, &all(), sorting, after.as_ref(), 2).await.unwrap();
                let Some(last) = page.last() else { break };
                let (updated_ms, title) = (last.updated_ms, last.title.clone());
                after = Some(Passed { updated_ms, title, document: last.document });
                joined.extend(page);
            }
            assert_eq!(joined, whole, "{who} {sorting:?}");
        }
    }
}

async fn words_are_found_where_they_are_shown(ground: Ground) {
    for origin in ["/srv/secret/Plan.md", "C:\\secret\\notes.md", "https://example.test/secret/page", "50%_off.md"] {
        ground.publish(origin, "public", origin).await;
    }
    let reader = ground.reader("public");
    for (words, shown, whole) in [
        ("plan", 1, 1),
        ("PLAN", 1, 1),
        ("srv", 0, 1),
        ("secret", 1, 3),
        ("secret/page", 1, 1),
        ("secret\\", 0, 1),
        ("notes", 1, 1),
        ("50%", 1, 1),
        ("%", 1, 1),
        ("_", 1, 1),
        ("!", 0, 0),
        ("title", 4, 4),
        ("' OR 1=1 --", 0, 0),
    ] {
        for (places, expected) in [(Places::Shown, shown), (Places::Whole, whole)] {
            let narrowing = Narrowing { words: Some(words.to_owned()), places, ..all() };
            assert_eq!(origins(&ground, &reader, &narrowing).await.len(), expected, "{words} {places:?}");
        }
    }
}

async fn a_document_is_read_by_whom_it_is_for(ground: Ground) {
    let published = ground.publish("a.md", "internal,groups=hr", "one\ntwo\nthree").await;
    let (store, document, version) = (&ground.store, published.document, published.draft.version);
    let reader = ground.reader("internal,groups=hr");
    let read = store.document_read(&reader, document).await.unwrap().unwrap();
    assert_eq!((read.chunks, read.version, read.line.label.clone()), (3, version, label("internal,groups=hr")));
    let first = store.document_chunks(&reader, document, version, -1, 2).await.unwrap();
    let rest = store.document_chunks(&reader, document, version, first[1].ordinal, 2).await.unwrap();
    let texts: Vec<&str> = first.iter().chain(&rest).map(|chunk| chunk.text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "three"]);
    assert_eq!(store.document_text(&reader, document).await.unwrap().as_deref(), Some("one\ntwo\nthree"));
    for who in ["internal", "restricted", "customer,groups=hr", "public"] {
        let other = ground.reader(who);
        assert_eq!(store.document_read(&other, document).await.unwrap(), None, "{who}");
        assert_eq!(store.document_chunks(&other, document, version, -1, 9).await.unwrap(), [], "{who}");
        assert_eq!(store.document_text(&other, document).await.unwrap(), None, "{who}");
        assert_eq!(store.document_original(&other, document).await.unwrap(), None, "{who}");
    }
}

async fn an_original_is_the_newest_of_those_that_lead_to_it(ground: Ground) {
    use ingest::ports::Change;
    let published = ground.publish("b.md", "public", "text").await;
    ground.turn(1);
    let (lease, items) = ground.job(&[("a.md", "public")]).await;
    ground.settle(&lease, &items[0], Change::Join(published.document)).await;
    let reader = ground.reader("public");
    let found = ground.store.document_original(&reader, published.document).await.unwrap().unwrap();
    assert_eq!((found.origin.as_str(), found.kind.as_deref()), ("a.md", Some("markdown")));
    let read = ground.store.document_read(&reader, published.document).await.unwrap().unwrap();
    assert_eq!(read.line.origins, ["a.md", "b.md"]);
}

fn looking(clearance: &Clearance, person: Option<PersonId>) -> Onlooker<'_> {
    Onlooker { clearance, person, keeps_house: false }
}

async fn jobs_are_listed_by_what_is_seen_of_them(ground: Ground) {
    let person = PersonId(Uuid::from_u128(7));
    let mut jobs: Vec<JobId> = Vec::new();
    for items in [&[("a.md", "public"), ("b.md", "restricted")][..], &[("c.md", "restricted")], &[("d.md", "public")]] {
        let (lease, _) = ground.job(items).await;
        ground.store.job_finish(&lease).await.unwrap();
        jobs.push(lease.job);
        ground.turn(1);
    }
    let (public, everything) = (ground.reader("public"), ground.everything());
    let own = async |clearance: &Clearance, person| {
        let (lines, next) =
            ground.store.jobs(looking(clearance, person), JobFilter::default(), None, 10).await.unwrap();
        assert_eq!(next, None);
        lines.into_iter().map(|line| (line.job, line.items.values().sum::<usize>(), line.own)).collect::<Vec<_>>()
    };
    assert_eq!(own(&public, None).await, [(jobs[2], 1, false), (jobs[0], 1, false)]);
    assert_eq!(own(&everything, None).await, [(jobs[2], 1, false), (jobs[1], 1, false), (jobs[0], 2, false)]);
    ground.store.job_set_begun_by(jobs[1], person).await.unwrap();
    assert_eq!(own(&public, Some(person)).await[1], (jobs[1], 0, true));
    let seen = |clearance, person| ground.store.job_seen(looking(clearance, person), jobs[1], (-1, 100));
    assert_eq!(seen(&public, None).await.unwrap(), None);
    assert_eq!(seen(&public, Some(person)).await.unwrap().unwrap().items, []);
    assert_eq!(seen(&everything, None).await.unwrap().unwrap().items.len(), 1);
    let onlooker = looking(&public, None);
    let (first, next) = ground.store.jobs(onlooker, JobFilter::default(), None, 1).await.unwrap();
    let next: JobPassed = next.unwrap();
    assert_eq!(first[0].job, jobs[2]);
    let (second, _) = ground.store.jobs(onlooker, JobFilter::default(), Some(next), 1).await.unwrap();
    assert_eq!(second[0].job, jobs[0]);
}

async fn names_that_are_taken_are_told_with_their_labels(ground: Ground) {
    ground.publish("a.md", "internal", "text").await;
    ground.publish("upload:0199a5d0-0000-7000-8000-000000000000/a.md", "public", "other").await;
    let (_lease, _) = ground.job(&[("b.md", "restricted")]).await;
    let asked = ["a.md", "b.md", "c.md"].map(str::to_owned);
    let mut taken = ground.store.origin_labels(ground.workspace, &asked).await.unwrap();
    taken.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(taken, [("a.md".to_owned(), label("internal")), ("b.md".to_owned(), label("restricted"))]);
    for (who, many) in [("public", 1), ("internal", 0)] {
        let found = ground.store.origins_uploaded(ground.workspace, &label(who), &asked).await.unwrap();
        assert_eq!(found.len(), many, "{who}");
    }
}
