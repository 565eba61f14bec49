//! Personas: who an answer sounds like, as an operator writes it down.
//!
//! A persona is text of the house and stands among the rules, so it is read strictly: nothing missing, nothing unknown,
//! nothing endless. It changes the manner of an answer and never what it may rest on. Reads no files: what comes in is
//! the text of one and its name.

use serde::{Deserialize, Serialize};

const MOST_ITEMS: usize = 20;
const LONGEST: usize = 400;
const SHIPPED: [(&str, &str); 3] = [
    ("customer-support", include_str!("../personas/customer-support.toml")),
    ("technical-assistant", include_str!("../personas/technical-assistant.toml")),
    ("plain", include_str!("../personas/plain.toml")),
];

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    pub name: String,
    /// Behind the name: "who helps ...".
    pub role: String,
    pub tone: String,
    pub traits: Vec<String>,
    pub expertise: Vec<String>,
    /// Rules of its own, one sentence each.
    pub constraints: Vec<String>,
}

/// A persona that cannot be used, for whoever wrote it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the persona in {file}, line {line}, cannot be used: {what}")]
pub struct PersonaError {
    pub file: String,
    pub line: usize,
    pub what: String,
}

impl Persona {
    /// From the text of a file; its name is for the error.
    pub fn parse(file: &str, text: &str) -> Result<Self, PersonaError> {
        let fail = |line, what: String| PersonaError { file: file.to_owned(), line, what };
        let persona: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start.min(text.len()));
            fail(line_at(text, at), error.message().to_owned())
        })?;
        match persona.fault() {
            Some((field, what)) => Err(fail(line_of(text, field), format!("`{field}` {what}"))),
            None => Ok(persona),
        }
    }

    /// The ones that come with the house, by their names.
    pub fn shipped() -> Result<Vec<(&'static str, Self)>, PersonaError> {
        let parse = |(name, text): (&'static str, &str)| Ok((name, Self::parse(&format!("{name}.toml"), text)?));
        SHIPPED.into_iter().map(parse).collect()
    }

    pub fn sample() -> Self {
        Self {
            name: "the support assistant".into(),
            role: "who helps customers".into(),
            tone: "friendly and plain".into(),
            traits: vec!["patient".into(), "brief".into()],
            expertise: vec!["billing".into()],
            constraints: vec!["Promise nothing that a source does not grant.".into()],
        }
    }

    fn fault(&self) -> Option<(&'static str, &'static str)> {
        let texts = [("name", &self.name), ("role", &self.role), ("tone", &self.tone)];
        let lists = [("traits", &self.traits), ("expertise", &self.expertise), ("constraints", &self.constraints)];
        let one = texts.into_iter().find_map(|(field, text)| bad(text).map(|what| (field, what)));
        let many = || {
            lists.iter().find(|(_, list)| list.len() > MOST_ITEMS).map(|(field, _)| (*field, "has more than 20 items"))
        };
        let any = || lists.iter().find_map(|(field, list)| Some((*field, list.iter().find_map(|text| bad(text))?)));
        one.or_else(many).or_else(any)
    }
}

fn bad(text: &str) -> Option<&'static str> {
    match text {
        _ if text.trim().is_empty() => Some("is empty"),
        _ if text.chars().count() > LONGEST => Some("is longer than 400 characters"),
        _ if text.chars().any(char::is_control) => Some("holds a line break or another control character"),
        _ => None,
    }
}

fn line_at(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

fn line_of(text: &str, field: &str) -> usize {
    1 + text.lines().position(|line| line.trim_start().starts_with(field)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "name = \"n\"\nrole = \"r\"\ntone = \"t\"\ntraits = []\nexpertise = []\nconstraints = []\n";

    #[test]
    fn three_are_shipped() {
        let shipped = Persona::shipped().unwrap();
        assert_eq!(
            shipped.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["customer-support", "technical-assistant", "plain"]
        );
        assert_ne!(shipped[0].1, shipped[1].1);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let check = |text: &str, line: usize, what: &str| {
            let error = Persona::parse("p.toml", text).unwrap_err();
            assert_eq!(error.line, line, "{error}");
            assert!(error.to_string().contains("p.toml") && error.what.contains(what), "{error}");
        };
        assert!(Persona::parse("p.toml", WHOLE).is_ok());
        check(&WHOLE.replace("tone = \"t\"\n", ""), 1, "tone");
        check(&format!("{WHOLE}mood = \"m\"\n"), 7, "mood");
        check(&WHOLE.replace("\"t\"", "3"), 3, "string");
        check(&WHOLE.replace("\"t\"", "\" \""), 3, "empty");
        check(&WHOLE.replace("traits = []", "traits = [\"a\\nb\"]"), 4, "line break");
        check(&WHOLE.replace("\"r\"", &format!("\"{}\"", "x".repeat(401))), 2, "400");
        check("name = ", 1, "");
    }
}
