//! What people get wrong, and what breaks under them: one clear sentence, the right exit code, nothing lost.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use server::store::Database;
use sqlx::Connection;

use super::Lectern;

/// A command that must be refused before anything is opened.
fn check_usage(arguments: &[&str], words: &str) {
    let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
    lectern.run(arguments).complains(2, words);
    assert!(!lectern.data().exists(), "{arguments:?} made a data directory");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    check_usage(&[], "Usage");
    check_usage(&["answer"], "unrecognized");
    check_usage(&["ask", ""], "the question is empty");
    check_usage(&["ask", " \n "], "the question is empty");
    check_usage(&["search", ""], "the question is empty");
    check_usage(&["ask", &"x".repeat(4_001)], "shorten it to 4000");
    check_usage(&["ask", "what\u{1b}[31m"], "not text");
    check_usage(&["search", "\u{7}"], "not text");
    check_usage(&["ask", "x", "--as", "tier=everyone"], "unknown tier \"everyone\"");
    check_usage(&["ask", "x", "--as", "groups=hr"], "unknown tier");
    check_usage(&["ask", "x", "--as", "tier=public,groups=HR"], "not a group");
    check_usage(&["search", "x", "--limit", "0"], "0");
    check_usage(&["ingest", "."], "--tier");
    check_usage(&["ingest", ".", "--tier", "secret"], "unknown tier \"secret\"");
    check_usage(&["ingest", ".", "--tier", "public", "--groups", "a b"], "not a group");
    check_usage(&["ingest", "ftp://example.test/x", "--tier", "public"], "http");
    check_usage(&["extract", "--type", "wordperfect", "x"], "use markdown, text, html, pdf");
    check_usage(&["serve", "--listen", "everywhere"], "everywhere");
    check_usage(&["ask", "x", "--config", "/nonexistent.toml"], "/nonexistent.toml");
}

#[test]
fn bytes_that_are_no_text_are_no_question() {
    let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
    for command in ["ask", "search"] {
        let ran = lectern.command(&[command]).arg(OsStr::from_bytes(b"\xff\xfe\x00"[..2].as_ref())).output().unwrap();
        super::Ran::from(ran).complains(2, "UTF-8");
    }
}

#[test]
fn a_configuration_with_a_mistake_is_named() {
    let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
    for (text, words) in
        [("vistors = true", "vistors"), ("listen = 'x'", "127.0.0.1:8080"), ("[embedder]\nthreads = 0", "threads")]
    {
        lectern.write("lectern.toml", text);
        lectern.run(&["ask", "x"]).complains(2, words);
    }
}

#[test]
fn a_template_that_cannot_be_used_stops_the_start_and_is_named_with_its_line() {
    let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
    lectern.write("lectern.toml", "[answers]\ntemplates = 'words'");
    lectern.run(&["serve", "--listen", "127.0.0.1:0"]).complains(1, "answers.templates: words cannot be read");
    for (file, text, words) in [
        ("decline.txt", "No.\n\nTry {{ nearest", "decline.txt cannot be used, line 3"),
        ("decline.txt", "No.\n{{ nearst }}", "decline.txt cannot be used, line 2"),
        ("declin.txt", "No.", "there is no such template"),
    ] {
        let written = lectern.write(&format!("words/{file}"), text);
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["ask", "x"]] {
            let ran = lectern.run(command).complains(1, words);
            assert!(ran.err.contains("answers.templates: words") && ran.err.contains(file), "{ran:?}");
        }
        std::fs::remove_file(written).unwrap();
    }
    lectern.write("words/decline.txt", b"\xff\xfe");
    lectern.run(&["ask", "x"]).complains(1, "decline.txt");
}

#[test]
fn the_operators_words_take_the_place_of_ours() {
    let lectern = Lectern::new();
    lectern.write("lectern.toml", "[answers]\ntemplates = 'words'");
    lectern.write("words/.decline.txt.swp", b"\xff");
    lectern.write("words/decline.txt", "The aviary does not know.");
    assert_eq!(lectern.run(&["ask", "When do storks leave?", "--json"]).one()["answer"], "The aviary does not know.");
    assert!(lectern.run(&["ask", "hello", "--json"]).one()["answer"].as_str().unwrap().starts_with("Hello!"));
}

#[test]
fn another_language_is_a_matter_of_building_the_index_anew() {
    let lectern = Lectern::new();
    let note = lectern.write("note.md", "# Kraniche\n\nDie Kraniche ziehen.");
    lectern.run(&["ingest", note.to_str().unwrap(), "--tier", "public"]).expect(0);
    lectern.write("lectern.toml", "language = 'klingon'");
    assert_eq!(lectern.found("Kraniche", "tier=public"), ["Kraniche"], "the index that is there answers");
    lectern.run(&["reindex"]).complains(1, "klingon");
    lectern.write("lectern.toml", "language = 'german'");
    lectern.run(&["reindex"]).expect(0);
    assert_eq!(lectern.run(&["reindex", "list", "--json"]).expect(0).lines()[0]["language"], "german");
    assert_eq!(lectern.found("Kraniche", "tier=public"), ["Kraniche"]);
}

