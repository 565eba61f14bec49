//! Who a language model speaks as: a persona that the file names, or one that was chosen in the app.

use prompts::persona::Persona;
use retrieval::model::WorkspaceId;

use crate::store::{SettingName, Store};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Speaker {
    /// Whatever is chosen in the app.
    Named(Persona),
    /// Whom admins chose, of those that the house comes with; this one where they chose nobody.
    Chosen { otherwise: Persona },
}

impl Speaker {
    /// Asked for each answer, so that every server on one database speaks as the same. A model takes a thousand times longer.
    pub(super) async fn persona(&self, store: &Store, workspace: WorkspaceId) -> Persona {
        let otherwise = match self {
            Self::Named(persona) => return persona.clone(),
            Self::Chosen { otherwise } => otherwise,
        };
        let made = store.settings(workspace).await;
        let made =
            made.inspect_err(|error| tracing::warn!(%error, "who answers sound like could not be looked up")).ok();
        let chosen = made.and_then(|mut made| made.remove(&SettingName::Persona));
        let shipped = chosen.and_then(|name| {
            let known = Persona::shipped().unwrap_or_default();
            known.into_iter().find(|(known, _)| *known == name).map(|(_, persona)| persona)
        });
        shipped.unwrap_or_else(|| otherwise.clone())
    }
}

impl From<Persona> for Speaker {
    fn from(persona: Persona) -> Self {
        Self::Named(persona)
    }
}
