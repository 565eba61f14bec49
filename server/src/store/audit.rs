//! The audit log: rows that are only ever added, each chained to the one before by its hash.
//!
//! A writer holds the head's row until its own row stands, so that several servers on one database make one chain. Knows
//! nothing of what the deeds mean.

use retrieval::model::WorkspaceId;
use sqlx::FromRow;

use super::{Store, StoreError, rows};

/// A row, as it stands.
#[derive(Clone, PartialEq, Eq, Debug, FromRow)]
pub struct AuditRow {
    pub number: i64,
    pub at_ms: i64,
    pub actor: String,
    /// Empty for who has no account.
    pub person_id: String,
    pub what: String,
    pub object_kind: String,
    pub object_id: String,
    pub detail: String,
    pub address: String,
    pub request_id: String,
    pub previous_hash: String,
    pub hash: String,
}

impl AuditRow {
    /// What its hash has to be, by all that it says and the hash that it was chained to.
    pub fn expected_hash(&self, workspace: WorkspaceId) -> String {
        // Taken apart, so that whatever is added to a row has to be thought of here.
        let Self { number, at_ms, actor, person_id, what, object_kind, object_id, detail, address, request_id, .. } =
            self;
        let (workspace, number, at_ms) = (workspace.to_string(), number.to_string(), at_ms.to_string());
        let fields = [
            &self.previous_hash,
            &workspace,
            &number,
            &at_ms,
            actor,
            person_id,
            what,
            object_kind,
            object_id,
            detail,
            address,
            request_id,
        ];
        let mut hasher = blake3::Hasher::new();
        for field in fields {
            // With its length before it, so that no two rows are the same bytes.
            hasher.update(&(field.len() as u64).to_le_bytes()).update(field.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// A row to be.
pub struct NewAudit<'a> {
    pub actor: &'a str,
    pub person_id: &'a str,
    pub what: &'a str,
    pub object_kind: &'a str,
    pub object_id: &'a str,
    pub detail: &'a str,
    pub address: &'a str,
    pub request_id: &'a str,
}

/// Which rows are looked for; empty words are no condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditFilter {
    /// By its label, or the id of the person.
    pub actor: String,
    pub what: String,
    /// By its id or its kind.
    pub object: String,
    /// From this moment on.
    pub since_ms: i64,
    /// Before this moment.
    pub until_ms: i64,
}

impl Default for AuditFilter {
    fn default() -> Self {
        let (actor, what, object) = Default::default();
        Self { actor, what, object, since_ms: 0, until_ms: i64::MAX }
    }
}

/// The end of the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuditHead {
    pub number: i64,
    pub hash: String,
}

const COLUMNS: &str = "number, at_ms, actor, person_id, what, object_kind, object_id, detail, address, request_id, \
                       previous_hash, hash";
const MATCHES: &str = "workspace_id = $1 AND ($2 = '' OR actor = $2 OR person_id = $2) AND ($3 = '' OR what = $3) \
                       AND ($4 = '' OR object_id = $4 OR object_kind = $4) AND at_ms >= $5 AND at_ms < $6";

impl Store {
    /// Add a row to the end of the chain; its number.
    pub async fn audit_append(&self, workspace: WorkspaceId, new: &NewAudit<'_>) -> Result<i64, StoreError> {
        let mut tx = self.write().await?;
        let begin = "INSERT INTO audit_heads (workspace_id, number, hash) VALUES ($1, 0, '') \
                     ON CONFLICT (workspace_id) DO NOTHING";
        sqlx::query(begin).bind(workspace.to_string()).execute(&mut *tx).await?;
        // The row is ours until the commit: on Postgres the next writer waits here, and then sees what we wrote.
        let take = "UPDATE audit_heads SET number = number + 1 WHERE workspace_id = $1 RETURNING number, hash";
        let (number, previous_hash): (i64, String) =
            sqlx::query_as(take).bind(workspace.to_string()).fetch_one(&mut *tx).await?;
        let row = chained(new, number, self.clock.now_ms(), previous_hash, workspace);
        let insert = format!(
            "INSERT INTO audit (workspace_id, {COLUMNS}) \
                              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        );
        sqlx::query(sqlx::AssertSqlSafe(insert))
            .bind(workspace.to_string())
            .bind(number)
            .bind(row.at_ms)
            .bind(&row.actor)
            .bind(&row.person_id)
            .bind(&row.what)
            .bind(&row.object_kind)
            .bind(&row.object_id)
            .bind(&row.detail)
            .bind(&row.address)
            .bind(&row.request_id)
            .bind(&row.previous_hash)
            .bind(&row.hash)
            .execute(&mut *tx)
            .await?;
        sqlx::query("UPDATE audit_heads SET hash = $1 WHERE workspace_id = $2")
            .bind(&row.hash)
            .bind(workspace.to_string())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(number)
    }

    /// The newest first, below a number.
    pub async fn audit_newest(
        &self,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        below: i64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let select =
            format!("SELECT {COLUMNS} FROM audit WHERE {MATCHES} AND number < $7 ORDER BY number DESC LIMIT $8");
        self.audit_select(select, workspace, filter, below, limit).await
    }

    /// In their order, above a number.
    pub async fn audit_onward(
        &self,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        above: i64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM audit WHERE {MATCHES} AND number > $7 ORDER BY number LIMIT $8");
        self.audit_select(select, workspace, filter, above, limit).await
    }

    async fn audit_select(
        &self,
        select: String,
        workspace: WorkspaceId,
        filter: &AuditFilter,
        number: i64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let AuditFilter { actor, what, object, since_ms, until_ms } = filter;
        let rows = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(actor)
            .bind(what)
            .bind(object)
            .bind(since_ms)
            .bind(until_ms)
            .bind(number)
            .bind(rows::count(limit))
            .fetch_all(&self.reader)
            .await?;
        Ok(rows)
    }

    /// `None` where nothing was ever noted.
    pub async fn audit_head(&self, workspace: WorkspaceId) -> Result<Option<AuditHead>, StoreError> {
        let select = "SELECT number, hash FROM audit_heads WHERE workspace_id = $1";
        let row: Option<(i64, String)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_optional(&self.reader).await?;
        Ok(row.map(|(number, hash)| AuditHead { number, hash }))
    }

    /// Whether this was noted of that object since then.
    pub async fn audit_holds(
        &self,
        workspace: WorkspaceId,
        what: &str,
        object_id: &str,
        since_ms: i64,
    ) -> Result<bool, StoreError> {
        let select =
            "SELECT COUNT(*) FROM audit WHERE workspace_id = $1 AND what = $2 AND object_id = $3 AND at_ms >= $4";
        let (many,): (i64,) = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(what)
            .bind(object_id)
            .bind(since_ms)
            .fetch_one(&self.reader)
            .await?;
        Ok(many > 0)
    }
}

fn chained(new: &NewAudit<'_>, number: i64, at_ms: i64, previous_hash: String, workspace: WorkspaceId) -> AuditRow {
    let NewAudit { actor, person_id, what, object_kind, object_id, detail, address, request_id } = *new;
    let mut row = AuditRow {
        number,
        at_ms,
        actor: stored(actor),
        person_id: stored(person_id),
        what: stored(what),
        object_kind: stored(object_kind),
        object_id: stored(object_id),
        detail: stored(detail),
        address: stored(address),
        request_id: stored(request_id),
        previous_hash,
        hash: String::new(),
    };
    row.hash = row.expected_hash(workspace);
    row
}

/// Postgres keeps no NUL in a text, and one database must say what the other says.
fn stored(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
