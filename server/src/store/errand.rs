//! Errands: who is on their way to another house and back, known by the hash of what their browser holds. Each is used
//! once, by whichever replica it comes back to.

use std::time::Duration;

use retrieval::model::WorkspaceId;

use super::{Store, StoreError};

impl Store {
    /// Those that nobody came back from are forgotten on the way.
    pub async fn errand_insert(
        &self,
        workspace: WorkspaceId,
        secret_hash: &str,
        lasts: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now_ms();
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM errands WHERE ends_ms <= $1").bind(now).execute(&mut *tx).await?;
        sqlx::query("INSERT INTO errands (secret_hash, workspace_id, ends_ms) VALUES ($1, $2, $3)")
            .bind(secret_hash)
            .bind(workspace.to_string())
            .bind(now.saturating_add(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX)))
            .execute(&mut *tx)
            .await?;
        tx.commit().await
    }

    /// Use an errand up; false when there is no such, or not any more.
    pub async fn errand_take(&self, workspace: WorkspaceId, secret_hash: &str) -> Result<bool, StoreError> {
        let taken = sqlx::query("DELETE FROM errands WHERE workspace_id = $1 AND secret_hash = $2 AND ends_ms > $3")
            .bind(workspace.to_string())
            .bind(secret_hash)
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(taken.rows_affected() > 0)
    }
}
