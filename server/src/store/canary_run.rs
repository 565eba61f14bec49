//! What the search for leaks came to: the last run is what doctor, readiness and metrics tell of.

use retrieval::model::WorkspaceId;

use super::{Store, StoreError, rows};

/// A run over every canary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CanaryRun {
    pub at_ms: i64,
    pub probes: usize,
    pub leaks: usize,
    /// Where, and what else was wrong.
    pub remarks: Vec<String>,
}

impl Store {
    pub async fn canary_run_insert(&self, workspace: WorkspaceId, run: &CanaryRun) -> Result<(), StoreError> {
        let insert = "INSERT INTO canary_runs (id, workspace_id, at_ms, probes, leaks, remarks) \
                      VALUES ($1, $2, $3, $4, $5, $6)";
        sqlx::query(insert)
            .bind(self.clock.new_id().to_string())
            .bind(workspace.to_string())
            .bind(run.at_ms)
            .bind(rows::count(run.probes))
            .bind(rows::count(run.leaks))
            .bind(serde_json::Value::from(run.remarks.clone()).to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub async fn canary_run_last(&self, workspace: WorkspaceId) -> Result<Option<CanaryRun>, StoreError> {
        let select = "SELECT at_ms, probes, leaks, remarks FROM canary_runs WHERE workspace_id = $1 \
                      ORDER BY at_ms DESC, id DESC LIMIT 1";
        let row: Option<(i64, i64, i64, String)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_optional(&self.reader).await?;
        let run = |(at_ms, probes, leaks, remarks): (i64, i64, i64, String)| {
            let remarks = serde_json::from_str(&remarks);
            let remarks = remarks.map_err(|_| StoreError::Unreadable("the remarks of a canary run".into()))?;
            Ok(CanaryRun { at_ms, probes: rows::size(probes), leaks: rows::size(leaks), remarks })
        };
        row.map(run).transpose()
    }
}
