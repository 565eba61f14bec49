//! Insight: how asking goes, in sum; which questions had no good answer, those of one meaning together; what the library holds,
//! how fresh that is, and what of it nobody needed.
//!
//! Everything is counted of what the clearance reaches: the questions of those who could read no more, and the documents that
//! it admits. Knows no SQL and no HTTP.

mod days;
mod meaning;
mod reliability;

use std::collections::BTreeMap;
use std::sync::Arc;

use retrieval::access::Clearance;
use retrieval::ports::{EmbedError, Embedder, Purpose};

use crate::store::{Store, StoreError};

pub use crate::store::{DocumentLine, Gap, Growth, Passed, ProblemLine, STAGES, UnusedPassed};
pub use days::{Day, StageTime, summed};
pub use meaning::{Group, SAME};
pub use reliability::{BINS, Bin};

const DAY_MS: i64 = 86_400_000;
/// Questions that are compared with each other: each costs the model some milliseconds, behind those that somebody waits for.
pub const MOST_COMPARED: usize = 300;
/// Of those without a good answer, asked twice or not.
const MOST_GAPS: usize = 2_000;
/// Days since a text was another, by which documents are told apart.
pub const AGES: [i64; 4] = [7, 30, 90, 365];

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum InsightError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
}

/// How it goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Overview {
    /// The oldest first, none left out.
    pub days: Vec<Day>,
    /// The oldest first, those on which something came.
    pub growth: Vec<Growth>,
    pub freshness: Vec<Freshness>,
}

/// How old what comes from one place is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Freshness {
    /// Empty where no source brings it.
    pub source: String,
    pub newest_ms: i64,
    /// By [`AGES`], those that are older still at the end.
    pub documents: [usize; AGES.len() + 1],
}

/// What had no good answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gaps {
    /// The largest first.
    pub groups: Vec<Group>,
    /// How many questions there were, of which the newest were compared.
    pub compared: usize,
    pub left_out: usize,
}

/// Looks at it all from above.
pub struct Insight {
    pub store: Store,
    pub embedder: Arc<dyn Embedder>,
}

impl Insight {
    /// Of so many days, today among them.
    pub async fn overview(&self, clearance: &Clearance, days: u32) -> Result<Overview, InsightError> {
        let now_ms = self.store.clock().now_ms();
        let first_day = now_ms.div_euclid(DAY_MS) - i64::from(days.max(1)) + 1;
        let since_ms = first_day * DAY_MS;
        let asked = self.store.asked_since(clearance, since_ms).await?;
        let judged = self.store.judged_since(clearance, since_ms).await?;
        let passed_on = self.store.passed_on_since(clearance, since_ms).await?;
        let growth = self.store.library_growth(clearance).await?;
        let freshness = self.freshness(clearance, now_ms).await?;
        Ok(Overview { days: summed(first_day, days, &asked, &judged, &passed_on), growth, freshness })
    }

    /// What had no good answer in so many days.
    pub async fn gaps(&self, clearance: &Clearance, days: u32) -> Result<Gaps, InsightError> {
        let since_ms = self.since(days);
        let gaps = self.store.gaps_since(clearance, since_ms, MOST_GAPS).await?;
        let (asked, left_out) = meaning::once_each(gaps, MOST_COMPARED);
        let texts: Vec<String> = asked.iter().map(|group| group.question().to_owned()).collect();
        let compared = texts.len();
        let vectors = self.embedder.embed(Purpose::Passage, texts).await?;
        Ok(Gaps { groups: meaning::grouped(asked, &vectors), compared, left_out })
    }

    /// How likely answers were said to be in so many days, and how they were: by how likely.
    pub async fn reliability(&self, clearance: &Clearance, days: u32) -> Result<[Bin; BINS], InsightError> {
        Ok(reliability::binned(&self.store.rated_since(clearance, self.since(days)).await?))
    }

    /// What was lost or guessed on the way in, the most usual first.
    pub async fn problems(&self, clearance: &Clearance) -> Result<Vec<ProblemLine>, InsightError> {
        Ok(self.store.documents_problems(clearance).await?)
    }

    /// Documents that no answer has quoted in so many days, at most so many, after this one.
    pub async fn unused(
        &self,
        clearance: &Clearance,
        days: u32,
        after: Option<&Passed>,
        limit: usize,
    ) -> Result<Vec<DocumentLine>, InsightError> {
        let passed = UnusedPassed { since_ms: self.since(days), after };
        Ok(self.store.documents_unused(clearance, passed, limit).await?)
    }

    fn since(&self, days: u32) -> i64 {
        self.store.clock().now_ms() - i64::from(days) * DAY_MS
    }

    async fn freshness(&self, clearance: &Clearance, now_ms: i64) -> Result<Vec<Freshness>, InsightError> {
        let mut places: BTreeMap<String, Freshness> = BTreeMap::new();
        for document in self.store.library_provenance(clearance).await? {
            let days = now_ms.saturating_sub(document.updated_ms).div_euclid(DAY_MS);
            let age = AGES.iter().position(|bound| days < *bound).unwrap_or(AGES.len());
            let place = places.entry(document.source.clone()).or_default();
            place.source = document.source;
            place.newest_ms = place.newest_ms.max(document.updated_ms);
            place.documents[age] += 1;
        }
        Ok(places.into_values().collect())
    }
}
