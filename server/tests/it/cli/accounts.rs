//! People, groups and keys at the command line: on the data directory alone, and beside a running server.

use serde_json::{Value, json};

use super::{Lectern, Ran};

fn strings(values: &[Value], field: &str) -> Vec<String> {
    values.iter().map(|value| value[field].as_str().unwrap().to_owned()).collect()
}

/// The same story wherever it is told.
fn look_after_people(lectern: &Lectern) {
    let run = |arguments: &[&str]| lectern.run(arguments);
    run(&["users", "add", "ada", "--role", "reader", "--tier", "internal", "--groups", "hr"])
        .complains(1, "there is no group \"hr\"");
    assert_eq!(run(&["groups", "add", "hr", "--json"]).one(), json!({"added": "hr"}));
    run(&["groups", "add", "hr"]).complains(1, "there is a group \"hr\" already");

    let invited =
        run(&["users", "add", "Ada", "--role", "reader", "--tier", "internal", "--groups", "hr", "--json"]).one();
    assert_eq!((&invited["person"]["login"], &invited["person"]["state"]), (&json!("ada"), &json!("invited")));
    let link = invited["link"].as_str().unwrap();
    let url = invited["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with(&format!("/join#{link}")), "{url}");
    run(&["users", "add", "ada", "--role", "admin", "--tier", "public"])
        .complains(1, "somebody signs in as \"ada\" already");
    let plain =
        run(&["users", "add", "bob", "--role", "admin", "--tier", "restricted", "--name", "Bob B."]).expect(0).out;
    assert!(plain.starts_with("bob is invited") && plain.contains("/join#lnk_"), "{plain}");
    let again = run(&["users", "link", "ada", "--json"]).one();
    assert!(again["url"].as_str().unwrap().starts_with("http://") && again["link"] != link, "{again}");

    let table = run(&["users", "list"]).expect(0).out;
    let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
    assert_eq!(
        lines,
        [
            "LOGIN  ROLE    TIER        STATE    GROUPS  NAME",
            "ada    reader  internal    invited  hr      ada",
            "bob    admin   restricted  invited          Bob B.",
        ]
    );
    assert_eq!(strings(&run(&["users", "list", "--json"]).expect(0).lines(), "login"), ["ada", "bob"]);

    let change = |arguments: &[&str]| run(&[&["users", "change", "ada", "--json"], arguments].concat()).one();
    let changed = change(&["--role", "editor", "--name", "Ada L.", "--no-groups"]);
    assert_eq!(
        [&changed["role"], &changed["name"], &changed["groups"]],
        [&json!("editor"), &json!("Ada L."), &json!([])]
    );
    assert_eq!(change(&["--groups", "hr", "--tier", "customer"])["groups"], json!(["hr"]));
    assert_eq!(run(&["users", "activate", "bob", "--json"]).one()["state"], "active");
    for gone in
        [&["users", "suspend", "bob"][..], &["users", "remove", "bob"], &["users", "change", "bob", "--role", "reader"]]
    {
        run(gone).complains(1, "nobody else is an admin");
    }
    run(&["keys", "add", "ada", "bot", "--scopes", "read"]).complains(1, "activate it first");
    assert_eq!(run(&["users", "activate", "ada", "--json"]).one()["state"], "active");

    let made = run(&[
        "keys",
        "add",
        "ada",
        "bot",
        "--scopes",
        "read,write",
        "--tier",
        "customer",
        "--groups",
        "billing+hr",
        "--days",
        "30",
        "--json",
    ]);
    let made = made.one();
    let (key, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert_eq!(
        (&made["scopes"], &made["tier"], &made["groups"]),
        (&json!(["read", "write"]), &json!("customer"), &json!(["billing", "hr"]))
    );
    let plain = run(&["keys", "add", "bob", "nightly", "--scopes", "manage"]).expect(0);
    assert!(plain.out.starts_with("lak_") && plain.out.lines().count() == 1, "{plain:?}");
    assert_eq!(strings(&run(&["keys", "list", "--json"]).expect(0).lines(), "owner_login"), ["bob", "ada"]);
    let listed = run(&["keys", "list", "ada"]).expect(0).out;
    assert!(
        listed.contains(key) && listed.contains("customer,billing+hr") && !listed.contains(&secret[12..]),
        "{listed}"
    );
    assert_eq!(run(&["keys", "revoke", key, "--json"]).one(), json!({"revoked": key}));
    run(&["keys", "revoke", key]).complains(1, "there is no such key");

    run(&["users", "suspend", "ada"]).expect(0);
    run(&["users", "link", "ada"]).complains(1, "activate it first");
    assert_eq!(run(&["users", "remove", "ada", "--json"]).one(), json!({"removed": true}));
    for absent in [
        &["users", "remove", "ada"][..],
        &["users", "link", "ada"],
        &["users", "suspend", "ada"],
        &["keys", "list", "ada"],
    ] {
        run(absent).complains(1, "nobody signs in as \"ada\"");
    }
    assert_eq!(run(&["groups", "list", "--json"]).one(), json!({"name": "hr", "members": 0, "documents": 0}));
    assert_eq!(run(&["groups", "remove", "hr", "--json"]).one(), json!({"removed": "hr"}));
    run(&["groups", "remove", "hr"]).complains(1, "there is no group \"hr\"");
    assert_eq!(run(&["groups", "list"]).expect(0).out, "GROUP  PEOPLE  DOCUMENTS\n");
}

#[test]
fn people_are_looked_after_without_a_server() {
    let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
    look_after_people(&lectern);
    assert!(!lectern.data().join("models").exists(), "no model is fetched to look after people");
}

#[test]
fn people_are_looked_after_beside_a_server() {
    let lectern = Lectern::new();
    let _server = lectern.serve(&[]);
    look_after_people(&lectern);
}

#[test]
fn a_key_of_the_command_line_opens_the_server() {
    let lectern = Lectern::new();
    let server = lectern.serve(&[]);
    lectern.run(&["users", "add", "ada", "--role", "reader", "--tier", "customer"]).expect(0);
    lectern.run(&["users", "activate", "ada"]).expect(0);
    let key = lectern.run(&["keys", "add", "ada", "bot", "--scopes", "read"]).expect(0).out;
    let me = || {
        let head = format!("Host: {}\r\nConnection: close\r\nAuthorization: Bearer {}", server.address, key.trim());
        server.send(&format!("GET /api/v1/me HTTP/1.1\r\n{head}\r\n\r\n"))
    };
    assert!(me().contains(r#""login":"ada""#) && me().contains(r#""tier":"customer""#), "{}", me());
    lectern.run(&["users", "suspend", "ada"]).expect(0);
    assert!(me().starts_with("HTTP/1.1 401"), "{}", me());
}

#[test]
fn wrong_usage_costs_nothing() {
    let check = |arguments: &[&str], words: &str| {
        let lectern = Lectern { folder: tempfile::tempdir().unwrap() };
        let ran: Ran = lectern.run(arguments);
        ran.complains(2, words);
        assert!(!lectern.data().exists(), "{arguments:?} made a data directory");
    };
    check(&["users"], "Usage");
    check(&["users", "add", "ada"], "--role");
    check(&["users", "add", "", "--role", "reader", "--tier", "public"], "empty");
    check(&["users", "add", "a da", "--role", "reader", "--tier", "public"], "white space");
    check(&["users", "add", "a\u{1b}da", "--role", "reader", "--tier", "public"], "cannot be seen");
    check(&["users", "add", "ada", "--role", "owner", "--tier", "public"], "unknown role \"owner\"");
    check(&["users", "add", "ada", "--role", "reader", "--tier", "secret"], "unknown tier \"secret\"");
    check(&["users", "add", "ada", "--role", "reader", "--tier", "public", "--groups", "HR"], "not a group");
    check(&["users", "change", "ada"], "required");
    check(&["users", "change", "ada", "--groups", "hr", "--no-groups"], "cannot be used with");
    check(&["groups", "add", "Human Resources"], "not a group");
    check(&["keys", "add", "ada", "bot"], "--scopes");
    check(&["keys", "add", "ada", "bot", "--scopes", "all"], "unknown scope \"all\"");
    check(&["keys", "add", "ada", "bot", "--scopes", "read", "--groups", "hr"], "--tier");
    check(&["keys", "add", "ada", "bot", "--scopes", "read", "--days", "0"], "0");
    check(&["keys", "revoke", "ada"], "ada");
}
