//! Another index by command: built while the former one answers, promoted, taken back, discarded.

use super::{Lectern, root};

fn states(lectern: &Lectern) -> Vec<String> {
    let listed = lectern.run(&["reindex", "list", "--json"]).expect(0).lines();
    listed.iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn other_passages_are_a_matter_of_one_command() {
    let lectern = Lectern::new();
    let seed = root().join("data/seed/public");
    lectern.run(&["ingest", seed.to_str().unwrap(), "--tier", "public"]).expect(0);
    let question = "How long do refunds take to arrive?";
    let before = lectern.run(&["search", question, "--as", "tier=public", "--json"]).one();
    lectern.write("lectern.toml", "[chunks]\ntarget_tokens = 60\nmax_tokens = 80");
    // Without a server.
    let built = lectern.run(&["reindex", "--hold", "--json"]).one();
    assert_eq!((&built["state"], &built["target_tokens"]), (&"ready".into(), &60.into()), "{built}");
    assert_eq!((&built["verdict"]["passes"], &built["verdict"]["wrong_points"]), (&true.into(), &0.into()), "{built}");
    assert!(built["verdict"]["known"].as_u64().unwrap() > 5, "{built}");
    assert_eq!(states(&lectern), ["ready", "live"]);
    let same = lectern.run(&["search", question, "--as", "tier=public", "--json"]).one();
    assert_eq!(same["hits"], before["hits"], "the former one answers, with the passages that it has");
    // With one.
    let server = lectern.serve(&[]);
    assert!(server.log().contains("lectern reindex"), "{}", server.log());
    let generation = built["generation"].as_str().unwrap();
    assert_eq!(lectern.run(&["reindex", "promote", generation, "--json"]).one()["state"], "live");
    let after = lectern.run(&["search", question, "--as", "tier=public", "--json"]).one();
    let length = |found: &serde_json::Value| found["hits"][0]["text"].as_str().unwrap().len();
    assert!(length(&after) < length(&before), "{before} {after}");
    lectern.run(&["reindex", "discard", generation]).complains(1, "it is the one that answers");
    lectern.run(&["reindex", "--wait"]).expect(0);
    assert_eq!(states(&lectern), ["live", "ready", "discarded"], "one former index is kept");
    lectern.run(&["reindex", "rollback"]).expect(0);
    assert_eq!(states(&lectern), ["ready", "live", "discarded"]);
    let discarded = lectern.run(&["reindex", "list", "--json"]).expect(0).lines();
    let newest = discarded[0]["generation"].as_str().unwrap();
    let gone = lectern.run(&["reindex", "discard", newest, "--json"]).one();
    assert_eq!((&gone["state"], &gone["receipt"]["index"]), (&"discarded".into(), &"removed".into()));
    lectern.run(&["reindex", "rollback"]).complains(1, "there is no former index to go back to");
    lectern.run(&["reindex", "promote", "nothing"]).complains(1, "there is no such");
    let indexes = std::fs::read_dir(lectern.data().join("index")).unwrap().count();
    assert_eq!(indexes, 1, "what was discarded leaves nothing on the disk");
}
