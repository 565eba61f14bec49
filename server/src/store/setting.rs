//! Settings that admins make in the app. Knows their names, and not what may stand in them.

use std::collections::BTreeMap;

use retrieval::model::WorkspaceId;

use super::{Store, StoreError};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SettingName {
    Name,
    Accent,
    Greeting,
    Persona,
}

impl SettingName {
    pub const ALL: [Self; 4] = [Self::Name, Self::Accent, Self::Greeting, Self::Persona];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Accent => "accent",
            Self::Greeting => "greeting",
            Self::Persona => "persona",
        }
    }
}

impl Store {
    /// Those that were made. One that is not known, as of a later version, is none.
    pub async fn settings(&self, workspace: WorkspaceId) -> Result<BTreeMap<SettingName, String>, StoreError> {
        let select = "SELECT name, value FROM settings WHERE workspace_id = $1";
        let found: Vec<(String, String)> =
            sqlx::query_as(select).bind(workspace.to_string()).fetch_all(&self.reader).await?;
        let known = |name: &str| SettingName::ALL.into_iter().find(|known| known.as_str() == name);
        Ok(found.into_iter().filter_map(|(name, value)| Some((known(&name)?, value))).collect())
    }

    /// All of these at once; one without a value is as if it had never been made.
    pub async fn settings_put(
        &self,
        workspace: WorkspaceId,
        changes: &[(SettingName, Option<String>)],
    ) -> Result<(), StoreError> {
        let put = "INSERT INTO settings (workspace_id, name, value, changed_ms) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (workspace_id, name) DO UPDATE SET value = EXCLUDED.value, changed_ms = EXCLUDED.changed_ms";
        let mut tx = self.write().await?;
        for (name, value) in changes {
            let query = match value {
                Some(value) => sqlx::query(put)
                    .bind(workspace.to_string())
                    .bind(name.as_str())
                    .bind(value)
                    .bind(self.clock.now_ms()),
                None => sqlx::query("DELETE FROM settings WHERE workspace_id = $1 AND name = $2")
                    .bind(workspace.to_string())
                    .bind(name.as_str()),
            };
            query.execute(&mut *tx).await?;
        }
        tx.commit().await
    }
}
