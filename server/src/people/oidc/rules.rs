//! What the groups of another house mean here: the rules, in the words of the configuration.

use std::collections::BTreeSet;

use retrieval::access::{AccessLabel, AccessTier, Role};

use crate::config::oidc::OidcConfig;

/// What somebody may do and read here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rights {
    pub role: Role,
    pub label: AccessLabel,
}

impl Rights {
    /// What is left to somebody for whom no rule is any more.
    pub fn none() -> Self {
        Self { role: Role::Reader, label: AccessLabel::tier(AccessTier::Public) }
    }
}

/// The most of all rules that match; `None` when none does and there is nothing for everybody.
pub fn rights(config: &OidcConfig, groups: &BTreeSet<String>) -> Option<Rights> {
    let meant = config.rules.iter().filter(|rule| groups.iter().any(|group| matches(&rule.when, group)));
    let most = meant.fold(None, |most: Option<Rights>, rule| {
        let Rights { role, mut label } = most.unwrap_or_else(Rights::none);
        label.groups.extend(rule.groups.iter().cloned());
        let label = AccessLabel { tier: label.tier.max(rule.tier), ..label };
        Some(Rights { role: role.max(rule.role), label })
    });
    let default = || Some(Rights { role: Role::Reader, label: AccessLabel::tier(config.default_tier?) });
    most.or_else(default)
}

/// Letter by letter; `*` stands for any letters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').map_or((None, rest), |(middle, last)| (Some(middle), last));
    for part in middle.into_iter().flat_map(|middle| middle.split('*')) {
        // The first place will do: whatever a later one leaves, this one leaves too.
        let Some((_, behind)) = left.split_once(part) else { return false };
        left = behind;
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::oidc::OidcRule;

    fn config(rules: &[(&str, Role, AccessTier, &[&str])], default_tier: Option<AccessTier>) -> OidcConfig {
        let rule = |(when, role, tier, groups): &(&str, Role, AccessTier, &[&str])| OidcRule {
            when: (*when).into(),
            role: *role,
            tier: *tier,
            groups: groups.iter().map(|group| group.parse().unwrap()).collect(),
        };
        OidcConfig {
            issuer: "https://id.example".into(),
            client_id: "lectern".into(),
            client_secret: None,
            name: "Login".into(),
            redirect: "https://kb.example/api/v1/oidc/callback".parse().unwrap(),
            scopes: Vec::new(),
            groups_claim: "groups".into(),
            create: true,
            link_by_email: false,
            default_tier,
            rules: rules.iter().map(rule).collect(),
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn names_match_letter_by_letter() {
        let check = |pattern, name, expected| assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        check("staff", "staff", true);
        check("staff", "Staff", false);
        check("staff", "staff2", false);
        check("staff-*", "staff-", true);
        check("staff-*", "staff-de/berlin", true);
        check("staff-*", "my-staff-x", false);
        check("*", "", true);
        check("*-lead", "billing-lead", true);
        check("*-lead", "billing-leads", false);
        check("a*b*c", "a1b2c", true);
        check("a*b*c", "abc", true);
        check("a*b*c", "acb", false);
        check("a*a", "a", false);
        check("a**b", "ab", true);
        check("[a-z]?", "b1", false);
    }

    #[test]
    fn the_most_of_all_that_match() {
        let config = config(
            &[
                ("support-*", Role::Editor, AccessTier::Internal, &["billing"]),
                ("hr", Role::Reader, AccessTier::Restricted, &["hr"]),
                ("root", Role::Admin, AccessTier::Public, &[]),
            ],
            None,
        );
        let check = |groups: &[&str], expected: Option<(Role, &str, &str)>| {
            let groups: BTreeSet<String> = groups.iter().map(|group| (*group).to_owned()).collect();
            let found = rights(&config, &groups).map(|Rights { role, label }| {
                let names: Vec<&str> = label.groups.iter().map(|group| group.as_str()).collect();
                (role, label.tier.as_str(), names.join("+"))
            });
            let expected = expected.map(|(role, tier, groups)| (role, tier, groups.to_owned()));
            assert_eq!(found, expected, "{groups:?}");
        };
        check(&[], None);
        check(&["sales", ""], None);
        check(&["support-de"], Some((Role::Editor, "internal", "billing")));
        check(&["support-de", "hr"], Some((Role::Editor, "restricted", "billing+hr")));
        check(&["hr", "sales"], Some((Role::Reader, "restricted", "hr")));
        check(&["root"], Some((Role::Admin, "public", "")));
    }

    #[test]
    fn what_is_for_everybody_is_for_whom_no_rule_is() {
        let config = config(&[("hr", Role::Reader, AccessTier::Public, &[])], Some(AccessTier::Internal));
        let tier = |groups: &[&str]| {
            rights(&config, &groups.iter().map(|group| (*group).to_owned()).collect()).unwrap().label.tier
        };
        assert_eq!(tier(&[]), AccessTier::Internal);
        assert_eq!(tier(&["hr"]), AccessTier::Public);
    }
}
