//! What crosses the wire about builds of the index.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::library::{Build, Verdict};

/// The index is built anew, as it is configured.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReindexRequest {
    /// Whether somebody looks at it before it goes live, however good it is.
    #[serde(default)]
    pub hold: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Reindexing {
    pub generation: String,
    pub job: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GenerationReply {
    pub generation: String,
    /// `live`, `building`, `ready` or `discarded`.
    pub state: String,
    /// The embedding model by its own name.
    pub model: String,
    pub language: String,
    /// What was set of the sizes of its passages.
    pub target_tokens: Option<usize>,
    pub max_tokens: Option<usize>,
    pub overlap_tokens: Option<usize>,
    pub quantised: Option<bool>,
    /// Whether it goes live by itself once it is good enough.
    pub promoted: bool,
    /// How it compared with the one that was live then; none while it was not compared.
    pub verdict: Option<VerdictReply>,
    /// Milliseconds since 1970.
    pub created_ms: i64,
    /// When it last went live.
    pub live_ms: Option<i64>,
    /// What was found gone when it was discarded.
    pub receipt: Option<serde_json::Value>,
}

/// How a new index compared with the live one.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct VerdictReply {
    pub passes: bool,
    /// Why it does not.
    pub reasons: Vec<String>,
    /// Questions whose documents are known; the share of them for which one was found, before and now.
    pub known: usize,
    pub recall_before: f64,
    pub recall_after: f64,
    /// Questions that people asked of late; how much of what is found for them is the same.
    pub questions: usize,
    pub agreement: f64,
    /// The share of them that may not be answered by what was found, before and now.
    pub unsure_before: f64,
    pub unsure_after: f64,
    /// Points that did not stand as the catalog says.
    pub wrong_points: usize,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GenerationList {
    /// The newest first.
    pub generations: Vec<GenerationReply>,
    /// Whether another index is configured than the one that is live.
    pub behind: bool,
}

impl From<Build> for GenerationReply {
    fn from(build: Build) -> Self {
        let recipe = build.recipe.as_ref();
        let verdict = build.verdict.and_then(|verdict| serde_json::from_value::<Verdict>(verdict).ok());
        Self {
            generation: build.generation.id.to_string(),
            state: if build.is_live { "live".to_owned() } else { build.state.as_str().to_owned() },
            model: build.generation.embedder,
            language: build.generation.language,
            target_tokens: recipe.and_then(|recipe| recipe.target_tokens),
            max_tokens: recipe.and_then(|recipe| recipe.max_tokens),
            overlap_tokens: recipe.and_then(|recipe| recipe.overlap_tokens),
            quantised: recipe.map(|recipe| recipe.is_quantised),
            promoted: build.is_promoted,
            verdict: verdict.map(VerdictReply::from),
            created_ms: build.created_ms,
            live_ms: build.live_ms,
            receipt: build.receipt,
        }
    }
}

impl From<Verdict> for VerdictReply {
    fn from(verdict: Verdict) -> Self {
        let Verdict { passes, reasons, known, recall_before, recall_after, .. } = verdict;
        let Verdict { questions, agreement, unsure_before, unsure_after, wrong_points, .. } = verdict;
        Self {
            passes,
            reasons,
            known,
            recall_before,
            recall_after,
            questions,
            agreement,
            unsure_before,
            unsure_after,
            wrong_points,
        }
    }
}
