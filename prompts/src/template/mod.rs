//! Templates: what people and models read is worded in files, and each has a typed input.
//!
//! Undefined names are errors, so a template and its input cannot drift apart unseen; every template is rendered with
//! its sample when the set is made, so a broken one stops the start and not an answer. An operator may give files that
//! take the place of ours; who reads them from a folder is not known here.

mod inputs;

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

pub use inputs::{
    Answer, AnswerRules, Clarify, Dated, Decline, Disagree, Disagreement, Extractive, Handoff, Kind, Language, Quoted,
    Smalltalk, SourceField, Summarise, Title, TurnField,
};

use crate::rewrite::Rewrite;

/// The file of each template, and our text of it.
const SHIPPED: [(&str, &str); 14] = [
    ("answer_rules.txt", include_str!("../../templates/answer_rules.txt")),
    ("answer.txt", include_str!("../../templates/answer.txt")),
    ("clarify.txt", include_str!("../../templates/clarify.txt")),
    ("decline.txt", include_str!("../../templates/decline.txt")),
    ("disagree.txt", include_str!("../../templates/disagree.txt")),
    ("extractive.txt", include_str!("../../templates/extractive.txt")),
    ("handoff.txt", include_str!("../../templates/handoff.txt")),
    ("rewrite.txt", include_str!("../../templates/rewrite.txt")),
    ("rewrite_rules.txt", include_str!("../../templates/rewrite_rules.txt")),
    ("smalltalk.txt", include_str!("../../templates/smalltalk.txt")),
    ("summarise.txt", include_str!("../../templates/summarise.txt")),
    ("summarise_rules.txt", include_str!("../../templates/summarise_rules.txt")),
    ("title.txt", include_str!("../../templates/title.txt")),
    ("title_rules.txt", include_str!("../../templates/title_rules.txt")),
];

