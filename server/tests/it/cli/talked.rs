//! `lectern ask --session`: a conversation of the operator, by a name, with and without a server.

use serde_json::Value;

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
