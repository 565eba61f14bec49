//! Embedding: our adapter against the bare runtime, integers against floats, and the same bits for the same text.
//!
//! The sides take turns within each round, so that a neighbour's work falls on all of them; a ratio is taken within a
//! round, and the median of the rounds counts. Knows nothing of indexes and documents.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use retrieval::adapters::fastembed::{FastEmbedder, LocalModel, Runtime};
use retrieval::ports::{Embedding, Purpose};

use super::bare::{self, Bare};
use super::ground::{self, Ground};
use super::handbook::Handbook;
use super::machine::Machine;
use super::progress;
use super::report::{Findings, Target, median};
use super::tokens::Tokens;

const ROUNDS: usize = 11;
const TEXTS: usize = 150;
/// The floats are slower; fewer texts keep their turn as long as the others'.
const FLOAT_TEXTS: usize = 60;
/// The length of a typical abstract, so that numbers compare with those of other systems.
const TOKENS: usize = 240;
/// Texts of every length whose bits are compared, and how many go in at once the second time.
const COMPARED: usize = 240;
const BATCH: usize = 7;

/// Everything that takes a turn.
struct Sides {
    ours: FastEmbedder,
    floats: FastEmbedder,
    bare: Vec<Bare>,
    tokens: Tokens,
}

/// Seconds per round of each.
#[derive(Default)]
struct Times {
    ours: Vec<f64>,
    bare: Vec<f64>,
    graph: Vec<f64>,
    floats: Vec<f64>,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Findings> {
    let model = ground.provisioned.model.as_ref().context("a model from the hub has no graph to run bare")?;
    let (runtime, sessions) = (Runtime::open(&ground.provisioned.onnxruntime)?, ground.config.embedder.threads);
    let mut sides = Sides {
        ours: embedder(&runtime, &model.graph, sessions)?,
        floats: embedder(&runtime, &model.reference, sessions)?,
        bare: (0..sessions.get()).map(|_| Bare::load(&runtime, &model.graph)).collect::<Result<_, _>>()?,
        tokens: Tokens::beside(&model.graph)?,
    };
    let handbook = Handbook::read(&ground::seed())?;
    let texts = texts(&handbook, &sides.tokens, TEXTS, |_| TOKENS)?;
    let counted = sides.tokens.count_all(&texts)? as f64 / TEXTS as f64;
    let times = rounds(&mut sides, &texts)?;
    let mut found = Findings::default();
    speeds(&mut found, &times, counted, model.graph == model.reference);
    same_bits(&mut found, &mut sides, &handbook, &runtime, &model.graph)?;
    found.remark(format!(
        "{} sessions of one thread, {TEXTS} texts of {counted:.0} tokens a turn ({FLOAT_TEXTS} for the floats), {ROUNDS} rounds; \
         bare: our tokenizer and the session; graph alone: tokens ready before",
        sessions
    ));
    Ok(found)
}

fn embedder(runtime: &Runtime, graph: &Path, sessions: NonZeroUsize) -> anyhow::Result<FastEmbedder> {
    let model = LocalModel { name: "bench".to_owned(), graph: graph.to_owned() };
    Ok(FastEmbedder::from_folder(runtime, &model, sessions)?)
}

fn texts(
    handbook: &Handbook,
    tokens: &Tokens,
    many: usize,
    length: impl Fn(usize) -> usize,
) -> anyhow::Result<Vec<String>> {
    (0..many).map(|number| tokens.cut(&handbook.paper(number, length(number), tokens)?.text, length(number))).collect()
}

fn rounds(sides: &mut Sides, texts: &[String]) -> anyhow::Result<Times> {
    let mut times = Times::default();
    let ready = texts.iter().map(|text| sides.tokens.ids(text)).collect::<anyhow::Result<Vec<_>>>()?;
    for round in 0..=ROUNDS {
        progress(&format!("embed: round {round} of {ROUNDS}"));
        let mut taken = [0.0; 4];
        for turn in 0..taken.len() {
            // Whoever goes first finds colder caches; everybody does in turn.
            let side = (turn + round) % taken.len();
            let given = if side == 3 { texts[..FLOAT_TEXTS].to_vec() } else { texts.to_vec() };
            let started = Instant::now();
            match side {
                0 => drop(sides.ours.embed_blocking(Purpose::Passage, given)?),
                1 => drop(bare::embed(&mut sides.bare, &sides.tokens, &given)?),
                2 => drop(bare::run(&mut sides.bare, &ready)?),
                _ => drop(sides.floats.embed_blocking(Purpose::Passage, given)?),
            }
            taken[side] = started.elapsed().as_secs_f64();
        }
        // The first round warms up.
        if round > 0 {
            times.ours.push(taken[0]);
            times.bare.push(taken[1]);
            times.graph.push(taken[2]);
            times.floats.push(taken[3] * TEXTS as f64 / FLOAT_TEXTS as f64);
        }
    }
    Ok(times)
}

fn speeds(found: &mut Findings, times: &Times, tokens: f64, only_floats: bool) {
    let (best, rate) = (|seconds: &[f64]| seconds.iter().copied().fold(f64::MAX, f64::min), TEXTS as f64);
    for (name, seconds) in [
        ("our adapter", &times.ours),
        ("bare runtime", &times.bare),
        ("bare runtime, graph alone", &times.graph),
        ("our adapter, floats", &times.floats),
    ] {
        let documents = rate / median(seconds);
        let row = found.row(name, documents * tokens, "tokens/s");
        row.also("documents/s", documents).also("best round", rate / best(seconds));
    }
    let ratio =
        |fast: &[f64], slow: &[f64]| -> Vec<f64> { slow.iter().zip(fast).map(|(slow, fast)| slow / fast).collect() };
    let judged = |found: &mut Findings, name: &str, fast, slow, target| {
        let ratios = ratio(fast, slow);
        let (low, high) =
            ratios.iter().fold((f64::MAX, 0.0_f64), |(low, high), ratio| (low.min(*ratio), high.max(*ratio)));
        found.row(name, median(&ratios), "x").target(target).also("lowest", low).also("highest", high);
    };
    judged(found, "adapter to bare runtime", &times.ours, &times.bare, Target::AtLeast(0.90));
    judged(found, "adapter to graph alone", &times.ours, &times.graph, Target::AtLeast(0.90));
    if Machine::look().vnni && !only_floats {
        judged(found, "integers to floats", &times.ours, &times.floats, Target::AtLeast(1.8));
    } else {
        found.not_here("integers to floats", "x").target(Target::AtLeast(1.8));
    }
}

/// One text, one vector: alone, in a crowd, backwards in small batches, on other sessions, without our adapter.
fn same_bits(
    found: &mut Findings,
    sides: &mut Sides,
    handbook: &Handbook,
    runtime: &Runtime,
    graph: &Path,
) -> anyhow::Result<()> {
    progress("embed: comparing bits");
    let texts = texts(handbook, &sides.tokens, COMPARED, |number| 1 + number)?;
    let single = embedder(runtime, graph, NonZeroUsize::MIN)?;
    let alone = texts
        .iter()
        .map(|text| vectors(&single, std::slice::from_ref(text)))
        .collect::<anyhow::Result<Vec<_>>>()?
        .concat();
    let together = vectors(&sides.ours, &texts)?;
    let backwards: Vec<String> = texts.iter().rev().cloned().collect();
    let batches =
        backwards.chunks(BATCH).map(|batch| vectors(&sides.ours, batch)).collect::<anyhow::Result<Vec<_>>>()?;
    let batches: Vec<Embedding> = batches.concat().into_iter().rev().collect();
    let bare = bare::embed(&mut sides.bare, &sides.tokens, &texts)?;
    let bare: Vec<Embedding> = bare.into_iter().map(once_more_of_length_one).collect();
    let differing = |others: &[&[Embedding]]| {
        (0..COMPARED).filter(|at| others.iter().any(|other| bits(&other[*at]) != bits(&alone[*at]))).count() as f64
    };
    let row = found.row("texts whose bits depend on batch, order or session", differing(&[&together, &batches]), "");
    row.target(Target::Exactly(0.0)).also("texts", COMPARED as f64);
    let row = found.row("texts that the bare runtime gives other bits", differing(&[&bare]), "");
    row.target(Target::Exactly(0.0)).also("texts", COMPARED as f64);
    Ok(())
}

fn vectors(embedder: &FastEmbedder, texts: &[String]) -> anyhow::Result<Vec<Embedding>> {
    Ok(embedder.embed_blocking(Purpose::Passage, texts.to_vec())?)
}

/// The graph divides by the length already; fastembed does so again, which moves the last bit.
fn once_more_of_length_one(vector: Vec<f32>) -> Embedding {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter().map(|value| value / (length + 1e-12)).collect()
}

fn bits(vector: &[f32]) -> Vec<u32> {
    vector.iter().map(|value| value.to_bits()).collect()
}
