//! `lectern replay`: what was asked before is asked again, with and without a server, and what changed is shown.

use serde_json::Value;

use super::Lectern;

#[test]
fn what_changed_is_shown() {
    let lectern = Lectern::new();
    let birds = lectern.write("birds.md", "# Herons\n\nHerons eat fish. Herons nest in tall trees.");
    lectern.run(&["ingest", birds.to_str().unwrap(), "--tier", "internal"]).expect(0);
    let asked = lectern.run(&["ask", "What do herons eat?", "--as", "tier=internal", "--json"]).one();
    let record = asked["record_id"].as_str().unwrap();
    let replay =
        |arguments: &[&str]| -> Value { lectern.run(&[&["replay", record, "--json"], arguments].concat()).one() };
    let same = replay(&[]);
    assert_eq!((&same["same"], &same["as"]), (&true.into(), &"tier=internal".into()), "{same}");
    assert_eq!(same["then"]["answer"], asked["answer"]);
    assert_ne!(same["now"]["record_id"], same["then"]["record_id"]);
    let less = replay(&["--as", "tier=public"]);
    assert_eq!((&less["same"], &less["now"]["declined"]), (&false.into(), &true.into()), "{less}");
    assert_eq!(less["no_longer_cited"].as_array().unwrap().len(), 1, "{less}");
    let shown = lectern.run(&["replay", record]).expect(0).out;
    assert!(shown.contains("Answered word for word as then"), "{shown}");

    let frogs = lectern.write("frogs.md", "# Herons at night\n\nAt night herons eat frogs.");
    lectern.run(&["ingest", frogs.to_str().unwrap(), "--tier", "internal"]).expect(0);
    let mut server = lectern.serve(&[]);
    let more = replay(&[]);
    assert!(more["now"]["answer"].as_str().unwrap().contains("frogs"), "{more}");
    assert_eq!((&more["same"], more["newly_cited"].as_array().unwrap().len()), (&false.into(), 1), "{more}");
    let shown = lectern.run(&["replay", record]).expect(0).out;
    assert!(shown.lines().any(|line| line.starts_with("+ ") && line.contains("frogs")), "{shown}");
    lectern.run(&["replay", record, "--generation", record]).complains(2, "is not kept");
    // An index that is kept answers for itself, with a server and without one.
    let then = more["then"]["generation_id"].as_str().unwrap().to_owned();
    lectern.run(&["reindex", "--wait"]).expect(0);
    let of_then = replay(&["--generation", &then]);
    assert_eq!(of_then["now"]["generation_id"], then.as_str());
    assert_eq!(of_then["now"]["answer"], more["now"]["answer"], "what came in meanwhile is in both");
    assert_ne!(replay(&[])["now"]["generation_id"], then.as_str());
    for unknown in ["01a0c450-6c00-774a-ae13-f22a6bd29f98", "nothing", "../search"] {
        lectern.run(&["replay", unknown]).complains(1, "there is no answer record");
    }
    // Of what is gone the answer is not shown again.
    lectern.run(&["remove", birds.to_str().unwrap()]).expect(0);
    let gone = replay(&[]);
    assert_eq!((&gone["then"]["answer"], gone["question"].as_str()), (&Value::Null, Some("What do herons eat?")));
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
}
