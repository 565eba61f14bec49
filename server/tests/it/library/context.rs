//! What a reader is given of copies, versions and neighbours, over a real store and a real index.

use retrieval::ports::{Mode, Scored};
use retrieval::search::Depth;
use server::http::wire::{Hit, Viewer};

use super::{Home, on_all, states};
use crate::ground::HOUR_MS;

on_all!(
    of_copies_in_two_tiers_each_reader_has_one,
    a_hidden_copy_changes_nothing,
    the_newer_version_stands_for_the_older,
    near_duplicates_are_one_family_until_they_part,
    a_newer_text_of_a_family_is_known_by_the_day_it_came,
    neighbours_are_joined_to_the_byte,
    what_was_cut_before_gaps_were_noted_stays_as_it_is,
);

const LEAVE: &str = "Everyone has 25 days of annual leave, plus public holidays at their place of work. Part-time colleagues \
                     get a share in proportion, rounded up to half days. Ask your lead first.";

const HYBRID: Depth = Depth::Raw(Mode::Hybrid);

async fn search(home: &Home, who: &str, question: &str, depth: Depth, limit: usize) -> Vec<Scored> {
    let clearance = home.ground.reader(who);
    home.searcher().search(&clearance, question, depth, limit).await.unwrap().passages
}

async fn hits(home: &Home, who: &str, question: &str) -> Vec<Scored> {
    search(home, who, question, Depth::Full, 10).await
}

/// What a visitor is sent, to the byte.
async fn reply(home: &Home, who: &str, question: &str) -> String {
    let hits = hits(home, who, question).await.into_iter().map(|hit| Hit::new(hit, Viewer::Reader));
    serde_json::to_string(&hits.collect::<Vec<_>>()).unwrap()
}

/// The title of each, with the titles that it stands for and a `<` where it is newer.
fn told(hits: &[Scored]) -> Vec<String> {
    let name = |hit: &Scored| {
        let gone = hit.instead_of.iter().map(|gone| format!(" {} {}", if gone.older { "<" } else { "=" }, gone.title));
        format!("{}{}", hit.passage.title, gone.collect::<String>())
    };
    hits.iter().map(name).collect()
}

async fn of_copies_in_two_tiers_each_reader_has_one(home: Home) {
    let (leave, longer) = (format!("# Leave\n\n{LEAVE}"), format!("# Holidays\n\n{LEAVE}"));
    let uploads = [("a.md", "public", leave.as_str()), ("b.md", "internal", longer.as_str())];
    assert_eq!(states(&home.ingest(&uploads).await), ["indexed"; 2]);
    assert_eq!(told(&hits(&home, "public", "annual leave").await), ["Leave"]);
    let both = hits(&home, "internal", "annual leave holidays").await;
    assert_eq!((both.len(), both[0].instead_of.len()), (1, 1), "{:?}", told(&both));
    assert_ne!(both[0].passage.title, both[0].instead_of[0].title);
    assert!(!both[0].instead_of[0].older, "neither says when it is from");
    home.remove(home.document("a.md").await.unwrap()).await;
    assert_eq!(told(&hits(&home, "internal", "annual leave").await), ["Holidays"]);
    assert_eq!(told(&hits(&home, "public", "annual leave").await), [""; 0]);
}

async fn a_hidden_copy_changes_nothing(home: Home) {
    let old = format!("---\ndate: 2025-01-01\n---\n# Leave\n\n{LEAVE}");
    let new = format!("---\ndate: 2026-01-01\n---\n# Leave\n\n{}", LEAVE.replace("25", "27"));
    home.ingest(&[("old.md", "public", &old), ("other.md", "public", "# Other\n\nThe leave of absence.")]).await;
    let before = reply(&home, "public", "annual leave").await;
    home.ingest(&[("new.md", "internal", &new), ("copy.md", "restricted", &old)]).await;
    assert_eq!(reply(&home, "public", "annual leave").await, before);
    let above = hits(&home, "internal", "annual leave").await;
    assert_eq!(told(&above)[0], "Leave < Leave");
    assert!(above[0].passage.text.contains("27 days"));
}

