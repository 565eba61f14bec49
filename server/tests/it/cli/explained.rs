//! `search --explain` and `why` over the seed, as a person or a script reads them.

use serde_json::Value;

use super::seed::seeded;
use super::{Lectern, Ran};

const REFUNDS: &str = "How long do refunds take?";

fn search(who: &str, more: &[&str]) -> Ran {
    seeded().0.run(&[&["search", REFUNDS, "--as", who, "--explain"], more].concat()).expect(0)
}

fn why(document: &str, question: &str, who: Option<&str>) -> Ran {
    let mut arguments = vec!["why", document, question, "--json"];
    arguments.extend(who.iter().flat_map(|who| ["--as", who]));
    seeded().0.run(&arguments).expect(0)
}

#[test]
fn an_explained_search_names_every_candidate() {
    let reply = search("tier=internal", &["--json"]).one();
    let explanation = &reply["explanation"];
    let candidates = explanation["candidates"].as_array().unwrap();
    let hits = reply["hits"].as_array().unwrap();
    let given: Vec<&Value> = candidates.iter().filter(|one| one["fate"] == "given").collect();
    assert!(candidates.len() > hits.len() && given.len() == hits.len(), "{} {}", candidates.len(), hits.len());
    for one in &given {
        let hit = &hits[one["place"].as_u64().unwrap() as usize - 1];
        assert_eq!(
            (&one["document_id"], &one["title"], &one["url"]),
            (&hit["document_id"], &hit["title"], &hit["url"])
        );
    }
    assert!(candidates.iter().any(|one| one["sparse"]["rank"] == 1), "{candidates:?}");
    assert!(candidates.iter().any(|one| one["fate"] == "beyond_limit" && one["place"].is_null()), "{candidates:?}");
    assert!(explanation["confidence"].as_f64().unwrap() > 0.0, "{explanation}");
    let plain = seeded().0.run(&["search", REFUNDS, "--json"]).one();
    assert!(plain["explanation"].is_null(), "{plain}");
}

#[test]
fn the_table_fits_a_terminal() {
    let shown = search("tier=internal", &["--limit", "5"]).out;
    let table: Vec<&str> = shown.lines().skip_while(|line| !line.contains("meaning")).collect();
    assert!(table.len() > 20 && table.iter().all(|line| line.chars().count() <= 100), "{shown}");
    for words in ["given 1", "given 5", "beyond limit", "confidence", "milliseconds: embedding", "counted: "] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

fn check(document: &str, question: &str, who: Option<&str>, verdict: &str, words: &str) {
    let told = why(document, question, who).one();
    assert_eq!(told["verdict"], verdict, "{told}");
    let stages = told["stages"].as_array().unwrap();
    let crosses = stages.iter().filter(|stage| stage["passed"] == false).count();
    assert_eq!(crosses, usize::from(verdict != "quoted"), "{told}");
    let last = stages.last().unwrap()["detail"].as_str().unwrap();
    assert!(last.contains(words), "\"{words}\" is not in {told}");
}

#[test]
fn a_document_is_followed_to_where_it_was_lost() {
    check("public/refunds.md", REFUNDS, None, "quoted", "quote");
    check("public/refunds.md", REFUNDS, Some("tier=public"), "quoted", "quote");
    check("nowhere/refunds.md", REFUNDS, None, "absent", "there is no such document");
}

/// `why` and the explanation of a search tell the same story.
#[test]
fn what_a_search_leaves_out_is_told_to_be_too_low() {
    let explanation = search("tier=internal", &["--json"]).one()["explanation"].clone();
    let candidates = explanation["candidates"].as_array().unwrap();
    let is_low = |(at, one): &(usize, &Value)| {
        let is_own = |other: &&Value| other["document_id"] == one["document_id"];
        let is_best = candidates.iter().position(|other| is_own(&other)) == Some(*at);
        is_best && candidates.iter().filter(is_own).all(|other| other["fate"] == "beyond_limit")
    };
    let mut low = candidates.iter().enumerate().skip(10).filter(is_low);
    let (at, low) = low.next().expect("the seed has more documents than are given");
    let place = format!("at place {} of {}, and 10 are given", at + 1, candidates.len());
    check(low["document_id"].as_str().unwrap(), REFUNDS, Some("tier=internal"), "ranked_low", &place);
}

#[test]
fn for_a_simulated_reader_hidden_is_absent() {
    let who = Some("tier=public");
    let absent = why("internal/nothing.md", REFUNDS, who).out;
    for hidden in ["internal/refund-handling.md", "refund-exceptions.md", "groups/security/phishing-triage.txt"] {
        assert_eq!(why(hidden, REFUNDS, who).out, absent, "{hidden}");
    }
    check("internal/refund-handling.md", REFUNDS, Some("tier=internal"), "quoted", "quote");
}

#[test]
fn without_a_server_it_is_told_the_same() {
    let lectern = Lectern::new();
    let file = lectern.write("docs/one.md", "# One\n\nThe first bird is a heron.");
    lectern.write("docs/bad.md", b"\x89PNG\r\n\x1a\n");
    let docs = lectern.folder.path().join("docs");
    lectern.run(&["ingest", docs.to_str().unwrap(), "--tier", "customer"]).expect(1);
    for name in [file.to_str().unwrap(), "docs/one.md", "one.md"] {
        let shown = lectern.run(&["why", name, "Which bird is the first bird?"]).expect(0).out;
        assert!(
            shown.lines().count() == 8 && shown.lines().all(|line| line.starts_with('\u{2713}')),
            "{name}: {shown}"
        );
    }
    let shown = lectern.run(&["why", "bad.md", "Which bird?"]).expect(0).out;
    assert!(shown.starts_with('\u{2717}') && shown.contains("PNG") && shown.contains("retry"), "{shown}");
    let shown = lectern.run(&["why", "one.md", "Which bird?", "--as", "tier=public"]).expect(0).out;
    assert!(shown.contains("there is no such document") && !shown.contains("One"), "{shown}");
    lectern.run(&["why", "one.md", " "]).complains(2, "the question is empty");
    lectern.run(&["why", "", "x"]).complains(2, "the name of the document is empty");
    lectern.run(&["why", "one.md", "x", "--as", "tier=everyone"]).complains(2, "unknown tier");
    let explained = lectern.run(&["search", "bird", "--as", "tier=customer", "--explain", "--json"]).one();
    assert_eq!(explained["explanation"]["candidates"][0]["title"], "One", "{explained}");
}
