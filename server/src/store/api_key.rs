//! API keys: what a program holds of a person's rights, known by its hash.

use std::collections::BTreeSet;

use retrieval::access::{AccessLabel, AccessTier, Scope};
use retrieval::model::{KeyId, PersonId, WorkspaceId};
use sqlx::FromRow;

use super::person::{COLUMNS, Person, PersonRow};
use super::{Store, StoreError, rows};

/// A key, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiKey {
    pub id: KeyId,
    pub owner: PersonId,
    /// By which the owner signs in.
    pub owner_login: String,
    pub name: String,
    /// Its first letters, by which a person knows it again.
    pub prefix: String,
    pub scopes: BTreeSet<Scope>,
    /// It reads only what this admits, of what its owner reads.
    pub within: Option<AccessLabel>,
    /// `None` for one without an end.
    pub ends_ms: Option<i64>,
    pub used_ms: Option<i64>,
    pub created_ms: i64,
}

/// A key to be.
pub struct NewKey<'a> {
    pub owner: PersonId,
    pub name: &'a str,
    pub prefix: &'a str,
    pub secret_hash: &'a str,
    pub scopes: &'a BTreeSet<Scope>,
    pub within: Option<&'a AccessLabel>,
    pub ends_ms: Option<i64>,
}

#[derive(FromRow)]
struct KeyRow {
    key_id: String,
    owner_id: String,
    owner_login: String,
    key_name: String,
    prefix: String,
    scopes: String,
    narrowed: i64,
    key_tier: i64,
    key_groups: String,
    ends_ms: i64,
    used_ms: i64,
    made_ms: i64,
}

#[derive(FromRow)]
struct HeldRow {
    #[sqlx(flatten)]
    key: KeyRow,
    #[sqlx(flatten)]
    person: PersonRow,
}

const OWN_COLUMNS: &str = "k.id AS key_id, k.person_id AS owner_id, p.login AS owner_login, k.name AS key_name, k.prefix, \
                           k.scopes, k.narrowed, k.tier AS key_tier, k.group_names AS key_groups, k.ends_ms, k.used_ms, \
                           k.created_ms AS made_ms";

impl TryFrom<KeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let scopes = row.scopes.split(',').filter(|_| !row.scopes.is_empty());
        let scopes =
            scopes.map(|scope| scope.parse().map_err(|_| StoreError::Unreadable(format!("scope \"{scope}\""))));
        let label = rows::label(row.key_tier, &row.key_groups)?;
        Ok(Self {
            id: rows::id(&row.key_id)?,
            owner: rows::id(&row.owner_id)?,
            owner_login: row.owner_login,
            name: row.key_name,
            prefix: row.prefix,
            scopes: scopes.collect::<Result<_, _>>()?,
            within: (row.narrowed != 0).then_some(label),
            ends_ms: (row.ends_ms != i64::MAX).then_some(row.ends_ms),
            used_ms: (row.used_ms != 0).then_some(row.used_ms),
            created_ms: row.made_ms,
        })
    }
}

impl Store {
    pub async fn key_insert(&self, new: &NewKey<'_>) -> Result<KeyId, StoreError> {
        let id = KeyId(self.clock.new_id());
        let label = new.within.cloned().unwrap_or(AccessLabel::tier(AccessTier::Public));
        let scopes: Vec<&str> = new.scopes.iter().map(|scope| scope.as_str()).collect();
        let insert = "INSERT INTO api_keys (id, person_id, name, prefix, secret_hash, scopes, narrowed, tier, group_names, \
                      ends_ms, used_ms, created_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11)";
        sqlx::query(insert)
            .bind(id.to_string())
            .bind(new.owner.to_string())
            .bind(new.name)
            .bind(new.prefix)
            .bind(new.secret_hash)
            .bind(scopes.join(","))
            .bind(i64::from(new.within.is_some()))
            .bind(rows::tier_to_sql(&label))
            .bind(rows::groups_to_sql(&label))
            .bind(new.ends_ms.unwrap_or(i64::MAX))
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(id)
    }

    /// The key and its owner, both as they stand now.
    pub async fn key_by_secret(&self, secret_hash: &str) -> Result<Option<(ApiKey, Person)>, StoreError> {
        let select = format!(
            "SELECT {OWN_COLUMNS}, {COLUMNS} FROM api_keys k JOIN people p ON p.id = k.person_id \
             WHERE k.secret_hash = $1"
        );
        let row: Option<HeldRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(select)).bind(secret_hash).fetch_optional(&self.reader).await?;
        row.map(|HeldRow { key, person }| Ok((key.try_into()?, person.try_into()?))).transpose()
    }

    pub async fn key(&self, workspace: WorkspaceId, key: KeyId) -> Result<Option<ApiKey>, StoreError> {
        let select = format!(
            "SELECT {OWN_COLUMNS} FROM api_keys k JOIN people p ON p.id = k.person_id \
             WHERE p.workspace_id = $1 AND k.id = $2"
        );
        let row: Option<KeyRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(key.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.map(ApiKey::try_from).transpose()
    }

    /// Of one person, or of everybody; the newest first.
    pub async fn keys(&self, workspace: WorkspaceId, owner: Option<PersonId>) -> Result<Vec<ApiKey>, StoreError> {
        let select = format!(
            "SELECT {OWN_COLUMNS} FROM api_keys k JOIN people p ON p.id = k.person_id \
             WHERE p.workspace_id = $1 AND (k.person_id = $2 OR $2 = '') ORDER BY k.id DESC"
        );
        let found: Vec<KeyRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(owner.map_or(String::new(), |owner| owner.to_string()))
            .fetch_all(&self.reader)
            .await?;
        found.into_iter().map(ApiKey::try_from).collect()
    }

    pub async fn key_used(&self, key: KeyId) -> Result<(), StoreError> {
        sqlx::query("UPDATE api_keys SET used_ms = $1 WHERE id = $2")
            .bind(self.clock.now_ms())
            .bind(key.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    pub async fn keys_count(&self, owner: PersonId) -> Result<usize, StoreError> {
        let select = "SELECT COUNT(*) FROM api_keys WHERE person_id = $1";
        let (many,): (i64,) = sqlx::query_as(select).bind(owner.to_string()).fetch_one(&self.reader).await?;
        Ok(rows::size(many))
    }

    /// False when there was no such key.
    pub async fn key_remove(&self, key: KeyId) -> Result<bool, StoreError> {
        let removed =
            sqlx::query("DELETE FROM api_keys WHERE id = $1").bind(key.to_string()).execute(&self.writer).await?;
        Ok(removed.rows_affected() > 0)
    }
}
