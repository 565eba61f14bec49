//! Identities: by what name another house knows a person. The name is the identity; addresses of mail are not.

use retrieval::model::{PersonId, WorkspaceId};

use super::person::{COLUMNS, NewPerson, Person, PersonError, PersonRow};
use super::writing::Writing;
use super::{Store, StoreError};

/// Somebody, as another house names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
}

impl Store {
    pub async fn identity_person(
        &self,
        workspace: WorkspaceId,
        identity: Identity<'_>,
    ) -> Result<Option<Person>, StoreError> {
        let select = format!(
            "SELECT {COLUMNS} FROM identities i JOIN people p ON p.id = i.person_id \
             WHERE i.workspace_id = $1 AND i.issuer = $2 AND i.subject = $3"
        );
        let row: Option<PersonRow> = sqlx::query_as(sqlx::AssertSqlSafe(select))
            .bind(workspace.to_string())
            .bind(identity.issuer)
            .bind(identity.subject)
            .fetch_optional(&self.reader)
            .await?;
        row.map(Person::try_from).transpose()
    }

    /// Somebody new, known so from the start; `None` when somebody is known so already.
    pub async fn identity_make(
        &self,
        workspace: WorkspaceId,
        identity: Identity<'_>,
        new: &NewPerson,
    ) -> Result<Option<PersonId>, PersonError> {
        let mut tx = self.write().await?;
        let person = self.person_put(&mut tx, workspace, new).await?;
        if !self.identity_put(&mut tx, workspace, identity, person).await? {
            return Ok(None);
        }
        tx.commit().await?;
        Ok(Some(person))
    }

    /// Somebody who is here, known so from now on; an invitation is taken up by it, and the links that they held are dead.
    /// False when that house knows them by another name, or somebody else by this one.
    pub async fn identity_link(
        &self,
        workspace: WorkspaceId,
        identity: Identity<'_>,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !self.identity_put(&mut tx, workspace, identity, person).await? {
            return Ok(false);
        }
        sqlx::query("UPDATE people SET state = 'active', updated_ms = $1 WHERE id = $2 AND state = 'invited'")
            .bind(self.clock.now_ms())
            .bind(person.to_string())
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM links WHERE person_id = $1").bind(person.to_string()).execute(&mut *tx).await?;
        tx.commit().await.map(|()| true)
    }

    async fn identity_put(
        &self,
        tx: &mut Writing,
        workspace: WorkspaceId,
        identity: Identity<'_>,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let insert = "INSERT INTO identities (workspace_id, issuer, subject, person_id, created_ms) \
                      VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        let put = sqlx::query(insert)
            .bind(workspace.to_string())
            .bind(identity.issuer)
            .bind(identity.subject)
            .bind(person.to_string())
            .bind(self.clock.now_ms())
            .execute(&mut **tx)
            .await?;
        Ok(put.rows_affected() > 0)
    }
}
