//! `lectern backup` beside a running server and without one, `lectern restore --verify` elsewhere, and what both refuse.

use std::path::Path;

use serde_json::{Value, json};

use super::{Lectern, Ran, wait_for};
use crate::postgres;

const PASSPHRASE: (&str, &str) = ("LECTERN_BACKUP_PASSPHRASE", "a quiet harbour at night");

/// With this in its environment.
fn run_with(lectern: &Lectern, arguments: &[&str], environment: &[(&str, &str)]) -> Ran {
    lectern.command(arguments).envs(environment.iter().copied()).output().unwrap().into()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn birds(lectern: &Lectern, folder: &str, numbers: std::ops::Range<usize>) -> String {
    for n in numbers {
        let text =
            format!("# Bird {n}\n\nBird number {n} of the marsh eats {} fish a day and rests for {n} hours.", n % 7);
        lectern.write(&format!("{folder}/{n}.md"), text);
    }
    lectern.folder.path().join(folder).to_str().unwrap().to_owned()
}

#[test]
fn under_load_it_is_taken_and_elsewhere_it_is_proved() {
    let lectern = Lectern::new();
    let server = lectern.serve(&[]);
    let docs = birds(&lectern, "docs", 0..40);
    lectern.run(&["ingest", &docs, "--tier", "internal", "--wait"]).expect(0);
    for question in ["How many fish does bird number 7 eat?", "Where does bird number 12 rest?"] {
        lectern.run(&["ask", question, "--as", "tier=internal"]).expect(0);
    }
    let kept = lectern.folder.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    let at = |name: &str| kept.join(name).to_str().unwrap().to_owned();

    // While more comes in.
    let more = birds(&lectern, "more", 100..260);
    let mut load = lectern.command(&["ingest", &more, "--tier", "internal", "--wait"]).spawn().unwrap();
    wait_for("some of it to be there", || lectern.found("bird number 100", "tier=internal").len() > 50);
    let amid = run_with(&lectern, &["backup", &at("amid-1.backup"), "--json"], &[PASSPHRASE]).one();
    let documents = amid["documents"].as_u64().unwrap();
    assert!((40..=200).contains(&documents) && amid["originals_lost"] == json!([]), "{amid}");
    assert!(load.wait().unwrap().success());

    let still = run_with(&lectern, &["backup", &at("amid-2.backup"), "--keep", "1", "--json"], &[PASSPHRASE]).one();
    assert_eq!((&still["documents"], &still["questions"]), (&json!(200), &json!(100)));
    assert_eq!(still["removed"], json!([at("amid-1.backup")]));
    assert_eq!(files(&kept), ["amid-2.backup"], "and nothing half written");
    let file = at("amid-2.backup");

    // Elsewhere: proved, and the same is found.
    let other = Lectern::new();
    let restored = run_with(&other, &["restore", &file, "--verify", "--json"], &[PASSPHRASE]).one();
    assert_eq!(restored["rows_hash"], still["rows_hash"]);
    assert_eq!(restored["verified"], json!({"questions": 100, "identical": 100}), "{restored}");
    let question = "how many fish does bird number 31 eat";
    assert_eq!(other.found(question, "tier=internal")[..10], lectern.found(question, "tier=internal")[..10]);
    assert_eq!(other.found(question, "tier=public"), [""; 0]);
    let log = other.run(&["audit", "--json"]).expect(0).lines();
    assert!(log.iter().any(|line| line["what"] == "restored"), "{log:?}");
    other.run(&["audit", "verify"]).expect(0);
    let again = run_with(&other, &["restore", &file], &[PASSPHRASE]);
    again.complains(1, "the database holds a library: restore into an empty data directory");
    run_with(&lectern, &["restore", &file], &[PASSPHRASE])
        .complains(1, "another lectern process uses this data directory");
    drop(server);

    // And in the other database.
    let third = Lectern::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = runtime.block_on(postgres::database());
    let environment = [PASSPHRASE, ("LECTERN_DATABASE_URL", url.as_str())];
    let restored = run_with(&third, &["restore", &file, "--verify", "--json"], &environment).one();
    assert_eq!(restored["verified"], json!({"questions": 100, "identical": 100}), "{restored}");
    assert!(!third.data().join("lectern.db").exists());
    run_with(&third, &["restore", &file], &environment).complains(1, "the database holds a library");
}

#[test]
fn without_a_server_it_is_taken_of_the_rows() {
    let lectern = Lectern::new();
    let docs = birds(&lectern, "docs", 0..3);
    lectern.run(&["ingest", &docs, "--tier", "public"]).expect(0);
    let kept = lectern.folder.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    let folder = kept.to_str().unwrap();
    let told: Value = lectern.run(&["backup", folder, "--keep", "2", "--without-vectors", "--json"]).one();
    assert_eq!((&told["documents"], &told["questions"], &told["removed"]), (&json!(3), &json!(0), &json!([])));
    let file = told["file"].as_str().unwrap().to_owned();
    assert!(file.starts_with(folder) && file.ends_with(".backup"), "{file}");

    let damaged = lectern.write("damaged.backup", {
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        bytes
    });
    let other = Lectern::new();
    let refused = other.run(&["restore", damaged.to_str().unwrap()]);
    refused.complains(1, "the backup is damaged: a part of it was changed; nothing of it was used");
    assert!(!other.data().join("restoring").exists());
    // The index is built, and what was left out is embedded anew.
    other.run(&["restore", &file, "--verify"]).expect(0);
    assert_eq!(other.found("bird number 2", "tier=public").len(), 3);
}

#[test]
fn what_is_not_meant_so_is_refused() {
    let lectern = Lectern::new();
    let letter = lectern.write("letter.txt", "Dear all");
    let letter = letter.to_str().unwrap();
    lectern.run(&["backup", letter]).complains(1, "is no backup of lectern: name another file");
    lectern.run(&["restore", letter]).complains(1, "this is no backup of lectern");
    lectern.run(&["restore", "nowhere.backup"]).complains(1, "cannot be written or read");
    lectern.run(&["backup", "mine.backup", "--keep", "2"]).complains(2, "differ by a number or a date");
    lectern.run(&["backup", "nowhere/mine.backup"]).complains(1, "cannot be written or read");
    lectern.run(&["backup", "mine.backup", "--passphrase-file", "nowhere"]).complains(2, "cannot be read");
    let empty = lectern.write("empty", "\n");
    let empty = empty.to_str().unwrap();
    lectern.run(&["backup", "mine.backup", "--passphrase-file", empty]).complains(2, "holds no passphrase");

    let key = lectern.write("key", "a quiet harbour\n");
    let key = key.to_str().unwrap();
    lectern.run(&["backup", "mine.backup", "--passphrase-file", key]).expect(0);
    let mine = lectern.folder.path().join("mine.backup");
    let mine = mine.to_str().unwrap();
    let other = Lectern::new();
    other.run(&["restore", mine]).complains(1, "the backup is sealed");
    let wrong = [("LECTERN_BACKUP_PASSPHRASE", "a loud harbour")];
    run_with(&other, &["restore", mine], &wrong).complains(1, "the passphrase does not open this backup");
    other.run(&["restore", mine, "--passphrase-file", key]).expect(0);
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(mine).unwrap().permissions()) & 0o777, 0o600);
}

