//! A made-up library: documents of several chunks, with subjects, labels, texts and vectors that cluster.
//!
//! Nothing of it is kept: a chunk's text and vector follow from its number, so a hundred thousand of them cost no
//! memory that the peak would count. Subjects lie together in the vector space, a document's chunks closer still, and a
//! department's subjects often share its tier, as in real libraries. Knows no index and no model.

use retrieval::access::{AccessLabel, AccessTier, Group};
use retrieval::ports::Embedding;

use super::dice::Dice;
use super::zipf::Vocabulary;

const SUBJECTS: usize = 1_000;
/// How far, against a subject's centre of length one, a document, its chunks and a question stray.
const DOCUMENT_STRAYS: f32 = 0.6;
const CHUNK_STRAYS: f32 = 0.5;
const QUESTION_STRAYS: f32 = 0.6;
const MOST_CHUNKS: usize = 8;
const QUESTION_WORDS: usize = 6;
/// Of a hundred documents, how many are for groups only, and how many take the tier of their subject.
const GROUPED: usize = 8;
const BY_SUBJECT: usize = 50;
pub const GROUPS: [&str; 6] = ["billing", "finance", "legal", "operations", "people", "security"];

/// What the draws of one kind are told apart by.
#[derive(Clone, Copy)]
enum Draw {
    Subject,
    Document,
    Chunk,
    Text,
    Question,
}

pub struct Corpus {
    vocabulary: Vocabulary,
    centres: Vec<Vec<f32>>,
    pub papers: Vec<Paper>,
}

/// One document, to be written out when it is needed.
pub struct Paper {
    pub number: usize,
    pub label: AccessLabel,
    subject: usize,
    /// The numbers of its chunks.
    pub chunks: std::ops::Range<usize>,
}

pub struct Question {
    pub text: String,
    pub dense: Embedding,
}

impl Corpus {
    /// As many documents as have `points` chunks; `shares` of a hundred are of each tier, the lowest first.
    pub fn new(points: usize, dimensions: usize, shares: &[u32; 4]) -> Self {
        let centre = |subject| normalised(strayed(&vec![0.0; dimensions], 1.0, &mut dice(Draw::Subject, subject)));
        let (mut papers, mut first) = (Vec::new(), 0);
        while first < points {
            let number = papers.len();
            let mut dice = dice(Draw::Document, number);
            let last = points.min(first + 1 + dice.below(MOST_CHUNKS));
            // Some subjects have many more documents than others.
            let subject = (dice.unit() * dice.unit() * SUBJECTS as f64) as usize;
            papers.push(Paper { number, label: label(subject, shares, &mut dice), subject, chunks: first..last });
            first = last;
        }
        Self { vocabulary: Vocabulary::new(), centres: (0..SUBJECTS).map(centre).collect(), papers }
    }

    pub fn points(&self) -> usize {
        self.papers.last().map_or(0, |paper| paper.chunks.end)
    }

    pub fn title(&self, paper: &Paper) -> String {
        self.vocabulary.text(paper.subject, 4, &mut dice(Draw::Document, paper.number + self.points()))
    }

    /// Between a hundred and a hundred and forty words.
    pub fn text(&self, paper: &Paper, chunk: usize) -> String {
        let mut dice = dice(Draw::Text, chunk);
        let words = 100 + dice.below(41);
        self.vocabulary.text(paper.subject, words, &mut dice)
    }

    pub fn vector(&self, paper: &Paper, chunk: usize) -> Vec<f32> {
        let document = strayed(&self.centres[paper.subject], DOCUMENT_STRAYS, &mut dice(Draw::Document, paper.number));
        normalised(strayed(&document, CHUNK_STRAYS, &mut dice(Draw::Chunk, chunk)))
    }

    /// A question about some chunk: near its vector, with a few of its words.
    pub fn question(&self, number: usize) -> Question {
        let mut dice = dice(Draw::Question, number);
        let chunk = dice.below(self.points());
        let paper = &self.papers[self.papers.partition_point(|paper| paper.chunks.end <= chunk)];
        let text = self.text(paper, chunk);
        let words: Vec<&str> = text.split([' ', '.']).filter(|word| !word.is_empty()).collect();
        let asked: Vec<&str> = (0..QUESTION_WORDS).map(|_| *dice.one_of(&words)).collect();
        let dense = normalised(strayed(&self.vector(paper, chunk), QUESTION_STRAYS, &mut dice));
        // The number makes every text another one, so that a question can be looked up by it.
        Question { text: format!("{} q{number}?", asked.join(" ")), dense: dense.into() }
    }
}

fn dice(draw: Draw, number: usize) -> Dice {
    Dice::of(&[draw as u64, number as u64])
}

fn label(subject: usize, shares: &[u32; 4], document: &mut Dice) -> AccessLabel {
    let mut department = dice(Draw::Subject, subject + SUBJECTS);
    let by_subject = document.below(100) < BY_SUBJECT;
    let tier = tier(shares, if by_subject { &mut department } else { document });
    let groups = (document.below(100) < GROUPED).then(|| document.one_of(&GROUPS).parse::<Group>().ok()).flatten();
    AccessLabel { tier, groups: groups.into_iter().collect() }
}

fn tier(shares: &[u32; 4], dice: &mut Dice) -> AccessTier {
    let thrown = dice.below(shares.iter().sum::<u32>() as usize) as u32;
    let up_to = shares.iter().scan(0, |sum, share| {
        *sum += share;
        Some(*sum)
    });
    let tiers = AccessTier::ALL.into_iter().zip(up_to);
    tiers.into_iter().find(|(_, up_to)| thrown < *up_to).map_or(AccessTier::Restricted, |(tier, _)| tier)
}

/// The vector, and beside it a step of about this length in some direction.
fn strayed(from: &[f32], far: f32, dice: &mut Dice) -> Vec<f32> {
    let step = far / (from.len() as f32).sqrt();
    from.iter().map(|value| value + step * dice.bell()).collect()
}

fn normalised(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|value| *value /= length);
    vector
}
