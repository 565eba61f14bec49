//! Where a document was lost: one library for each verdict that a person may be told.

use retrieval::access::Principal;
use retrieval::ports::Mode;
use retrieval::search::Depth;
use server::answer::{Question, Verdict, Why, WhyError};
use server::http::wire::parse_as;
use server::library::Upload;

use super::inside::archive;
use super::{Home, on_all};
use crate::ground::label;

on_all!(
    what_was_taken_in_is_quoted_or_told_to_be_too_weak,
    what_is_not_there_yet_is_told_with_its_reason,
    what_happened_to_another_file_is_not_told_of_this_one,
    what_the_index_lost_is_told,
    among_many_the_step_is_told_at_which_it_is_lost,
    a_copy_is_told_with_what_stands_for_it,
    names_are_taken_as_people_remember_them,
    hidden_is_absent_to_the_letter,
);

async fn asked(home: &Home, who: Option<&str>, name: &str, question: &str) -> Result<Why, WhyError> {
    let operator = Principal::operator(home.ground.workspace);
    let principal = who.map_or(operator.clone(), |who| operator.seeing_as(parse_as(who).unwrap()).unwrap());
    home.answerer().why(&principal, name, &Question::parse(question).unwrap()).await
}

/// The verdict, and that it is the last step alone that may have failed.
async fn check(home: &Home, name: &str, question: &str, expected: Verdict, words: &str) -> Why {
    let why = asked(home, None, name, question).await.unwrap();
    let (last, before) = why.steps.split_last().unwrap();
    assert_eq!(why.verdict, expected, "{name}: {why:#?}");
    assert!(before.iter().all(|step| step.passed), "{why:#?}");
    assert_eq!(last.passed, expected == Verdict::Quoted, "{why:#?}");
    assert!(last.detail.contains(words), "\"{words}\" is not in {why:#?}");
    why
}

async fn what_was_taken_in_is_quoted_or_told_to_be_too_weak(home: Home) {
    home.ingest(&[
        ("refunds.md", "public", "# Refunds\n\nRefunds take ten business days to arrive."),
        ("bird.md", "public", "# Bird\n\nThe heron stands in the river from dawn, waiting for fish."),
    ])
    .await;
    let question = "How many business days do refunds take to arrive?";
    let why = check(&home, "refunds.md", question, Verdict::Quoted, "1 quote of it").await;
    let names: Vec<&str> = why.steps.iter().map(|step| step.name).collect();
    assert_eq!(names, ["there", "indexed", "candidate", "compared", "ranked", "given", "packed", "quoted"]);
    assert_eq!(why.document.map(|(_, title)| title).as_deref(), Some("Refunds"));
    assert!(why.steps[2].detail.contains("by keywords at place 1"), "{:?}", why.steps);
    let why = check(&home, "bird.md", question, Verdict::NotQuoted, "\"Refunds\" answers with").await;
    assert!(why.steps[2].detail.contains("by keywords nowhere"), "{:?}", why.steps);
    assert!(
        why.steps[2].detail.contains("a telling word of the question: many, business, days, refunds, arrive"),
        "{:?}",
        why.steps
    );
    check(&home, "bird.md", "Who wrote the constitution?", Verdict::NotQuoted, "there is no answer").await;
}

async fn what_is_not_there_yet_is_told_with_its_reason(home: Home) {
    check(&home, "nothing.md", "anything?", Verdict::Absent, "there is no such document").await;
    home.accept(&[("/in/late.md", "public", "# Late\n\nLate.")]).await;
    check(&home, "late.md", "anything?", Verdict::Waiting, "/in/late.md waits").await;
    home.library.work(&|_, _| {}).await.unwrap();
    home.ingest(&[("bad.md", "public", "\u{89}PNG\0\0\0")]).await;
    let why = asked(&home, None, "bad.md", "anything?").await.unwrap();
    assert_eq!(why.verdict, Verdict::Failed, "{why:?}");
    let mut intake = home.library.intake().await.unwrap();
    let bytes = archive(&[("a.md", b"# A\n\nAlpha.")]);
    intake.add(vec![Upload { origin: "x.zip".into(), bytes, label: label("public") }]).await.unwrap();
    intake.close().await.unwrap();
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    check(&home, "x.zip", "anything?", Verdict::Opened, "1 files inside").await;
    home.ground.turn(1_000);
    // A later state that failed does not take away the one that is there.
    home.ingest(&[("/in/late.md", "public", "\u{89}PNG\0\0\0")]).await;
    let why = asked(&home, None, "late.md", "Late?").await.unwrap();
    assert!(why.steps[0].passed && why.steps[0].detail.contains("was not taken in"), "{why:?}");
}

