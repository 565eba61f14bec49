//! What the house is called and how it looks, as the file has it: `[branding]`. What the file leaves out, admins set in the app.

use serde::Deserialize;

use super::ConfigError;
use super::colour::{Colour, Palette};

const LONGEST_NAME: usize = 40;
const LONGEST_GREETING: usize = 200;

/// What the file says of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BrandingConfig {
    pub name: Option<String>,
    pub accent: Option<Colour>,
    pub greeting: Option<String>,
    /// Who answers sound like, as `[chat]` has it.
    pub persona: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct BrandingTable {
    name: Option<String>,
    accent: Option<String>,
    greeting: Option<String>,
}

pub fn branding(table: BrandingTable, persona: Option<String>) -> Result<BrandingConfig, ConfigError> {
    let BrandingTable { name, accent, greeting } = table;
    let line = |key: &'static str, text: Option<String>, longest: fn(&str) -> Result<String, String>| {
        text.map(|text| longest(&text).map_err(|why| wrong(key, why))).transpose()
    };
    let accent = accent.map(|text| accent_of(&text).map_err(|why| wrong("branding.accent", why))).transpose()?;
    let (name, greeting) = (line("branding.name", name, name_of)?, line("branding.greeting", greeting, greeting_of)?);
    Ok(BrandingConfig { name, accent, greeting, persona })
}

/// What a house can be called, or why it cannot.
pub fn name_of(text: &str) -> Result<String, String> {
    one_line(text, LONGEST_NAME)
}

/// What whoever comes in can be told.
pub fn greeting_of(text: &str) -> Result<String, String> {
    one_line(text, LONGEST_GREETING)
}

/// A colour that is legible on every page.
pub fn accent_of(text: &str) -> Result<Colour, String> {
    let colour: Colour = text.trim().parse().map_err(|error: super::colour::ColourError| error.to_string())?;
    Palette::of(colour).map(|_| colour).map_err(|error| error.to_string())
}

/// Text of somebody's, in which nothing turns the text around it.
fn one_line(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match text.chars().count() {
        0 => Err("it is empty".to_owned()),
        many if many > longest => Err(format!("it has {many} characters: shorten it to {longest}")),
        _ if text.chars().any(|c| c.is_control() || turns(c)) => {
            Err("it holds a line break or another control character".to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

fn wrong(key: &'static str, why: String) -> ConfigError {
    ConfigError::Wrong { name: key, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: Option<&str>, accent: Option<&str>, greeting: Option<&str>) -> Result<BrandingConfig, ConfigError> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        branding(BrandingTable { name: owned(name), accent: owned(accent), greeting: owned(greeting) }, None)
    }

    #[test]
    fn what_cannot_be_shown_is_an_error_with_its_reason() {
        let config = read(Some(" Harbour help "), Some("#2148B5"), None).unwrap();
        assert_eq!((config.name.as_deref(), config.greeting), (Some("Harbour help"), None));
        assert_eq!(config.accent.map(|accent| accent.to_string()).as_deref(), Some("#2148b5"));
        assert_eq!(read(None, None, None).unwrap(), BrandingConfig::default());
        let check = |read: Result<BrandingConfig, ConfigError>, part: &str| {
            let error = read.unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        check(read(Some(""), None, None), "branding.name");
        check(read(Some(&"x".repeat(41)), None, None), "40");
        check(read(Some("a\u{202e}b"), None, None), "control");
        check(read(None, Some("yellow"), None), "#2148b5");
        check(read(None, Some("#ffff00"), None), "darker");
        check(read(None, None, Some(&"ü".repeat(201))), "200");
        check(read(None, None, Some("a\nb")), "line break");
        assert!(read(None, None, Some(&"ü".repeat(200))).is_ok());
    }
}
