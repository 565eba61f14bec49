//! Links that work once: for the first admin, for whoever was invited, for a forgotten password.

use std::time::Duration;

use retrieval::access::{AccessLabel, AccessTier, Role};
use retrieval::model::{PersonId, WorkspaceId};

use super::person::{NewPerson, PersonError, PersonState, forget_links, one_at_a_time, put_password, sign_out};
use super::writing::Writing;
use super::{Store, StoreError, rows};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkPurpose {
    /// Whoever opens it becomes the admin of a workspace that has none.
    FirstAdmin,
    Invitation,
    Reset,
}

impl LinkPurpose {
    const ALL: [Self; 3] = [Self::FirstAdmin, Self::Invitation, Self::Reset];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstAdmin => "first_admin",
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }
}

/// A link that still works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    pub purpose: LinkPurpose,
    /// `None` for the first admin, who is not there yet.
    pub person: Option<PersonId>,
}

/// What whoever opens a link says about themselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Redemption {
    /// For the first admin; others have theirs.
    pub login: Option<String>,
    pub name: Option<String>,
    /// Argon2id, in its own notation.
    pub password: String,
}

type LinkRow = (String, Option<String>);

impl Store {
    /// In place of the links for the same purpose that there were.
    pub async fn link_insert(
        &self,
        workspace: WorkspaceId,
        link: Link,
        secret_hash: &str,
        lasts: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now_ms();
        let ends = now.saturating_add(i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX));
        let person = link.person.map(|person| person.to_string());
        let mut tx = self.write().await?;
        sqlx::query(
            "DELETE FROM links WHERE ends_ms <= $1 OR (workspace_id = $2 AND purpose = $3 \
             AND COALESCE(person_id, '') = $4)",
        )
        .bind(now)
        .bind(workspace.to_string())
        .bind(link.purpose.as_str())
        .bind(person.clone().unwrap_or_default())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO links (secret_hash, workspace_id, purpose, person_id, ends_ms, created_ms) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(secret_hash)
        .bind(workspace.to_string())
        .bind(link.purpose.as_str())
        .bind(person)
        .bind(ends)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await
    }

    /// Forget links that nobody can use any more.
    pub async fn links_sweep(&self) -> Result<u64, StoreError> {
        let sweep = "DELETE FROM links WHERE ends_ms <= $1";
        let removed = sqlx::query(sweep).bind(self.clock.now_ms()).execute(&self.writer).await?;
        Ok(removed.rows_affected())
    }

    /// The link, if it works still.
    pub async fn link(&self, workspace: WorkspaceId, secret_hash: &str) -> Result<Option<Link>, StoreError> {
        let select =
            "SELECT purpose, person_id FROM links WHERE workspace_id = $1 AND secret_hash = $2 AND ends_ms > $3";
        let row: Option<LinkRow> = sqlx::query_as(select)
            .bind(workspace.to_string())
            .bind(secret_hash)
            .bind(self.clock.now_ms())
            .fetch_optional(&self.reader)
            .await?;
        row.map(link).transpose()
    }

    /// Use a link up. `None` when it does not work, or not any more.
    pub async fn link_redeem(
        &self,
        workspace: WorkspaceId,
        secret_hash: &str,
        redemption: &Redemption,
    ) -> Result<Option<PersonId>, PersonError> {
        let mut tx = self.write().await?;
        one_at_a_time(&mut tx, workspace).await?;
        let take = "DELETE FROM links WHERE workspace_id = $1 AND secret_hash = $2 AND ends_ms > $3 \
                    RETURNING purpose, person_id";
        let row: Option<LinkRow> = sqlx::query_as(take)
            .bind(workspace.to_string())
            .bind(secret_hash)
            .bind(self.clock.now_ms())
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let taken = match link(row)? {
            Link { purpose: LinkPurpose::FirstAdmin, .. } => self.first_admin(&mut tx, workspace, redemption).await?,
            Link { person: None, .. } => None,
            Link { person: Some(person), .. } => self.come_in(&mut tx, person, redemption).await?,
        };
        tx.commit().await?;
        Ok(taken)
    }

    /// Only in a workspace without one, however many links were printed.
    async fn first_admin(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        redemption: &Redemption,
    ) -> Result<Option<PersonId>, PersonError> {
        let select = "SELECT COUNT(*) FROM people WHERE workspace_id = $1 AND role = 'admin' AND state = 'active'";
        let (admins,): (i64,) = sqlx::query_as(select).bind(workspace.to_string()).fetch_one(&mut **tx).await?;
        let Some(login) = redemption.login.as_ref().filter(|_| admins == 0) else { return Ok(None) };
        let new = NewPerson {
            login: login.clone(),
            name: redemption.name.clone().unwrap_or_else(|| login.clone()),
            role: Role::Admin,
            label: AccessLabel::tier(AccessTier::Restricted),
            state: PersonState::Active,
            password: Some(redemption.password.clone()),
        };
        self.person_put(tx, workspace, &new).await.map(Some)
    }

    /// A suspended person stays outside, whatever link they hold.
    async fn come_in(
        &self,
        tx: &mut Writing,
        person: PersonId,
        redemption: &Redemption,
    ) -> Result<Option<PersonId>, PersonError> {
        let now = self.clock.now_ms();
        let update = "UPDATE people SET state = 'active', name = COALESCE($1, name), updated_ms = $2 \
                      WHERE id = $3 AND state <> 'suspended'";
        let updated =
            sqlx::query(update).bind(&redemption.name).bind(now).bind(person.to_string()).execute(&mut **tx).await?;
        if updated.rows_affected() == 0 {
            return Ok(None);
        }
        put_password(tx, person, &redemption.password, now).await?;
        sign_out(tx, person).await?;
        forget_links(tx, person).await?;
        Ok(Some(person))
    }
}

fn link((purpose, person): LinkRow) -> Result<Link, StoreError> {
    let known = LinkPurpose::ALL.into_iter().find(|known| known.as_str() == purpose);
    let purpose = known.ok_or_else(|| StoreError::Unreadable(format!("link for \"{purpose}\"")))?;
    Ok(Link { purpose, person: person.map(|person| rows::id(&person)).transpose()? })
}
