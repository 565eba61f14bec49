//! Signing in with a company's own provider: what the house is told of it, and whom its groups let in here.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use retrieval::access::{AccessTier, Group, Role};
use serde::Deserialize;
use url::{Host, Url};

use super::file::secret_in;
use super::{ConfigError, Secret};

/// Where a provider sends people back to, below the address of the house.
pub const CALLBACK: &str = "/api/v1/oidc/callback";
const NAME: &str = "Company login";
const SCOPES: [&str; 2] = ["profile", "email"];
const GROUPS_CLAIM: &str = "groups";
/// Somebody looks at an empty page meanwhile.
const TIMEOUT_SECONDS: u64 = 10;

/// A provider of identities, as OpenID Connect has it.
#[derive(Clone, Debug)]
pub struct OidcConfig {
    /// Letter by letter as the provider says it.
    pub issuer: String,
    pub client_id: String,
    /// A client without one is known by its proof key alone.
    pub client_secret: Option<Secret>,
    /// What the button to sign in with it says.
    pub name: String,
    /// As it stands with the provider.
    pub redirect: Url,
    /// Besides `openid`.
    pub scopes: Vec<String>,
    pub groups_claim: String,
    /// Whether somebody who is not here yet is taken in.
    pub create: bool,
    /// Whether a verified address of mail opens the account that signs in by it, the first time.
    pub link_by_email: bool,
    /// For whom no rule is; without it they stay outside.
    pub default_tier: Option<AccessTier>,
    pub rules: Vec<OidcRule>,
    /// For the whole of one reply of the provider.
    pub timeout: Duration,
}

