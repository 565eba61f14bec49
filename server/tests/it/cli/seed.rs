//! The seed as a newcomer gets it: one server over the handbook, asked from the command line.

use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Lectern, Ran, Server, root};

/// One server with the seed in it, for every test that only reads.
pub fn seeded() -> &'static (Lectern, Server) {
    static SEEDED: OnceLock<(Lectern, Server)> = OnceLock::new();
    SEEDED.get_or_init(|| {
        let lectern = Lectern::new();
        let server = lectern.serve_until_our_end(&["--seed", root().join("data/seed").to_str().unwrap()]);
        (lectern, server)
    })
}

fn ask(question: &str, who: &str) -> Ran {
    seeded().0.run(&["ask", question, "--as", who, "--json"])
}

fn documents_cited(reply: &Value) -> Vec<String> {
    let cited = reply["citations"].as_array().unwrap().iter();
    let below_seed = |url: &Value| url.as_str().unwrap().rsplit_once("data/seed/").unwrap().1.to_owned();
    cited.map(|citation| below_seed(&citation["url"])).collect()
}

fn check(question: &str, who: &str, document: &str, quote: &str) {
    let reply = ask(question, who).one();
    assert_eq!(reply["declined"], false, "{reply}");
    assert_eq!(documents_cited(&reply)[0], document, "{reply}");
    let quotes: Vec<&str> = reply["citations"].as_array().unwrap().iter().filter_map(|c| c["quote"].as_str()).collect();
    assert!(quotes.iter().any(|found| found.contains(quote)), "{quotes:?}");
    // A quote is a piece of the passage that it stands in, and the answer is made of quotes.
    for citation in reply["citations"].as_array().unwrap() {
        let quote = citation["quote"].as_str().unwrap();
        assert!(citation["passage"].as_str().unwrap().contains(quote), "{citation}");
        assert!(reply["answer"].as_str().unwrap().contains(quote), "{reply}");
        assert_eq!((citation["end"].as_u64().unwrap() - citation["start"].as_u64().unwrap()) as usize, quote.len());
    }
}

#[test]
fn the_first_question_is_answered_from_what_the_asker_may_read() {
    check("How long do refunds take?", "tier=public", "public/refunds.md", "Refunds take up to 10 business days");
    check(
        "How long do refunds take?",
        "tier=internal",
        "internal/refund-handling.md",
        "Refunds take 4 business days by card",
    );
}

#[test]
fn nobody_is_told_what_is_not_theirs() {
    let questions = lines(&root().join("data/eval/leaks.jsonl"));
    assert!(questions.len() >= 40, "{}", questions.len());
    for entry in &questions {
        let (question, who) = (entry["question"].as_str().unwrap(), entry["as"].as_str().unwrap());
        let forbidden: Vec<&str> = entry["forbidden"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(!forbidden.is_empty(), "{entry}");
        let hidden: Vec<&str> = entry["hidden"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        let asked = ask(question, who).expect(0);
        let searched = seeded().0.run(&["search", question, "--as", who, "--limit", "100", "--json"]).expect(0);
        for ran in [asked, searched] {
            for words in forbidden.iter().chain(&hidden) {
                assert!(!ran.out.contains(words), "{}: \"{words}\" was shown to {who}: {}", entry["id"], ran.out);
            }
        }
    }
}

#[test]
fn the_forbidden_words_are_there_for_who_may_read_them() {
    for entry in lines(&root().join("data/eval/leaks.jsonl")) {
        let hidden = entry["hidden"].as_array().unwrap().iter();
        let texts: Vec<String> = hidden.map(|document| text_of(document.as_str().unwrap())).collect();
        for words in entry["forbidden"].as_array().unwrap().iter().filter_map(Value::as_str) {
            assert!(texts.iter().any(|text| text.contains(words)), "{}: \"{words}\" stands nowhere", entry["id"]);
        }
    }
}

#[test]
fn a_question_without_an_answer_is_declined_and_offers_only_readable_titles() {
    let reply = ask("Which telescope found the ninth moon of Saturn?", "tier=public").one();
    assert_eq!((reply["declined"].clone(), reply["citations"].clone()), (true.into(), serde_json::json!([])));
    for title in ["Salary", "Board", "Acquisition", "Refund handling", "Escalation"] {
        assert!(!reply["answer"].as_str().unwrap().contains(title), "{reply}");
    }
}

#[test]
fn groups_are_folders_of_the_seed() {
    let (lectern, _) = seeded();
    let titles = |who| lectern.found("refund exceptions and chargebacks of the billing group", who);
    assert!(titles("tier=internal,groups=billing").iter().any(|title| title.contains("chargebacks")));
    for who in ["tier=internal", "tier=restricted", "tier=restricted,groups=security"] {
        assert!(!titles(who).iter().any(|title| title.contains("chargebacks")), "{who}");
    }
}

/// The objects of a JSONL file.
pub fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The text of a document of the seed, as it is indexed.
pub fn text_of(document: &str) -> String {
    let path = root().join("data/seed").join(document);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let kind = ingest::parse::Kind::sniff(&bytes, Some(document)).unwrap();
    ingest::clean::clean(&ingest::parse::parse(kind, &bytes, &ingest::parse::Setting::default()).unwrap().markdown).text
}
