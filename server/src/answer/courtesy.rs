//! Small talk and the wish for a person, answered: nothing is looked up and nothing is cited.

use prompts::template::{Handoff, Kind as Said, Language as Worded, Smalltalk as Wording, TemplateError};
use retrieval::model::WorkspaceId;

use super::made::Made;
use super::manners::{Kind, Language, Smalltalk, language};
use super::{Answerer, Team};
use crate::store::SettingName;

/// What the assistant calls itself where neither a persona nor the house has another name.
const NAME: &str = "Lectern";

impl Answerer {
    pub(super) async fn courtesy(&self, smalltalk: Smalltalk, of: WorkspaceId) -> Result<Made, TemplateError> {
        let name = match &self.voice {
            Some(voice) => voice.speaker.persona(&self.store, of).await.name,
            None => self.called(of).await,
        };
        let wording = Wording { kind: said(smalltalk.kind), name, language: worded(smalltalk.language) };
        let text = self.templates.smalltalk(&wording)?;
        Ok(Made { text, mode: "smalltalk", model: "none".to_owned(), ..Made::default() })
    }

    /// As the file calls the house, else as admins do.
    async fn called(&self, workspace: WorkspaceId) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let made = self.store.settings(workspace).await;
        let made = made.inspect_err(|error| tracing::warn!(%error, "what the house is called could not be looked up"));
        made.ok().and_then(|mut made| made.remove(&SettingName::Name)).unwrap_or_else(|| NAME.to_owned())
    }

    pub(super) fn farewell(&self, team: &Team) -> Result<Made, TemplateError> {
        let (reachable, hours) = (Some("here".to_owned()), team.hours.clone());
        let text = self.templates.handoff(&Handoff { team: team.name.clone(), reachable, hours })?;
        Ok(Made { text, mode: "handoff", model: "none".to_owned(), ..Made::default() })
    }
}

/// The language in which somebody who asks so is answered, where the words are the house's own.
pub fn answered_in(question: &str) -> Worded {
    worded(language(question))
}

fn worded(language: Language) -> Worded {
    match language {
        Language::English => Worded::English,
        Language::German => Worded::German,
    }
}

fn said(kind: Kind) -> Said {
    match kind {
        Kind::Greeting => Said::Greeting,
        Kind::Thanks => Said::Thanks,
        Kind::Farewell => Said::Farewell,
        Kind::WhoAreYou => Said::Who,
    }
}
