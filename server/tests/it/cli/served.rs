//! Beside a running server: commands go to it, a second one is refused, and it ends when told to.

use super::{Lectern, wait_for};
use crate::postgres;

#[test]
fn commands_go_to_the_running_server() {
    let lectern = Lectern::new();
    let mut server = lectern.serve(&[]);
    lectern.write("docs/one.md", "# One\n\nThe first bird is a heron.");
    lectern.write("docs/two.md", "# Two\n\nThe second bird is a wren.");
    lectern.write("docs/bad.md", b"\x89PNG\r\n\x1a\n");
    let docs = lectern.folder.path().join("docs");
    let docs = docs.to_str().unwrap();

    let taken_in =
        lectern.run(&["ingest", docs, "--tier", "customer", "--wait", "--json"]).complains(1, "1 of 3 items failed");
    let lines = taken_in.lines();
    let of =
        |name: &str| lines.iter().find(|line| line["path"].as_str().is_some_and(|path| path.ends_with(name))).unwrap();
    assert_eq!((of("one.md")["status"].clone(), of("two.md")["status"].clone()), ("indexed".into(), "indexed".into()));
    assert!(of("bad.md")["reason"].as_str().unwrap().contains("PNG"), "{lines:?}");
    let summary = lines.last().unwrap();
    assert_eq!((summary["summary"]["indexed"].clone(), summary["items"].clone()), (2.into(), 3.into()));

    let job = summary["jobs"][0].as_str().unwrap();
    let status = lectern.run(&["jobs", job, "--json"]).one();
    assert_eq!((status["state"].clone(), status["items"].as_array().unwrap().len()), ("done".into(), 3));
    lectern.run(&["jobs", "00000000-0000-0000-0000-000000000000"]).complains(1, "there is no such thing");

    let mut found = lectern.found("which bird", "tier=customer");
    found.sort_unstable();
    assert_eq!(found, ["One", "Two"]);
    assert_eq!(lectern.found("which bird", "tier=public"), [""; 0]);
    let reply = lectern.run(&["ask", "Which bird is the first bird?", "--as", "tier=customer", "--json"]).one();
    assert!(reply["answer"].as_str().unwrap().contains("heron"), "{reply}");
    lectern.run(&["ask", "Which bird?", "--as", "tier=everyone"]).complains(2, "unknown tier");

    let one = format!("{docs}/one.md");
    let removed = lectern.run(&["remove", &one, "--json"]).one();
    assert_eq!(removed["removed"], true);
    lectern.run(&["remove", &one]).complains(1, "some documents were not there");
    let left = removed["documents"][0].as_str().unwrap();
    let receipt = lectern.run(&["receipts", left, "--json"]).one();
    assert!(receipt["proven_ms"].is_i64() && receipt["found"]["probes"] == 1, "{receipt}");
    assert_eq!(receipt["erased"]["answers"], 1, "the answer about it goes with it: {receipt}");
    assert_eq!(lectern.found("which bird", "tier=customer"), ["Two"]);

    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
    assert!(!lectern.data().join("server.json").exists());
    assert_eq!(lectern.found("which bird", "tier=customer"), ["Two"], "what the server did is there without it");
    let shown = lectern.run(&["receipts"]).expect(0).out;
    assert!(shown.contains(left) && shown.contains("gone: 1 indexes, 1 questions"), "{shown}");
    lectern.run(&["receipts", "nothing"]).complains(1, "no document \"nothing\" left");
}

#[test]
fn the_same_question_is_remembered_until_something_changes() {
    let lectern = Lectern::new();
    let server = lectern.serve(&[]);
    let file = lectern.write("a.md", "# Heron\n\nThe first bird is a heron.");
    let file = file.to_str().unwrap();
    lectern.run(&["ingest", file, "--tier", "public", "--wait"]).expect(0);
    // Hits and misses.
    let counted = |cache: &str| {
        let metrics = server.metrics(&lectern);
        ["hits", "misses"].map(|what| {
            let name = format!("lectern_cache_{what}_total{{cache=\"{cache}\"}} ");
            let number = metrics.lines().find_map(|line| line.strip_prefix(&name));
            number.unwrap_or_else(|| panic!("{name} is not among {metrics}")).parse::<u64>().unwrap()
        })
    };
    assert_eq!(lectern.found("which bird", "tier=public"), ["Heron"]);
    assert_eq!((counted("results"), counted("embedding")), ([0, 1], [0, 1]));
    assert_eq!(lectern.found("which bird", "tier=public"), ["Heron"]);
    assert_eq!((counted("results"), counted("embedding")), ([1, 1], [0, 1]));
    assert_eq!(lectern.run(&["remove", file, "--json"]).one()["removed"], true);
    assert_eq!(lectern.found("which bird", "tier=public"), [""; 0]);
    assert_eq!((counted("results"), counted("embedding")), ([1, 2], [1, 1]));
}

