//! Conversations: whose they are and how long they last. What was said in them is found in `turn`.
//!
//! A [`Conversation`] is made here alone, for its owner and for whoever takes it over, and turns are read and written with
//! one: what is somebody else's, over or absent is `None` for whoever asks.

use retrieval::model::{ConversationId, PersonId, WorkspaceId};
use sqlx::FromRow;

use super::handoff::Handoff;
use super::writing::Writing;
use super::{Store, StoreError, rows};

/// How long a conversation is kept after it was last used.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// One in which nothing was ever asked.
const KEPT_EMPTY_MS: i64 = 24 * 3_600_000;

/// Who a conversation belongs to, as rows have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owner {
    /// `person ID`, `key ID`, `operator`, or `visitor HASH`.
    pub name: String,
    /// Whose account it is; with the account the conversation goes.
    pub person: Option<PersonId>,
}

/// A conversation, for its owner.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conversation {
    pub id: ConversationId,
    /// What its owner called it; empty where it has the name that it has by itself.
    pub called: String,
    /// How its first question begins; empty before it is asked.
    pub begins: String,
    pub turns: i64,
    pub created_ms: i64,
    pub used_ms: i64,
    pub ends_ms: i64,
    pub(super) owner: String,
}

#[derive(FromRow)]
struct ConversationRow {
    id: String,
    owner: String,
    title: String,
    begins: String,
    turns: i64,
    created_ms: i64,
    used_ms: i64,
    ends_ms: i64,
}

/// Of a first question as much as a name is made of: it may have thousands of letters.
const COLUMNS: &str = "id, owner, title, COALESCE((SELECT SUBSTR(t.question, 1, 400) FROM turns t \
                       WHERE t.conversation_id = conversations.id AND t.ordinal = 1), '') AS begins, \
                       turns, created_ms, used_ms, ends_ms";

impl TryFrom<ConversationRow> for Conversation {
    type Error = StoreError;

    fn try_from(row: ConversationRow) -> Result<Self, StoreError> {
        let ConversationRow { id, owner, title, begins, turns, created_ms, used_ms, ends_ms } = row;
        Ok(Self { id: rows::id(&id)?, called: title, begins, owner, turns, created_ms, used_ms, ends_ms })
    }
}

impl Store {
    /// With this id if it is given one. `None` when something has that id already.
    pub async fn conversation_insert(
        &self,
        workspace: WorkspaceId,
        owner: &Owner,
        id: Option<ConversationId>,
    ) -> Result<Option<Conversation>, StoreError> {
        let id = id.unwrap_or_else(|| ConversationId(self.clock.new_id()));
        let (now, mut tx) = (self.clock.now_ms(), self.write().await?);
        // A name comes back after its conversation is over, swept or not.
        sqlx::query("DELETE FROM conversations WHERE id = $1 AND ends_ms <= $2")
            .bind(id.to_string())
            .bind(now)
            .execute(&mut *tx)
            .await?;
        let insert = format!(
            "INSERT INTO conversations (id, workspace_id, owner, person_id, turns, created_ms, used_ms, ends_ms) \
             VALUES ($1, $2, $3, $4, 0, $5, $5, $6) ON CONFLICT (id) DO NOTHING RETURNING {COLUMNS}"
        );
        let row: Option<ConversationRow> = sqlx::query_as(sqlx::AssertSqlSafe(insert))
            .bind(id.to_string())
            .bind(workspace.to_string())
            .bind(&owner.name)
            .bind(owner.person.map(|person| person.to_string()))
            .bind(now)
            .bind(now.saturating_add(KEPT_EMPTY_MS))
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row.map(Conversation::try_from).transpose()
    }

