//! What speaks for a piece of a source as the answer to a question, and how much each signal counts.
//!
//! Pure: vectors and words in, one number out. The weights were learned (a choice among the pieces of each question, by
//! logistic regression) on the gold questions and the stand-alone conversations over the seed. Folds by document put a right
//! piece first for 67 of 94 gold questions whose answer was found and among the first three for 82. Does not know whether
//! there is an answer at all.

use retrieval::model::Passage;
use retrieval::words::{Asked, Held, Weights};

use super::asked_for::Measures;
use super::named::codes;
use super::sentences::{Piece, Shape};

/// What speaks for one piece, each between 0 and 1 or thereabouts.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Signals {
    /// Of the question's vector and the piece's own words.
    pub cosine: f32,
    /// The share of the question's words, rare ones weighing more, that it holds with the title and headings above it.
    pub coverage: f32,
    /// Of the question's vector and the heading's.
    pub heading: f32,
    /// The better cosine of the pieces beside it in its block.
    pub beside: f32,
    /// The measure that is asked for is there.
    pub time: f32,
    pub sum: f32,
    pub count: f32,
    /// It begins its block.
    pub begins: f32,
    /// One over the place of its source.
    pub place: f32,
    pub is_row: f32,
    /// A question does not answer one.
    pub asks: f32,
    /// A code or a year of the question stands neither in it nor above it.
    pub lacks: f32,
}

impl Signals {
    pub fn strength(&self) -> f32 {
        5.64 * self.cosine
            + 4.99 * self.coverage
            + 2.70 * self.heading
            + 1.78 * self.beside
            + 2.07 * self.time
            + 2.22 * self.sum
            + 1.50 * self.count
            + 0.68 * self.begins
            + 1.93 * self.place
            - 1.32 * self.is_row
            - 2.53 * self.asks
            - 0.88 * self.lacks
    }
}

/// A piece by its source's place among the packed.
pub struct Placed<'a> {
    pub source: usize,
    pub piece: Piece<'a>,
}

impl Placed<'_> {
    pub fn is_beside(&self, other: &Self) -> bool {
        self.source == other.source && self.piece.block == other.piece.block
    }

    /// The nearest heading above it, wherever that stands: the last of those of its passage, else the title.
    pub fn heading<'b>(&'b self, sources: &[&'b Passage]) -> &'b str {
        let source = sources[self.source];
        let of_passage = || source.heading.rsplit(" > ").next().filter(|heading| !heading.is_empty());
        self.piece.heading.or_else(of_passage).unwrap_or(&source.title)
    }
}

/// How near the pieces are to the question in meaning, in their order.
pub struct Nearness {
    pub pieces: Vec<f32>,
    pub headings: Vec<f32>,
}

/// How far behind a piece one that stands alone is taken to be.
const ALONE: f32 = 0.1;

/// What speaks for each piece.
pub fn signals(question: &str, placed: &[Placed<'_>], sources: &[&Passage], nearness: &Nearness) -> Vec<Signals> {
    let (coverage, asked) = (coverage(question, placed, sources), Measures::asked(question));
    let codes = codes(question);
    let of = |at: usize| {
        let (one, cosine) = (&placed[at], nearness.pieces[at]);
        let had = Measures::had(one.piece.words);
        let before = at.checked_sub(1).filter(|before| placed[*before].is_beside(one));
        let after = Some(at + 1).filter(|after| placed.get(*after).is_some_and(|after| after.is_beside(one)));
        let beside = before.into_iter().chain(after).map(|at| nearness.pieces[at]).reduce(f32::max);
        Signals {
            cosine,
            coverage: coverage[at],
            heading: nearness.headings[at],
            beside: beside.unwrap_or(cosine - ALONE),
            time: flag(asked.time && had.time),
            sum: flag(asked.sum && had.sum),
            count: flag(asked.count && had.count),
            begins: flag(before.is_none()),
            place: 1.0 / (1 + one.source) as f32,
            is_row: flag(matches!(one.piece.shape, Shape::Row(_))),
            asks: flag(one.piece.words.ends_with('?')),
            lacks: flag(!codes.is_empty() && lacks(&codes, one, sources)),
        }
    };
    (0..placed.len()).map(of).collect()
}

/// How much of the question each piece covers, with what stands above it.
fn coverage(question: &str, placed: &[Placed<'_>], sources: &[&Passage]) -> Vec<f32> {
    let asked = Asked::new(question);
    let own: Vec<Held> = placed.iter().map(|one| asked.held_by(one.piece.words)).collect();
    let above: Vec<Held> =
        sources.iter().map(|passage| asked.held_by(&passage.title).or(asked.held_by(&passage.heading))).collect();
    let weights = Weights::among(&asked, &own);
    let cover = |(one, own): (&Placed<'_>, &Held)| {
        weights.coverage(own.or(above[one.source]).or(asked.held_by(one.heading(sources))))
    };
    placed.iter().zip(&own).map(cover).collect()
}

fn lacks(codes: &[String], one: &Placed<'_>, sources: &[&Passage]) -> bool {
    let source = sources[one.source];
    let heading = one.piece.heading.unwrap_or_default();
    let told = [one.piece.words, heading, &source.heading, &source.title].join("\n").to_lowercase();
    codes.iter().any(|code| !told.contains(code))
}

fn flag(so: bool) -> f32 {
    f32::from(u8::from(so))
}
