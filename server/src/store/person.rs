//! People: what they may do and read, whether they are let in, and the proof of their password.

use retrieval::access::{AccessLabel, AccessTier, Group, Role};
use retrieval::model::{PersonId, WorkspaceId};
use sqlx::{AnyConnection, FromRow};

use super::writing::Writing;
use super::{Store, StoreError, rows};

/// Somebody with an account, as they stand now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub id: PersonId,
    pub workspace: WorkspaceId,
    /// By which they sign in, in lower case.
    pub login: String,
    /// As others see it.
    pub name: String,
    pub role: Role,
    /// What they may read, if their role does not say more.
    pub label: AccessLabel,
    pub state: PersonState,
    pub has_password: bool,
    pub created_ms: i64,
    pub updated_ms: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PersonState {
    /// Has a link by which to come in, and has not.
    Invited,
    Active,
    Suspended,
}

impl PersonState {
    pub const ALL: [Self; 3] = [Self::Invited, Self::Active, Self::Suspended];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }
}

/// Somebody to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewPerson {
    pub login: String,
    pub name: String,
    pub role: Role,
    pub label: AccessLabel,
    pub state: PersonState,
    /// Argon2id, in its own notation.
    pub password: Option<String>,
}

/// What becomes another about somebody; `None` stays.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct PersonChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub tier: Option<AccessTier>,
    pub groups: Option<std::collections::BTreeSet<Group>>,
    pub state: Option<PersonState>,
}

/// Why a person cannot be made, changed or removed.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("somebody signs in as \"{0}\" already")]
    LoginTaken(String),
    #[error("there is no group \"{0}\": add it first")]
    NoSuchGroup(Group),
    #[error("there is a group \"{0}\" already")]
    GroupTaken(Group),
    #[error("nobody else is an admin: make somebody one first")]
    LastAdmin,
    #[error("nobody comes in by this account now: activate it first")]
    NotActive,
}

impl From<sqlx::Error> for PersonError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Every column of [`PersonRow`], of a table `people p`.
pub(super) const COLUMNS: &str = "p.id, p.workspace_id, p.login, p.name, p.role, p.tier, p.state, p.password, \
                                  p.created_ms, p.updated_ms, (SELECT string_agg(m.group_name, ',') FROM memberships m \
                                  WHERE m.person_id = p.id) AS group_names";

#[derive(FromRow)]
pub(super) struct PersonRow {
    id: String,
    workspace_id: String,
    login: String,
    name: String,
    role: String,
    tier: i64,
    state: String,
    password: Option<String>,
    created_ms: i64,
    updated_ms: i64,
    group_names: Option<String>,
}

impl TryFrom<PersonRow> for Person {
    type Error = StoreError;

    fn try_from(row: PersonRow) -> Result<Self, StoreError> {
        let state = PersonState::ALL.into_iter().find(|state| state.as_str() == row.state);
        Ok(Self {
            id: rows::id(&row.id)?,
            workspace: rows::id(&row.workspace_id)?,
            login: row.login,
            name: row.name,
            role: row.role.parse().map_err(|_| StoreError::Unreadable(format!("role \"{}\"", row.role)))?,
            label: rows::label(row.tier, row.group_names.as_deref().unwrap_or_default())?,
            state: state.ok_or_else(|| StoreError::Unreadable(format!("state \"{}\"", row.state)))?,
            has_password: row.password.is_some(),
            created_ms: row.created_ms,
            updated_ms: row.updated_ms,
        })
    }
}

