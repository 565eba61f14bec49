//! The conversations are sound, and a question that leans on one finds what it asks for.

use std::collections::BTreeSet;

use retrieval::followup::{Line, Role, Turn, stand_alone, turns};
use serde_json::Value;

use super::gold::extracted;
use super::root;
use super::seed::{lines, seeded};

/// How many documents may stand before the right one.
const LOOKED_AT: &str = "5";

fn conversations() -> Vec<Value> {
    lines(&root().join("data/eval/conversations.jsonl"))
}

fn words<'a>(entry: &'a Value, field: &str) -> Vec<&'a str> {
    entry[field].as_array().map(|list| list.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

fn history(entry: &Value) -> Vec<Turn> {
    let line = |said: &Value| Line {
        role: Role::named(said["role"].as_str().unwrap()).unwrap(),
        text: said["text"].as_str().unwrap().to_owned(),
        sources: words(said, "sources").into_iter().map(str::to_owned).collect(),
    };
    turns(entry["history"].as_array().unwrap().iter().map(line))
}

#[test]
fn every_quote_stands_in_a_document_that_the_asker_may_read() {
    let (extracted, conversations) = (extracted(), conversations());
    let mut ids = BTreeSet::new();
    for entry in &conversations {
        assert!(ids.insert(entry["id"].as_str().unwrap()), "{} stands there twice", entry["id"]);
        let who = server::http::wire::parse_as(entry["as"].as_str().unwrap()).unwrap();
        let (documents, quote) = (words(entry, "documents"), entry["quote"].as_str().unwrap());
        let stands_in = |document: &&str| {
            let (text, markdown) = extracted.get(*document).unwrap_or_else(|| panic!("{document} is not in the seed"));
            text.contains(quote) || markdown.contains(quote)
        };
        assert!(documents.iter().any(stands_in), "{}: \"{quote}\" stands nowhere", entry["id"]);
        for document in documents {
            let tier: retrieval::access::AccessTier = document.split('/').next().unwrap().parse().unwrap();
            assert!(tier <= who.tier, "{}: {document} is above its asker", entry["id"]);
        }
        assert!(history(entry).iter().all(|turn| !turn.answer.is_empty() && !turn.sources.is_empty()), "{entry}");
    }
    let of = |kind: &str| conversations.iter().filter(|entry| entry["kind"] == kind).count();
    assert!(of("follow") >= 45 && of("switch") + of("same") >= 15, "{} conversations", conversations.len());
}

#[test]
fn a_question_on_another_subject_is_asked_as_it_was_typed() {
    for entry in conversations().iter().filter(|entry| entry["kind"] != "follow") {
        let question = entry["question"].as_str().unwrap();
        assert_eq!(stand_alone(question, &history(entry)).text, question);
    }
}

#[test]
fn a_follow_up_finds_its_document_nearly_as_often_as_when_a_person_writes_it_out() {
    let (lectern, _) = seeded();
    let finds = |question: &str, entry: &Value| {
        let who = entry["as"].as_str().unwrap();
        let reply = lectern.run(&["search", question, "--as", who, "--limit", LOOKED_AT, "--json"]).one();
        let urls: Vec<&str> = reply["hits"].as_array().unwrap().iter().filter_map(|hit| hit["url"].as_str()).collect();
        words(entry, "documents").iter().any(|document| urls.iter().any(|url| url.ends_with(document)))
    };
    let (mut typed, mut by_rules, mut by_a_person, mut all) = (0, 0, 0, 0);
    for entry in conversations().iter().filter(|entry| entry["kind"] == "follow") {
        let question = entry["question"].as_str().unwrap();
        all += 1;
        typed += usize::from(finds(question, entry));
        by_rules += usize::from(finds(&stand_alone(question, &history(entry)).text, entry));
        by_a_person += usize::from(finds(entry["stand_alone"].as_str().unwrap(), entry));
    }
    let counts = format!("of {all}: {typed} as typed, {by_rules} by rules, {by_a_person} by a person");
    assert!(100 * by_rules + 5 * all >= 100 * by_a_person && by_rules > typed, "{counts}");
}
