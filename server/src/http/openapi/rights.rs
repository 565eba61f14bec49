//! Who may call a route, in words: from what the route table says it needs, and the policy. Decides nothing.

use retrieval::access::Scope;
use serde_json::{Value, json};

use crate::http::access::Needs;
use crate::people::policy::{Least, POLICY, Relation};

/// Who may, in a sentence and as OpenAPI has it.
pub struct Rights {
    pub sentence: String,
    pub security: Value,
}

impl Rights {
    pub fn of(needs: Needs) -> Self {
        let Needs::May(verb, kind) = needs else {
            return Self { sentence: "Anybody, without signing in.".into(), security: json!([]) };
        };
        let rules = || POLICY.iter().filter(|rule| (rule.verb, rule.kind) == (verb, kind));
        let least = |relation| rules().find(|rule| rule.relation == relation).map(|rule| rule.least);
        let sentence = match (least(Relation::Own), least(Relation::Others)) {
            (Some(own), None) => format!("{}, for what is theirs.", whoever(own)),
            (Some(own), Some(others)) if own != others => {
                format!("{}, for what is theirs; {} for anybody's.", whoever(own), whoever(others).to_lowercase())
            }
            (_, Some(least)) => format!("{}.", whoever(least)),
            (None, None) => "Nobody.".into(),
        };
        let scopes: Vec<Scope> = rules().map(|rule| rule.scope).collect();
        let sentence = match scopes.first() {
            Some(_) if rules().all(|rule| rule.least == Least::Operator) => sentence,
            Some(scope) => format!("{sentence} A key needs the scope `{scope}`."),
            None => sentence,
        };
        let scope: Vec<String> = scopes.first().iter().map(ToString::to_string).collect();
        let mut security = vec![json!({"cookie": []}), json!({"key": scope})];
        if rules().any(|rule| rule.least == Least::Visitor) {
            security.push(json!({}));
        }
        Self { sentence, security: security.into() }
    }
}

fn whoever(least: Least) -> &'static str {
    match least {
        Least::Visitor => "Whoever may read anything here, visitors too where they are let in",
        Least::Reader => "Whoever has an account",
        Least::Editor => "Editors and admins",
        Least::Admin => "Admins",
        Least::Operator => "Whoever has the data directory, with the token in it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::policy::{Kind, Verb};

    #[test]
    fn who_may_is_said_in_words() {
        let check = |needs, expected: &str| assert_eq!(Rights::of(needs).sentence, expected);
        check(Needs::Nothing, "Anybody, without signing in.");
        check(Needs::May(Verb::Make, Kind::Backup), "Whoever has the data directory, with the token in it.");
        check(Needs::May(Verb::Make, Kind::Document), "Editors and admins. A key needs the scope `write`.");
        check(
            Needs::May(Verb::List, Kind::Key),
            "Whoever has an account, for what is theirs; admins for anybody's. A key needs the scope `manage`.",
        );
        check(
            Needs::May(Verb::List, Kind::Conversation),
            "Whoever has an account, for what is theirs. A key needs the scope `read`.",
        );
        assert_eq!(Rights::of(Needs::Nothing).security, json!([]));
        let visitors = Rights::of(Needs::May(Verb::Read, Kind::Passage)).security;
        assert_eq!(visitors, json!([{"cookie": []}, {"key": ["read"]}, {}]));
    }

    /// The sentence and the list name one scope for a route.
    #[test]
    fn one_thing_that_is_done_needs_one_scope() {
        for rule in POLICY {
            let same = |other: &&crate::people::policy::Rule| (other.verb, other.kind) == (rule.verb, rule.kind);
            assert!(
                POLICY.iter().filter(same).all(|other| other.scope == rule.scope),
                "{:?} {:?}",
                rule.verb,
                rule.kind
            );
        }
    }
}