impl Store {
    pub async fn person_insert(&self, workspace: WorkspaceId, new: &NewPerson) -> Result<PersonId, PersonError> {
        let mut tx = self.write().await?;
        let id = self.person_put(&mut tx, workspace, new).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub(super) async fn person_put(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        new: &NewPerson,
    ) -> Result<PersonId, PersonError> {
        let (id, now) = (PersonId(self.clock.new_id()), self.clock.now_ms());
        let insert = "INSERT INTO people (id, workspace_id, login, name, role, tier, state, password, created_ms, \
                      updated_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) \
                      ON CONFLICT (workspace_id, login) DO NOTHING";
        let made = sqlx::query(insert)
            .bind(id.to_string())
            .bind(workspace.to_string())
            .bind(&new.login)
            .bind(&new.name)
            .bind(new.role.as_str())
            .bind(rows::tier_to_sql(&new.label))
            .bind(new.state.as_str())
            .bind(&new.password)
            .bind(now)
            .execute(&mut **tx)
            .await?;
        if made.rows_affected() == 0 {
            return Err(PersonError::LoginTaken(new.login.clone()));
        }
        join(tx, workspace, id, &new.label).await?;
        Ok(id)
    }

    pub async fn person(&self, workspace: WorkspaceId, person: PersonId) -> Result<Option<Person>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM people p WHERE p.workspace_id = $1 AND p.id = $2");
        let row: Option<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(person.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.map(Person::try_from).transpose()
    }

    /// Who signs in by this name, and the proof of their password.
    pub async fn person_by_login(
        &self,
        workspace: WorkspaceId,
        login: &str,
    ) -> Result<Option<(Person, Option<String>)>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM people p WHERE p.workspace_id = $1 AND p.login = $2");
        let row: Option<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(login)
            .fetch_optional(&self.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let password = row.password.clone();
        Ok(Some((row.try_into()?, password)))
    }

    /// Who signs in by this name.
    pub async fn person_named(&self, workspace: WorkspaceId, login: &str) -> Result<Option<Person>, StoreError> {
        Ok(self.person_by_login(workspace, login).await?.map(|(person, _)| person))
    }

    /// In the order of their logins, those after this one.
    pub async fn people(&self, workspace: WorkspaceId, after: &str, limit: usize) -> Result<Vec<Person>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM people p WHERE p.workspace_id = $1 AND p.login > $2 ORDER BY p.login LIMIT $3"
        );
        let found: Vec<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(after)
            .bind(rows::count(limit))
            .fetch_all(&self.reader)
            .await?;
        found.into_iter().map(Person::try_from).collect()
    }

    /// False when there is no such person. From the commit on every request of theirs is judged by it.
    pub async fn person_change(
        &self,
        workspace: WorkspaceId,
        person: PersonId,
        change: &PersonChange,
    ) -> Result<bool, PersonError> {
        let mut tx = self.write().await?;
        one_at_a_time(&mut tx, workspace).await?;
        let Some(before) = standing(&mut tx, workspace, person).await? else { return Ok(false) };
        let (role, state) = (change.role.unwrap_or(before.role), change.state.unwrap_or(before.state));
        let label = AccessLabel {
            tier: change.tier.unwrap_or(before.label.tier),
            groups: change.groups.clone().unwrap_or(before.label.groups.clone()),
        };
        let update = "UPDATE people SET name = $1, role = $2, tier = $3, state = $4, updated_ms = $5 WHERE id = $6";
        sqlx::query(update)
            .bind(change.name.as_ref().unwrap_or(&before.name))
            .bind(role.as_str())
            .bind(rows::tier_to_sql(&label))
            .bind(state.as_str())
            .bind(self.clock.now_ms())
            .bind(person.to_string())
            .execute(&mut *tx)
            .await?;
        if label.groups != before.label.groups {
            sqlx::query("DELETE FROM memberships WHERE person_id = $1")
                .bind(person.to_string())
                .execute(&mut *tx)
                .await?;
            join(&mut tx, workspace, person, &label).await?;
        }
        if state == PersonState::Suspended {
            sign_out(&mut tx, person).await?;
            // A link that was on its way must not work again when they are let in again.
            forget_links(&mut tx, person).await?;
        }
        keep_an_admin(&mut tx, workspace, &before).await?;
        Ok(tx.commit().await.map(|()| true)?)
    }

    /// The person and all that they hold, gone; false when there was no such.
    pub async fn person_remove(&self, workspace: WorkspaceId, person: PersonId) -> Result<bool, PersonError> {
        let mut tx = self.write().await?;
        one_at_a_time(&mut tx, workspace).await?;
        let Some(before) = standing(&mut tx, workspace, person).await? else { return Ok(false) };
        sqlx::query("DELETE FROM people WHERE id = $1").bind(person.to_string()).execute(&mut *tx).await?;
        keep_an_admin(&mut tx, workspace, &before).await?;
        Ok(tx.commit().await.map(|()| true)?)
    }

    /// Another password; whoever is signed in with the old one is not any more.
    pub async fn password_set(&self, person: PersonId, password: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        put_password(&mut tx, person, password, self.clock.now_ms()).await?;
        sign_out(&mut tx, person).await?;
        forget_links(&mut tx, person).await?;
        tx.commit().await
    }

    /// Whether anybody looks after this workspace.
    pub async fn has_admin(&self, workspace: WorkspaceId) -> Result<bool, StoreError> {
        let select = "SELECT COUNT(*) FROM people WHERE workspace_id = $1 AND role = 'admin' AND state = 'active'";
        let (many,): (i64,) = sqlx::query_as(select).bind(workspace.to_string()).fetch_one(&self.reader).await?;
        Ok(many > 0)
    }
}