async fn what_happened_to_another_file_is_not_told_of_this_one(home: Home) {
    home.ingest(&[("late.md", "public", "# Late\n\nLate.")]).await;
    home.ground.turn(1_000);
    home.ingest(&[("/other/late.md", "public", "\u{89}PNG\0\0\0")]).await;
    for name in ["late.md", &home.document("late.md").await.unwrap().to_string()] {
        let why = asked(&home, None, name, "Late?").await.unwrap();
        assert_eq!(why.steps[0].detail, "\"Late\" from late.md", "{name}");
    }
    let why = asked(&home, None, "other/late.md", "Late?").await.unwrap();
    assert_eq!(why.verdict, Verdict::Failed, "{why:?}");
    // Of what was handed in under one origin, the latest that this reader may know of.
    home.ground.turn(1_000);
    home.ingest(&[("late.md", "restricted", "\u{89}PNG\0\0\0")]).await;
    let first = async |who| asked(&home, who, "late.md", "Late?").await.unwrap().steps[0].detail.clone();
    assert_eq!(first(Some("tier=public")).await, "\"Late\" from late.md");
    assert!(first(None).await.contains("was not taken in"));
}

async fn what_the_index_lost_is_told(home: Home) {
    home.ingest(&[("a.md", "public", "# A\n\nAlpha.")]).await;
    let found = home.searcher().search(&home.ground.everything(), "alpha", Depth::Full, 1).await.unwrap();
    home.index.delete_points(&[found.passages[0].passage.point]).await.unwrap();
    home.index.flush().await.unwrap();
    let why = check(&home, "a.md", "alpha?", Verdict::NotIndexed, "0 of its 1 chunks").await;
    assert!(why.advice.unwrap().contains("doctor"));
}

/// A library in which a search has to choose: most hold a word of the question, each with words of its own besides.
async fn crowd(home: &Home) {
    let text = |n: usize| {
        let own: Vec<String> = (0..10).map(|word| format!("w{n}x{word}")).collect();
        // The later, the less is said of refunds.
        format!("# Paper {n}\n\nA refund{} {}.", " refund".repeat(40_usize.saturating_sub(n / 3)), own.join(" "))
    };
    let mut texts: Vec<(String, String)> = (0..120).map(|n| (format!("{n}.md"), text(n))).collect();
    texts.push(("zebra.md".into(), "# Zebra\n\nStripes keep the flies away.".into()));
    let uploads: Vec<(&str, &str, &str)> =
        texts.iter().map(|(name, text)| (name.as_str(), "public", text.as_str())).collect();
    home.ingest(&uploads).await;
}

async fn among_many_the_step_is_told_at_which_it_is_lost(home: Home) {
    crowd(&home).await;
    let (question, clearance, searcher) = ("refund", home.ground.everything(), home.searcher());
    let why = check(&home, "zebra.md", question, Verdict::NotCandidate, "by keywords nowhere").await;
    assert!(why.advice.is_some());
    let full = searcher.search(&clearance, question, Depth::Full, 10).await.unwrap();
    let considered: Vec<_> = full.trail.considered.iter().map(|one| one.scored.passage.document).collect();
    let near = searcher.search(&clearance, question, Depth::Raw(Mode::Dense), 100).await.unwrap();
    let cut = near.passages.iter().map(|one| one.passage.document).find(|one| !considered.contains(one)).unwrap();
    check(&home, &cut.to_string(), question, Verdict::NotCompared, "50 that are compared").await;
    let low = considered.last().unwrap();
    let why = check(&home, &low.to_string(), question, Verdict::RankedLow, "at place 50 of 50").await;
    assert!(why.steps.last().unwrap().detail.contains("the first is ahead by"), "{why:?}");
    // Six sources are read of the ten that are given.
    let seventh = full.passages[6].passage.document;
    check(&home, &seventh.to_string(), question, Verdict::OverBudget, "6 sources").await;
}

