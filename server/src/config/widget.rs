//! The widget, as the file has it: `[widget]`. On which sites it may stand, and how much their visitors may ask.

use std::collections::BTreeSet;
use std::path::PathBuf;

use retrieval::access::AccessLabel;
use serde::Deserialize;
use url::Url;

use super::file::secret_in;
use super::{ConfigError, Secret};

/// A visitor of somebody else's page types; a script does not.
const QUESTIONS_PER_MINUTE: u32 = 10;
const SHORTEST_SECRET: usize = 32;

/// Where the widget may stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WidgetConfig {
    /// As browsers name them: `https://shop.example`.
    pub origins: BTreeSet<String>,
    /// Of one visitor, as far as their address tells; of one who is vouched for, wherever they are.
    pub questions_per_minute: u32,
    /// `None` where nobody vouches for anybody, and all are visitors.
    pub vouching: Option<Vouching>,
}

/// Whose word about visitors counts, and how far.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Vouching {
    /// Any of them: a new one is added before the old one goes.
    pub secrets: Vec<Secret>,
    /// No visitor reads more, whatever is said of them.
    pub most: AccessLabel,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct WidgetTable {
    origins: Vec<String>,
    questions_per_minute: Option<u32>,
    secret_file: Option<PathBuf>,
    tier: Option<String>,
    groups: Vec<String>,
}

/// `None` where it stands nowhere.
pub fn widget(
    table: WidgetTable,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<WidgetConfig>, ConfigError> {
    let origins = table.origins.iter().map(|text| origin(text)).collect::<Result<BTreeSet<_>, _>>()?;
    let questions_per_minute = table.questions_per_minute.unwrap_or(QUESTIONS_PER_MINUTE);
    if questions_per_minute == 0 {
        let (name, expected) = ("widget.questions_per_minute", "a number from 1");
        return Err(ConfigError::Value { name, value: "0".into(), expected });
    }
    let most = most(table.tier, &table.groups)?;
    let in_file = table.secret_file.map(|file| secret_in(&file)).transpose()?;
    let secrets = environment("LECTERN_WIDGET_SECRET").map(Secret::from).or(in_file).map(secrets).transpose()?;
    let vouching = secrets.map(|secrets| Vouching { secrets, most });
    Ok((!origins.is_empty()).then_some(WidgetConfig { origins, questions_per_minute, vouching }))
}

fn most(tier: Option<String>, groups: &[String]) -> Result<AccessLabel, ConfigError> {
    let tier = tier.unwrap_or_else(|| "customer".to_owned());
    let (name, expected) = ("widget.tier", "public, customer, internal or restricted");
    let tier = tier.parse().map_err(|_| ConfigError::Value { name, value: tier, expected })?;
    let (name, expected) = ("widget.groups", "names of groups");
    let group = |text: &String| text.parse().map_err(|_| ConfigError::Value { name, value: text.clone(), expected });
    Ok(AccessLabel { tier, groups: groups.iter().map(group).collect::<Result<_, _>>()? })
}

/// One a line. What is short is guessed.
fn secrets(text: Secret) -> Result<Vec<Secret>, ConfigError> {
    let secrets: Vec<Secret> = text.reveal().lines().map(|line| Secret::from(line.trim().to_owned())).collect();
    match secrets.iter().all(|secret| secret.reveal().len() >= SHORTEST_SECRET) {
        true => Ok(secrets),
        false => {
            let expected = "a file of secrets of at least 32 letters, one a line";
            Err(ConfigError::Value { name: "widget.secret_file", value: String::new(), expected })
        }
    }
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
        widget(WidgetTable { origins, ..WidgetTable::default() }, &|_| None)
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
        assert!(widget(WidgetTable { questions_per_minute: Some(0), ..WidgetTable::default() }, &|_| None).is_err());
    }

    #[test]
    fn a_site_vouches_within_bounds() {
        let read = |file: &str, secret: Option<&str>| {
            let table = toml::from_str(&format!("origins = ['https://shop.example']\n{file}")).unwrap();
            let secret = secret.map(str::to_owned);
            widget(table, &|name| secret.clone().filter(|_| name == "LECTERN_WIDGET_SECRET")).map(Option::unwrap)
        };
        assert_eq!(read("tier = 'internal'", None).unwrap().vouching, None, "nobody has a secret");
        let long = "x".repeat(32);
        let vouching = read("", Some(&long)).unwrap().vouching.unwrap();
        assert_eq!((vouching.most.tier.as_str(), vouching.most.groups.len()), ("customer", 0));
        let vouching = read("tier = 'internal'\ngroups = ['gold']", Some(&format!("{long}\n{long}y\n"))).unwrap();
        let vouching = vouching.vouching.unwrap();
        assert_eq!((vouching.secrets.len(), vouching.most.tier.as_str()), (2, "internal"));
        for (file, secret) in [("", "short"), ("tier = 'all'", &*long), ("groups = ['Big Ones']", &long)] {
            let error = read(file, Some(secret)).unwrap_err().to_string();
            assert!(error.contains("widget.") && !error.contains(&long), "{error}");
        }
    }
}
