//! Neighbours: hits that stand side by side become one passage, and a hit that a cut broke takes its neighbour in.
//!
//! A joined passage is still one stretch of its version's text, to the byte, under one heading and on one page, so that
//! whatever is quoted from it is cited as before. Knows how chunks lie beside each other, not how they were cut.

use std::collections::HashSet;

use super::bond::{Bond, bond, may_be_open, may_go_on};
use super::near::name;
use super::{LeftOut, Why};
use crate::model::{Passage, PointId, VersionId, WorkspaceId};
use crate::ports::Scored;

/// No joined passage is longer: about three chunks, and a fifth of what an answer looks at.
const LONGEST_CHARS: usize = 2_400;

/// A hit with what stands beside it in its version.
pub(super) struct Run {
    hit: Scored,
    /// One stretch, in the order of the text; the hit is among them.
    chunks: Vec<Passage>,
}

pub(super) struct Gathered {
    pub(super) runs: Vec<Run>,
    pub(super) left_out: Vec<LeftOut>,
}

/// The first of them until `limit` places are taken; hits that stand side by side share a place.
pub(super) fn gather(passages: Vec<Scored>, limit: usize) -> Gathered {
    let (mut runs, mut left_out): (Vec<Run>, Vec<LeftOut>) = (Vec::new(), Vec::new());
    for scored in passages {
        if runs.len() == limit {
            left_out.push(LeftOut { point: scored.passage.point, why: Why::BeyondLimit });
            continue;
        }
        runs.push(Run { chunks: vec![scored.passage.clone()], hit: scored });
        left_out.append(&mut settle(&mut runs));
    }
    Gathered { runs, left_out }
}

/// Join the last run to those that it stands beside: a hit between two others makes one of all three.
fn settle(runs: &mut Vec<Run>) -> Vec<LeftOut> {
    let (mut moved, mut joined) = (runs.len().saturating_sub(1), Vec::new());
    let beside = |runs: &[Run], moved: usize| {
        (0..runs.len()).find(|at| *at != moved && side(&runs[*at].chunks, &runs[moved].chunks).is_some())
    };
    while let Some(other) = beside(runs, moved) {
        let worse = runs.remove(other.max(moved));
        moved = other.min(moved);
        let better = &mut runs[moved];
        joined.push(LeftOut { point: worse.hit.passage.point, why: Why::JoinedTo(better.hit.passage.point) });
        better.join(worse);
    }
    joined
}

/// The neighbours that some hit may not be whole without, those of the best hits first.
pub(super) fn wanted(runs: &[Run], workspace: WorkspaceId) -> Vec<PointId> {
    let mut known: HashSet<(VersionId, u32)> = runs.iter().flat_map(Run::ordinals).collect();
    let wanted = runs.iter().flat_map(|run| {
        let before = run.chunks.first().filter(|chunk| may_go_on(&chunk.text));
        let after = run.chunks.last().filter(|chunk| may_be_open(&chunk.text));
        let before = before.and_then(|chunk| Some((chunk, chunk.ordinal.checked_sub(1)?)));
        let after = after.and_then(|chunk| Some((chunk, chunk.ordinal.checked_add(1)?)));
        before.into_iter().chain(after)
    });
    let wanted = wanted.filter(|(chunk, ordinal)| known.insert((chunk.version, *ordinal)));
    wanted.map(|(chunk, ordinal)| PointId::of(workspace, chunk.document, chunk.version, ordinal)).collect()
}