/// Killed at any moment it is done again, and until then it is nobody's house.
#[test]
fn half_a_house_is_not_opened() {
    let lectern = Lectern::new();
    let docs = birds(&lectern, "docs", 0..200);
    lectern.run(&["ingest", &docs, "--tier", "public"]).expect(0);
    let file = lectern.folder.path().join("all-1.backup");
    let file = file.to_str().unwrap();
    lectern.run(&["backup", file]).expect(0);
    let other = Lectern::new();
    let mark = other.data().join("restoring");
    let mut killed = 0;
    for _ in 0..6 {
        let mut restoring = other.command(&["restore", file, "--verify"]).spawn().unwrap();
        wait_for("it to begin or to end", || mark.exists() || restoring.try_wait().unwrap().is_some());
        if restoring.try_wait().unwrap().is_some() {
            break;
        }
        restoring.kill().unwrap();
        restoring.wait().unwrap();
        if mark.exists() {
            killed += 1;
            other.run(&["search", "bird"]).complains(1, "did not come to its end: run `lectern restore` again");
            other.run(&["audit"]).complains(1, "did not come to its end");
        }
    }
    assert!(killed > 0);
    other.run(&["restore", file, "--verify"]).expect(0);
    assert_eq!(other.found("bird number 150 of the marsh", "tier=public").len(), 100);
}
