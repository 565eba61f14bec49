//! Groups: the names that people belong to and documents are kept for.

use std::collections::BTreeMap;

use retrieval::access::{Clearance, Group};
use retrieval::model::WorkspaceId;

use super::{Store, StoreError, rows};

/// A group, and what it is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupLine {
    pub group: Group,
    pub members: usize,
    pub documents: usize,
}

impl Store {
    /// False when it is there already.
    pub async fn group_insert(&self, workspace: WorkspaceId, group: &Group) -> Result<bool, StoreError> {
        let insert = "INSERT INTO groups (workspace_id, name, created_ms) VALUES ($1, $2, $3) \
                      ON CONFLICT (workspace_id, name) DO NOTHING";
        let made = sqlx::query(insert)
            .bind(workspace.to_string())
            .bind(group.as_str())
            .bind(self.clock.now_ms())
            .execute(&self.writer)
            .await?;
        Ok(made.rows_affected() > 0)
    }

    /// Nobody belongs to it from the commit on; what documents say of it stays, and is then for nobody but an admin. False
    /// when there was no such group.
    pub async fn group_remove(&self, workspace: WorkspaceId, group: &Group) -> Result<bool, StoreError> {
        let removed = sqlx::query("DELETE FROM groups WHERE workspace_id = $1 AND name = $2")
            .bind(workspace.to_string())
            .bind(group.as_str())
            .execute(&self.writer)
            .await?;
        Ok(removed.rows_affected() > 0)
    }

    /// Those that were made, with how many people and how many documents that this clearance may know of are theirs.
    pub async fn groups(&self, clearance: &Clearance) -> Result<Vec<GroupLine>, StoreError> {
        let workspace = clearance.workspace().to_string();
        let select = "SELECT g.name, COUNT(m.person_id) FROM groups g LEFT JOIN memberships m \
                      ON m.workspace_id = g.workspace_id AND m.group_name = g.name \
                      WHERE g.workspace_id = $1 GROUP BY g.name ORDER BY g.name";
        let made: Vec<(String, i64)> = sqlx::query_as(select).bind(&workspace).fetch_all(&self.reader).await?;
        let select = "SELECT tier, group_names, COUNT(*) FROM documents WHERE workspace_id = $1 AND group_names <> '' \
                      GROUP BY tier, group_names";
        let labels: Vec<(i64, String, i64)> = sqlx::query_as(select).bind(&workspace).fetch_all(&self.reader).await?;
        let mut documents: BTreeMap<Group, usize> = BTreeMap::new();
        for (tier, groups, many) in labels {
            let label = rows::label(tier, &groups)?;
            if clearance.admits(clearance.workspace(), &label) {
                label.groups.into_iter().for_each(|group| *documents.entry(group).or_default() += rows::size(many));
            }
        }
        let line = |(name, members): (String, i64)| {
            let group: Group = name.parse().map_err(|_| StoreError::Unreadable(format!("group \"{name}\"")))?;
            let documents = documents.get(&group).copied().unwrap_or(0);
            Ok(GroupLine { group, members: rows::size(members), documents })
        };
        made.into_iter().map(line).collect()
    }
}
