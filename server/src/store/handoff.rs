//! Handoffs: conversations that a person is to take over, and what people say in them.
//!
//! The questions in a conversation are its asker's own words, and may tell of what they could read. So a handoff is there
//! for nobody who reads less than its asker did (`reach`); its answers are masked besides, like all.

use futures_util::TryStreamExt;
use retrieval::access::{Clearance, Reach};
use retrieval::model::{ConversationId, WorkspaceId};
use sqlx::{AssertSqlSafe, FromRow};
use uuid::Uuid;

use super::conversation::Conversation;
use super::{Store, StoreError, reach, rows};

/// A conversation that a person is to take over, or has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Handoff {
    pub id: Uuid,
    pub conversation: ConversationId,
    pub reason: String,
    /// The word of the configuration, where that is the reason.
    pub matter: String,
    pub is_open: bool,
    pub begun_ms: i64,
    pub resolved_ms: Option<i64>,
}

/// What a person said in a conversation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reply {
    pub after_turn: i64,
    pub text: String,
    pub said_ms: i64,
}

/// Which handoffs are looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    pub is_open: bool,
    /// Those that began before this one.
    pub before: Option<Uuid>,
}

#[derive(FromRow)]
struct HandoffRow {
    id: String,
    conversation_id: String,
    reason: String,
    matter: String,
    tier: i64,
    group_names: String,
    is_open: i64,
    begun_ms: i64,
    resolved_ms: i64,
}

const COLUMNS: &str = "id, conversation_id, reason, matter, tier, group_names, is_open, begun_ms, resolved_ms";

impl Store {
    /// Pass a conversation on. False when it is passed on already.
    pub async fn handoff_open(
        &self,
        workspace: WorkspaceId,
        conversation: &Conversation,
        (reason, matter): (&str, &str),
        reach: &Reach,
    ) -> Result<bool, StoreError> {
        let insert = "INSERT INTO handoffs (id, workspace_id, conversation_id, reason, matter, tier, group_names, is_open, \
                        begun_ms, resolved_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, 0) ON CONFLICT DO NOTHING";
        let (tier, groups) = reach::to_sql(reach);
        let opened = sqlx::query(insert)
            .bind(self.clock.new_id().to_string())
            .bind(workspace.to_string())
            .bind(conversation.id.to_string())
            .bind(reason)
            .bind(matter)
            .bind(tier)
            .bind(groups)
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(opened.rows_affected() > 0)
    }

    /// What goes on in a conversation that waits may tell of more than what was said before. False when it does not.
    pub async fn handoff_widen(&self, conversation: &Conversation, reach: &Reach) -> Result<bool, StoreError> {
        let select = "SELECT tier, group_names FROM handoffs WHERE conversation_id = $1 AND is_open = 1";
        let mut tx = self.write().await?;
        let query = sqlx::query_as(select).bind(conversation.id.to_string());
        let row: Option<(i64, String)> = query.fetch_optional(&mut *tx).await?;
        let Some(known) = row else { return Ok(false) };
        let joined = reach::to_sql(&reach::joined(&reach::from_sql(known.0, &known.1)?, reach));
        if joined == known {
            return Ok(false);
        }
        let update = "UPDATE handoffs SET tier = $1, group_names = $2 WHERE conversation_id = $3 AND is_open = 1";
        let query = sqlx::query(update).bind(joined.0).bind(joined.1).bind(conversation.id.to_string());
        query.execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// How it stands with this conversation: that it waits, or the last time that it did.
    pub async fn handoff_of(&self, conversation: &Conversation) -> Result<Option<Handoff>, StoreError> {
        let select =
            format!("SELECT {COLUMNS} FROM handoffs WHERE conversation_id = $1 ORDER BY is_open DESC, id DESC LIMIT 1");
        let row: Option<HandoffRow> = sqlx::query_as(AssertSqlSafe(select))
            .bind(conversation.id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.map(handoff).transpose()
    }

    /// The newest first, as far as this clearance reaches.
    pub async fn handoffs(
        &self,
        clearance: &Clearance,
        waiting: Waiting,
        limit: usize,
    ) -> Result<Vec<Handoff>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM handoffs WHERE workspace_id = $1 AND is_open = $2 AND ($3 = '' OR id < $3) ORDER BY id DESC"
        );
        let mut found = sqlx::query_as::<_, HandoffRow>(AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(i64::from(waiting.is_open))
            .bind(waiting.before.map_or(String::new(), |before| before.to_string()))
            .fetch(&self.reader);
        let mut seen = Vec::new();
        while let Some(row) = found.try_next().await? {
            if seen.len() == limit {
                break;
            }
            if reach::is_within(clearance, row.tier, &row.group_names)? {
                seen.push(handoff(row)?);
            }
        }
        Ok(seen)
    }

    /// If this clearance reaches as far as its asker could read.
    pub async fn handoff(&self, clearance: &Clearance, id: Uuid) -> Result<Option<Handoff>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM handoffs WHERE workspace_id = $1 AND id = $2");
        let row: Option<HandoffRow> = sqlx::query_as(AssertSqlSafe(select))
            .bind(clearance.workspace().to_string())
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        reach::is_within(clearance, row.tier, &row.group_names)?.then(|| handoff(row)).transpose()
    }

    /// It needs nobody any more. False when that was so already.
    pub async fn handoff_resolve(&self, handoff: &Handoff) -> Result<bool, StoreError> {
        let update = "UPDATE handoffs SET is_open = 0, resolved_ms = $1 WHERE id = $2 AND is_open = 1";
        let query = sqlx::query(update).bind(self.clock.now_ms()).bind(handoff.id.to_string());
        Ok(query.execute(&self.writer).await?.rows_affected() > 0)
    }

    /// What a person says in a conversation, behind all that was said so far. The conversation lives as long as when its
    /// owner had asked something: they come for this.
    pub async fn reply_insert(&self, handoff: &Handoff, text: &str) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let Some(turns) = self.conversation_lengthen(&mut tx, handoff.conversation).await? else { return Ok(false) };
        let insert = "INSERT INTO replies (id, conversation_id, after_turn, text, said_ms) VALUES ($1, $2, $3, $4, $5)";
        sqlx::query(insert)
            .bind(self.clock.new_id().to_string())
            .bind(handoff.conversation.to_string())
            .bind(turns)
            .bind(text)
            .bind(self.clock.now_ms())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// In the order in which they were said.
    pub async fn replies(&self, conversation: &Conversation) -> Result<Vec<Reply>, StoreError> {
        let select = "SELECT after_turn, text, said_ms FROM replies WHERE conversation_id = $1 ORDER BY id";
        let query = sqlx::query_as(select).bind(conversation.id.to_string());
        let found: Vec<(i64, String, i64)> = query.fetch_all(&self.reader).await?;
        Ok(found.into_iter().map(|(after_turn, text, said_ms)| Reply { after_turn, text, said_ms }).collect())
    }
}

fn handoff(row: HandoffRow) -> Result<Handoff, StoreError> {
    let HandoffRow { reason, matter, is_open, begun_ms, resolved_ms, .. } = row;
    Ok(Handoff {
        id: rows::id(&row.id)?,
        conversation: rows::id(&row.conversation_id)?,
        reason,
        matter,
        is_open: is_open != 0,
        begun_ms,
        resolved_ms: Some(resolved_ms).filter(|resolved| *resolved > 0),
    })
}
