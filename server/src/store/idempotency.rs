//! What was asked for with a key of the asker's own, and what they were told: kept in SQL, so that every server knows.
//!
//! A claim is a row without a reply. Whoever writes it runs the request; it ends in a reply, or is given up. What a
//! request is, and which replies are worth keeping, is not known here.

use retrieval::model::WorkspaceId;

use super::{Store, StoreError};

/// How long a reply is kept.
pub const KEPT_FOR_MS: i64 = 24 * 60 * 60 * 1000;
/// A claim that is older belongs to a request that died.
pub const RUNS_FOR_MS: i64 = 15 * 60 * 1000;

/// Whose key it is, and which.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RepeatKey {
    pub workspace: WorkspaceId,
    pub asker: String,
    pub key_hash: String,
}

/// What is known of a key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claimed {
    /// Nothing: the caller runs the request, under this claim.
    Fresh(String),
    /// Another request runs under it.
    Running,
    /// It was answered.
    Answered { body_hash: String, status: u16, reply: String },
}

impl Store {
    pub async fn repeat_claim(&self, key: &RepeatKey) -> Result<Claimed, StoreError> {
        let now = self.clock.now_ms();
        let mut tx = self.write().await?;
        let prune = "DELETE FROM idempotency WHERE created_ms < $1 OR (status = 0 AND created_ms < $2)";
        sqlx::query(prune).bind(now - KEPT_FOR_MS).bind(now - RUNS_FOR_MS).execute(&mut *tx).await?;
        let insert = "INSERT INTO idempotency (workspace_id, asker, key_hash, claim, body_hash, status, reply, created_ms) \
                      VALUES ($1, $2, $3, $4, '', 0, '', $5) ON CONFLICT (workspace_id, asker, key_hash) DO NOTHING";
        let claim = self.clock.new_id().to_string();
        let made = sqlx::query(insert)
            .bind(key.workspace.to_string())
            .bind(&key.asker)
            .bind(&key.key_hash)
            .bind(&claim)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        if made.rows_affected() > 0 {
            tx.commit().await?;
            return Ok(Claimed::Fresh(claim));
        }
        let select = "SELECT body_hash, status, reply FROM idempotency \
                      WHERE workspace_id = $1 AND asker = $2 AND key_hash = $3";
        let row: Option<(String, i64, String)> = sqlx::query_as(select)
            .bind(key.workspace.to_string())
            .bind(&key.asker)
            .bind(&key.key_hash)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(match row {
            Some((body_hash, status, reply)) if status > 0 => {
                Claimed::Answered { body_hash, status: u16::try_from(status).unwrap_or(200), reply }
            }
            // Given up between the two statements: the next try finds it free.
            Some(_) | None => Claimed::Running,
        })
    }

    /// The request under this claim was answered so.
    pub async fn repeat_answer(
        &self,
        key: &RepeatKey,
        claim: &str,
        body_hash: &str,
        (status, reply): (u16, &str),
    ) -> Result<(), StoreError> {
        let update = "UPDATE idempotency SET body_hash = $1, status = $2, reply = $3 \
                      WHERE workspace_id = $4 AND asker = $5 AND key_hash = $6 AND claim = $7";
        sqlx::query(update)
            .bind(body_hash)
            .bind(i64::from(status))
            .bind(reply)
            .bind(key.workspace.to_string())
            .bind(&key.asker)
            .bind(&key.key_hash)
            .bind(claim)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The request under this claim came to nothing: the key is free again.
    pub async fn repeat_give_up(&self, key: &RepeatKey, claim: &str) -> Result<(), StoreError> {
        let delete = "DELETE FROM idempotency \
                      WHERE workspace_id = $1 AND asker = $2 AND key_hash = $3 AND claim = $4 AND status = 0";
        sqlx::query(delete)
            .bind(key.workspace.to_string())
            .bind(&key.asker)
            .bind(&key.key_hash)
            .bind(claim)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
