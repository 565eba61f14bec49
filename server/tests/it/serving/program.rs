//! `lectern serve` told how others reach it: what it refuses, and what it does then.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::Child;

use super::tls::pair;
use crate::cli::{Lectern, Ran, signal, wait_for};

/// Its own line on where it answers, once it is there.
fn answers_at(process: &mut Child) -> String {
    let mut said = BufReader::new(process.stderr.take().unwrap());
    let mut line = String::new();
    let address = loop {
        line.clear();
        assert!(said.read_line(&mut line).unwrap() > 0, "it ended before it answered");
        if let Some((_, address)) = line.split_once("lectern answers at ") {
            break address.trim().to_owned();
        }
    };
    std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
    address
}

fn ends(mut process: Child) {
    signal(&process, "TERM");
    wait_for("it to end", || process.try_wait().unwrap().is_some());
}

#[test]
fn an_address_of_everybody_needs_tls_or_a_proxy() {
    let lectern = Lectern::new();
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        let refused = lectern.run(&["serve", "--listen", listen]);
        let refused = refused.complains(2, "behind_proxy = true").complains(2, "[tls]").complains(2, "127.0.0.1");
        assert!(refused.err.contains(listen), "{refused:?}");
    }
    let from_environment = lectern.command(&["serve"]).env("LECTERN_LISTEN", "0.0.0.0:0").output().unwrap();
    Ran::from(from_environment).complains(2, "behind_proxy = true");
    assert!(!lectern.data().join("lectern.db").exists(), "nothing was begun");
    let mut behind = lectern.command(&["serve", "--listen", "0.0.0.0:0"]);
    let mut behind = behind.env("LECTERN_BEHIND_PROXY", "true").spawn().unwrap();
    assert!(answers_at(&mut behind).starts_with("http://0.0.0.0:"));
    ends(behind);
}

#[test]
fn with_tls_commands_still_reach_it() {
    let lectern = Lectern::new();
    let (files, _) = pair(lectern.folder.path());
    let table = format!("[tls]\ncertificate = {:?}\nkey = {:?}\n", files.certificate, files.key);
    let config = lectern.write("lectern.toml", table);
    let mut process = lectern.command(&["serve", "--listen", "0.0.0.0:0"]).spawn().unwrap();
    assert!(answers_at(&mut process).starts_with("https://0.0.0.0:"));
    let file = lectern.data().join("server.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "the operator's token is the operator's");
    assert!(std::fs::read_to_string(&file).unwrap().contains("http://127.0.0.1:"));
    assert_eq!(lectern.found("anything", "tier=public"), [""; 0]);
    // It looks again, and is still there.
    signal(&process, "HUP");
    assert_eq!(lectern.found("anything", "tier=public"), [""; 0]);
    ends(process);

    std::fs::write(&config, format!("[tls]\ncertificate = {:?}\nkey = {:?}\n", files.certificate, "nowhere.pem"))
        .unwrap();
    lectern.run(&["serve", "--listen", "127.0.0.1:0"]).complains(2, "[tls]: nowhere.pem cannot be read");
    let other = rcgen::KeyPair::generate().unwrap().serialize_pem();
    std::fs::write(&files.key, other).unwrap();
    let table = format!("[tls]\ncertificate = {:?}\nkey = {:?}\n", files.certificate, files.key);
    std::fs::write(&config, table).unwrap();
    lectern.run(&["serve", "--listen", "127.0.0.1:0"]).complains(2, "is not the one of the certificate");
}
