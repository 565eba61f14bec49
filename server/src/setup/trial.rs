//! Does the integer graph mean the same as the reference? Both embed the same sentences, and the angle decides.
//!
//! Knows nothing of how a graph is run or of where it will live.

use std::path::Path;

use super::{RunGraph, SetupError};

/// File names of the two graphs.
pub(super) const FLOATS: &str = "fp32.onnx";
pub(super) const INTEGERS: &str = "int8.onnx";

/// Texts as an index holds them and as people ask, one a line: many subjects, lengths and a few languages. Single words
/// are left out; rounding turns them furthest, and there any model's answer is little more than a guess.
const SENTENCES: &str = include_str!("sentences.txt");

/// The integer graph is kept when it reaches both. Measured on the default model, retrieval quality then stays within
/// its own noise; a model that quantises badly falls far below.
const MEAN_AT_LEAST: f32 = 0.994;
const MIN_AT_LEAST: f32 = 0.985;

/// Cosines between the two graphs over all sentences.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Agreement {
    pub(super) mean: f32,
    pub(super) min: f32,
}

pub(super) struct Verdict {
    /// The file that shall run.
    pub(super) graph: &'static str,
    pub(super) why_floats: Option<String>,
    pub(super) agreement: Option<Agreement>,
}

/// Run both graphs in a folder. A reference that does not run is an error; integers that do not run, or answer
/// something else, only lose.
pub(super) fn compare(folder: &Path, library: &Path, run: &RunGraph<'_>) -> Result<Verdict, SetupError> {
    let sentences = || SENTENCES.lines().map(str::to_owned).collect::<Vec<_>>();
    let reference = run(library, &folder.join(FLOATS), sentences()).map_err(SetupError::Trial)?;
    let verdict = match run(library, &folder.join(INTEGERS), sentences()) {
        Ok(vectors) => judge(agreement(&reference, &vectors)),
        Err(cause) => Verdict { graph: FLOATS, why_floats: Some(cause), agreement: None },
    };
    Ok(verdict)
}

fn judge(agreement: Agreement) -> Verdict {
    let close = agreement.mean >= MEAN_AT_LEAST && agreement.min >= MIN_AT_LEAST;
    let (graph, why_floats) = if close {
        (INTEGERS, None)
    } else {
        let why = format!(
            "the integer graph strays too far (cosine {:.4} on average, {:.4} at worst)",
            agreement.mean, agreement.min
        );
        (FLOATS, Some(why))
    };
    Verdict { graph, why_floats, agreement: Some(agreement) }
}

fn agreement<V: AsRef<[f32]>>(left: &[V], right: &[V]) -> Agreement {
    // A graph that lost a sentence agrees on nothing.
    if left.len() != right.len() || left.is_empty() {
        return Agreement { mean: 0.0, min: 0.0 };
    }
    let cosines: Vec<f32> = left.iter().zip(right).map(|(l, r)| cosine(l.as_ref(), r.as_ref())).collect();
    let mean = cosines.iter().sum::<f32>() / cosines.len() as f32;
    Agreement { mean, min: cosines.into_iter().fold(f32::INFINITY, f32::min) }
}

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let lengths = (dot(left, left) * dot(right, right)).sqrt();
    if lengths > 0.0 { dot(left, right) / lengths } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    /// Pretends to run: the reference points along one axis, the integers lean away from it by `lean`.
    fn verdict(lean: f32) -> Verdict {
        let run = move |_: &Path, graph: &Path, texts: Vec<String>| {
            let second = if graph.ends_with(FLOATS) { 0.0 } else { lean };
            Ok(texts.iter().map(|_| Arc::from([1.0, second])).collect())
        };
        compare(Path::new("."), Path::new("lib"), &run).unwrap()
    }

    #[test]
    fn close_integers_win_and_strays_lose() {
        assert_eq!(verdict(0.01).graph, INTEGERS);
        let strayed = verdict(0.5);
        assert_eq!(strayed.graph, FLOATS);
        assert!(strayed.why_floats.unwrap().contains("0.8944"));
    }

    #[test]
    fn integers_that_do_not_run_lose_and_a_reference_that_does_not_is_an_error() {
        let only = |good: &'static str| {
            move |_: &Path, graph: &Path, texts: Vec<String>| {
                let vectors = texts.iter().map(|_| Arc::from([1.0_f32])).collect();
                if graph.ends_with(good) { Ok(vectors) } else { Err("unknown operator".to_owned()) }
            }
        };
        let verdict = compare(Path::new("."), Path::new("lib"), &only(FLOATS)).unwrap();
        assert_eq!((verdict.graph, verdict.why_floats.as_deref()), (FLOATS, Some("unknown operator")));
        let failed = compare(Path::new("."), Path::new("lib"), &only(INTEGERS));
        assert!(matches!(failed, Err(SetupError::Trial(_))));
    }
}