async fn a_copy_is_told_with_what_stands_for_it(home: Home) {
    let body = "Refunds of the annual plan take ten business days to arrive on the card that paid for it, and four \
                days by bank transfer when the invoice was settled that way. Ask billing when two weeks have gone by.";
    let (older, newer) = (format!("# Refunds 2024\n\n{body}"), format!("# Refunds 2025\n\n{body} Thank you."));
    home.ingest(&[("old.md", "public", &older), ("new.md", "public", &newer)]).await;
    let question = "How long do refunds of the annual plan take?";
    check(&home, "old.md", question, Verdict::Copy, "\"Refunds 2025\"").await;
    assert!(asked(&home, None, "new.md", question).await.unwrap().steps.len() > 6);
}

async fn names_are_taken_as_people_remember_them(home: Home) {
    home.ingest(&[
        ("/in/a/guide.md", "public", "# A\n\nAlpha."),
        ("/in/b/guide.md", "internal", "# B\n\nBeta."),
        ("/in/c/100%.md", "public", "# C\n\nGamma."),
    ])
    .await;
    let title = async |who, name: &'static str| {
        asked(&home, who, name, "alpha beta gamma?").await.map(|why| why.document.map(|(_, title)| title))
    };
    assert_eq!(title(None, "a/guide.md").await.unwrap().as_deref(), Some("A"));
    assert_eq!(title(None, "/in/b/guide.md").await.unwrap().as_deref(), Some("B"));
    assert_eq!(title(None, "100%.md").await.unwrap().as_deref(), Some("C"));
    assert!(matches!(title(None, "guide.md").await, Err(WhyError::Several(2))));
    // What a reader may not know of does not make a name ambiguous.
    assert_eq!(title(Some("tier=public"), "guide.md").await.unwrap().as_deref(), Some("A"));
    for name in ["", " \n"] {
        assert!(matches!(title(None, name).await, Err(WhyError::Nameless)), "{name:?}");
    }
    for name in ["uide.md", "%.md", "_/guide.md", "/", "b", "\0", "'; DROP TABLE documents; --"] {
        assert_eq!(title(None, name).await.unwrap(), None, "{name}");
    }
}

async fn hidden_is_absent_to_the_letter(home: Home) {
    home.ingest(&[
        ("/in/deal.md", "restricted", "# Deal\n\nThe deal closes in May."),
        ("/in/pay.md", "internal,groups=hr", "# Pay\n\nWages are paid in May."),
        ("/in/may.md", "public", "# May\n\nMay has thirty-one days."),
    ])
    .await;
    home.accept(&[("/in/coming.md", "restricted", "# Coming\n\nSoon.")]).await;
    let id = home.document("/in/deal.md").await.unwrap().to_string();
    for who in ["tier=public", "tier=internal", "tier=internal,groups=billing"] {
        let nothing = asked(&home, Some(who), "nothing.md", "When does the deal close?").await.unwrap();
        assert_eq!(nothing.verdict, Verdict::Absent);
        for name in ["/in/deal.md", "deal.md", &id, "pay.md", "coming.md"] {
            assert_eq!(asked(&home, Some(who), name, "When does the deal close?").await.unwrap(), nothing, "{name}");
        }
    }
    assert_ne!(asked(&home, None, "deal.md", "When does the deal close?").await.unwrap().verdict, Verdict::Absent);
    let hr = asked(&home, Some("tier=internal,groups=hr"), "pay.md", "When are wages paid?").await.unwrap();
    assert_eq!(hr.verdict, Verdict::Quoted, "{hr:?}");
}
