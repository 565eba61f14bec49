//! The widget, as the file has it: `[widget]`. On which sites it may stand, and how much their visitors may ask.

use std::collections::BTreeSet;

use serde::Deserialize;
use url::Url;

use super::ConfigError;

/// A visitor of somebody else's page types; a script does not.
const QUESTIONS_PER_MINUTE: u32 = 10;

/// Where the widget may stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WidgetConfig {
    /// As browsers name them: `https://shop.example`.
    pub origins: BTreeSet<String>,
    /// Of one visitor, as far as their address tells.
    pub questions_per_minute: u32,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct WidgetTable {
    origins: Vec<String>,
    questions_per_minute: Option<u32>,
}

/// `None` where it stands nowhere.
pub fn widget(table: WidgetTable) -> Result<Option<WidgetConfig>, ConfigError> {
    let origins = table.origins.iter().map(|text| origin(text)).collect::<Result<BTreeSet<_>, _>>()?;
    let questions_per_minute = table.questions_per_minute.unwrap_or(QUESTIONS_PER_MINUTE);
    if questions_per_minute == 0 {
        let (name, expected) = ("widget.questions_per_minute", "a number from 1");
        return Err(ConfigError::Value { name, value: "0".into(), expected });
    }
    Ok((!origins.is_empty()).then_some(WidgetConfig { origins, questions_per_minute }))
}

/// Compared letter by letter later on, so it has to be as a browser writes it.
fn origin(text: &str) -> Result<String, ConfigError> {
    let parsed = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let spelt = parsed.map(|url| url.origin().ascii_serialization());
    spelt.filter(|spelt| spelt == text.trim_end_matches('/')).ok_or_else(|| ConfigError::Value {
        name: "widget.origins",
        value: text.to_owned(),
        expected: "the address of a site without a path, as in https://shop.example",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(origins: &[&str]) -> Result<Option<WidgetConfig>, ConfigError> {
        let origins = origins.iter().map(|origin| (*origin).to_owned()).collect();
        widget(WidgetTable { origins, questions_per_minute: None })
    }

    #[test]
    fn a_site_is_named_as_browsers_name_it() {
        let config = read(&["https://shop.example", "http://127.0.0.1:8000/"]).unwrap().unwrap();
        assert_eq!(config.origins, ["http://127.0.0.1:8000", "https://shop.example"].map(str::to_owned).into());
        assert_eq!(config.questions_per_minute, 10);
        assert_eq!(read(&[]).unwrap(), None);
        for wrong in
            ["*", "shop.example", "https://shop.example/help", "https://Shop.example", "null", "ftp://a.example"]
        {
            assert!(read(&[wrong]).is_err(), "{wrong}");
        }
        assert!(widget(WidgetTable { origins: Vec::new(), questions_per_minute: Some(0) }).is_err());
    }
}
