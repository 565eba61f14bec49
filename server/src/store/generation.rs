//! Workspaces and generations: which build of the index is live, and what each is made with.

use std::str::FromStr;

use retrieval::model::{Cut, Generation, GenerationId, WorkspaceId};
use serde::{Deserialize, Serialize};

use super::writing::Writing;
use super::{BuildState, Store, StoreError, rows};

pub(super) type GenerationRow = (String, String, String, i64, String, i64);

/// What an index is made with, besides the model by its own name.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Recipe {
    /// Where the embedding model comes from, as the configuration says it.
    pub model: String,
    /// Of the keyword index.
    pub language: String,
    /// Sizes of chunks, in tokens; what is not set follows from the model.
    pub target_tokens: Option<usize>,
    pub max_tokens: Option<usize>,
    pub overlap_tokens: Option<usize>,
    /// Whether vectors are searched as bytes.
    pub is_quantised: bool,
}

impl Recipe {
    /// Whether both cut texts alike.
    pub fn cuts_as(&self, other: &Self) -> bool {
        let sizes = |recipe: &Self| (recipe.target_tokens, recipe.max_tokens, recipe.overlap_tokens);
        sizes(self) == sizes(other) && self.model == other.model
    }
}

impl FromStr for Recipe {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(|_| StoreError::Unreadable("the recipe of an index".into()))
    }
}

/// A generation that is about to be.
#[derive(Clone, Debug)]
pub struct NewGeneration {
    /// The model by its own name.
    pub embedder: String,
    pub dimensions: usize,
    pub recipe: Recipe,
}

/// The chunks of the live generation among `c`, for a workspace that is bound at this place.
pub(super) fn of_live_cut(workspace: usize) -> String {
    format!(
        "c.ordinal / {} = COALESCE((SELECT g.cut FROM generations g JOIN workspaces w ON w.live_generation = g.id \
         WHERE w.id = ${workspace}), 0)",
        Cut::SPAN
    )
}

impl Store {
    /// The workspace of that name, made if it is not there.
    pub async fn workspace_ensure(&self, name: &str) -> Result<WorkspaceId, StoreError> {
        let insert = "INSERT INTO workspaces (id, name, created_ms) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
        let id = self.clock.new_id().to_string();
        sqlx::query(insert).bind(id).bind(name).bind(self.clock.now_ms()).execute(&self.writer).await?;
        let (id,): (String,) =
            sqlx::query_as("SELECT id FROM workspaces WHERE name = $1").bind(name).fetch_one(&self.writer).await?;
        rows::id(&id)
    }

    /// The workspace and everything in it, gone; what its index holds is the caller's to remove.
    pub async fn workspace_remove(&self, workspace: WorkspaceId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM workspaces WHERE id = $1").bind(workspace.to_string()).execute(&self.writer).await?;
        Ok(())
    }

    /// The generation that questions are answered from.
    pub async fn generation_live(&self, workspace: WorkspaceId) -> Result<Option<Generation>, StoreError> {
        let select = "SELECT g.id, g.workspace_id, g.embedder, g.dimensions, g.language, g.cut FROM generations g \
                      JOIN workspaces w ON w.live_generation = g.id WHERE w.id = $1";
        let row: Option<GenerationRow> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_optional(&self.reader).await?;
        row.map(generation).transpose()
    }

    /// What it is made with; nothing for one that is older than recipes.
    pub async fn generation_recipe(&self, generation: GenerationId) -> Result<Option<Recipe>, StoreError> {
        let select = "SELECT recipe FROM generations WHERE id = $1 AND recipe <> ''";
        let found: Option<(String,)> =
            sqlx::query_as(select).bind(generation.to_string()).fetch_optional(&self.reader).await?;
        found.map(|(recipe,)| recipe.parse()).transpose()
    }

    pub async fn generation_set_recipe(&self, generation: GenerationId, recipe: &Recipe) -> Result<(), StoreError> {
        let update = "UPDATE generations SET recipe = $1 WHERE id = $2";
        sqlx::query(update).bind(recipe_to_sql(recipe)).bind(generation.to_string()).execute(&self.writer).await?;
        Ok(())
    }

