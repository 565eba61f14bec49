//! One private Postgres for all tests of this process, with a database for each test that asks.
//!
//! Started by the first that asks, from Debian's package. A shell script minds it and ends it when our end of its
//! standard input closes, so that neither a panic nor `kill -9` leaves a server or a folder behind.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::AnyConnection;
use sqlx::{AssertSqlSafe, Connection};

const SCRIPT: &str = include_str!("postgres.sh");
const AS_NOBODY_SPECIAL: &str = r#"[ "$(id -u)" = 0 ] && exec runuser -u postgres -- sh -c "$1"; exec sh -c "$1""#;

struct Server {
    /// Holds the pipe whose end is the server's end; never waited for, because a static is never dropped.
    _minder: Child,
    socket_folder: String,
}

/// The URL of a new, empty database.
pub async fn database() -> String {
    static SERVER: OnceLock<Server> = OnceLock::new();
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let server = SERVER.get_or_init(start);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&server.url("postgres")).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    server.url(&name)
}

fn start() -> Server {
    let mut minder = Command::new("sh")
        .args(["-c", AS_NOBODY_SPECIAL, "sh", SCRIPT])
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0) // an interrupt in the terminal is ours to notice, not the server's
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(minder.stdout.take().unwrap()).read_line(&mut first).unwrap();
    match first.trim().split_once("ready ") {
        Some(("", folder)) => Server { socket_folder: folder.to_owned(), _minder: minder },
        _ => panic!("{}", if first.trim().is_empty() { "the test Postgres did not start" } else { first.trim() }),
    }
}

impl Server {
    fn url(&self, database: &str) -> String {
        format!("postgres://lectern@localhost/{database}?host={}&sslmode=disable", self.socket_folder)
    }
}

#[tokio::test]
async fn every_test_has_a_database_of_its_own() {
    let (one, other) = (database().await, database().await);
    assert_ne!(one, other);
    for url in [one, other] {
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        sqlx::query("CREATE TABLE mine (id TEXT)").execute(&mut connection).await.unwrap();
    }
}
