//! Spending: what language models cost a workspace and those in it, day by day.
//!
//! Knows sums and limits; not what was asked, and not how a price is made.

use retrieval::model::WorkspaceId;

use super::writing::Writing;
use super::{Store, StoreError};

/// Who spent what stays for a month.
const KEPT_DAYS: i64 = 31;

/// Where a sum is written down, and how high that account may go in a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Account {
    pub payer: String,
    /// `None` is no limit.
    pub most_micros: Option<i64>,
}

/// What an account spent in a day.
#[derive(Clone, PartialEq, Eq, Debug, sqlx::FromRow)]
pub struct SpendingLine {
    /// Days since 1970, in UTC.
    pub day: i64,
    pub payer: String,
    /// Of the person whose account it is.
    pub login: Option<String>,
    pub micros: i64,
}

impl Store {
    /// Add a sum to all of the accounts, or to none: the place of the first that it would lift above its limit is told.
    pub async fn spending_hold(
        &self,
        workspace: WorkspaceId,
        day: i64,
        accounts: &[Account],
        micros: i64,
    ) -> Result<Option<usize>, StoreError> {
        let mut tx = self.write().await?;
        let forget = "DELETE FROM spending WHERE workspace_id = $1 AND day < $2";
        sqlx::query(forget).bind(workspace.to_string()).bind(day - KEPT_DAYS).execute(&mut *tx).await?;
        for (at, account) in accounts.iter().enumerate() {
            let spent = add(&mut tx, workspace, day, &account.payer, micros).await?;
            if account.most_micros.is_some_and(|most| spent > most) {
                return Ok(Some(at)); // what was written goes with the transaction
            }
        }
        tx.commit().await?;
        Ok(None)
    }

    /// Set right what was held: add the difference, which is below zero where less was spent.
    pub async fn spending_settle(
        &self,
        workspace: WorkspaceId,
        day: i64,
        accounts: &[Account],
        micros: i64,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for account in accounts {
            add(&mut tx, workspace, day, &account.payer, micros).await?;
        }
        tx.commit().await
    }

    /// What every account has spent since a day, the last day first and in it who spent most.
    pub async fn spending_since(&self, workspace: WorkspaceId, day: i64) -> Result<Vec<SpendingLine>, StoreError> {
        let select = "SELECT s.day, s.payer, p.login, s.micros FROM spending s \
                      LEFT JOIN people p ON p.workspace_id = s.workspace_id AND s.payer = 'somebody ' || p.id \
                      WHERE s.workspace_id = $1 AND s.day >= $2 ORDER BY s.day DESC, s.micros DESC, s.payer";
        let query = sqlx::query_as(select).bind(workspace.to_string()).bind(day);
        Ok(query.fetch_all(&self.reader).await?)
    }

    /// What an account has spent in a day, with what is held for calls on their way.
    pub async fn spending_of(&self, workspace: WorkspaceId, day: i64, payer: &str) -> Result<i64, StoreError> {
        let select = "SELECT micros FROM spending WHERE workspace_id = $1 AND day = $2 AND payer = $3";
        let row: Option<(i64,)> = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(day)
            .bind(payer)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map_or(0, |(micros,)| micros))
    }
}

/// The sum after it.
async fn add(tx: &mut Writing, workspace: WorkspaceId, day: i64, payer: &str, micros: i64) -> Result<i64, StoreError> {
    let upsert = "INSERT INTO spending (workspace_id, day, payer, micros) VALUES ($1, $2, $3, $4) \
                  ON CONFLICT (workspace_id, day, payer) DO UPDATE SET micros = spending.micros + $4 RETURNING micros";
    let (sum,): (i64,) = sqlx::query_as(upsert)
        .bind(workspace.to_string())
        .bind(day)
        .bind(payer)
        .bind(micros)
        .fetch_one(&mut **tx)
        .await?;
    Ok(sum)
}
