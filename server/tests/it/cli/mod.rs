//! The program as a person starts it: the real binary, the real model, a data directory of its own.
//!
//! Models and libraries are linked from the directory that `setup` provisions once for all tests.

mod backed_up;
mod bad_input;
mod clarified;
mod conversations;
mod crash;
mod crawl;
mod evaluated;
mod explained;
mod failing;
mod gold;
mod jobs;
mod killed;
mod logged;
mod reindexed;
mod replayed;
mod seed;
mod served;
mod spent;
mod talked;

mod accounts;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than anything here takes, so that a hang is a failure and not a hang.
const PATIENCE: Duration = Duration::from_secs(120);

/// A data directory and the program on it.
pub struct Lectern {
    pub folder: tempfile::TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The JSON objects that were printed, one a line.
    pub fn lines(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        self.out.lines().map(parse).collect()
    }

    pub fn one(&self) -> Value {
        let lines = self.lines();
        assert_eq!((self.code, lines.len()), (Some(0), 1), "{self:?}");
        lines.into_iter().next().unwrap()
    }

    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        self
    }

    /// One clear sentence on standard error, after whatever was logged, and no backtrace.
    #[track_caller]
    pub fn complains(self, code: i32, words: &str) -> Self {
        let ran = self.expect(code);
        assert!(ran.err.contains(words), "\"{words}\" is not in {ran:?}");
        assert!(!ran.err.contains("panicked") && !ran.err.contains("stack backtrace"), "{ran:?}");
        ran
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Lectern {
    /// An empty data directory with everything provisioned.
    pub fn new() -> Self {
        let lectern = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(lectern.data()).unwrap();
        lectern.provide();
        lectern
    }

    /// Everything that setup would fetch.
    pub fn provide(&self) {
        let provisioned = &crate::setup::provisioned().onnxruntime;
        let provisioned = provisioned.parent().and_then(Path::parent).unwrap();
        for part in ["lib", "models"] {
            std::os::unix::fs::symlink(provisioned.join(part), self.data().join(part)).unwrap();
        }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A file below the folder of this test.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lectern"));
        command.args(arguments).arg("--data-dir").arg(self.data());
        self.prepare(&mut command);
        command
    }

    /// Nothing of our own surroundings gets in.
    fn prepare(&self, command: &mut Command) {
        for name in [
            "LECTERN_DATABASE_URL",
            "LECTERN_QDRANT_URL",
            "LECTERN_CONFIG",
            "LECTERN_LISTEN",
            "LECTERN_FAULT",
            "RUST_LOG",
        ] {
            command.env_remove(name);
        }
        command.env("RUST_BACKTRACE", "1").current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    /// The documents of somebody's search, by title.
    pub fn found(&self, text: &str, who: &str) -> Vec<String> {
        let reply = self.run(&["search", text, "--as", who, "--limit", "100", "--json"]).one();
        reply["hits"].as_array().unwrap().iter().map(|hit| hit["title"].as_str().unwrap().to_owned()).collect()
    }

    /// The operator's, while a server runs.
    fn token(&self) -> String {
        let file: Value = serde_json::from_slice(&std::fs::read(self.data().join("server.json")).unwrap()).unwrap();
        file["token"].as_str().unwrap().to_owned()
    }

    /// A server on this directory, once it answers.
    pub fn serve(&self, arguments: &[&str]) -> Server {
        Server::answering(self.command(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat()).spawn().unwrap())
    }

    /// One that logs as much as this filter lets through.
    pub fn serve_aloud(&self, filter: &str) -> Server {
        Server::answering(self.command(&["serve", "--listen", "127.0.0.1:0"]).env("RUST_LOG", filter).spawn().unwrap())
    }

    /// One that a shell minds, for a static, which is never dropped: server and folder end with this process.
    pub fn serve_until_our_end(&self, arguments: &[&str]) -> Server {
        let server = self.command(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat());
        let mut minder = Command::new("sh");
        self.prepare(minder.args(["-c", r#""$@" & server=$!; cat >/dev/null; kill -9 $server; rm -rf "$0""#]));
        minder.arg(self.folder.path()).arg(server.get_program()).args(server.get_args());
        Server::answering(minder.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }
}

/// A running server, killed with the test.
pub struct Server {
    pub process: Child,
    pub address: String,
    log: Arc<Mutex<String>>,
}

impl Server {
    fn answering(mut process: Child) -> Self {
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let (mut line, mut before) = (String::new(), String::new());
        let address = loop {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the server ended before it answered: {before}");
            if let Some((_, address)) = line.split_once("lectern answers at http://") {
                break address.trim().to_owned();
            }
            before.push_str(&line);
        };
        // Whatever else it says is read, lest it wait for a reader.
        let log = Arc::new(Mutex::new(before));
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            let mut line = String::new();
            while said.read_line(&mut line).is_ok_and(|read| read > 0) {
                written.lock().unwrap().push_str(&std::mem::take(&mut line));
            }
        });
        let server = Self { process, address, log };
        wait_for("the server to be ready", || server.get("/readyz").starts_with("HTTP/1.1 200"));
        server
    }

    /// What it has written to its log.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The reply to a plain request, head and body.
    pub fn get(&self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// What there is to watch, as the operator of `lectern` reads it.
    pub fn metrics(&self, lectern: &Lectern) -> String {
        self.get_as_operator(lectern, "/metrics")
    }

    pub fn get_as_operator(&self, lectern: &Lectern, path: &str) -> String {
        self.send(&format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\r\n",
            self.address,
            lectern.token()
        ))
    }

    /// The JSON that comes back for this JSON, as the operator of `lectern`.
    pub fn post(&self, lectern: &Lectern, path: &str, body: &Value) -> Value {
        let (token, body) = (lectern.token(), body.to_string());
        let reply = self.send(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        ));
        let (head, body) = reply.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{reply}");
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {reply}"))
    }

    fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    /// Send a signal, by name as `kill` knows it.
    pub fn signal(&self, name: &str) {
        signal(&self.process, name);
    }

    /// The exit code, once it has ended by itself.
    pub fn ended(&mut self) -> Option<i32> {
        let mut status = None;
        wait_for("the server to end", || {
            status = self.process.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn signal(process: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &process.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

/// Look again until it is so. Gives up loudly; how long it took is nobody's business.
pub fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
