//! Sign-ins: a person's stays in browsers, each known by the hash of what its cookie holds.

use retrieval::model::{PersonId, SignInId};
use sqlx::FromRow;

use super::person::{COLUMNS, Person, PersonRow};
use super::{Store, StoreError, rows};

/// A stay, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignIn {
    pub id: SignInId,
    pub way: String,
    pub address: String,
    pub agent: String,
    pub created_ms: i64,
    pub seen_ms: i64,
}

/// A stay to be.
pub struct NewSignIn<'a> {
    pub person: PersonId,
    pub secret_hash: &'a str,
    /// `password`, `link` or `oidc`.
    pub way: &'static str,
    pub address: &'a str,
    pub agent: &'a str,
}

#[derive(FromRow)]
struct SignInRow {
    sign_in_id: String,
    way: String,
    address: String,
    agent: String,
    begun_ms: i64,
    seen_ms: i64,
}

#[derive(FromRow)]
struct HeldRow {
    #[sqlx(flatten)]
    sign_in: SignInRow,
    #[sqlx(flatten)]
    person: PersonRow,
}

const OWN_COLUMNS: &str = "s.id AS sign_in_id, s.way, s.address, s.agent, s.created_ms AS begun_ms, s.seen_ms";

impl TryFrom<SignInRow> for SignIn {
    type Error = StoreError;

    fn try_from(row: SignInRow) -> Result<Self, StoreError> {
        let SignInRow { sign_in_id, way, address, agent, begun_ms, seen_ms } = row;
        Ok(Self { id: rows::id(&sign_in_id)?, way, address, agent, created_ms: begun_ms, seen_ms })
    }
}

impl Store {
    pub async fn sign_in_insert(&self, new: &NewSignIn<'_>) -> Result<SignInId, StoreError> {
        let (id, now) = (SignInId(self.clock.new_id()), self.clock.now_ms());
        let insert = "INSERT INTO sign_ins (id, person_id, secret_hash, way, address, agent, created_ms, seen_ms) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";
        sqlx::query(insert)
            .bind(id.to_string())
            .bind(new.person.to_string())
            .bind(new.secret_hash)
            .bind(new.way)
            .bind(new.address)
            .bind(new.agent)
            .bind(now)
            .execute(&self.writer)
            .await?;
        Ok(id)
    }

    /// Whose stay it is, both as they stand now.
    pub async fn sign_in_by_secret(&self, secret_hash: &str) -> Result<Option<(SignIn, Person)>, StoreError> {
        let select = format!(
            "SELECT {OWN_COLUMNS}, {COLUMNS} FROM sign_ins s JOIN people p ON p.id = s.person_id \
             WHERE s.secret_hash = $1"
        );
        let row: Option<HeldRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(select)).bind(secret_hash).fetch_optional(&self.reader).await?;
        row.map(|HeldRow { sign_in, person }| Ok((sign_in.try_into()?, person.try_into()?))).transpose()
    }

    /// The newest first.
    pub async fn sign_ins_of(&self, person: PersonId) -> Result<Vec<SignIn>, StoreError> {
        let select = format!("SELECT {OWN_COLUMNS} FROM sign_ins s WHERE s.person_id = $1 ORDER BY s.id DESC");
        let found: Vec<SignInRow> =
            sqlx::query_as(sqlx::AssertSqlSafe(select)).bind(person.to_string()).fetch_all(&self.reader).await?;
        found.into_iter().map(SignIn::try_from).collect()
    }

    pub async fn sign_in_seen(&self, sign_in: SignInId) -> Result<(), StoreError> {
        sqlx::query("UPDATE sign_ins SET seen_ms = $1 WHERE id = $2")
            .bind(self.clock.now_ms())
            .bind(sign_in.to_string())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// False when this person has no such stay.
    pub async fn sign_in_remove(&self, person: PersonId, sign_in: SignInId) -> Result<bool, StoreError> {
        let removed = sqlx::query("DELETE FROM sign_ins WHERE id = $1 AND person_id = $2")
            .bind(sign_in.to_string())
            .bind(person.to_string())
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected() > 0)
    }

    /// All of this person's stays but one; how many there were.
    pub async fn sign_ins_remove_others(&self, person: PersonId, but: Option<SignInId>) -> Result<u64, StoreError> {
        let removed = sqlx::query("DELETE FROM sign_ins WHERE person_id = $1 AND id <> $2")
            .bind(person.to_string())
            .bind(but.map_or(String::new(), |sign_in| sign_in.to_string()))
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected())
    }

    /// Forget stays that nobody can go on with.
    pub async fn sign_ins_sweep(&self, seen_before_ms: i64, begun_before_ms: i64) -> Result<u64, StoreError> {
        let removed = sqlx::query("DELETE FROM sign_ins WHERE seen_ms < $1 OR created_ms < $2")
            .bind(seen_before_ms)
            .bind(begun_before_ms)
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected())
    }
}
