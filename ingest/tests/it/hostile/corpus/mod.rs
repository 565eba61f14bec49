//! The corpus of files that mean harm: each a name, bytes that are made when asked for, and what must come of it.
//!
//! Everything is written by the code here, down to the bytes that lie; nothing is kept as a file. Shared by the tests
//! of this crate, which read the harmless ones in their own process, and by those of the server, which hand all of them
//! to real workers. Knows nothing of how a file is read.
//!
//! To add a file: a line in the list of its format, with the most exact expectation that holds.

mod archives;
mod books;
mod compound;
mod documents;
mod html;
mod mail;
mod office;
mod old;
mod pack;
mod page;
mod papers;
mod pdf;
mod rings;
mod rows;
mod text;
mod types;

/// One hostile file.
pub struct Hostile {
    pub name: String,
    pub expected: Expected,
    /// Only to be read where memory, time and stack are bounded: it may end the process that reads it.
    pub is_heavy: bool,
    make: Box<dyn Fn() -> Vec<u8>>,
}

/// What must come of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A reason with these words in it.
    Refused(&'static str),
    /// A text with these words in it.
    Read(&'static str),
    /// Whatever text, and a problem with these words in it.
    ReadWithProblem(&'static str),
    /// Exactly so many files come out.
    Opened { parts: usize },
    /// A text or a reason: both are right, as it may end a reader, or engines differ.
    Anything,
}

/// What came of a file.
#[derive(Debug, Default)]
pub struct Outcome {
    pub reason: Option<String>,
    pub text: String,
    pub problems: Vec<String>,
    pub parts: usize,
}

impl Hostile {
    pub fn bytes(&self) -> Vec<u8> {
        (self.make)()
    }

    /// What is wrong about what came of it, if anything.
    pub fn complaint(&self, outcome: &Outcome) -> Option<String> {
        let Outcome { reason, text, problems, parts } = outcome;
        let is_right = match (self.expected, reason) {
            (Expected::Anything, _) => true,
            (Expected::Refused(words), Some(reason)) => reason.contains(words),
            (Expected::Read(words), None) => text.contains(words),
            (Expected::ReadWithProblem(words), None) => problems.iter().any(|problem| problem.contains(words)),
            (Expected::Opened { parts: expected }, None) => *parts == expected,
            _ => false,
        };
        let shown: String = text.chars().take(200).collect();
        (!is_right).then(|| {
            let Self { name, expected, .. } = self;
            format!("{name}: expected {expected:?}: {reason:?}, {parts} parts, {problems:?}, {shown:?}")
        })
    }

    fn heavy(self) -> Self {
        Self { is_heavy: true, ..self }
    }
}

/// All of them; the bytes of each are made when asked for, since some are large.
pub fn corpus() -> Vec<Hostile> {
    [
        archives::files(),
        pdf::files(),
        rings::files(),
        papers::files(),
        documents::files(),
        office::files(),
        old::files(),
        books::files(),
        html::files(),
        page::files(),
        text::files(),
        rows::files(),
        mail::files(),
        types::files(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn file<B: Into<Vec<u8>>>(name: &str, expected: Expected, make: impl Fn() -> B + 'static) -> Hostile {
    Hostile { name: name.to_owned(), expected, is_heavy: false, make: Box::new(move || make().into()) }
}

/// The same bytes, again and again.
fn times(unit: impl AsRef<[u8]>, count: usize) -> Vec<u8> {
    unit.as_ref().repeat(count)
}
