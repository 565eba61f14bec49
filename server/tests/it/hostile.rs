//! The whole corpus of hostile files through real workers: each comes to its end, and the next file is read.
//!
//! The corpus is made by code of `ingest`'s tests, which is included here. What a process holds is that of all tests in
//! it, so the memory is measured in a process of its own: this binary again, with one test. The limits on time are the
//! workers'.

#[path = "../../../ingest/tests/it/hostile/corpus/mod.rs"]
mod corpus;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use async_trait::async_trait;
use ingest::parse::{PageRules, Part};
use ingest::ports::{Parse, ParseFault, Reading, TakeParts};
use server::worker::{ParseWorkers, WorkerArgs, WorkerSettings};

use self::corpus::{Hostile, Outcome, corpus};

/// How much the server may grow over any file, beside one file that was found inside.
const MOST_GROWTH_BYTES: usize = 64 * 1024 * 1024;

#[test]
fn every_hostile_file_comes_to_its_end() {
    let alone = ["--exact", "hostile::each_file_in_a_process_that_is_measured", "--ignored", "--nocapture"];
    let program = std::env::current_exe().unwrap();
    let run = Command::new(program).args(alone).stdin(Stdio::null()).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{said}\n{complained}");
    assert!(said.contains("1 passed"), "the test has another name now: {said}");
}

#[tokio::test]
#[ignore = "run by the test above, alone in its process"]
async fn each_file_in_a_process_that_is_measured() {
    let pool = pool();
    // What the first file costs is the test's own: threads, pipes, the first pages of memory.
    read(&pool, "warm.md", "A good text. ".repeat(100_000).into(), &mut Taken::default()).await.unwrap();
    let mut complaints = Vec::new();
    for file in corpus() {
        complaints.extend(check(&pool, &file).await);
    }
    assert!(complaints.is_empty(), "{}\n{}", complaints.len(), complaints.join("\n"));
}

/// What is wrong with what came of a file, with the memory that it took, or with the next file.
async fn check(pool: &ParseWorkers, file: &Hostile) -> Vec<String> {
    let mut complaints = Vec::new();
    let bytes = file.bytes();
    let mut taken = Taken::default();
    forget_peak();
    let before = peak_bytes();
    let read_it = read(pool, &file.name, bytes, &mut taken).await;
    let growth = peak_bytes().saturating_sub(before);
    let found = outcome(read_it, taken.parts);
    complaints.extend(file.complaint(&found));
    if growth > MOST_GROWTH_BYTES + taken.largest_bytes {
        complaints.push(format!("{}: the process grew by {growth} bytes", file.name));
    }
    if file.is_heavy || found.reason.is_some() {
        let next = read(pool, "good.md", b"# Good\n\nStill read.".to_vec(), &mut taken).await;
        if !next.as_ref().is_ok_and(|next| next.parsed.markdown.contains("Still read.")) {
            complaints.push(format!("{}: and then a good file was not read: {next:?}", file.name));
        }
    }
    complaints
}

fn pool() -> ParseWorkers {
    let args = WorkerArgs { memory_mb: 512, cpu_seconds: 30, ..WorkerArgs::default() };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_lectern"));
    ParseWorkers::new(WorkerSettings { program, args, many: 1 })
}

async fn read(pool: &ParseWorkers, name: &str, bytes: Vec<u8>, taken: &mut Taken) -> Result<Reading, ParseFault> {
    pool.parse(name, bytes, &PageRules::default(), taken).await
}

fn outcome(read: Result<Reading, ParseFault>, parts: usize) -> Outcome {
    match read {
        Err(fault) => Outcome { reason: Some(fault.to_string()), parts, ..Outcome::default() },
        Ok(reading) => {
            let parsed = reading.parsed;
            let text = parsed.pages.into_iter().fold(parsed.markdown, |text, page| text + &page.text);
            Outcome { reason: None, text, problems: parsed.problems, parts }
        }
    }
}

/// Counts what comes out, and looks at its name.
#[derive(Default)]
struct Taken {
    parts: usize,
    largest_bytes: usize,
}

#[async_trait]
impl TakeParts for Taken {
    async fn take(&mut self, part: Part) {
        let leaves = part.name.starts_with('/') || part.name.split(['/', '\\']).any(|folder| folder == "..");
        assert!(!leaves && !part.name.contains('\0'), "{:?}", part.name);
        self.parts += 1;
        self.largest_bytes = self.largest_bytes.max(part.bytes.len());
    }

    fn start_over(&mut self) {
        self.parts = 0;
    }
}

/// Let the peak be what is used now. Where the kernel does not let us, a peak from before hides smaller ones.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that this process has used.
fn peak_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024
}
