//! Small talk, answered: nothing is looked up and nothing is cited.

use prompts::template::{Kind as Said, Smalltalk as Wording, TemplateError};

use super::Answerer;
use super::made::Made;
use super::manners::{Kind, Smalltalk};

/// What the assistant calls itself where no persona says otherwise.
const NAME: &str = "Lectern";

impl Answerer {
    pub(super) fn courtesy(&self, smalltalk: Smalltalk) -> Result<Made, TemplateError> {
        let name = self.voice.as_ref().map_or(NAME, |voice| &voice.persona.name);
        let text = self.templates.smalltalk(&Wording { kind: said(smalltalk.kind), name: name.to_owned() })?;
        Ok(Made { text, mode: "smalltalk", model: "none".to_owned(), ..Made::default() })
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
