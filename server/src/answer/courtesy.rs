//! Small talk and the wish for a person, answered: nothing is looked up and nothing is cited.

use prompts::template::{Handoff, Kind as Said, Language as Worded, Smalltalk as Wording, TemplateError};

use super::made::Made;
use super::manners::{Kind, Language, Smalltalk, language};
use super::{Answerer, Team};

/// What the assistant calls itself where no persona says otherwise.
const NAME: &str = "Lectern";

impl Answerer {
    pub(super) fn courtesy(&self, smalltalk: Smalltalk) -> Result<Made, TemplateError> {
        let name = self.voice.as_ref().map_or(NAME, |voice| &voice.persona.name);
        let wording =
            Wording { kind: said(smalltalk.kind), name: name.to_owned(), language: worded(smalltalk.language) };
        let text = self.templates.smalltalk(&wording)?;
        Ok(Made { text, mode: "smalltalk", model: "none".to_owned(), ..Made::default() })
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