/// A template that does not parse or does not fit its input.
#[derive(Debug, thiserror::Error)]
#[error("the template {file} cannot be used, line {line}: {what}")]
pub struct TemplateError {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl TemplateError {
    fn of(file: &str, error: &minijinja::Error) -> Self {
        let file = error.name().unwrap_or(file).to_owned();
        let what =
            error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
        Self { file, line: error.line().unwrap_or(1), what }
    }
}

/// A file of the operator's, by its name within their folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

/// Every template of the house.
pub struct Templates(Environment<'static>);

impl Templates {
    pub fn load() -> Result<Self, TemplateError> {
        Self::load_with(&[])
    }

    /// With the operator's files in place of ours. A file that would replace none is an error: most likely a slip.
    pub fn load_with(given: &[Given<'_>]) -> Result<Self, TemplateError> {
        if let Some(stray) = given.iter().find(|given| SHIPPED.iter().all(|(file, _)| *file != given.file)) {
            let known: Vec<&str> = SHIPPED.iter().map(|(file, _)| *file).collect();
            let what = format!("there is no such template; there are {}", known.join(", "));
            return Err(TemplateError { file: stray.file.to_owned(), line: 1, what });
        }
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (file, ours) in SHIPPED {
            let text = given.iter().find(|given| given.file == file).map_or(ours, |given| given.text);
            let added = environment.add_template_owned(file, text.to_owned());
            added.map_err(|error| TemplateError::of(file, &error))?;
        }
        let templates = Self(environment);
        templates.try_all()?;
        Ok(templates)
    }

    fn try_all(&self) -> Result<(), TemplateError> {
        self.answer_rules(&AnswerRules::sample())?;
        self.answer(&Answer::sample())?;
        for language in Language::ALL {
            self.try_in(language)?;
        }
        self.handoff(&Handoff::sample())?;
        self.rewrite(&Rewrite::sample())?;
        self.rewrite_rules()?;
        self.summarise(&Summarise::sample())?;
        self.summarise_rules(&Summarise::sample())?;
        self.title(&Title::sample())?;
        self.title_rules(&Title::sample())?;
        Ok(())
    }

    fn try_in(&self, language: Language) -> Result<(), TemplateError> {
        self.clarify(&Clarify { language, ..Clarify::sample() })?;
        self.decline(&Decline { language, ..Decline::sample() })?;
        self.disagree(&Disagree { language, ..Disagree::sample() })?;
        self.extractive(&Extractive { language, ..Extractive::sample() })?;
        for kind in Kind::ALL {
            self.smalltalk(&Smalltalk { kind, language, ..Smalltalk::sample() })?;
        }
        Ok(())
    }

    pub fn answer_rules(&self, input: &AnswerRules<'_>) -> Result<String, TemplateError> {
        self.render("answer_rules.txt", input)
    }

    pub fn answer(&self, input: &Answer) -> Result<String, TemplateError> {
        self.render("answer.txt", input)
    }

    pub fn clarify(&self, input: &Clarify) -> Result<String, TemplateError> {
        self.render("clarify.txt", input)
    }

    pub fn decline(&self, input: &Decline) -> Result<String, TemplateError> {
        self.render("decline.txt", input)
    }

    pub fn disagree(&self, input: &Disagree) -> Result<String, TemplateError> {
        self.render("disagree.txt", input)
    }

    pub fn extractive(&self, input: &Extractive) -> Result<String, TemplateError> {
        self.render("extractive.txt", input)
    }

    pub fn handoff(&self, input: &Handoff) -> Result<String, TemplateError> {
        self.render("handoff.txt", input)
    }

    pub fn rewrite(&self, input: &Rewrite) -> Result<String, TemplateError> {
        self.render("rewrite.txt", input)
    }

    pub fn rewrite_rules(&self) -> Result<String, TemplateError> {
        self.render("rewrite_rules.txt", ())
    }

    pub fn smalltalk(&self, input: &Smalltalk) -> Result<String, TemplateError> {
        self.render("smalltalk.txt", input)
    }

    pub fn summarise(&self, input: &Summarise) -> Result<String, TemplateError> {
        self.render("summarise.txt", input)
    }

    pub fn summarise_rules(&self, input: &Summarise) -> Result<String, TemplateError> {
        self.render("summarise_rules.txt", input)
    }

    pub fn title(&self, input: &Title) -> Result<String, TemplateError> {
        self.render("title.txt", input)
    }

    pub fn title_rules(&self, input: &Title) -> Result<String, TemplateError> {
        self.render("title_rules.txt", input)
    }

    fn render(&self, file: &str, input: impl Serialize) -> Result<String, TemplateError> {
        let rendered = self.0.get_template(file).and_then(|found| found.render(minijinja::value::Serde(input)));
        Ok(rendered.map_err(|error| TemplateError::of(file, &error))?.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rendering_is_known() {
        let templates = Templates::load().unwrap();
        insta::assert_snapshot!("extractive", templates.extractive(&Extractive::sample()).unwrap());
        insta::assert_snapshot!("disagree", templates.disagree(&Disagree::sample()).unwrap());
        insta::assert_snapshot!("decline", templates.decline(&Decline::sample()).unwrap());
        insta::assert_snapshot!("decline_bare", templates.decline(&Decline::default()).unwrap());
        insta::assert_snapshot!("answer_rules", templates.answer_rules(&AnswerRules::sample()).unwrap());
        insta::assert_snapshot!("answer", templates.answer(&Answer::sample()).unwrap());
        insta::assert_snapshot!("clarify", templates.clarify(&Clarify::sample()).unwrap());
        insta::assert_snapshot!("handoff", templates.handoff(&Handoff::sample()).unwrap());
        insta::assert_snapshot!("summarise", templates.summarise(&Summarise::sample()).unwrap());
        insta::assert_snapshot!("summarise_rules", templates.summarise_rules(&Summarise::sample()).unwrap());
        insta::assert_snapshot!("title", templates.title(&Title::sample()).unwrap());
        insta::assert_snapshot!("title_rules", templates.title_rules(&Title::sample()).unwrap());
        for kind in Kind::ALL {
            let name = format!("smalltalk_{kind:?}").to_lowercase();
            insta::assert_snapshot!(name, templates.smalltalk(&Smalltalk { kind, ..Smalltalk::sample() }).unwrap());
        }
    }

    #[test]
    fn whoever_speaks_german_is_answered_in_german() {
        let (templates, language) = (Templates::load().unwrap(), Language::German);
        let mut said = vec![
            templates.extractive(&Extractive { language, ..Extractive::sample() }).unwrap(),
            templates.decline(&Decline { language, ..Decline::sample() }).unwrap(),
            templates.decline(&Decline { language, ..Decline::default() }).unwrap(),
            templates.clarify(&Clarify { language, ..Clarify::sample() }).unwrap(),
            templates.disagree(&Disagree { language, ..Disagree::sample() }).unwrap(),
        ];
        let smalltalk = Kind::ALL.map(|kind| Smalltalk { kind, language, ..Smalltalk::sample() });
        said.extend(smalltalk.iter().map(|input| templates.smalltalk(input).unwrap()));
        insta::assert_snapshot!("german", said.join("\n---\n"));
    }

    #[test]
    fn markup_in_a_quote_stays_text() {
        let quotes = vec![Quoted { text: "{{ secret }} <b>".into(), n: 1 }];
        let extractive = Extractive { quotes, ..Extractive::sample() };
        let rendered = Templates::load().unwrap().extractive(&extractive).unwrap();
        assert!(rendered.contains("{{ secret }} <b>"));
    }

    #[test]
    fn a_broken_template_names_file_and_line() {
        let check = |file, text, line, what: &str| {
            let error = Templates::load_with(&[Given { file, text }]).err().unwrap();
            assert_eq!((error.file.as_str(), error.line), (file, line), "{error}");
            assert!(error.to_string().contains(file) && error.what.contains(what), "{error}");
        };
        check("decline.txt", "one\ntwo {{ nearest", 2, "syntax");
        check("decline.txt", "one\n\n{{ nearst }}", 3, "undefined");
        check("title.txt", "{% for x in mark.parts %}{% endfor %}", 1, "");
        check("declin.txt", "one", 1, "decline.txt");
    }

    #[test]
    fn an_operators_file_takes_the_place_of_ours() {
        let templates = Templates::load_with(&[Given { file: "decline.txt", text: "Sorry, no." }]).unwrap();
        assert_eq!(templates.decline(&Decline::sample()).unwrap(), "Sorry, no.");
        assert_ne!(templates.clarify(&Clarify::sample()).unwrap(), "");
    }
}
