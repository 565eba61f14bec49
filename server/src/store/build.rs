//! Builds of the index beside the live one: begun, judged, made live, thrown away.
//!
//! One row says which is live. It changes only if nobody changed what readers see since the new one was compared with it.

use retrieval::model::{Cut, Generation, GenerationId, JobId, WorkspaceId};
use serde_json::Value;
use sqlx::FromRow;

use super::generation::{GenerationRow, NewGeneration, Recipe, cut_from, generation};
use super::writing::Writing;
use super::{JobKind, JobState, Lease, Store, StoreError};
use crate::faults::{self, Step};

/// A build of the index, and what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Build {
    pub generation: Generation,
    /// Nothing for one that is older than recipes.
    pub recipe: Option<Recipe>,
    pub state: BuildState,
    pub is_live: bool,
    /// Whether it goes live by itself once it was found good enough.
    pub is_promoted: bool,
    /// How it compared with what was live then.
    pub verdict: Option<Value>,
    pub created_ms: i64,
    /// When it last went live; never for one that was not.
    pub live_ms: Option<i64>,
    /// What was found gone when it was discarded.
    pub receipt: Option<Value>,
}

/// Where a build stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BuildState {
    Building,
    /// It may be made live, and may have been.
    Ready,
    Discarded,
}

impl BuildState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Ready => "ready",
            Self::Discarded => "discarded",
        }
    }

    fn named(name: &str) -> Result<Self, StoreError> {
        let known = [Self::Building, Self::Ready, Self::Discarded].into_iter().find(|state| state.as_str() == name);
        known.ok_or_else(|| StoreError::Unreadable(format!("a build that is \"{name}\"")))
    }
}

#[derive(FromRow)]
struct BuildRow {
    id: String,
    workspace_id: String,
    embedder: String,
    dimensions: i64,
    language: String,
    cut: i64,
    recipe: String,
    state: String,
    is_live: i64,
    is_promoted: i64,
    verdict: String,
    created_ms: i64,
    live_ms: i64,
    receipt: String,
}

/// A change of which build is live, as somebody saw the house.
#[derive(Clone, Copy, Debug)]
pub struct Promotion<'a> {
    pub from: GenerationId,
    pub to: GenerationId,
    /// The version of the catalog that the new one was brought up to.
    pub at: u64,
    /// Whose job it is, if it is one's.
    pub lease: Option<&'a Lease>,
}

impl Store {
    /// Every build, the newest first.
    pub async fn builds(&self, workspace: WorkspaceId) -> Result<Vec<Build>, StoreError> {
        let select = "SELECT g.id, g.workspace_id, g.embedder, g.dimensions, g.language, g.cut, g.recipe, g.state, \
                        CASE WHEN w.live_generation = g.id THEN 1 ELSE 0 END AS is_live, g.is_promoted, g.verdict, \
                        g.created_ms, g.live_ms, g.receipt \
                      FROM generations g JOIN workspaces w ON w.id = g.workspace_id \
                      WHERE g.workspace_id = $1 ORDER BY g.created_ms DESC, g.id DESC";
        let found: Vec<BuildRow> = sqlx::query_as(select).bind(workspace.to_string()).fetch_all(&self.reader).await?;
        found.into_iter().map(build).collect()
    }

    /// Begin a build and the job that fills it. With one under way already: that one's job, if it has one that is not over.
    pub async fn build_begin(
        &self,
        workspace: WorkspaceId,
        new: &NewGeneration,
        is_promoted: bool,
        owner: &str,
    ) -> Result<(GenerationId, JobId), StoreError> {
        let mut tx = self.write().await?;
        // Two that begin at once are one after the other from here on.
        let lock = "UPDATE workspaces SET name = name WHERE id = $1";
        sqlx::query(lock).bind(workspace.to_string()).execute(&mut *tx).await?;
        let building = self.building(&mut tx, workspace).await?;
        let generation = match building {
            Some(generation) => generation,
            None => {
                let cut = self.cut_for(&mut tx, workspace, &new.recipe).await?;
                self.generation_insert(&mut tx, workspace, new, (cut, BuildState::Building)).await?.id
            }
        };
        let update = "UPDATE generations SET is_promoted = $1 WHERE id = $2";
        let is_promoted = i64::from(is_promoted);
        sqlx::query(update).bind(is_promoted).bind(generation.to_string()).execute(&mut *tx).await?;
        let job = match self.job_waiting_in(&mut tx, workspace, JobKind::Reindex, None).await? {
            Some(job) => job,
            None => {
                let job = (JobState::Queued, owner);
                self.job_insert(&mut tx, workspace, JobKind::Reindex, None, job).await?
            }
        };
        tx.commit().await?;
        Ok((generation, job))
    }

    async fn building(&self, tx: &mut Writing, workspace: WorkspaceId) -> Result<Option<GenerationId>, StoreError> {
        let select = "SELECT id FROM generations WHERE workspace_id = $1 AND state = 'building' LIMIT 1";
        let found: Option<(String,)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_optional(&mut **tx).await?;
        found.map(|(id,)| super::rows::id(&id)).transpose()
    }

