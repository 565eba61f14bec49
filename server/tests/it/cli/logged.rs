//! What the log and the metrics tell: that something was done, how often and how long it took, and not a word of what is
//! written in documents, of what is asked, or of what opens the door.

use serde_json::json;

use super::{Lectern, wait_for};
use crate::models::{Act, ModelServer};

/// Everything of ours, and as much of others as one turns on to find a fault.
const ALOUD: &str =
    "info,server=trace,ingest=trace,retrieval=trace,prompts=trace,sqlx=debug,hyper=debug,tower_http=trace";

#[test]
fn no_line_and_no_metric_holds_what_is_written_or_asked() {
    let lectern = Lectern::new();
    let server = lectern.serve_aloud(ALOUD);
    lectern.write("docs/pay.md", "# Quokkatitle\n\nThe zanzibarium is paid on the ninth of wombatember.");
    lectern.write("docs/open.md", "# Opening\n\nThe office opens at nine.");
    let docs = lectern.folder.path().join("docs");
    lectern.run(&["ingest", docs.to_str().unwrap(), "--tier", "restricted", "--wait"]).expect(0);
    let ask = |path: &str, body: serde_json::Value| server.post(&lectern, path, &body);
    let answer = ask("/api/v1/ask", json!({"question": "When is the zanzibarium paid, pelicanquestion?"}));
    assert!(answer["answer"].as_str().unwrap().contains("wombatember"), "{answer}");
    ask("/api/v1/ask", json!({"question": "When is the zanzibarium paid?", "as": "tier=public"}));
    ask("/api/v1/search", json!({"query": "zanzibarium pelicanquestion", "explain": true}));
    ask("/api/v1/why", json!({"document": "pay.md", "question": "pelicanquestion?"}));
    ask(
        "/api/v1/ask",
        json!({"question": "and then?", "history": [{"role": "user", "text": "pelicanquestion"}, {"role": "assistant", "text": "ostrichanswer"}]}),
    );
    server.get("/api/v1/documents?q=pelicanquestion");
    let signed_in = server.send(&format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: {0}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {1}\r\n\r\n{2}",
        server.address,
        r#"{"login":"toucanlogin","password":"cassowarypassword"}"#.len(),
        r#"{"login":"toucanlogin","password":"cassowarypassword"}"#
    ));
    assert!(signed_in.starts_with("HTTP/1.1 401"), "{signed_in}");
    let token = lectern.token();
    lectern.run(&["remove", docs.join("pay.md").to_str().unwrap()]).expect(0);
    wait_for("the log to tell of requests", || server.log().matches("a request was answered").count() > 8);
    let (log, metrics) = (server.log(), server.metrics(&lectern));
    assert!(metrics.contains("lectern_answers_total"), "{metrics}");
    let marked =
        ["Quokkatitle", "zanzibarium", "wombatember", "pelicanquestion", "ostrichanswer", "cassowarypassword", &token];
    for (place, told) in [("the log", log), ("the metrics", metrics)] {
        for mark in marked {
            let line = told.lines().find(|line| line.to_lowercase().contains(&mark.to_lowercase()));
            assert_eq!(line, None, "{place} tells of {mark}");
        }
    }
}

/// A server of language models may repeat what it was asked, most of all when it refuses.
#[test]
fn no_line_holds_what_is_asked_of_a_language_model_or_what_it_says() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let repeating =
        r#"{"error": {"code": "invalid_request", "message": "pelicanquestion +44 20 7946 0958 ada@bird.example"}}"#;
    let refusal = |status| Act::Status(status, Vec::new(), repeating.to_owned());
    let said = "The zanzibarium is paid on the ninth of wombatember [1]. Ostrichanswer.";
    let acts = [
        Act::say(said),
        refusal(400),
        Act::Body(b"data: pelicanquestion ada@bird.example\n\n".to_vec()),
        Act::Cut("Ostrichanswer ".into()),
        refusal(401),
    ];
    let models = runtime.block_on(ModelServer::doing(acts));
    let lectern = Lectern::new();
    lectern.write("lectern.toml", format!("[chat]\nurl = '{}'\nmodel = 'm'", models.url()));
    let server = lectern.serve_aloud(ALOUD);
    let pay = lectern.write("pay.md", "# Quokkatitle\n\nThe zanzibarium is paid on the ninth of wombatember.");
    lectern.run(&["ingest", pay.to_str().unwrap(), "--tier", "public", "--wait"]).expect(0);
    let questions = [
        "When is the zanzibarium paid?",
        "When is the zanzibarium paid on the ninth of wombatember to ada@bird.example?",
    ];
    let asked = questions.into_iter().chain([questions[1]; 8]);
    let asked: Vec<serde_json::Value> =
        asked.map(|question| server.post(&lectern, "/api/v1/ask", &json!({"question": question}))).collect();
    let modes: Vec<&str> = asked.iter().filter_map(|reply| reply["mode"].as_str()).collect();
    assert!(modes.contains(&"generated") && modes.contains(&"extractive"), "{modes:?}");
    let heard = models.heard();
    assert!(heard.len() > 4 && heard[1].1.to_string().contains("ada@bird.example"), "{heard:?}");
    wait_for("the log to tell of requests", || server.log().matches("a request was answered").count() > 8);
    let log = server.log();
    assert!(log.contains("quoted in place of a language model's words"), "{log}");
    for mark in ["zanzibarium", "pelican", "ostrich", "quokka", "wombatember", "bird.example", "7946 0958"] {
        let line = log.lines().find(|line| line.to_lowercase().contains(mark));
        assert_eq!(line, None, "the log tells of {mark}");
    }
}