#[test]
fn without_wait_the_server_works_on() {
    let lectern = Lectern::new();
    let _server = lectern.serve(&[]);
    let file = lectern.write("a.md", "# Slow\n\nThe slow bird.");
    let lines = lectern.run(&["ingest", file.to_str().unwrap(), "--tier", "public", "--json"]).expect(0).lines();
    let job = lines.last().unwrap()["jobs"][0].as_str().unwrap().to_owned();
    wait_for("the job to end", || lectern.run(&["jobs", &job, "--json"]).one()["state"] == "done");
    assert_eq!(lectern.found("slow bird", "tier=public"), ["Slow"]);
}

#[test]
fn a_second_server_is_refused_and_harms_nothing() {
    let lectern = Lectern::new();
    let server = lectern.serve(&[]);
    let refused = lectern.run(&["serve", "--listen", "127.0.0.1:0"]);
    refused.complains(1, "another lectern process uses this data directory");
    assert!(server.get("/readyz").starts_with("HTTP/1.1 200"));
    assert_eq!(lectern.found("anything", "tier=public"), [""; 0]);
    let taken = server.address.clone();
    let other = Lectern::new();
    other.run(&["serve", "--listen", &taken]).complains(1, &format!("cannot listen on {taken}"));
}

#[test]
fn a_killed_server_leaves_nothing_in_the_way() {
    let lectern = Lectern::new();
    let mut server = lectern.serve(&[]);
    let file = lectern.write("a.md", "# Kept\n\nThe bird that was kept.");
    lectern.run(&["ingest", file.to_str().unwrap(), "--tier", "public", "--wait"]).expect(0);
    server.signal("KILL");
    assert_eq!(server.ended(), None);
    assert!(lectern.data().join("server.json").exists());
    assert_eq!(lectern.found("which bird", "tier=public"), ["Kept"]);
    assert!(!lectern.data().join("server.json").exists(), "the token of a dead server is of no use to anybody");
    let again = lectern.serve(&[]);
    assert_eq!(lectern.found("which bird", "tier=public"), ["Kept"]);
    drop(again);
}

#[test]
fn told_to_stop_amid_work_it_goes_on_at_the_next_start() {
    let lectern = Lectern::new();
    let mut server = lectern.serve(&[]);
    for n in 0..300 {
        lectern.write(&format!("docs/{n}.md"), format!("# File {n}\n\nBird number {n} has feathers."));
    }
    let docs = lectern.folder.path().join("docs");
    let lines = lectern.run(&["ingest", docs.to_str().unwrap(), "--tier", "public", "--json"]).expect(0).lines();
    let jobs: Vec<&str> =
        lines.last().unwrap()["jobs"].as_array().unwrap().iter().filter_map(|job| job.as_str()).collect();
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
    let _again = lectern.serve(&[]);
    let mut ended = Vec::new();
    for job in jobs {
        wait_for("the job to end", || lectern.run(&["jobs", job, "--json"]).one()["state"] == "done");
        let status = lectern.run(&["jobs", job, "--json"]).one();
        ended.extend(
            status["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| (item["path"].to_string(), item["status"].to_string())),
        );
    }
    ended.sort_unstable();
    ended.dedup_by(|a, b| a.0 == b.0);
    assert_eq!(ended.len(), 300);
    assert!(ended.iter().all(|(_, status)| status == "\"indexed\""), "{ended:?}");
}

#[test]
fn on_postgres_the_same_commands_do_the_same() {
    let lectern = Lectern::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = runtime.block_on(postgres::database());
    let file = lectern.write("a.md", "# Elsewhere\n\nThe bird in the other database.");
    let on_postgres = |arguments: &[&str]| -> super::Ran {
        lectern.command(arguments).env("LECTERN_DATABASE_URL", &url).output().unwrap().into()
    };
    let lines = on_postgres(&["ingest", file.to_str().unwrap(), "--tier", "internal", "--json"]).expect(0).lines();
    assert_eq!(lines[0]["status"], "indexed");
    let found =
        |who| on_postgres(&["search", "which bird", "--as", who, "--json"]).one()["hits"].as_array().unwrap().len();
    assert_eq!((found("tier=internal"), found("tier=customer")), (1, 0));
    assert!(!lectern.data().join("lectern.db").exists());
    on_postgres(&["remove", file.to_str().unwrap()]).expect(0);
    assert_eq!(found("tier=internal"), 0);
    let nowhere = "postgres://nobody@127.0.0.1:1/nothing";
    let failed = lectern.command(&["search", "bird"]).env("LECTERN_DATABASE_URL", nowhere).output().unwrap();
    super::Ran::from(failed).complains(1, "the database cannot be used");
}