    /// Theirs, and not over.
    pub async fn conversation(
        &self,
        workspace: WorkspaceId,
        owner: &Owner,
        id: ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM conversations WHERE id = $1 AND workspace_id = $2 AND owner = $3 AND ends_ms > $4"
        );
        let row: Option<ConversationRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(id.to_string())
            .bind(workspace.to_string())
            .bind(&owner.name)
            .bind(self.clock.now_ms())
            .fetch_optional(&self.reader)
            .await?;
        row.map(Conversation::try_from).transpose()
    }

    /// One that was passed on, for whoever found that it was.
    pub async fn conversation_passed_on(&self, handoff: &Handoff) -> Result<Option<Conversation>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM conversations WHERE id = $1 AND ends_ms > $2");
        let row: Option<ConversationRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(handoff.conversation.to_string())
            .bind(self.clock.now_ms())
            .fetch_optional(&self.reader)
            .await?;
        row.map(Conversation::try_from).transpose()
    }

    /// Theirs, the newest first, from behind `before` on.
    pub async fn conversations(
        &self,
        workspace: WorkspaceId,
        owner: &Owner,
        before: Option<ConversationId>,
        limit: usize,
    ) -> Result<Vec<Conversation>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM conversations WHERE workspace_id = $1 AND owner = $2 AND ends_ms > $3 \
             AND ($4 = '' OR id < $4) ORDER BY id DESC LIMIT $5"
        );
        let found: Vec<ConversationRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(&owner.name)
            .bind(self.clock.now_ms())
            .bind(before.map_or(String::new(), |before| before.to_string()))
            .bind(rows::count(limit))
            .fetch_all(&self.reader)
            .await?;
        found.into_iter().map(Conversation::try_from).collect()
    }

    /// Call it so; by nothing it has the name again that it has by itself. False when they have no such conversation.
    pub async fn conversation_rename(
        &self,
        workspace: WorkspaceId,
        owner: &Owner,
        id: ConversationId,
        title: &str,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE conversations SET title = $1 \
                      WHERE id = $2 AND workspace_id = $3 AND owner = $4 AND ends_ms > $5";
        let renamed = sqlx::query(update)
            .bind(title)
            .bind(id.to_string())
            .bind(workspace.to_string())
            .bind(&owner.name)
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(renamed.rows_affected() > 0)
    }

    /// With all that was said in it. False when they have no such conversation.
    pub async fn conversation_remove(
        &self,
        workspace: WorkspaceId,
        owner: &Owner,
        id: ConversationId,
    ) -> Result<bool, StoreError> {
        let delete = "DELETE FROM conversations WHERE id = $1 AND workspace_id = $2 AND owner = $3 AND ends_ms > $4";
        let removed = sqlx::query(delete)
            .bind(id.to_string())
            .bind(workspace.to_string())
            .bind(&owner.name)
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected() > 0)
    }

    /// Forget the conversations that are over; how many there were.
    pub async fn conversations_sweep(&self) -> Result<u64, StoreError> {
        let removed = sqlx::query("DELETE FROM conversations WHERE ends_ms <= $1")
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected())
    }

    /// It is kept from now on as if something had been asked in it; how many turns it has. `None` when it is over.
    pub(super) async fn conversation_lengthen(
        &self,
        tx: &mut Writing,
        conversation: ConversationId,
    ) -> Result<Option<i64>, StoreError> {
        let now = self.clock.now_ms();
        let update =
            "UPDATE conversations SET used_ms = $1, ends_ms = $2 WHERE id = $3 AND ends_ms > $1 RETURNING turns";
        let row: Option<(i64,)> = sqlx::query_as(update)
            .bind(now)
            .bind(now.saturating_add(KEPT_MS))
            .bind(conversation.to_string())
            .fetch_optional(&mut **tx)
            .await?;
        Ok(row.map(|(turns,)| turns))
    }

    /// One more turn in it: its ordinal. The row stays locked until the commit, so that turns that are said at once
    /// stand one behind the other. `None` when the conversation is over or gone.
    pub(super) async fn conversation_use(
        &self,
        tx: &mut Writing,
        conversation: &Conversation,
    ) -> Result<Option<i64>, StoreError> {
        let now = self.clock.now_ms();
        let update = "UPDATE conversations SET turns = turns + 1, used_ms = $1, ends_ms = $2 \
                      WHERE id = $3 AND owner = $4 AND ends_ms > $1 RETURNING turns";
        let row: Option<(i64,)> = sqlx::query_as(update)
            .bind(now)
            .bind(now.saturating_add(KEPT_MS))
            .bind(conversation.id.to_string())
            .bind(&conversation.owner)
            .fetch_optional(&mut **tx)
            .await?;
        Ok(row.map(|(ordinal,)| ordinal))
    }
}
