//! ONNX Runtime with nothing around it: what the embedder is compared with.
//!
//! The same graph in the same environment, one thread per session and one text per run, but with the runtime's own
//! defaults otherwise: if leaving its arena out or going through fastembed cost anything, it would show here.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::anyhow;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::Tensor;
use retrieval::adapters::fastembed::Runtime;

use super::tokens::Tokens;

pub struct Bare {
    session: Session,
}

impl Bare {
    pub fn load(runtime: &Runtime, graph: &Path) -> anyhow::Result<Self> {
        let words = |error: &dyn std::fmt::Display| anyhow!("{error}");
        let builder = Session::builder(&runtime.environment())?;
        let builder = builder.with_optimization_level(GraphOptimizationLevel::Level3).map_err(|error| words(&error))?;
        let mut builder = builder.with_intra_threads(1).map_err(|error| words(&error))?;
        Ok(Self { session: builder.commit_from_file(graph)? })
    }

    /// The vector of one text, from its tokens.
    pub fn run(&mut self, ids: &[i64]) -> anyhow::Result<Vec<f32>> {
        let wanted: Vec<String> = self.session.inputs().iter().map(|input| input.name().to_owned()).collect();
        let inputs = wanted.into_iter().map(|name| {
            let values = match name.as_str() {
                "input_ids" => ids.to_vec(),
                "attention_mask" => vec![1; ids.len()],
                _ => vec![0; ids.len()],
            };
            Ok((name, Tensor::from_array(([1, ids.len()], values))?))
        });
        let inputs = inputs.collect::<ort::Result<Vec<_>>>()?;
        let outputs = self.session.run(inputs)?;
        let (_, vector) = outputs[0].try_extract_tensor::<f32>()?;
        Ok(vector.to_vec())
    }
}

/// Run every text through the sessions, each on a thread of its own, tokenising as they go.
pub fn embed(sessions: &mut [Bare], tokens: &Tokens, texts: &[String]) -> anyhow::Result<Vec<Vec<f32>>> {
    each(sessions, texts, |session, text| session.run(&tokens.ids(text)?))
}

/// The same for texts that were tokenised before.
pub fn run(sessions: &mut [Bare], texts: &[Vec<i64>]) -> anyhow::Result<Vec<Vec<f32>>> {
    each(sessions, texts, |session, ids| session.run(ids))
}

/// Whoever is free takes the next one.
fn each<T: Sync>(
    sessions: &mut [Bare],
    texts: &[T],
    work: impl Fn(&mut Bare, &T) -> anyhow::Result<Vec<f32>> + Sync,
) -> anyhow::Result<Vec<Vec<f32>>> {
    let next = AtomicUsize::new(0);
    let serve = |session: &mut Bare| -> anyhow::Result<Vec<(usize, Vec<f32>)>> {
        let mut done = Vec::new();
        while let Some((at, text)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, texts.get(at)?)))
        {
            done.push((at, work(session, text)?));
        }
        Ok(done)
    };
    let mut done = std::thread::scope(|scope| {
        let threads: Vec<_> = sessions.iter_mut().map(|session| scope.spawn(|| serve(session))).collect();
        let ended = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a session panicked"))?);
        ended.collect::<anyhow::Result<Vec<_>>>()
    })?
    .concat();
    done.sort_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, vector)| vector).collect())
}
