//! Workspaces and generations: which build of the index is live.

use retrieval::model::{Generation, GenerationId, WorkspaceId};

use super::{Store, StoreError, rows};

type GenerationRow = (String, String, String, i64, String);

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
        let select = "SELECT g.id, g.workspace_id, g.embedder, g.dimensions, g.language FROM generations g \
                      JOIN workspaces w ON w.live_generation = g.id WHERE w.id = $1";
        let row: Option<GenerationRow> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_optional(&self.reader).await?;
        row.map(generation).transpose()
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
        embedder: &str,
        dimensions: usize,
        language: &str,
    ) -> Result<Generation, StoreError> {
        let id = GenerationId(self.clock.new_id());
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO generations (id, workspace_id, embedder, dimensions, language, created_ms) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id.to_string())
        .bind(workspace.to_string())
        .bind(embedder)
        .bind(rows::count(dimensions))
        .bind(language)
        .bind(self.clock.now_ms())
        .execute(&mut *tx)
        .await?;
        sqlx::query("UPDATE workspaces SET live_generation = $1 WHERE id = $2")
            .bind(id.to_string())
            .bind(workspace.to_string())
            .execute(&mut *tx)
            .await?;
        tx.touch(workspace);
        tx.commit().await?;
        Ok(Generation { id, workspace, embedder: embedder.to_owned(), dimensions, language: language.to_owned() })
    }
}

fn generation((id, workspace, embedder, dimensions, language): GenerationRow) -> Result<Generation, StoreError> {
    let dimensions = rows::size(dimensions);
    Ok(Generation { id: rows::id(&id)?, workspace: rows::id(&workspace)?, embedder, dimensions, language })
}
