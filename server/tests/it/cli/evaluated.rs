//! `lectern eval` as a person runs it: what is printed, kept, compared and written up.

use serde_json::Value;

use super::{Lectern, root};

const ENGLISH: [&str; 4] = [
    "The heron stands in the reeds before sunrise and waits for the frogs that come to the shallow water of the pond.",
    "A refund takes ten business days after the warehouse has looked at the goods that were sent back to the company.",
    "Every invoice is due within thirty days of its date, and reminders are sent when a payment has not arrived by then.",
    "The printer on the second floor needs its own driver, which the administrators install on request for new machines.",
];

/// A set of four documents, four judged questions, and two questions that nothing answers.
fn set(lectern: &Lectern) -> String {
    let document = |(at, text): (usize, &&str)| format!("{{\"_id\":\"d{at}\",\"title\":null,\"text\":\"{text}\"}}\n");
    lectern.write("birds/corpus.jsonl", ENGLISH.iter().enumerate().map(document).collect::<String>());
    let asked = [
        "Where does the heron stand?",
        "How long does a refund take?",
        "When is an invoice due?",
        "Which driver has the printer?",
    ];
    let mut queries: String = asked
        .iter()
        .enumerate()
        .map(|(at, text)| format!("{{\"_id\":\"q{at}\",\"text\":\"{text}\",\"metadata\":{{\"answerable\":true}}}}\n"))
        .collect();
    for (id, text) in [("n1", "Who painted the ceiling of the chapel?"), ("n2", "What is the boiling point of lead?")] {
        queries.push_str(&format!("{{\"_id\":\"{id}\",\"text\":\"{text}\",\"metadata\":{{\"answerable\":false}}}}\n"));
    }
    lectern.write("birds/queries.jsonl", queries);
    let qrels: String = (0..4).map(|at| format!("q{at}\td{at}\t1\n")).collect();
    lectern.write("birds/qrels/test.tsv", format!("query-id\tcorpus-id\tscore\n{qrels}"));
    lectern.folder.path().join("birds").to_str().unwrap().to_owned()
}

