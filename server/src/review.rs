//! Looking back at answers: what their askers thought of them, and how they came about.
//!
//! An asker says what they think of their own answers. Editors read that, and the records, as far as they read as much as
//! the asker did. Knows no SQL and no HTTP.

use retrieval::access::{Clearance, Principal};
use retrieval::model::RecordId;

use crate::answer::is_theirs;
use crate::store::{Store, StoreError};

pub use crate::store::{Feedback, FeedbackLine, Judged, KeptRecord};

/// Of what somebody says about an answer.
pub const LONGEST_COMMENT: usize = 2_000;
/// Why an answer did not help, in one word.
pub const REASONS: [&str; 5] = ["wrong", "outdated", "incomplete", "unclear", "other"];

/// Looks back.
pub struct Review {
    store: Store,
}

impl Review {
    pub fn of(store: &Store) -> Self {
        Self { store: store.clone() }
    }

    /// What somebody thinks of an answer that they asked for. False when they asked for none of this name.
    pub async fn judge(
        &self,
        principal: &Principal,
        record: RecordId,
        feedback: &Feedback,
    ) -> Result<bool, StoreError> {
        if !self.is_theirs(principal, record).await? {
            return Ok(false);
        }
        self.store.feedback_put(principal.workspace(), record, feedback).await?;
        let helpful = if feedback.is_helpful { "true" } else { "false" };
        metrics::counter!("lectern_feedback_total", "helpful" => helpful).increment(1);
        Ok(true)
    }

    /// They take it back.
    pub async fn withdraw(&self, principal: &Principal, record: RecordId) -> Result<bool, StoreError> {
        if !self.is_theirs(principal, record).await? {
            return Ok(false);
        }
        self.store.feedback_remove(principal.workspace(), record).await?;
        Ok(true)
    }

    async fn is_theirs(&self, principal: &Principal, record: RecordId) -> Result<bool, StoreError> {
        let asker = self.store.answer_asker(principal.workspace(), record).await?;
        Ok(asker.is_some_and(|asker| is_theirs(&asker, principal)))
    }

    /// What was said of answers, as far as this clearance reaches.
    pub async fn feedback(
        &self,
        clearance: &Clearance,
        judged: Judged,
        limit: usize,
    ) -> Result<Vec<FeedbackLine>, StoreError> {
        self.store.feedback(clearance, judged, limit).await
    }

    pub async fn record(&self, clearance: &Clearance, record: RecordId) -> Result<Option<KeptRecord>, StoreError> {
        self.store.answer_record(clearance, record).await
    }
}
