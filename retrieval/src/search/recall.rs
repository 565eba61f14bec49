//! Searching again what was searched before: the order is remembered, the passages are not.
//!
//! A remembered ranking saves the model, the index and the second look, and none of the checks: SQL is asked for the version
//! of the catalog before, and for every passage after, under the clearance of whoever asks. If only one of the points is gone
//! or out of reach the whole ranking goes with it. An order that stands in for a better one is not remembered: the better
//! one may be had the next time. How rankings are kept is the cache's to know.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Depth, Searcher, fused};
use crate::access::Clearance;
use crate::cache::{Kept, Key, Ranking, Rankings};
use crate::model::{GenerationId, Passage, PointId};
use crate::ports::{Embedding, Scored, ShelfError};

/// What a searcher remembers with.
#[derive(Clone)]
pub struct Memory {
    pub rankings: Arc<Rankings>,
    /// Of the index that is searched.
    pub generation: GenerationId,
}

/// Verified passages in their order, before they are arranged.
pub(super) struct Ranked {
    pub passages: Vec<Scored>,
    pub confidence: f64,
    pub question: Embedding,
    pub instead: Option<String>,
    pub remembered: bool,
}

impl Searcher {
    /// Under which key the ranking stands or will stand. Made before the index is asked: what is found then is at least as
    /// new as the version in the key.
    pub(super) async fn key(
        &self,
        clearance: &Clearance,
        question: &str,
        depth: Depth,
        limit: usize,
    ) -> Result<Option<Key>, ShelfError> {
        let (Depth::Full, Some(memory)) = (depth, &self.memory) else { return Ok(None) };
        let version = self.shelf.version(clearance).await?;
        let (reader, generation) = (clearance.fingerprint(), memory.generation);
        Ok(Some(Key { reader, generation, version, depth: fused(limit), question: question.to_owned() }))
    }

    /// The ranking of this key with its passages as they are now, if all of them are still there for this reader.
    pub(super) async fn recall(&self, clearance: &Clearance, key: Option<&Key>) -> Result<Option<Ranked>, ShelfError> {
        let (Some(key), Some(memory)) = (key, &self.memory) else { return Ok(None) };
        let Some(ranking) = memory.rankings.find(key) else { return Ok(None) };
        let points: Vec<PointId> = ranking.kept.iter().map(|kept| kept.candidate.point).collect();
        let passages = self.shelf.passages(clearance, &points).await?;
        let Some(passages) = put_back(&ranking.kept, passages) else {
            memory.rankings.forget(key);
            return Ok(None);
        };
        let (confidence, question) = (ranking.confidence, Arc::clone(&ranking.question));
        Ok(Some(Ranked { passages, confidence, question, instead: None, remembered: true }))
    }

    pub(super) fn remember(&self, key: Option<Key>, ranked: &Ranked) {
        let (Some(key), Some(memory), None) = (key, &self.memory, &ranked.instead) else { return };
        let kept = |scored: &Scored| Kept {
            candidate: scored.candidate.clone(),
            score: scored.score,
            signals: scored.signals,
        };
        let kept = ranked.passages.iter().map(kept).collect();
        let question = Arc::clone(&ranked.question);
        memory.rankings.keep(key, Ranking { kept, confidence: ranked.confidence, question });
    }
}

/// Each passage at its remembered place; `None` when one is missing.
fn put_back(kept: &[Kept], passages: Vec<Passage>) -> Option<Vec<Scored>> {
    let mut found: HashMap<PointId, Passage> = passages.into_iter().map(|found| (found.point, found)).collect();
    let back = |kept: &Kept| {
        let passage = found.remove(&kept.candidate.point)?;
        Some(Scored { score: kept.score, signals: kept.signals, ..Scored::new(passage, kept.candidate.clone()) })
    };
    kept.iter().map(back).collect()
}