/// Each neighbour goes to the best hit that is not whole without it; the others are no part of anything. Which went where,
/// since a neighbour may have been a hit for which there was no place.
pub(super) fn extend(runs: &mut [Run], neighbours: Vec<Passage>) -> Vec<LeftOut> {
    let mut joined = Vec::new();
    for neighbour in neighbours {
        let neighbour = [neighbour];
        if let Some(run) = runs.iter_mut().find(|run| run.is_continued_by(&neighbour)) {
            joined.push(LeftOut { point: neighbour[0].point, why: Why::JoinedTo(run.hit.passage.point) });
            run.put(neighbour.into());
        }
    }
    joined
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Run {
    /// One passage of it all, with the hit's score and name.
    pub(super) fn into_passage(self) -> Scored {
        let Self { mut hit, chunks } = self;
        let mut chunks = chunks.into_iter();
        if let Some(first) = chunks.next() {
            let passage = &mut hit.passage;
            passage.heading = first.heading;
            (passage.text, passage.bytes, passage.gap) = (first.text, first.bytes, first.gap);
            chunks.for_each(|chunk| append(passage, &chunk));
        }
        hit
    }

    fn ordinals(&self) -> impl Iterator<Item = (VersionId, u32)> {
        self.chunks.iter().map(|chunk| (chunk.version, chunk.ordinal))
    }

    fn is_continued_by(&self, neighbour: &[Passage; 1]) -> bool {
        let (Some(first), Some(last)) = (self.chunks.first(), self.chunks.last()) else { return false };
        match side(&self.chunks, neighbour) {
            Some(Side::Before) => bond(&neighbour[0].text, &first.text).is_some(),
            Some(Side::After) => bond(&last.text, &neighbour[0].text) == Some(Bond::Broken),
            None => false,
        }
    }

    /// What of the other's is known is kept: it, too, stood for copies.
    fn join(&mut self, other: Self) {
        other.hit.instead_of.into_iter().for_each(|gone| name(&mut self.hit.instead_of, gone));
        self.put(other.chunks);
    }

    fn put(&mut self, mut chunks: Vec<Passage>) {
        match side(&self.chunks, &chunks) {
            Some(Side::Before) => self.chunks.splice(..0, chunks).for_each(drop),
            Some(Side::After) => self.chunks.append(&mut chunks),
            None => {}
        }
    }
}

/// On which side of a stretch another lies, if they are one and short enough.
fn side(chunks: &[Passage], others: &[Passage]) -> Option<Side> {
    let side = match (chunks, others) {
        ([first, ..], [.., last]) if abut(last, first) => Side::Before,
        ([.., last], [first, ..]) if abut(last, first) => Side::After,
        _ => return None,
    };
    let length = |chunk: &Passage| chunk.text.chars().count() + chunk.gap.as_ref().map_or(0, String::len);
    let chars: usize = chunks.iter().chain(others).map(length).sum();
    (chars <= LONGEST_CHARS).then_some(side)
}

/// Whether the second follows the first under the same heading, and what stands between them is known.
fn abut(first: &Passage, second: &Passage) -> bool {
    first.version == second.version
        && first.ordinal.checked_add(1) == Some(second.ordinal)
        && first.page == second.page
        && is_one_stretch(first, second)
        && is_under_one_heading(first, second)
}

fn is_one_stretch(first: &Passage, second: &Passage) -> bool {
    let repeated = first.bytes.end.saturating_sub(second.bytes.start);
    let between = second.bytes.start.saturating_sub(first.bytes.end);
    second.text.is_char_boundary(repeated) && second.gap.as_ref().is_some_and(|gap| gap.len() == between)
}

/// A chunk is known by the heading above its beginning; it may end under another one.
fn is_under_one_heading(first: &Passage, second: &Passage) -> bool {
    let below = without_columns(&second.heading);
    let within = first.text.lines().rfind(|line| line.starts_with('#'));
    match within {
        _ if second.text.trim_start().starts_with('#') => false,
        Some(heading) => letters(heading).eq(letters(below.rsplit(" > ").next().unwrap_or(below))),
        None => without_columns(&first.heading) == below || first.heading == second.heading,
    }
}

fn letters(heading: &str) -> impl Iterator<Item = char> {
    heading.chars().filter(|c| c.is_alphanumeric())
}

/// The headings alone: the names of a table's columns stand in brackets behind them.
fn without_columns(heading: &str) -> &str {
    let bare = heading.strip_suffix(')').and_then(|_| heading.rfind('(')).map(|at| heading[..at].trim_end());
    bare.unwrap_or(heading)
}

/// Add what follows, once where it overlaps.
fn append(passage: &mut Passage, chunk: &Passage) {
    let repeated = passage.bytes.end.saturating_sub(chunk.bytes.start);
    passage.text.push_str(chunk.gap.as_deref().unwrap_or_default());
    passage.text.push_str(&chunk.text[repeated..]);
    passage.bytes.end = chunk.bytes.end;
}