#[test]
fn every_mode_is_measured_over_one_index_kept_and_written_up() {
    let lectern = Lectern::new();
    let set = set(&lectern);
    let run_out = lectern.folder.path().join("run.tsv");
    let all = ["eval", "retrieval", &set, "--mode", "all", "--json", "--run-out", run_out.to_str().unwrap()];
    let ran = lectern.run(&all).expect(0);
    assert!(ran.err.contains("birds: the keyword index is for english"), "{ran:?}");
    let lines = ran.lines();
    assert_eq!(
        lines.iter().map(|line| line["mode"].as_str().unwrap()).collect::<Vec<_>>(),
        ["dense", "sparse", "hybrid", "full"]
    );
    for line in &lines {
        assert_eq!((line["docs"].as_u64(), line["queries"].as_u64()), (Some(4), Some(4)), "{line}");
        let [low, high] = [0, 1].map(|at| line["ci95"][at].as_f64().unwrap());
        let ndcg = line["ndcg_at_10"].as_f64().unwrap();
        assert!(low <= ndcg && ndcg <= high && ndcg > 0.9, "{line}");
        assert_eq!(line["index_seconds"], lines[0]["index_seconds"], "the corpus is indexed once: {line}");
        let file =
            std::fs::read_to_string(format!("{}.{}", run_out.display(), line["mode"].as_str().unwrap())).unwrap();
        assert!(file.lines().all(|row| row.split('\t').count() == 3) && file.contains("q0\td0\t"), "{file}");
    }
    let answerable = &lines[3]["answerable"];
    assert_eq!(answerable["questions"], 6, "{answerable}");
    assert!(answerable["auc"].as_f64().unwrap() > 0.5 && lines[0].get("answerable").is_none(), "{answerable}");
    let counted: u64 = answerable["bins"].as_array().unwrap().iter().map(|bin| bin["count"].as_u64().unwrap()).sum();
    assert_eq!(counted, 6, "{answerable}");

    let listed = |arguments: &[&str]| lectern.run(&[&["eval", "list", "--json"], arguments].concat()).expect(0).lines();
    assert!(listed(&[]).iter().all(|line| line["before"] == Value::Null));
    lectern.run(&["eval", "retrieval", &set, "--mode", "full"]).expect(0);
    lectern.run(&["eval", "retrieval", &set, "--mode", "full", "--set", "other", "--limit", "1"]).expect(0);
    lectern.run(&["eval", "retrieval", &set, "--no-store", "--set", "unkept"]).expect(0);
    let lines = listed(&["--set", "birds"]);
    let full = lines.iter().find(|line| line["mode"] == "full").unwrap();
    assert_eq!(
        (lines.len(), full["difference"].as_f64(), full["changed"].to_string()),
        (4, Some(0.0), "[]".to_owned())
    );
    assert_eq!(listed(&[]).len(), 5);

    let document = lectern.write("EVALUATION.md", "# Mine\n\n<!-- measured -->\nold\n<!-- /measured -->\n\nBy hand.\n");
    let out = document.to_str().unwrap();
    lectern.run(&["eval", "report", "birds", "elsewhere", "--out", out]).expect(0);
    let text = std::fs::read_to_string(&document).unwrap();
    assert!(text.starts_with("# Mine\n") && text.ends_with("\nBy hand.\n") && !text.contains("\nold\n"), "{text}");
    for line in ["| birds | english |", "| elsewhere | absent |", "### birds", "6 questions: AUC"] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    let unmarked = lectern.write("unmarked.md", "# Mine\n");
    lectern.run(&["eval", "report", "--out", unmarked.to_str().unwrap()]).complains(1, "its marks are not");
    assert_eq!(std::fs::read_to_string(&unmarked).unwrap(), "# Mine\n");
}

#[test]
fn a_measurement_beside_a_server_says_that_it_is_not_kept() {
    let lectern = Lectern::new();
    let set = set(&lectern);
    let _server = lectern.serve(&[]);
    let ran = lectern.run(&["eval", "retrieval", &set, "--json"]);
    assert!(ran.err.contains("this run is not kept"), "{ran:?}");
    assert_eq!(ran.one()["docs"], 4);
    lectern.run(&["eval", "list"]).complains(1, "a server uses");
}

