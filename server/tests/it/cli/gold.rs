//! The gold questions are sound: every document is there, every quote stands in it as `extract` reads it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::seed::{lines, seeded};
use super::{Lectern, root};

/// Text of every document of the seed by its path below the seed, as the command prints it.
pub(super) fn extracted() -> BTreeMap<String, (String, String)> {
    let lectern = Lectern::new();
    let seed = root().join("data/seed");
    let listing = ingest::source::list(&seed);
    assert!(listing.found.len() >= 40 && listing.unreadable.is_empty(), "{listing:?}");
    let paths: Vec<String> = listing.found.iter().map(|found| found.path.to_string_lossy().into_owned()).collect();
    let arguments: Vec<&str> = ["extract", "--json"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let ran = lectern.run(&arguments).expect(0);
    let text = |line: &Value, field: &str| line[field].as_str().unwrap().to_owned();
    let below = |path: &str| path.strip_prefix(seed.to_str().unwrap()).unwrap().trim_start_matches('/').to_owned();
    ran.lines().iter().map(|line| (below(&text(line, "path")), (text(line, "text"), text(line, "markdown")))).collect()
}

#[test]
fn every_quote_stands_in_a_document_that_the_asker_may_read() {
    let extracted = extracted();
    let gold = lines(&root().join("data/eval/gold.jsonl"));
    let mut ids = BTreeSet::new();
    let mut unanswerable = 0;
    for entry in &gold {
        assert!(ids.insert(entry["id"].as_str().unwrap()), "{} stands there twice", entry["id"]);
        let who = server::http::wire::parse_as(entry["as"].as_str().unwrap()).unwrap();
        if entry["answerable"] != true {
            unanswerable += 1;
            continue;
        }
        let quote = entry["quote"].as_str().unwrap();
        let documents: Vec<&str> = entry["documents"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(!documents.is_empty(), "{entry}");
        let stands_in = |document: &&&str| {
            let (text, markdown) = extracted.get(**document).unwrap_or_else(|| panic!("{document} is not in the seed"));
            text.contains(quote) || markdown.contains(quote)
        };
        assert!(documents.iter().any(|document| stands_in(&document)), "{}: \"{quote}\" stands nowhere", entry["id"]);
        for document in documents {
            let tier: retrieval::access::AccessTier = document.split('/').next().unwrap().parse().unwrap();
            assert!(tier <= who.tier, "{}: {document} is above its asker", entry["id"]);
        }
    }
    assert!(gold.len() >= 80 && unanswerable >= 15, "{} questions, {unanswerable} without an answer", gold.len());
}

/// What `evaluation` tunes is not tested here; only that most of the gold is answered from the right document.
#[test]
fn most_questions_are_answered_from_the_right_document_or_declined() {
    let (lectern, _) = seeded();
    let (mut answered, mut right, mut declined, mut unanswerable) = (0, 0, 0, 0);
    for entry in lines(&root().join("data/eval/gold.jsonl")).iter().step_by(3) {
        let (question, who) = (entry["question"].as_str().unwrap(), entry["as"].as_str().unwrap());
        let reply = lectern.run(&["ask", question, "--as", who, "--json"]).one();
        if entry["answerable"] != true {
            unanswerable += 1;
            declined += usize::from(reply["declined"] == true);
            continue;
        }
        answered += 1;
        let cited: Vec<&str> =
            reply["citations"].as_array().unwrap().iter().filter_map(|c| c["url"].as_str()).collect();
        let wanted = entry["documents"].as_array().unwrap();
        right += usize::from(
            wanted.iter().any(|document| cited.iter().any(|url| url.ends_with(document.as_str().unwrap()))),
        );
    }
    assert!(right * 3 >= answered * 2, "{right} of {answered} cite the right document");
    assert!(declined * 2 >= unanswerable, "{declined} of {unanswerable} were declined");
}
