//! An index in memory: exact cosine, exact BM25, fused like the others. For tests and for sets of a few thousand points.
//!
//! It is the reference that the engines are held against, so it takes no short cuts: every search reads every point and
//! asks [`Clearance::admits`] itself. Knows no files and no threads; nothing survives the process.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;

use super::bm25::{Bm25, Bm25Error, Bm25Settings, TermWeights};
use super::layout;
use crate::access::{AccessLabel, Clearance};
use crate::fuse::{self, Fused, Ranking};
use crate::model::{DocumentId, PointId, VersionId, WorkspaceId};
use crate::ports::{Candidate, Embedding, IndexError, Mode, Place, Point, Query, StoredPoint, VectorIndex};

/// One workspace's points, in the order of their ids.
#[derive(Debug)]
pub struct MemoryIndex {
    workspace: WorkspaceId,
    dimensions: usize,
    encoder: Bm25,
    points: RwLock<Points>,
}

type Points = BTreeMap<PointId, Held>;

/// A point as it is held: the text is already term weights.
#[derive(Debug)]
struct Held {
    document: DocumentId,
    version: VersionId,
    label: AccessLabel,
    dense: Embedding,
    terms: TermWeights,
}

impl MemoryIndex {
    pub fn new(workspace: WorkspaceId, dimensions: usize, settings: &Bm25Settings) -> Result<Self, Bm25Error> {
        Ok(Self { workspace, dimensions, encoder: Bm25::new(settings)?, points: RwLock::default() })
    }

    /// Nothing here panics half-way through a change, so a poisoned lock still holds whole points.
    fn read(&self) -> RwLockReadGuard<'_, Points> {
        self.points.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Points> {
        self.points.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_workspace(&self, clearance: &Clearance) -> Result<(), IndexError> {
        if clearance.workspace() == self.workspace { Ok(()) } else { Err(IndexError::OtherWorkspace) }
    }

    fn admits(&self, clearance: &Clearance, held: &Held) -> bool {
        clearance.admits(self.workspace, &held.label)
    }

    fn hold(&self, point: Point) -> (PointId, Held) {
        let Point { id, document, version, label, dense, text } = point;
        (id, Held { document, version, label, dense, terms: self.encoder.document(&text) })
    }
}

#[async_trait]
impl VectorIndex for MemoryIndex {
    async fn search(&self, clearance: &Clearance, query: &Query) -> Result<Vec<Candidate>, IndexError> {
        self.check_workspace(clearance)?;
        layout::check_query(query, self.dimensions)?;
        let points = self.read();
        let dense = || by_cosine(&query.dense, points.iter().filter(|(_, held)| self.admits(clearance, held)));
        let sparse = || {
            let idf = inverse_frequencies(&self.encoder.question(&query.text), &points);
            by_terms(&idf, points.iter().filter(|(_, held)| self.admits(clearance, held)))
        };
        let found = match query.mode {
            Mode::Dense => fuse::order(query, dense(), Vec::new()),
            Mode::Sparse => fuse::order(query, Vec::new(), sparse()),
            Mode::Hybrid => fuse::order(query, best(query.candidates, dense()), best(query.candidates, sparse())),
        };
        let candidate = |mut fused: Fused| {
            let held = points.get(&fused.point)?;
            if query.mode == Mode::Hybrid {
                fused.dense = fused.dense.or(Some(Place { rank: None, score: cosine(&query.dense, held) }));
            }
            Some(fused.candidate(held.document, held.version))
        };
        Ok(found.into_iter().take(query.limit).filter_map(candidate).collect())
    }

    async fn count(&self, clearance: &Clearance) -> Result<u64, IndexError> {
        self.check_workspace(clearance)?;
        Ok(self.read().values().filter(|held| self.admits(clearance, held)).count() as u64)
    }

    async fn points_of(&self, clearance: &Clearance, version: VersionId) -> Result<Vec<PointId>, IndexError> {
        self.check_workspace(clearance)?;
        let points = self.read();
        let of_version = points.iter().filter(|(_, held)| held.version == version && self.admits(clearance, held));
        Ok(of_version.map(|(id, _)| *id).collect())
    }

    async fn scroll(
        &self,
        clearance: &Clearance,
        after: Option<PointId>,
        limit: usize,
    ) -> Result<Vec<StoredPoint>, IndexError> {
        self.check_workspace(clearance)?;
        let points = self.read();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let readable = points.range((from, Bound::Unbounded)).filter(|(_, held)| self.admits(clearance, held));
        let stored = |(id, held): (&PointId, &Held)| StoredPoint {
            id: *id,
            document: held.document,
            version: held.version,
            label: held.label.clone(),
        };
        Ok(readable.take(limit).map(stored).collect())
    }

    async fn upsert(&self, points: Vec<Point>) -> Result<(), IndexError> {
        points.iter().try_for_each(|point| layout::check_vector(&point.dense, self.dimensions))?;
        let held: Vec<_> = points.into_iter().map(|point| self.hold(point)).collect();
        self.write().extend(held);
        Ok(())
    }

    async fn relabel(&self, document: DocumentId, label: &AccessLabel) -> Result<(), IndexError> {
        for held in self.write().values_mut().filter(|held| held.document == document) {
            held.label = label.clone();
        }
        Ok(())
    }

    async fn delete_versions(&self, versions: &[VersionId]) -> Result<(), IndexError> {
        self.write().retain(|_, held| !versions.contains(&held.version));
        Ok(())
    }

    async fn delete_points(&self, points: &[PointId]) -> Result<(), IndexError> {
        let mut held = self.write();
        for id in points {
            held.remove(id);
        }
        Ok(())
    }

    async fn flush(&self) -> Result<(), IndexError> {
        Ok(())
    }

    async fn optimize(&self) -> Result<(), IndexError> {
        Ok(())
    }
}

fn by_cosine<'a>(question: &[f32], points: impl Iterator<Item = (&'a PointId, &'a Held)>) -> Ranking {
    points.map(|(id, held)| (*id, cosine(question, held))).collect()
}

/// Vectors have length one, so the inner product is the cosine.
fn cosine(question: &[f32], held: &Held) -> f32 {
    held.dense.iter().zip(question).map(|(a, b)| a * b).sum()
}

fn best(candidates: usize, ranking: Ranking) -> Ranking {
    let mut ranking = fuse::best_first(ranking);
    ranking.truncate(candidates);
    ranking
}

/// Points that share no term with the question are not in the ranking.
fn by_terms<'a>(idf: &HashMap<u32, f32>, points: impl Iterator<Item = (&'a PointId, &'a Held)>) -> Ranking {
    let score = |held: &Held| {
        let shared = held.terms.indices.iter().zip(&held.terms.values);
        shared.filter_map(|(index, weight)| Some(idf.get(index)? * weight)).reduce(|sum, part| sum + part)
    };
    points.filter_map(|(id, held)| Some((*id, score(held)?))).collect()
}

/// How rare each term of the question is, over all points whoever may read them, as Qdrant's IDF modifier has it.
fn inverse_frequencies(question: &TermWeights, points: &Points) -> HashMap<u32, f32> {
    let with_terms = points.values().filter(|held| !held.terms.is_empty()).count() as f32;
    let idf = |index: &u32| {
        let holding = points.values().filter(|held| held.terms.indices.contains(index)).count() as f32;
        ((with_terms - holding + 0.5) / (holding + 0.5) + 1.0).ln()
    };
    question.indices.iter().zip(&question.values).map(|(index, weight)| (*index, weight * idf(index))).collect()
}
