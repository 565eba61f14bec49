//! Chunking: how much of what answers a question is in the passages found for it, and how much else is.
//!
//! A question comes with the spans of a text that answer it. The passages nearest to it are found by meaning alone, so
//! that nothing but the chunks differs between ours and the control, which cuts after every so many characters. Recall
//! is the share of the answering characters that are in the passages; IoU is those, as a share of all characters that
//! answer or were found. Knows nothing of the index, of keywords and of reranking.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use ingest::chunk::Chunker;
use retrieval::ports::{Embedder, Embedding, Purpose};
use serde_json::Value;

use super::super::report::{Findings, Target};

/// Passages found for a question.
const FOUND: usize = 5;
const CONTROL_CHARS: usize = 1_200;
/// Texts given to the embedder at once.
const BATCH: usize = 64;

/// A text that questions are about; spans in it are counted in characters, as the questions' are.
struct Text {
    name: String,
    text: String,
    /// Where its characters begin.
    starts: Vec<usize>,
}

struct Question {
    words: String,
    /// Index of the text that answers it, and the spans that do: in order, none touching another.
    text: usize,
    answers: Vec<Range<usize>>,
}

/// A chunk, and what the embedder reads of it.
struct Piece {
    text: usize,
    chars: Range<usize>,
    read: String,
}

/// Means over all questions.
struct Score {
    pieces: usize,
    mean_chars: f64,
    recall: f64,
    iou: f64,
}

/// Measure on a folder with `questions.jsonl` and the texts as `corpora/*.md`: ours beside the control.
pub async fn measure(data: &Path, embedder: &dyn Embedder, chunker: &Chunker) -> anyhow::Result<Findings> {
    let data = data.join("chunking_eval");
    let texts = texts(&data.join("corpora"))?;
    let questions = questions(&data.join("questions.jsonl"), &texts)?;
    ensure!(!questions.is_empty(), "there are no questions in {}", data.display());
    let asked = questions.iter().map(|question| question.words.clone()).collect();
    let asked = embedded(embedder, Purpose::Question, asked).await?;
    let mut scores = Vec::new();
    for pieces in [ours(&texts, chunker), control(&texts)] {
        let read = pieces.iter().map(|piece| piece.read.clone()).collect();
        let vectors = embedded(embedder, Purpose::Passage, read).await?;
        scores.push(score(&questions, &asked, &pieces, &vectors));
    }
    let [ours, control] = &scores[..] else { bail!("there are two ways to cut") };
    let mut found = Findings::default();
    let row = found.row("recall", ours.recall, "").target(Target::AtLeast(control.recall));
    row.also("control", control.recall).also("chunks", ours.pieces as f64).also("mean characters", ours.mean_chars);
    let row = found.row("IoU", ours.iou, "").target(Target::AtLeast(control.iou));
    row.also("control", control.iou).also("its chunks", control.pieces as f64);
    found.remark(format!(
        "{} questions, {FOUND} passages each; the control cuts after {CONTROL_CHARS} characters",
        questions.len()
    ));
    Ok(found)
}

fn texts(folder: &Path) -> anyhow::Result<Vec<Text>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    let texts = files.iter().map(|file| {
        let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let starts = text.char_indices().map(|(at, _)| at).collect();
        Ok(Text { name, text, starts })
    });
    texts.collect()
}

fn questions(file: &Path, texts: &[Text]) -> anyhow::Result<Vec<Question>> {
    let lines = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    lines.lines().filter(|line| !line.trim().is_empty()).map(|line| question(line, texts)).collect()
}

fn question(line: &str, texts: &[Text]) -> anyhow::Result<Question> {
    let value: Value = serde_json::from_str(line)?;
    let words = value["question"].as_str().context("a line without a question")?.to_owned();
    let text = texts.iter().position(|text| value["corpus_id"] == *text.name);
    let text = text.with_context(|| format!("no text answers: {words}"))?;
    let mut answers = Vec::new();
    for reference in value["references"].as_array().into_iter().flatten() {
        let place = |name: &str| reference[name].as_u64().and_then(|place| usize::try_from(place).ok());
        let span = place("start_index").zip(place("end_index")).with_context(|| format!("no span answers: {words}"))?;
        ensure!(span.0 < span.1 && span.1 <= texts[text].starts.len(), "a span beyond its text answers: {words}");
        answers.push(span.0..span.1);
    }
    ensure!(!answers.is_empty(), "nothing answers: {words}");
    Ok(Question { words, text, answers: joined(answers) })
}

