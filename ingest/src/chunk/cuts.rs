//! Which places to cut at, so that chunks are of about one size and the cuts cost little in sum.
//!
//! Filling chunks from the front leaves stubs and headings behind, and every repair moves the trouble on. Here all ways
//! to cut are weighed against each other, from the front, each place remembering the best way to it. It takes time in
//! proportion to the text, since a chunk has room for so many places only. Knows nothing of what the places are.

use std::ops::Range;

use super::ChunkSettings;
use super::places::{self, Place, cost};
use super::ruler::Marks;

/// A chunk of more steps than this is not looked at more closely, however large an embedder's chunks may be.
const STEPS: usize = 256;

/// What is to be cut.
pub(super) struct Cutter<'a> {
    pub(super) text: &'a str,
    pub(super) marks: &'a Marks,
    pub(super) settings: ChunkSettings,
}

/// A place with how many tokens begin before it.
#[derive(Clone, Copy)]
struct Stop {
    place: Place,
    tokens: usize,
}

impl Cutter<'_> {
    /// The spans between the cuts. `room` says how many tokens a chunk may have that begins at a place.
    pub(super) fn cut(&self, places: &[Place], room: impl Fn(usize) -> usize) -> Vec<Range<usize>> {
        let stops = self.stops(places);
        let rooms: Vec<usize> = stops.iter().map(|stop| room(stop.place.at)).collect();
        let before = self.best_ways(&stops, &rooms);
        let way = std::iter::successors(before.len().checked_sub(1), |index| before.get(*index).copied().flatten());
        let mut way: Vec<usize> = way.collect();
        way.reverse();
        way.windows(2).map(|pair| self.start(&stops, pair[0])..stops[pair[1]].place.at).collect()
    }

    /// For every stop the one to come from.
    fn best_ways(&self, stops: &[Stop], rooms: &[usize]) -> Vec<Option<usize>> {
        let most = self.most();
        let target = (self.settings.target_tokens - self.settings.overlap_tokens) as f64;
        let mut prices = vec![0.0];
        let mut before = vec![None];
        for (index, stop) in stops.iter().enumerate().skip(1) {
            let size = |from: usize| stop.tokens - stops[from].tokens;
            // The stop just before this one can always be come from, whatever lies between.
            let near = (0..index - 1).rev().take_while(|from| size(*from) <= most);
            let froms = near.filter(|from| size(*from) <= rooms[*from]).chain([index - 1]);
            let ways = froms.map(|from| (prices[from] + deviation(size(from), target), from));
            let (price, from) = ways.min_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, index - 1));
            prices.push(price + f64::from(stop.place.price()));
            before.push(Some(from));
        }
        before
    }

    fn most(&self) -> usize {
        self.settings.max_tokens - self.settings.overlap_tokens
    }

    /// The place itself, or with an overlap an earlier one.
    fn start(&self, stops: &[Stop], index: usize) -> usize {
        let reach = stops[index].tokens.saturating_sub(self.settings.overlap_tokens);
        let earliest = stops[..index].partition_point(|stop| stop.tokens < reach);
        let earlier = stops[earliest..=index].iter().find(|stop| stop.place.price() < cost::LINE);
        earlier.map_or(stops[index].place.at, |stop| stop.place.at)
    }

    /// The start, the places, more of them where they are too far apart, and the end.
    fn stops(&self, places: &[Place]) -> Vec<Stop> {
        let edge = |at| Stop { place: Place { at, cost: 0.0, led_in: 0.0 }, tokens: self.marks.within(0..at) };
        let (start, end) = (edge(0), edge(self.text.len()));
        let inner = self.thinned(places.iter().copied(), start.tokens..end.tokens);
        let stops = [start].into_iter().chain(inner).chain([end]).collect();
        let stops = self.filled(stops, |stretch| places::words(self.text, stretch).collect());
        self.filled(stops, |stretch| {
            let letter = |at| Place { at, cost: cost::LETTER, led_in: 0.0 };
            let starts = self.marks.starts_within(stretch).iter().copied();
            starts.filter(|at| self.text.is_char_boundary(*at)).map(letter).collect()
        })
    }

    /// The places strictly within these tokens. Of places with nothing between them only the cheapest, so that a chunk
    /// has no more of them than it has tokens.
    fn thinned(&self, places: impl Iterator<Item = Place>, within: Range<usize>) -> Vec<Stop> {
        let step = (self.settings.max_tokens / STEPS).max(1);
        let mut stops: Vec<Stop> = Vec::new();
        for place in places {
            let tokens = self.marks.within(0..place.at);
            match stops.last_mut().filter(|last| last.tokens / step == tokens / step) {
                _ if tokens <= within.start || tokens >= within.end => {}
                Some(last) if last.place.price() <= place.price() => {}
                Some(last) => *last = Stop { place, tokens },
                None => stops.push(Stop { place, tokens }),
            }
        }
        stops
    }

    fn filled(&self, stops: Vec<Stop>, more: impl Fn(Range<usize>) -> Vec<Place>) -> Vec<Stop> {
        let mut filled: Vec<Stop> = Vec::with_capacity(stops.len());
        for stop in stops {
            if let Some(last) = filled.last().filter(|last| stop.tokens - last.tokens > self.most()).copied() {
                let between = more(last.place.at..stop.place.at);
                filled.extend(self.thinned(between.into_iter(), last.tokens..stop.tokens));
            }
            filled.push(stop);
        }
        filled
    }
}

/// How far a chunk is from the size that it should have; a stub is as bad as a chunk too many.
fn deviation(size: usize, target: f64) -> f64 {
    let off = (target - size as f64) / target;
    off * off
}
