//! One question back, and never two: over the example handbook, with the real model.

use serde_json::Value;

use super::{Lectern, root};

fn ask(lectern: &Lectern, question: &str, session: Option<&str>, who: &str) -> Value {
    let session: Vec<&str> = session.into_iter().flat_map(|name| ["--session", name]).collect();
    lectern.run(&[&["ask", question, "--as", who, "--json"], &session[..]].concat()).one()
}

#[test]
fn a_word_that_may_mean_several_documents_is_asked_about_once() {
    let lectern = Lectern::new();
    let _server = lectern.serve(&["--seed", root().join("data/seed").to_str().unwrap()]);
    let first = ask(&lectern, "plans", Some("monday"), "tier=public");
    let answer = first["answer"].as_str().unwrap();
    assert_eq!((first["mode"].as_str(), first["declined"].as_bool()), (Some("clarify"), Some(false)), "{first}");
    assert!(
        answer.contains("\"Loxwell pricing 2025\" or ") || answer.contains("\"Loxwell pricing 2025\", "),
        "{answer}"
    );
    assert_eq!(first["citations"].as_array().unwrap().len(), 0);
    // Whatever is said next is answered, or honestly not.
    assert_ne!(ask(&lectern, "plans", Some("monday"), "tier=public")["mode"], "clarify");
    assert_eq!(ask(&lectern, "plans", Some("tuesday"), "tier=public")["mode"], "clarify");
    // Whoever reads more may mean more, and nobody is offered what they may not open.
    let inside = ask(&lectern, "support", None, "tier=internal");
    assert!(inside["mode"] == "clarify" && inside["answer"].as_str().unwrap().contains("Support macros"), "{inside}");
    assert!(!ask(&lectern, "support", None, "tier=public").to_string().contains("Support macros"));
    for question in ["What plans are there and what do they cost?", "refunds", "quantum chromodynamics", "LX-4012"] {
        assert_ne!(ask(&lectern, question, None, "tier=public")["mode"], "clarify", "{question}");
    }
}
