//! Figures, for whoever asks for them: what our side adds before the first word, how soon a call is let go, and what many
//! streams at once take. Nothing is asserted of time. `cargo test ... -- --ignored --nocapture chat::measured`

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use prompts::chat::{ChatModel, Payer};
use server::chat::{Budgets, Counted, Price, Till};
use server::clock::Clock;

use super::{PATIENT, asked, ladder, question, remote};
use crate::ground::Ground;
use crate::models::{Format, ModelServer};

const CALLS: usize = 200;
const STREAMS: usize = 500;

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
    format!("p50 {:.2} ms, p95 {:.2} ms, worst {:.2} ms", at(50), at(95), at(100))
}

fn resident_mib() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<f64>().unwrap() * 4_096.0 / 1_048_576.0
}

/// From asking to the first word of a server that has it at once: HTTP on loopback is in it.
async fn first_words(model: &Arc<dyn ChatModel>) -> String {
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let asked = Instant::now();
        let mut streaming = model.stream(&question(), &Payer::House);
        streaming.next().await.unwrap().unwrap();
        times.push(asked.elapsed());
    }
    percentiles(times)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, for a quiet machine"]
async fn what_our_side_takes() {
    let (server, clock, ground) = (ModelServer::new().await, Clock::system(), Ground::sqlite().await);
    let model = |name: &str| ladder([remote(&server.url(), Format::OpenAi, name, PATIENT)], &clock);
    let instant = model("mock-ttft0-itl0-len1");
    println!("first word: {}", first_words(&instant).await);
    let budgets = Budgets { everybody_micros: Some(u64::MAX), each_micros: None };
    let till = Till { store: ground.store.clone(), workspace: ground.workspace, budgets };
    let counted: Arc<dyn ChatModel> = Arc::new(Counted { model: instant, dearest: Price::default(), till });
    println!("first word, with a budget: {}", first_words(&counted).await);

    let endless = model("mock-ttft0-itl5-len1000000");
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let mut streaming = endless.stream(&question(), &Payer::House);
        streaming.next().await.unwrap().unwrap();
        let left = Instant::now();
        drop(streaming);
        assert!(server.comes_to(0).await);
        times.push(left.elapsed());
    }
    println!("a call is let go: {}", percentiles(times));

    let (knob, before, begun) = (model("mock-ttft80-itl4-len600"), resident_mib(), Instant::now());
    let expected: String = (1..=600).map(|at| format!("word{at} ")).collect();
    let whole = join_all((0..STREAMS).map(|_| asked(&knob))).await;
    let dropped = whole.iter().filter(|(text, end)| *text != expected || end.is_err()).count();
    println!(
        "{STREAMS} streams at once: {dropped} not whole, {:.1} s, {:.0} MiB more (server and clients)",
        begun.elapsed().as_secs_f64(),
        resident_mib() - before
    );
}
