//! Parse workers, with files that mean harm: each gets a reason, none takes the others with it.

use std::path::PathBuf;

use futures_util::future::join_all;
use ingest::parse::{PageRules, Parsed};
use ingest::ports::{NoParts, Parse, ParseFault};
use server::worker::{ParseWorkers, WorkerArgs, WorkerSettings};

fn pool(workers: usize) -> ParseWorkers {
    pool_of(env!("CARGO_BIN_EXE_lectern"), workers)
}

fn pool_of(program: &str, many: usize) -> ParseWorkers {
    let args = WorkerArgs { memory_mb: 512, cpu_seconds: 30, ..WorkerArgs::default() };
    ParseWorkers::new(WorkerSettings { program: PathBuf::from(program), args, many })
}

/// What a worker reads of a file by itself.
async fn read(pool: &ParseWorkers, name: &str, bytes: impl Into<Vec<u8>>) -> Result<Parsed, ParseFault> {
    let read = pool.parse(name, bytes.into(), &PageRules::default(), &mut NoParts).await;
    read.map(|reading| reading.parsed)
}

/// What comes of a file: `Ok` holds a part of its text, `Err` a part of the reason.
async fn check(pool: &ParseWorkers, name: &str, bytes: impl Into<Vec<u8>>, expected: Result<&str, &str>) {
    let parsed = read(pool, name, bytes).await;
    match (&parsed, expected) {
        (Ok(parsed), Ok(words)) => assert!(parsed.markdown.contains(words), "{name}: {}", parsed.markdown),
        (Err(fault), Err(words)) => assert!(fault.to_string().contains(words), "{name}: {fault}"),
        (Ok(_), Err(words)) => panic!("{name} was read, instead of: {words}"),
        (Err(fault), Ok(_)) => panic!("{name}: {fault}"),
    }
}

fn nested(depth: usize) -> String {
    format!("<html><body>{}deep{}</body></html>", "<div>".repeat(depth), "</div>".repeat(depth))
}

#[tokio::test]
async fn hostile_files_get_a_reason_and_the_next_file_is_read() {
    let pool = pool(1);
    let hostile: [(&str, Vec<u8>, &str); 9] = [
        ("deep.html", nested(60_000).into(), "nests its elements"),
        ("wide.html", format!("<html><body>{}", "<p>x".repeat(1_000_001)).into(), "more than"),
        ("nothing.md", Vec::new(), "empty"),
        ("blank.txt", b" \n\t\r\n".to_vec(), "empty"),
        ("nul.md", b"text\0with\0nul\0bytes".to_vec(), "binary"),
        ("noise.html", (0..60_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect(), "binary"),
        ("picture.md", b"\x89PNG\r\n\x1a\n....".to_vec(), "PNG"),
        ("archive.html", b"PK\x03\x04 and so on".to_vec(), "damaged"),
        ("program.txt", std::fs::read(env!("CARGO_BIN_EXE_lectern")).unwrap()[..100_000].to_vec(), "program"),
    ];
    for (name, bytes, reason) in hostile {
        check(&pool, name, bytes, Err(reason)).await;
        check(&pool, "good.md", "# Good\n\nStill read.", Ok("Still read.")).await;
    }
}

#[tokio::test]
async fn files_that_only_look_hostile_are_read() {
    let pool = pool(1);
    check(&pool, "deep.html", nested(300), Ok("deep")).await;
    check(&pool, "quotes.md", format!("{} end", "> ".repeat(5_000)), Ok("end")).await;
    check(&pool, "../../etc/passwd.md", "A name is only a name.", Ok("only a name")).await;
    check(&pool, "", "No name at all.", Ok("No name")).await;
    check(&pool, "long.txt", "word ".repeat(2_000_000), Ok("word")).await;
    check(&pool, "umlaut.txt", b"Gr\xfc\xdfe".to_vec(), Ok("Grüße")).await;
}

/// Elements of many attributes, each of which the parser must hold: far beyond its memory, well within an upload.
pub fn heavy() -> Vec<u8> {
    let names: String = ('a'..='z').flat_map(|one| [format!(" {one}"), format!(" {one}{one}")]).collect();
    format!("<html><body>{}", format!("<p{names}>x").repeat(330_000)).into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_dies_takes_only_its_own_file_along() {
    let pool = pool(2);
    let heavy = heavy();
    assert!(heavy.len() < 50 * 1024 * 1024, "{}", heavy.len());
    let good = |n: usize| {
        let pool = &pool;
        async move { check(pool, "good.md", format!("Good number {n}."), Ok(&format!("number {n}."))).await }
    };
    let (fault, ..) = tokio::join!(read(&pool, "heavy.html", heavy), join_all((0..200).map(good)));
    let fault = fault.map(|parsed| parsed.markdown.len());
    assert!(matches!(&fault, Err(ParseFault::Crashed(why)) if why.contains("too large")), "{fault:?}");
    join_all((200..220).map(good)).await;
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_a_reason() {
    let pool = pool_of("/nonexistent/lectern", 1);
    for _ in 0..3 {
        check(&pool, "good.md", "Good.", Err("could not be started")).await;
    }
}

#[tokio::test]
async fn a_program_that_is_no_worker_is_a_reason() {
    let pool = pool_of("/bin/true", 1);
    for _ in 0..3 {
        check(&pool, "good.md", "Good.", Err("the parser stopped on this file")).await;
    }
}