/// The chunks as the house embeds them, but without a title, which the texts do not have.
fn ours(texts: &[Text], chunker: &Chunker) -> Vec<Piece> {
    let pieces = texts.iter().enumerate().flat_map(|(number, text)| {
        let before = |at: usize| text.starts.partition_point(|start| *start < at);
        chunker.chunk(&text.text).into_iter().map(move |chunk| Piece {
            text: number,
            chars: before(chunk.bytes.start)..before(chunk.bytes.end),
            read: chunk.text_in_context(""),
        })
    });
    pieces.collect()
}

fn control(texts: &[Text]) -> Vec<Piece> {
    let pieces = texts.iter().enumerate().flat_map(|(number, text)| {
        let length = text.starts.len();
        (0..length).step_by(CONTROL_CHARS).map(move |start| {
            let chars = start..length.min(start + CONTROL_CHARS);
            let end = text.starts.get(chars.end).copied().unwrap_or(text.text.len());
            Piece { text: number, read: text.text[text.starts[start]..end].to_owned(), chars }
        })
    });
    pieces.collect()
}

async fn embedded(embedder: &dyn Embedder, purpose: Purpose, texts: Vec<String>) -> anyhow::Result<Vec<Embedding>> {
    let mut vectors = Vec::with_capacity(texts.len());
    for batch in texts.chunks(BATCH) {
        vectors.extend(embedder.embed(purpose, batch.to_vec()).await?);
    }
    Ok(vectors)
}

fn score(questions: &[Question], asked: &[Embedding], pieces: &[Piece], vectors: &[Embedding]) -> Score {
    let (mut recall, mut iou) = (0.0, 0.0);
    for (question, asked) in questions.iter().zip(asked) {
        let found = nearest(asked, vectors);
        let spans = |of_text: bool| {
            let found = found.iter().map(|piece| &pieces[*piece]);
            let chosen = found.filter(|piece| (piece.text == question.text) == of_text);
            chosen.map(|piece| piece.chars.clone()).collect::<Vec<_>>()
        };
        let (right, wrong) = (joined(spans(true)), spans(false));
        let answers = length(&question.answers);
        let covered = length(&common(&question.answers, &right));
        recall += covered / answers;
        iou += covered / (answers + length(&right) + length(&wrong) - covered);
    }
    let count = questions.len() as f64;
    let mean_chars = pieces.iter().map(|piece| piece.chars.len()).sum::<usize>() as f64 / pieces.len().max(1) as f64;
    Score { pieces: pieces.len(), mean_chars, recall: recall / count, iou: iou / count }
}

/// The nearest by cosine; of equals the first.
fn nearest(asked: &Embedding, vectors: &[Embedding]) -> Vec<usize> {
    let mut ranked: Vec<(f32, usize)> = vectors.iter().map(|vector| cosine(asked, vector)).zip(0..).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.into_iter().take(FOUND).map(|(_, piece)| piece).collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f32::MIN_POSITIVE)
}

/// The same characters as spans in order, none touching another.
fn joined(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| span.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut().filter(|last| span.start <= last.end) {
            Some(last) => last.end = last.end.max(span.end),
            None => joined.push(span),
        }
    }
    joined
}

fn common(a: &[Range<usize>], b: &[Range<usize>]) -> Vec<Range<usize>> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| a.start.max(b.start)..a.end.min(b.end)));
    pairs.filter(|span| !span.is_empty()).collect()
}

fn length(spans: &[Range<usize>]) -> f64 {
    spans.iter().map(Range::len).sum::<usize>() as f64
}