    /// The mean length of a passage in terms that this generation's index was begun with; none for the encoder's default.
    pub async fn generation_average_terms(&self, generation: GenerationId) -> Result<Option<f64>, StoreError> {
        let select = "SELECT average_terms FROM generations WHERE id = $1";
        // Where it is recorded it was so just now, on the connection that writes.
        let found: Option<(Option<f64>,)> =
            sqlx::query_as(select).bind(generation.to_string()).fetch_optional(&self.writer).await?;
        Ok(found.and_then(|(average,)| average))
    }

    /// Before the first point of its index: afterwards the weights in there hold it.
    pub async fn generation_set_average_terms(
        &self,
        generation: GenerationId,
        average: Option<f64>,
    ) -> Result<(), StoreError> {
        let id = generation.to_string();
        // No NULL is bound: sqlx 0.9 announces one among doubles as a REAL, and Postgres then refuses on that connection the
        // first DOUBLE that the same statement brings.
        let query = match average {
            Some(average) => {
                sqlx::query("UPDATE generations SET average_terms = $1 WHERE id = $2").bind(average).bind(id)
            }
            None => sqlx::query("UPDATE generations SET average_terms = NULL WHERE id = $1").bind(id),
        };
        query.execute(&self.writer).await?;
        Ok(())
    }

    /// The first generation of a workspace: live from its birth, because nothing is answered from another.
    pub async fn generation_begin(
        &self,
        workspace: WorkspaceId,
        new: &NewGeneration,
        cut: Cut,
    ) -> Result<Generation, StoreError> {
        let mut tx = self.write().await?;
        let generation = self.generation_insert(&mut tx, workspace, new, (cut, BuildState::Ready)).await?;
        sqlx::query("UPDATE workspaces SET live_generation = $1 WHERE id = $2")
            .bind(generation.id.to_string())
            .bind(workspace.to_string())
            .execute(&mut *tx)
            .await?;
        tx.touch(workspace);
        tx.commit().await?;
        Ok(generation)
    }

    /// One that is ready at once is the first, and goes live.
    pub(super) async fn generation_insert(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        new: &NewGeneration,
        (cut, state): (Cut, BuildState),
    ) -> Result<Generation, StoreError> {
        let id = GenerationId(self.clock.new_id());
        sqlx::query(
            "INSERT INTO generations (id, workspace_id, embedder, dimensions, language, recipe, cut, state, created_ms, live_ms) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id.to_string())
        .bind(workspace.to_string())
        .bind(&new.embedder)
        .bind(rows::count(new.dimensions))
        .bind(&new.recipe.language)
        .bind(recipe_to_sql(&new.recipe))
        .bind(i64::from(cut.number()))
        .bind(state.as_str())
        .bind(self.clock.now_ms())
        .bind(if state == BuildState::Ready { self.clock.now_ms() } else { 0 })
        .execute(&mut **tx)
        .await?;
        let NewGeneration { embedder, dimensions, recipe } = new.clone();
        Ok(Generation { id, workspace, embedder, dimensions, language: recipe.language, cut })
    }
}

fn recipe_to_sql(recipe: &Recipe) -> String {
    serde_json::json!(recipe).to_string()
}

pub(super) fn generation(row: GenerationRow) -> Result<Generation, StoreError> {
    let (id, workspace, embedder, dimensions, language, cut) = row;
    let (dimensions, cut) = (rows::size(dimensions), cut_from(cut)?);
    Ok(Generation { id: rows::id(&id)?, workspace: rows::id(&workspace)?, embedder, dimensions, language, cut })
}

pub(super) fn cut_from(number: i64) -> Result<Cut, StoreError> {
    let cut = u32::try_from(number).ok().and_then(Cut::new);
    cut.ok_or_else(|| StoreError::Unreadable(format!("cut {number}")))
}
