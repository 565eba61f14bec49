//! Evaluations: what a set of questions came to, run by run.

use retrieval::model::{GenerationId, WorkspaceId};
use serde_json::Value;
use sqlx::FromRow;

use super::{Store, StoreError};

/// A run over one set in one mode.
#[derive(Clone, PartialEq, Debug)]
pub struct Evaluation {
    pub set: String,
    pub kind: String,
    pub mode: String,
    pub settings: Value,
    pub measures: Value,
}

#[derive(FromRow)]
struct EvaluationRow {
    set_name: String,
    kind: String,
    mode: String,
    settings: String,
    measures: String,
    created_ms: i64,
}

impl Store {
    pub async fn evaluation_insert(
        &self,
        workspace: WorkspaceId,
        generation: Option<GenerationId>,
        evaluation: &Evaluation,
    ) -> Result<(), StoreError> {
        let insert = "INSERT INTO evaluations (id, workspace_id, generation_id, set_name, kind, mode, settings, \
                      measures, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        sqlx::query(insert)
            .bind(self.clock.new_id().to_string())
            .bind(workspace.to_string())
            .bind(generation.map(|id| id.to_string()))
            .bind(&evaluation.set)
            .bind(&evaluation.kind)
            .bind(&evaluation.mode)
            .bind(evaluation.settings.to_string())
            .bind(evaluation.measures.to_string())
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The latest `many` runs of every set, kind and mode, in this order and newest first within it, each with its time;
    /// of one set where it is named.
    pub async fn evaluation_latest(
        &self,
        workspace: WorkspaceId,
        set: Option<&str>,
        many: i64,
    ) -> Result<Vec<(i64, Evaluation)>, StoreError> {
        let select = "SELECT set_name, kind, mode, settings, measures, created_ms FROM ( \
                        SELECT e.*, ROW_NUMBER() OVER (PARTITION BY set_name, kind, mode \
                                                       ORDER BY created_ms DESC, id DESC) AS age \
                        FROM evaluations e WHERE workspace_id = $1 AND (set_name = $2 OR $3 = 0) \
                      ) AS aged WHERE age <= $4 ORDER BY set_name, kind, mode, age";
        let rows: Vec<EvaluationRow> = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(set.unwrap_or_default())
            .bind(i64::from(set.is_some()))
            .bind(many)
            .fetch_all(&self.reader)
            .await?;
        rows.into_iter().map(|row| Ok((row.created_ms, evaluation(row)?))).collect()
    }
}

fn evaluation(row: EvaluationRow) -> Result<Evaluation, StoreError> {
    let json = |text: &str| {
        let unreadable = |_| StoreError::Unreadable(format!("an evaluation of {}", row.set_name));
        serde_json::from_str(text).map_err(unreadable)
    };
    let (settings, measures) = (json(&row.settings)?, json(&row.measures)?);
    Ok(Evaluation { set: row.set_name, kind: row.kind, mode: row.mode, settings, measures })
}