/// What one of the provider's groups means here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OidcRule {
    /// A group's name; `*` stands for any letters.
    pub when: String,
    pub role: Role,
    pub tier: AccessTier,
    pub groups: BTreeSet<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcTable {
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    name: Option<String>,
    redirect: String,
    scopes: Option<Vec<String>>,
    groups_claim: Option<String>,
    create: Option<bool>,
    #[serde(default)]
    link_by_email: bool,
    default_tier: Option<String>,
    timeout_seconds: Option<u64>,
    #[serde(default)]
    rules: Vec<RuleTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleTable {
    when: String,
    role: Option<String>,
    tier: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
}

pub fn oidc(table: OidcTable, environment: &dyn Fn(&str) -> Option<String>) -> Result<OidcConfig, ConfigError> {
    address("oidc.issuer", &table.issuer)?;
    let redirect = address("oidc.redirect", &table.redirect)?;
    if redirect.path() != CALLBACK {
        let expected = "the public address of this house with /api/v1/oidc/callback behind it";
        return Err(ConfigError::Value { name: "oidc.redirect", value: table.redirect, expected });
    }
    let default_tier = table.default_tier.as_deref().map(|text| tier("oidc.default_tier", text)).transpose()?;
    let rules = table.rules.into_iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    if rules.is_empty() && default_tier.is_none() {
        let expected = "enough to let anybody in: write [[oidc.rules]], or set oidc.default_tier";
        return Err(ConfigError::Value { name: "oidc.rules", value: String::new(), expected });
    }
    let seconds = table.timeout_seconds.unwrap_or(TIMEOUT_SECONDS);
    if seconds == 0 {
        let expected = "a number from 1";
        return Err(ConfigError::Value { name: "oidc.timeout_seconds", value: "0".into(), expected });
    }
    let from_file = table.client_secret_file.map(|path| secret_in(&path)).transpose()?;
    Ok(OidcConfig {
        client_id: said("oidc.client_id", table.client_id)?,
        client_secret: environment("LECTERN_OIDC_CLIENT_SECRET").map(Secret).or(from_file),
        name: said("oidc.name", table.name.unwrap_or_else(|| NAME.into()))?,
        scopes: table.scopes.unwrap_or_else(|| SCOPES.map(str::to_owned).into()),
        groups_claim: said("oidc.groups_claim", table.groups_claim.unwrap_or_else(|| GROUPS_CLAIM.into()))?,
        create: table.create.unwrap_or(true),
        link_by_email: table.link_by_email,
        timeout: Duration::from_secs(seconds),
        issuer: table.issuer,
        redirect,
        default_tier,
        rules,
    })
}

fn rule(table: RuleTable) -> Result<OidcRule, ConfigError> {
    let RuleTable { when, role, tier: least, groups } = table;
    let role = role.map_or(Ok(Role::Reader), |text| text.parse().map_err(|_| text));
    let expected = "a role: use reader, editor or admin";
    let role = role.map_err(|value| ConfigError::Value { name: "oidc.rules.role", value, expected })?;
    let expected = "a group: use lower-case letters, digits, - and _, at most 64";
    let group = |text: String| {
        text.parse().map_err(|_| ConfigError::Value { name: "oidc.rules.groups", value: text, expected })
    };
    Ok(OidcRule {
        when: said("oidc.rules.when", when)?,
        role,
        tier: tier("oidc.rules.tier", least.as_deref().unwrap_or(AccessTier::Public.as_str()))?,
        groups: groups.into_iter().map(group).collect::<Result<_, _>>()?,
    })
}

fn tier(name: &'static str, text: &str) -> Result<AccessTier, ConfigError> {
    let expected = "a tier: use public, customer, internal or restricted";
    text.parse().map_err(|_| ConfigError::Value { name, value: text.to_owned(), expected })
}

fn said(name: &'static str, text: String) -> Result<String, ConfigError> {
    match text.trim().is_empty() {
        true => Err(ConfigError::Value { name, value: text, expected: "anything: it is empty" }),
        false => Ok(text),
    }
}

/// Nobody but this machine may listen in on how people sign in.
fn address(name: &'static str, text: &str) -> Result<Url, ConfigError> {
    let expected = "an https address (http only on this machine), without a user, a query or a fragment";
    let fits = |url: &Url| {
        let is_safe = url.scheme() == "https" || is_here(url);
        let is_bare = url.query().is_none() && url.fragment().is_none();
        is_safe && is_bare && url.has_host() && url.username().is_empty() && url.password().is_none()
    };
    // The address is not repeated: it may be refused for the password that it holds.
    Url::parse(text).ok().filter(fits).ok_or(ConfigError::Value { name, value: "..".into(), expected })
}

/// Whether this is an address of this machine without TLS.
pub fn is_here(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && is_loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "issuer = 'https://id.example'\nclient_id = 'lectern'\n\
                         redirect = 'https://kb.example/api/v1/oidc/callback'\n";

    fn load(rest: &str) -> Result<OidcConfig, String> {
        let table = toml::from_str(&format!("{LEAST}{rest}")).map_err(|error| error.to_string())?;
        oidc(table, &|name| (name == "LECTERN_OIDC_CLIENT_SECRET").then(|| "hush".to_owned()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn little_has_to_be_said() {
        let config = load("[[rules]]\nwhen = 'staff-*'\ntier = 'internal'\ngroups = ['billing']").unwrap();
        assert_eq!((config.name.as_str(), config.groups_claim.as_str()), ("Company login", "groups"));
        assert!(config.create && !config.link_by_email && config.default_tier.is_none());
        assert_eq!(config.client_secret.as_ref().map(Secret::reveal), Some("hush"));
        assert!(!format!("{config:?}").contains("hush"));
        let groups: BTreeSet<Group> = ["billing".parse().unwrap()].into();
        let expected = OidcRule { when: "staff-*".into(), role: Role::Reader, tier: AccessTier::Internal, groups };
        assert_eq!(config.rules, [expected]);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        let check = |rest: &str, part: &str| {
            let error = load(rest).unwrap_err();
            assert!(error.contains(part), "{rest}: {error}");
        };
        check("", "let anybody in");
        check("default_tier = 'secret'", "a tier");
        check("default_tier = 'public'\nname = ' '", "oidc.name");
        check("default_tier = 'public'\ntimeout_seconds = 0", "from 1");
        check("default_tier = 'public'\nclient_secret = 'here'", "client_secret");
        check("[[rules]]\nwhen = ''", "oidc.rules.when");
        check("[[rules]]\nwhen = 'a'\nrole = 'boss'", "a role");
        check("[[rules]]\nwhen = 'a'\ngroups = ['Not a group']", "a group");
        check("[[rules]]\nwhen = 'a'\nteer = 'public'", "teer");
        check("[[rules]]\ntier = 'public'", "when");
    }

    #[test]
    fn the_way_there_is_safe() {
        let check = |text: &str, fits: bool| assert_eq!(address("oidc.issuer", text).is_ok(), fits, "{text}");
        check("https://id.example/realms/x", true);
        check("http://127.0.0.1:8080", true);
        check("http://[::1]:8080", true);
        check("http://localhost/x", true);
        for bad in [
            "",
            "id.example",
            "http://id.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
            "http://localhost.example",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
            "https://me:hush@id.example",
            "https://id.example/?x=y",
            "https://id.example/#x",
        ] {
            check(bad, false);
        }
        let elsewhere = LEAST.replace("/api/v1/oidc/callback", "/");
        let table = toml::from_str(&format!("{elsewhere}default_tier = 'public'")).unwrap();
        assert!(oidc(table, &|_| None).unwrap_err().to_string().contains("oidc.redirect"));
    }
}