    /// That of a build which is there and cuts alike, or a new one.
    async fn cut_for(&self, tx: &mut Writing, workspace: WorkspaceId, recipe: &Recipe) -> Result<Cut, StoreError> {
        let select = "SELECT recipe, cut, state FROM generations WHERE workspace_id = $1";
        let found: Vec<(String, i64, String)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_all(&mut **tx).await?;
        let mut highest = 0;
        for (other, cut, state) in found {
            let is_there = state != BuildState::Discarded.as_str() && !other.is_empty();
            if is_there && other.parse::<Recipe>()?.cuts_as(recipe) {
                return cut_from(cut);
            }
            highest = highest.max(cut);
        }
        cut_from(highest + 1)
    }

    /// It holds everything, and was compared with what is live. False when it is no longer being built.
    pub async fn build_judged(
        &self,
        lease: &Lease,
        generation: GenerationId,
        verdict: &Value,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !self.beat(&mut tx, lease).await? {
            return Ok(false);
        }
        let update = "UPDATE generations SET state = 'ready', verdict = $1 WHERE id = $2 AND state <> 'discarded'";
        let judged =
            sqlx::query(update).bind(verdict.to_string()).bind(generation.to_string()).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(judged.rows_affected() == 1)
    }

    /// Make another build live. False, and nothing changes, when what readers see changed since it was compared, when another
    /// went live meanwhile, or when the job is somebody else's.
    pub async fn build_promote(&self, workspace: WorkspaceId, wish: Promotion<'_>) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if let Some(lease) = wish.lease
            && !self.beat(&mut tx, lease).await?
        {
            return Ok(false);
        }
        let ready = "UPDATE generations SET state = 'ready', live_ms = $1 WHERE id = $2 AND state <> 'discarded'";
        let ready = sqlx::query(ready).bind(self.clock.now_ms()).bind(wish.to.to_string()).execute(&mut *tx).await?;
        let flip = "UPDATE workspaces SET live_generation = $1, catalog_version = catalog_version + 1 \
                    WHERE id = $2 AND live_generation = $3 AND catalog_version = $4";
        let flipped = sqlx::query(flip)
            .bind(wish.to.to_string())
            .bind(workspace.to_string())
            .bind(wish.from.to_string())
            .bind(i64::try_from(wish.at).unwrap_or(i64::MAX))
            .execute(&mut *tx)
            .await?;
        if ready.rows_affected() != 1 || flipped.rows_affected() != 1 {
            return Ok(false);
        }
        faults::at(Step::PromotionUncommitted).map_err(StoreError::below)?;
        tx.commit().await?;
        faults::at(Step::Promoted).map_err(StoreError::below)?;
        Ok(true)
    }

    /// Nobody goes back to it any more. False when it is live, or gone already.
    pub async fn build_discard(&self, workspace: WorkspaceId, generation: GenerationId) -> Result<bool, StoreError> {
        let update = "UPDATE generations SET state = 'discarded' WHERE id = $1 AND state <> 'discarded' \
                      AND id <> (SELECT live_generation FROM workspaces WHERE id = $2)";
        let discarded = sqlx::query(update).bind(generation.to_string()).bind(workspace.to_string());
        Ok(discarded.execute(&self.writer).await?.rows_affected() == 1)
    }

    /// Of a discarded build that nobody searches any more: what no other needs goes, its chunks and the vectors of its model.
    pub async fn build_clear(&self, generation: &Generation) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let Generation { workspace, embedder, cut, .. } = generation;
        let chunks = "DELETE FROM chunks WHERE ordinal >= $1 AND ordinal < $2 \
                        AND document_id IN (SELECT id FROM documents WHERE workspace_id = $3) \
                        AND NOT EXISTS (SELECT 1 FROM generations \
                                        WHERE workspace_id = $3 AND state <> 'discarded' AND cut = $4)";
        let first = i64::from(cut.first_ordinal());
        sqlx::query(chunks)
            .bind(first)
            .bind(first + i64::from(Cut::SPAN))
            .bind(workspace.to_string())
            .bind(i64::from(cut.number()))
            .execute(&mut *tx)
            .await?;
        let vectors = "DELETE FROM vectors WHERE model = $1 \
                         AND NOT EXISTS (SELECT 1 FROM generations WHERE embedder = $1 AND state <> 'discarded')";
        sqlx::query(vectors).bind(embedder).execute(&mut *tx).await?;
        tx.commit().await
    }

    /// What was found gone after it was discarded.
    pub async fn build_receipt(&self, generation: GenerationId, receipt: &Value) -> Result<(), StoreError> {
        let update = "UPDATE generations SET receipt = $1 WHERE id = $2 AND state = 'discarded'";
        sqlx::query(update).bind(receipt.to_string()).bind(generation.to_string()).execute(&self.writer).await?;
        Ok(())
    }
}

fn build(row: BuildRow) -> Result<Build, StoreError> {
    let known: GenerationRow = (row.id, row.workspace_id, row.embedder, row.dimensions, row.language, row.cut);
    let json = |text: &str| match text {
        "" => Ok(None),
        text => {
            serde_json::from_str(text).map(Some).map_err(|_| StoreError::Unreadable("what is said of a build".into()))
        }
    };
    Ok(Build {
        generation: generation(known)?,
        recipe: if row.recipe.is_empty() { None } else { Some(row.recipe.parse()?) },
        state: BuildState::named(&row.state)?,
        is_live: row.is_live != 0,
        is_promoted: row.is_promoted != 0,
        verdict: json(&row.verdict)?,
        created_ms: row.created_ms,
        live_ms: (row.live_ms > 0).then_some(row.live_ms),
        receipt: json(&row.receipt)?,
    })
}
