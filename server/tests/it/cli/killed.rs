//! `kill -9` amid the ingestion of 500 files, again and again: what was reported is there, nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};

use serde_json::{Value, json};

use super::Lectern;

const FILES: usize = 500;

#[test]
fn what_was_reported_is_found_and_nothing_twice() {
    let lectern = Lectern::new();
    for n in 0..FILES {
        lectern.write(
            &format!("docs/{n}.md"),
            format!("# File {n}\n\nThe word of this file is quokka{n}, and no other file has it."),
        );
    }
    let docs = lectern.folder.path().join("docs");
    let arguments = ["ingest", docs.to_str().unwrap(), "--tier", "internal", "--json"];
    let mut reported: BTreeMap<String, String> = BTreeMap::new();
    let mut note = |line: &Value| {
        let (Some(path), Some(document)) = (line["path"].as_str(), line["document_id"].as_str()) else { return };
        let before = reported.insert(path.to_owned(), document.to_owned());
        assert!(before.is_none_or(|before| before == document), "{path} became another document");
        assert!(["indexed", "unchanged"].contains(&line["status"].as_str().unwrap()), "{line}");
    };
    for lines_before_the_kill in [1, 70, 140] {
        let mut process = lectern.command(&arguments).spawn().unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        for line in out.by_ref().take(lines_before_the_kill) {
            note(&serde_json::from_str(&line).unwrap());
        }
        process.kill().unwrap();
        process.wait().unwrap();
        // Lines that were on their way when it died are reports too; a last half of one is not.
        out.filter_map(|line| serde_json::from_str(&line).ok()).for_each(|line| note(&line));
    }
    let last = lectern.run(&arguments).expect(0).lines();
    last.iter().for_each(&mut note);
    assert_eq!(reported.len(), FILES);
    assert_eq!(reported.values().collect::<BTreeSet<_>>().len(), FILES, "two files share a document");

    let server = lectern.serve(&[]);
    for n in 0..FILES {
        let word = format!("quokka{n}");
        let reply =
            server.post(&lectern, "/api/v1/search", &json!({"query": word, "limit": 20, "as": "tier=internal"}));
        let says_so = |hit: &&Value| hit["text"].as_str().unwrap().contains(&format!("{word},"));
        let hits: Vec<&Value> = reply["hits"].as_array().unwrap().iter().filter(says_so).collect();
        assert_eq!(hits.len(), 1, "{word} is found {} times", hits.len());
        assert_eq!(hits[0]["document_id"].as_str(), reported.get(hits[0]["url"].as_str().unwrap()).map(String::as_str));
    }
    let metrics =
        lectern.run(&["ingest", docs.to_str().unwrap(), "--tier", "internal", "--wait", "--json"]).expect(0).lines();
    assert_eq!(metrics.last().unwrap()["summary"], json!({"unchanged": FILES}));
}

/// Whatever is wrong with the index, the catalog has all of it.
#[test]
fn a_damaged_index_is_rebuilt_by_whoever_comes_next() {
    let lectern = Lectern::new();
    let file = lectern.write("a.md", "# Heron\n\nThe heron stands in the water.");
    lectern.run(&["ingest", file.to_str().unwrap(), "--tier", "public"]).expect(0);
    let index = std::fs::read_dir(lectern.data().join("index")).unwrap().next().unwrap().unwrap().path();
    type Damage = fn(&std::path::Path);
    let damages: [(&str, Damage); 4] = [
        ("an emptied shard", |index| {
            std::fs::remove_dir_all(index.join("segments")).unwrap();
            std::fs::create_dir(index.join("segments")).unwrap();
        }),
        ("a lost log", |index| std::fs::remove_dir_all(index.join("wal")).unwrap()),
        ("an unreadable configuration", |index| std::fs::write(index.join("edge_config.json"), "{").unwrap()),
        ("no folder at all", |index| std::fs::remove_dir_all(index).unwrap()),
    ];
    for (what, damage) in damages {
        damage(&index);
        assert_eq!(lectern.found("where does the heron stand", "tier=public"), ["Heron"], "{what}");
        damage(&index);
        let server = lectern.serve(&[]);
        assert_eq!(lectern.found("where does the heron stand", "tier=public"), ["Heron"], "{what}, with a server");
        drop(server);
    }
}