#[test]
fn gold_questions_and_leaks_of_the_seed_are_measured() {
    let lectern = Lectern::new();
    let lines = |file: &str, every: usize| -> String {
        let text = std::fs::read_to_string(root().join("data/eval").join(file)).unwrap();
        text.lines().step_by(every).map(|line| format!("{line}\n")).collect()
    };
    let gold = lectern.write("few.jsonl", lines("gold.jsonl", 8));
    lectern.write("leaks.jsonl", lines("leaks.jsonl", 8));
    let talk = r#"{"id":"c1","as":"tier=public","kind":"ellipsis","history":[{"role":"user","text":"How long do refunds take?"}],"question":"And by card?","stand_alone":"How long do refunds by card take?","documents":["public/refunds.md"],"held_back":true}"#;
    let talk = lectern.write("talk.jsonl", format!("{talk}\n"));
    let seed = root().join("data/seed");
    let arguments = ["eval", "answers", gold.to_str().unwrap(), "--seed", seed.to_str().unwrap(), "--json"];
    let ran = lectern.run(&[&arguments[..], &["--conversations", talk.to_str().unwrap(), "--each"]].concat()).expect(0);
    let mut lines_told = ran.lines();
    let [numbers, talked] = lines_told.split_off(lines_told.len() - 2).try_into().unwrap();
    assert_eq!(lines_told.len(), 15, "a line for every question");
    let correct = lines_told.iter().filter(|told| told["correct"] == true);
    assert_eq!(numbers["correct"], correct.count(), "{numbers}");
    let is_explained = |told: &Value| {
        told["answerable"] == false
            || told["correct"] == true
            || (told["lost"].is_string() && told["missing"].as_array().is_some_and(|missing| !missing.is_empty()))
    };
    assert!(lines_told.iter().all(is_explained), "{lines_told:?}");
    let count = |name: &str| numbers[name].as_u64().unwrap_or_else(|| panic!("{name} in {numbers}"));
    assert_eq!(count("questions"), 15);
    assert_eq!(count("answerable") + count("unanswerable"), 15);
    assert!(count("answered_right") * 2 > count("answerable"), "{numbers}");
    assert_eq!(numbers["quote_exactness"], 1.0, "{numbers}");
    assert_eq!((count("leak_questions"), count("leaks")), (lines("leaks.jsonl", 8).lines().count() as u64, 0));
    assert!(numbers["auc"].is_number() && numbers["bins"].is_array(), "{numbers}");
    for kind in ["all", "held_back", "ellipsis"] {
        assert_eq!(talked[kind]["questions"], 1, "{talked}");
    }
    assert_eq!(talked["all"]["by_hand"]["hit_at_5"], 1.0, "{talked}");
    let kept = lectern.run(&["eval", "list", "--json"]).expect(0).lines();
    assert_eq!(kept.iter().map(|line| line["set"].as_str().unwrap()).collect::<Vec<_>>(), ["few", "talk"]);

    // A leak question about what everybody may read has to show, or the count of none says nothing.
    let open = r#"{"id":"l1","question":"How long do refunds take?","as":"tier=public","hidden":["public/refunds.md"],"forbidden":["10 business days"]}"#;
    let open = lectern.write("open.jsonl", format!("{open}\n"));
    let ran = lectern.run(&[&arguments[..], &["--leaks", open.to_str().unwrap(), "--no-store"]].concat()).expect(0);
    assert!(ran.err.contains("l1 leaks: 10 business days, public/refunds.md"), "{ran:?}");
    assert_eq!((ran.one()["leaks"].as_u64(), lectern.run(&["eval", "list", "--json"]).lines().len()), (Some(1), 2));
}

#[test]
fn what_cannot_be_measured_is_named() {
    let lectern = Lectern::new();
    let folder = set(&lectern);
    let retrieval = |arguments: &[&str]| lectern.run(&[&["eval", "retrieval", &folder], arguments].concat());
    retrieval(&["--mode", "best"]).complains(2, "best");
    retrieval(&["--language", "klingon"]).complains(2, "does not know this language");
    retrieval(&["--limit", "0"]).complains(2, "--limit");
    retrieval(&["--language", "german", "--limit", "1"]).complains(0, "the keyword index is for german");

    lectern.write("birds/qrels/test.tsv", "query-id\tcorpus-id\tscore\n");
    retrieval(&[]).complains(1, "no question has a relevant document");
    lectern.write("birds/corpus.jsonl", "");
    retrieval(&[]).complains(1, "the corpus holds no document");

    let gold = |line: &str| {
        let file = lectern.write("gold.jsonl", format!("{line}\n"));
        let seed = root().join("data/seed");
        lectern.run(&["eval", "answers", file.to_str().unwrap(), "--seed", seed.to_str().unwrap()])
    };
    let asked = r#""id":"g1","question":"?","as":"tier=public""#;
    gold("nonsense").complains(1, "gold.jsonl line 1");
    gold(&format!(r#"{{{asked},"answerable":true,"documents":["public/gone.md"]}}"#)).complains(1, "public/gone.md");
    lectern.run(&["eval", "answers", "gone.jsonl"]).complains(2, "data/seed");
    let seed = root().join("data/seed");
    let missing = ["eval", "answers", "gone.jsonl", "--seed", seed.to_str().unwrap()];
    lectern.run(&missing).complains(1, "gone.jsonl cannot be read");
}
