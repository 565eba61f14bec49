//! The people, texts and vectors of the contract suite. Deterministic: the same run, the same numbers.

use std::collections::BTreeSet;

use retrieval::access::{AccessLabel, AccessTier, Clearance, Group, Principal};
use retrieval::model::{DocumentId, PointId, VersionId, WorkspaceId};
use retrieval::ports::{Candidate, Embedding, Mode, Point, Query, VectorIndex};
use uuid::Uuid;

pub const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(0xA));
pub const ELSEWHERE: WorkspaceId = WorkspaceId(Uuid::from_u128(0xB));
pub const DIMENSIONS: usize = 16;
pub const MODES: [Mode; 3] = [Mode::Dense, Mode::Sparse, Mode::Hybrid];

pub fn label(tier: AccessTier, groups: &[&str]) -> AccessLabel {
    AccessLabel { tier, groups: groups.iter().map(|name| name.parse::<Group>().unwrap()).collect::<BTreeSet<_>>() }
}

pub fn public() -> AccessLabel {
    AccessLabel::tier(AccessTier::Public)
}

/// Somebody of this tier and these groups.
pub fn reader(label: AccessLabel) -> Clearance {
    Principal::operator(HERE).seeing_as(label).unwrap().clearance().unwrap()
}

pub fn everything() -> Clearance {
    Principal::operator(HERE).clearance().unwrap()
}

pub fn document(number: u128) -> DocumentId {
    DocumentId(Uuid::from_u128(number))
}

pub fn version(number: u128) -> VersionId {
    VersionId(Uuid::from_u128(number + 0x1_0000_0000))
}

/// The only chunk of the only version of document `number`.
pub fn point(number: u128, label: AccessLabel, text: &str) -> Point {
    chunk(number, 0, label, text)
}

/// One of several chunks of document `number`.
pub fn chunk(number: u128, ordinal: u32, label: AccessLabel, text: &str) -> Point {
    let (document, version) = (document(number), version(number));
    Point {
        id: PointId::of(HERE, document, version, ordinal),
        document,
        version,
        label,
        dense: vector(number as u64 * 1_000 + u64::from(ordinal)),
        text: text.to_owned(),
    }
}

/// A question with generous candidates; `seed` places it among the vectors of the points.
pub fn question(mode: Mode, seed: u64, text: &str, limit: usize) -> Query {
    Query { dense: vector(seed), text: text.to_owned(), mode, dense_share: 0.5, candidates: 1_000, limit }
}

/// A direction of its own for every seed.
pub fn vector(seed: u64) -> Embedding {
    let mut dice = Dice::new(seed);
    let raw: Vec<f32> = (0..DIMENSIONS).map(|_| dice.unit() * 2.0 - 1.0).collect();
    let length = raw.iter().map(|x| x * x).sum::<f32>().sqrt();
    raw.iter().map(|x| x / length).collect()
}

/// A vector this far (in radians) from the first axis.
pub fn angle(radians: f32) -> Embedding {
    let mut raw = [0.0; DIMENSIONS];
    (raw[0], raw[1]) = (radians.cos(), radians.sin());
    raw.into()
}

/// What a search found, as ids.
pub async fn found(index: &impl VectorIndex, clearance: &Clearance, query: &Query) -> Vec<PointId> {
    ids(&index.search(clearance, query).await.unwrap())
}

pub fn ids(candidates: &[Candidate]) -> Vec<PointId> {
    candidates.iter().map(|candidate| candidate.point).collect()
}

pub fn sorted(ids: impl IntoIterator<Item = PointId>) -> Vec<PointId> {
    let mut ids: Vec<_> = ids.into_iter().collect();
    ids.sort();
    ids
}

/// Reproducible chance (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
