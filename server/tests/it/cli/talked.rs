//! `lectern ask --session` and `lectern conversations`: those of the operator, by their names, with and without a server.

use serde_json::{Value, json};

use super::Lectern;

fn ask(lectern: &Lectern, question: &str, session: &str, who: &str) -> Value {
    lectern.run(&["ask", question, "--session", session, "--as", who, "--json"]).one()
}

#[test]
fn a_session_goes_on_where_it_was_left() {
    let lectern = Lectern::new();
    let birds = lectern.write("birds.md", "# Herons\n\nHerons eat fish. Herons nest in tall trees.");
    let secret = lectern.write("secret.md", "# Budget\n\nThe budget of the aviary is ninety crowns.");
    lectern.run(&["ingest", birds.to_str().unwrap(), "--tier", "public"]).expect(0);
    lectern.run(&["ingest", secret.to_str().unwrap(), "--tier", "restricted"]).expect(0);

    let first = ask(&lectern, "What do herons eat?", "monday", "tier=public");
    assert_eq!(first["turn"], 1, "{first}");
    let id = first["conversation"].as_str().unwrap().to_owned();
    let second = ask(&lectern, "and where do they nest?", "monday", "tier=public");
    assert_eq!((second["turn"].clone(), second["conversation"].as_str()), (2.into(), Some(id.as_str())), "{second}");
    assert!(second["asked_as"].as_str().unwrap().to_lowercase().contains("heron"), "{second}");
    assert_eq!(ask(&lectern, "What is the budget of the aviary?", &id, "tier=restricted")["turn"], 3);
    assert_eq!(ask(&lectern, "What do herons eat?", "tuesday", "tier=public")["turn"], 1);
    let plain = lectern.run(&["ask", "What do herons eat?", "--json"]).one();
    assert_eq!((plain.get("conversation"), plain.get("turn")), (None, None), "{plain}");

    let mut server = lectern.serve(&[]);
    let fourth = ask(&lectern, "and why is that?", "monday", "tier=public");
    assert_eq!((fourth["turn"].clone(), fourth["conversation"].as_str()), (4.into(), Some(id.as_str())), "{fourth}");
    assert!(!fourth.to_string().contains("ninety"), "{fourth}");
    assert_eq!(ask(&lectern, "What do herons eat?", "wednesday", "tier=public")["turn"], 1);
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
    assert_eq!(ask(&lectern, "And what else?", "wednesday", "tier=public")["turn"], 2);

    for (session, words) in [("", "at most 64"), (" ", "at most 64"), (&*"x".repeat(65), "at most 64")] {
        lectern.run(&["ask", "why?", "--session", session]).complains(2, words);
    }
}

/// Each line that a command of `conversations` prints.
fn told(lectern: &Lectern, args: &[&str]) -> Vec<Value> {
    lectern.run(&[&["conversations"], args, &["--json"]].concat()).lines()
}

fn titles(lectern: &Lectern, words: &[&str]) -> Vec<Value> {
    let lines = told(lectern, &[&["list"], words].concat());
    let mut titles: Vec<Value> = lines.into_iter().map(|line| line["title"].clone()).collect();
    // The ids of those that were named come of their names, and so does their order.
    titles.sort_by_key(Value::to_string);
    titles
}

#[test]
fn conversations_are_looked_after() {
    let lectern = Lectern::new();
    let birds = lectern.write("birds.md", "# Herons\n\nHerons eat fish. Herons nest in tall trees.");
    lectern.run(&["ingest", birds.to_str().unwrap(), "--tier", "public"]).expect(0);
    let asked = ask(&lectern, "What do herons eat?", "mon/day ü", "tier=public");
    ask(&lectern, "and where do they nest?", "mon/day ü", "tier=public");
    ask(&lectern, "Do zebras sleep?", "tuesday", "tier=public");
    let id = asked["conversation"].as_str().unwrap();
    let look = |lectern: &Lectern| {
        assert_eq!(titles(lectern, &[]), ["Do zebras sleep?", "What do herons eat?"]);
        assert_eq!(titles(lectern, &["ZEBRAS"]), ["Do zebras sleep?"]);
        assert_eq!(titles(lectern, &["eat fish"]), ["What do herons eat?"], "by its answer");
        assert_eq!(titles(lectern, &["walrus"]), [Value::Null; 0]);
        for name in ["mon/day ü", id] {
            let said = told(lectern, &["show", name]);
            let questions: Vec<&Value> = said.iter().map(|turn| &turn["question"]).collect();
            assert_eq!(questions, ["What do herons eat?", "and where do they nest?"]);
            assert_eq!(said[0]["answer"], asked["answer"]);
            let file = lectern.run(&["conversations", "export", name]).out;
            let file: Value = serde_json::from_str(&file).unwrap();
            assert_eq!((&file["id"], &file["said"]), (&json!(id), &json!(said)));
            let text = lectern.run(&["conversations", "export", name, "--format", "markdown"]).out;
            assert!(text.starts_with("# What do herons eat?\n") && text.contains("\n## 2\n"), "{text}");
            assert_eq!(told(lectern, &["rename", name, "Birds"])[0]["title"], "Birds");
            assert_eq!(told(lectern, &["rename", name, ""])[0]["title"], "What do herons eat?");
        }
        lectern.run(&["conversations", "rename", id, "a\nb"]).complains(2, "one line");
        lectern.run(&["conversations", "export", id, "--format", "pdf"]).complains(2, "markdown");
        for args in [&["show", "nobody"][..], &["export", "nobody"], &["rename", "nobody", "x"], &["remove", "nobody"]]
        {
            lectern.run(&[&["conversations"], args].concat()).complains(1, "no conversation");
        }
    };
    look(&lectern);
    let mut server = lectern.serve(&[]);
    look(&lectern);
    assert_eq!(told(&lectern, &["remove", "mon/day ü"]), [json!({"removed": "mon/day ü"})]);
    assert_eq!(titles(&lectern, &[]), ["Do zebras sleep?"]);
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
    assert_eq!(told(&lectern, &["remove", "tuesday"]), [json!({"removed": "tuesday"})]);
    assert_eq!(titles(&lectern, &[]), [Value::Null; 0]);
}