async fn the_newer_version_stands_for_the_older(home: Home) {
    let of = |year: u32, days: &str| format!("# Leave policy {year}\n\n{}", LEAVE.replace("25", days));
    let (old, new) = (of(2025, "24"), of(2026, "27"));
    home.ingest(&[("2025.md", "public", &old), ("2026.md", "public", &new)]).await;
    let found = hits(&home, "public", "how many days of annual leave").await;
    assert_eq!(told(&found), ["Leave policy 2026 < Leave policy 2025"]);
    let sent: serde_json::Value = serde_json::from_str(&reply(&home, "public", "annual leave").await).unwrap();
    assert_eq!(sent[0]["instead_of"][0]["title"], "Leave policy 2025");
    assert_eq!((&sent[0]["instead_of"][0]["older"], &sent[0]["instead_of"][0]["dated"]), (&true.into(), &().into()));
    let mut both = told(&hits(&home, "public", "annual leave in 2025").await);
    both.sort_unstable();
    assert_eq!(both, ["Leave policy 2025", "Leave policy 2026"], "the question names the year");
}

/// Some sentences, so many that the texts are known as near-duplicates of each other.
fn handbook(days: u32, title: &str) -> String {
    let more = "Days that you could not take because of illness are carried over without a limit, and nobody has to ask twice.";
    format!("# {title}\n\nEveryone has {days} days of annual leave at our offices. {}\n\n{more}", &LEAVE[37..])
}

async fn near_duplicates_are_one_family_until_they_part(home: Home) {
    home.ingest(&[("a.md", "public", &handbook(25, "Leave"))]).await;
    home.ingest(&[("b.md", "public", &handbook(25, "Days off"))]).await;
    let [a, b] = [home.document("a.md").await.unwrap(), home.document("b.md").await.unwrap()];
    let families = || async {
        let found = search(&home, "public", "days", HYBRID, 9).await.into_iter();
        found.map(|hit| (hit.passage.document, hit.passage.family)).collect::<std::collections::BTreeMap<_, _>>()
    };
    assert_eq!(families().await, [(a, a), (b, a)].into());
    home.remove(a).await;
    assert_eq!(families().await, [(b, b)].into());
}

async fn a_newer_text_of_a_family_is_known_by_the_day_it_came(home: Home) {
    home.ingest(&[("a.md", "public", &handbook(25, "Leave"))]).await;
    home.ground.turn(HOUR_MS);
    home.ingest(&[("b.md", "public", &handbook(27, "Days off"))]).await;
    assert_eq!(hits(&home, "public", "annual leave").await.len(), 2, "an hour says nothing, and they contradict");
    home.ground.turn(30 * HOUR_MS);
    home.ingest(&[("b.md", "public", &handbook(28, "Days off"))]).await;
    assert_eq!(told(&hits(&home, "public", "annual leave").await), ["Days off < Leave"]);
}

async fn neighbours_are_joined_to_the_byte(home: Home) {
    let step =
        |n: u32| format!("{n}. Step {n} of the move: {}.", "pack the blue boxes and carry them down ".repeat(3).trim());
    let steps: Vec<String> = (1..=9).map(step).collect();
    let text = format!("# Moving\n\nBefore the move:\n\n{}\n\n# Zebras\n\nZebras graze.", steps.join("\n"));
    home.ingest(&[("a.md", "public", &text)]).await;
    let chunks = home.points().await;
    assert!(chunks >= 4, "the list was not cut: {chunks}");
    let document = home.document("a.md").await.unwrap();
    let bodies = home.ground.texts(&format!("SELECT body FROM versions WHERE document_id = '{document}'")).await;
    for limit in [1, 10] {
        let found = search(&home, "public", "step 5 of the move", Depth::Full, limit).await;
        let raw = search(&home, "public", "step 5 of the move", HYBRID, limit).await;
        let longest = |hits: &[Scored]| hits.iter().map(|hit| hit.passage.text.len()).max();
        assert!(longest(&raw) < longest(&found), "nothing was joined");
        let mut ends = Vec::new();
        for hit in &found {
            assert_eq!(bodies[0][hit.passage.bytes.clone()], hit.passage.text);
            assert!(hit.passage.text.chars().count() <= 2_400);
            ends.push(hit.passage.bytes.clone());
        }
        ends.sort_unstable_by_key(|bytes| bytes.start);
        assert!(ends.windows(2).all(|two| two[0].end <= two[1].start), "a sentence is given twice: {ends:?}");
    }
}

async fn what_was_cut_before_gaps_were_noted_stays_as_it_is(home: Home) {
    let steps: Vec<String> = (1..=9).map(|n| format!("{n}. {}", "carry the boxes ".repeat(9).trim())).collect();
    home.ingest(&[("a.md", "public", &format!("# Moving\n\n{}", steps.join("\n")))]).await;
    let joined = hits(&home, "public", "carry the boxes").await.len();
    home.ground.sql("UPDATE chunks SET gap = NULL").await;
    let apart = hits(&home, "public", "carry the boxes").await;
    assert!(apart.len() as u64 == home.points().await && apart.len() > joined, "{} and {joined}", apart.len());
}