#[test]
fn what_is_not_there_fails_alone() {
    let lectern = Lectern::new();
    let good = lectern.write("docs/good.md", "# Good\n\nA good file.");
    let missing = lectern.folder.path().join("missing");
    let ran = lectern
        .run(&["ingest", missing.to_str().unwrap(), good.to_str().unwrap(), "--tier", "public", "--json"])
        .complains(1, "1 of 2 items failed");
    let lines = ran.lines();
    assert_eq!(
        (lines[0]["status"].as_str(), lines[0]["reason"].as_str()),
        (Some("failed"), Some("there is no such file or folder"))
    );
    assert_eq!(lines[1]["status"], "indexed");
    assert_eq!(lectern.found("good file", "tier=public"), ["Good"]);
    lectern.run(&["extract", missing.to_str().unwrap()]).complains(1, "No such file");
    lectern.run(&["remove", "nobody.md"]).complains(1, "there is no document \"nobody.md\"");
    lectern.run(&["jobs", "no-job"]).complains(1, "there is no such job");
    let empty = lectern.folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_eq!(
        lectern.run(&["ingest", empty.to_str().unwrap(), "--tier", "public", "--json"]).expect(0).lines()[0]["items"],
        0
    );
}

#[test]
fn a_file_without_permission_fails_alone() {
    use std::os::unix::fs::PermissionsExt;
    let lectern = Lectern::new();
    let locked = lectern.write("docs/locked.md", "# Locked\n\nNobody reads this.");
    lectern.write("docs/open.md", "# Open\n\nEverybody reads this.");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&locked).is_ok() {
        return; // root reads everything
    }
    let docs = lectern.folder.path().join("docs");
    let ran = lectern
        .run(&["ingest", docs.to_str().unwrap(), "--tier", "public", "--json"])
        .complains(1, "1 of 2 items failed");
    assert!(ran.out.contains("cannot be read"), "{ran:?}");
    assert_eq!(lectern.found("reads this", "tier=public"), ["Open"]);
}

#[test]
fn a_malformed_line_of_an_evaluation_is_named() {
    let lectern = Lectern::new();
    lectern.write("set/corpus.jsonl", "{\"_id\":\"d\",\"text\":\"The heron.\"}\n");
    lectern.write("set/qrels/test.tsv", "query-id\tcorpus-id\tscore\nq\td\t1\n");
    lectern.write("set/queries.jsonl", "{\"_id\":\"q\",\"text\":\"heron\"}\nnot json\n");
    let set = lectern.folder.path().join("set");
    let set = set.to_str().unwrap();
    lectern.run(&["eval", "retrieval", set]).complains(1, "queries.jsonl line 2");
    lectern.run(&["eval", "retrieval", "/nonexistent"]).complains(1, "/nonexistent/corpus.jsonl cannot be read");
    lectern.write("set/queries.jsonl", "{\"_id\":\"q\",\"text\":\"heron\"}\n");
    for mode in ["dense", "sparse", "hybrid", "full"] {
        let report = lectern.run(&["eval", "retrieval", set, "--mode", mode, "--json"]).one();
        assert_eq!((report["docs"].as_u64(), report["ndcg_at_10"].as_f64()), (Some(1), Some(1.0)), "{mode}: {report}");
    }
}

#[test]
fn a_damaged_model_file_is_named() {
    let lectern = Lectern::new();
    let models = lectern.data().join("models");
    let provisioned = std::fs::read_link(&models).unwrap();
    std::fs::remove_file(&models).unwrap();
    copy(&provisioned, &models);
    let graph = models.join("all-MiniLM-L6-v2/int8.onnx");
    let mut bytes = std::fs::read(&graph).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&graph, bytes).unwrap();
    let ran = lectern.run(&["doctor", "--json"]).complains(1, "checks failed");
    assert!(ran.out.contains(graph.to_str().unwrap()) && ran.out.contains("lectern setup"), "{ran:?}");
    Lectern::new().run(&["doctor", "--json"]).expect(0);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[tokio::test]
async fn a_newer_database_is_refused_and_kept() {
    let lectern = Lectern::new();
    lectern.run(&["search", "x"]).expect(0);
    let Database::Sqlite(path) = Database::Sqlite(lectern.data().join("lectern.db")) else { unreachable!() };
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(&format!("sqlite://{}", path.display())).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time \
                 FROM _sqlx_migrations WHERE version = 1";
    sqlx::query(newer).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    for command in [&["search", "x"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        lectern.run(command).complains(1, "written by a newer version of lectern");
    }
}

#[test]
fn a_data_directory_that_is_a_file_is_one_clear_error() {
    let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
    lectern.write("data", "I am a file.");
    lectern.run(&["search", "x"]).complains(1, "cannot be used");
    assert_eq!(std::fs::read(lectern.data()).unwrap(), b"I am a file.");
}

#[test]
fn a_file_that_kills_its_parser_fails_alone() {
    let lectern = Lectern::new();
    lectern.write("docs/heavy.html", crate::worker::heavy());
    lectern.write("docs/light.md", "# Light\n\nA light file.");
    let docs = lectern.folder.path().join("docs");
    let ran = lectern
        .run(&["ingest", docs.to_str().unwrap(), "--tier", "public", "--json"])
        .complains(1, "1 of 2 items failed");
    let heavy = ran.lines().into_iter().find(|line| line["status"] == "failed").unwrap();
    assert!(heavy["reason"].as_str().unwrap().contains("the parser stopped on this file"), "{heavy}");
    assert_eq!(lectern.found("light file", "tier=public"), ["Light"]);
}