pub(super) async fn put_password(
    tx: &mut AnyConnection,
    person: PersonId,
    password: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE people SET password = $1, updated_ms = $2 WHERE id = $3")
        .bind(password)
        .bind(now_ms)
        .bind(person.to_string())
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn sign_out(tx: &mut AnyConnection, person: PersonId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sign_ins WHERE person_id = $1").bind(person.to_string()).execute(tx).await?;
    Ok(())
}

pub(super) async fn forget_links(tx: &mut AnyConnection, person: PersonId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM links WHERE person_id = $1").bind(person.to_string()).execute(tx).await?;
    Ok(())
}

/// Whoever changes what people are let do waits here for the others. Postgres would let two admins demote each other at
/// once, and write back a role that somebody else has just taken away.
pub(super) async fn one_at_a_time(tx: &mut AnyConnection, workspace: WorkspaceId) -> Result<(), StoreError> {
    let lock = "UPDATE workspaces SET catalog_version = catalog_version WHERE id = $1";
    sqlx::query(lock).bind(workspace.to_string()).execute(tx).await?;
    Ok(())
}

/// The person as the writing transaction sees them.
async fn standing(
    tx: &mut AnyConnection,
    workspace: WorkspaceId,
    person: PersonId,
) -> Result<Option<Person>, StoreError> {
    let select = format!("SELECT {COLUMNS} FROM people p WHERE p.workspace_id = $1 AND p.id = $2");
    let row: Option<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
        .bind(workspace.to_string())
        .bind(person.to_string())
        .fetch_optional(tx)
        .await?;
    row.map(Person::try_from).transpose()
}

async fn join(
    tx: &mut AnyConnection,
    workspace: WorkspaceId,
    person: PersonId,
    label: &AccessLabel,
) -> Result<(), PersonError> {
    for group in &label.groups {
        let insert = "INSERT INTO memberships (person_id, workspace_id, group_name) \
                      SELECT $1, g.workspace_id, g.name FROM groups g WHERE g.workspace_id = $2 AND g.name = $3";
        let joined = sqlx::query(insert)
            .bind(person.to_string())
            .bind(workspace.to_string())
            .bind(group.as_str())
            .execute(&mut *tx)
            .await?;
        if joined.rows_affected() == 0 {
            return Err(PersonError::NoSuchGroup(group.clone()));
        }
    }
    Ok(())
}

/// Refuse what would leave nobody to look after the workspace.
async fn keep_an_admin(tx: &mut AnyConnection, workspace: WorkspaceId, before: &Person) -> Result<(), PersonError> {
    if before.role != Role::Admin || before.state != PersonState::Active {
        return Ok(());
    }
    let select = "SELECT COUNT(*) FROM people WHERE workspace_id = $1 AND role = 'admin' AND state = 'active'";
    let (left,): (i64,) = sqlx::query_as(select).bind(workspace.to_string()).fetch_one(tx).await?;
    if left == 0 { Err(PersonError::LastAdmin) } else { Ok(()) }
}
