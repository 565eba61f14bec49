//! Templates: what people read is worded in files, and each has a typed input.
//!
//! Undefined names are errors, so a template and its input cannot drift apart unseen; every template is rendered with
//! its sample when the set is made, so a broken one stops the start and not an answer.

use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::rewrite::Rewrite;

const EXTRACTIVE: (&str, &str) = ("extractive", include_str!("../templates/extractive.txt"));
const DECLINE: (&str, &str) = ("decline", include_str!("../templates/decline.txt"));
const REWRITE: (&str, &str) = ("rewrite", include_str!("../templates/rewrite.txt"));
const REWRITE_RULES: (&str, &str) = ("rewrite_rules", include_str!("../templates/rewrite_rules.txt"));

/// A template that does not parse or does not fit its input; names file and line.
#[derive(Debug, thiserror::Error)]
#[error("the template cannot be used: {0}")]
pub struct TemplateError(#[from] minijinja::Error);

/// A sentence of a source and the alias of that source.
#[derive(Clone, Debug, Serialize)]
pub struct Quoted {
    pub text: String,
    pub n: usize,
}

/// An answer made of quotes.
#[derive(Clone, Debug, Serialize)]
pub struct Extractive {
    pub quotes: Vec<Quoted>,
}

impl Extractive {
    pub fn sample() -> Self {
        Self { quotes: vec![Quoted { text: "Refunds arrive within ten days.".into(), n: 1 }] }
    }
}

/// No answer, said honestly.
#[derive(Clone, Debug, Serialize)]
pub struct Decline {
    /// Titles that this reader may open, nearest first.
    pub nearest: Vec<String>,
}

impl Decline {
    pub fn sample() -> Self {
        Self { nearest: vec!["Refunds".into(), "Cancelling".into()] }
    }
}

/// Every template of the house.
pub struct Templates(Environment<'static>);

impl Templates {
    pub fn load() -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for (name, source) in [EXTRACTIVE, DECLINE, REWRITE, REWRITE_RULES] {
            environment.add_template(name, source)?;
        }
        let templates = Self(environment);
        templates.extractive(&Extractive::sample())?;
        templates.decline(&Decline::sample())?;
        templates.rewrite(&Rewrite::sample())?;
        templates.rewrite_rules()?;
        Ok(templates)
    }

    pub fn extractive(&self, input: &Extractive) -> Result<String, TemplateError> {
        self.render(EXTRACTIVE.0, input)
    }

    pub fn decline(&self, input: &Decline) -> Result<String, TemplateError> {
        self.render(DECLINE.0, input)
    }

    pub fn rewrite(&self, input: &Rewrite) -> Result<String, TemplateError> {
        self.render(REWRITE.0, input)
    }

    pub fn rewrite_rules(&self) -> Result<String, TemplateError> {
        self.render(REWRITE_RULES.0, ())
    }

    fn render(&self, name: &str, input: impl Serialize) -> Result<String, TemplateError> {
        Ok(self.0.get_template(name)?.render(minijinja::value::Serde(input))?.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rendering_is_known() {
        let templates = Templates::load().unwrap();
        insta::assert_snapshot!("extractive", templates.extractive(&Extractive::sample()).unwrap());
        insta::assert_snapshot!("decline", templates.decline(&Decline::sample()).unwrap());
        insta::assert_snapshot!("decline_bare", templates.decline(&Decline { nearest: vec![] }).unwrap());
    }

    #[test]
    fn markup_in_a_quote_stays_text() {
        let quotes = vec![Quoted { text: "{{ secret }} <b>".into(), n: 1 }];
        let rendered = Templates::load().unwrap().extractive(&Extractive { quotes }).unwrap();
        assert!(rendered.contains("{{ secret }} <b>"));
    }
}
