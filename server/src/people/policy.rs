//! The policy: who may do what to what. One table; whatever is in no row is nobody's to do.
//!
//! A rule says what one may *do*. What one may *read* is the clearance's to say, and a rule never adds to it: an editor
//! changes documents, but only those that they read.

use retrieval::access::{Origin, Principal, Role, Scope};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verb {
    List,
    Read,
    Make,
    Change,
    Remove,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// Searches and answers, and the passages that they show.
    Passage,
    /// How a search or an answer came about: scores, candidates, totals.
    Explanation,
    Document,
    /// That a document left, and was looked for.
    Receipt,
    /// The file that a document was made of.
    Original,
    Source,
    Job,
    /// What begins by itself.
    Schedule,
    /// Folders of the machine that runs the house.
    Folder,
    Conversation,
    /// A conversation that is passed on to a person.
    Handoff,
    /// What an asker thinks of an answer.
    Feedback,
    Person,
    Group,
    SignIn,
    Key,
    /// Asking with somebody else's eyes.
    Simulation,
    /// What was done, by whom.
    Audit,
    /// Metrics, self-checks, what the house does for itself.
    House,
    /// Everything there is, of every workspace, proofs of passwords among it.
    Backup,
}

/// How the asker stands to the object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Relation {
    /// It is theirs, or they are it.
    Own,
    /// It is not.
    Others,
}

/// Who may, at least.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Least {
    /// Whoever may read anything at all, signed in or not.
    Visitor,
    Reader,
    Editor,
    Admin,
    /// Who could as well copy the data directory.
    Operator,
}

pub struct Rule {
    pub verb: Verb,
    pub kind: Kind,
    pub relation: Relation,
    pub least: Least,
    /// What a key has to be for.
    pub scope: Scope,
}

const fn rule(verb: Verb, kind: Kind, relation: Relation, least: Least, scope: Scope) -> Rule {
    Rule { verb, kind, relation, least, scope }
}

pub const POLICY: &[Rule] = {
    use Kind::*;
    use Least::*;
    use Relation::*;
    use Scope::{Manage, Read as Reading, Write};
    use Verb::*;
    &[
        rule(Read, Passage, Others, Visitor, Reading),
        rule(Read, Explanation, Others, Editor, Reading),
        rule(Read, Document, Others, Visitor, Reading),
        rule(List, Document, Others, Reader, Reading),
        rule(Make, Document, Others, Editor, Write),
        rule(Change, Document, Others, Editor, Write),
        rule(Remove, Document, Others, Editor, Write),
        rule(List, Receipt, Others, Editor, Reading),
        rule(Read, Receipt, Others, Editor, Reading),
        rule(Read, Original, Others, Visitor, Reading),
        rule(List, Source, Others, Editor, Write),
        rule(Read, Source, Others, Editor, Write),
        rule(Make, Source, Others, Editor, Write),
        rule(Change, Source, Others, Editor, Write),
        rule(Remove, Source, Others, Editor, Write),
        rule(List, Job, Others, Editor, Write),
        rule(Read, Job, Others, Editor, Write),
        rule(Change, Job, Others, Editor, Write),
        rule(Remove, Job, Own, Editor, Write),
        rule(Remove, Job, Others, Admin, Write),
        rule(List, Schedule, Others, Editor, Write),
        rule(Change, Schedule, Others, Editor, Write),
        rule(Remove, Schedule, Others, Editor, Write),
        rule(Change, Folder, Others, Admin, Write),
        rule(List, Conversation, Own, Reader, Reading),
        rule(Read, Conversation, Own, Visitor, Reading),
        rule(Make, Conversation, Own, Visitor, Reading),
        rule(Change, Conversation, Own, Visitor, Reading),
        rule(Remove, Conversation, Own, Visitor, Reading),
        rule(Make, Handoff, Own, Visitor, Reading),
        rule(List, Handoff, Others, Editor, Write),
        rule(Read, Handoff, Others, Editor, Write),
        rule(Change, Handoff, Others, Editor, Write),
        rule(Make, Feedback, Own, Visitor, Reading),
        rule(Remove, Feedback, Own, Visitor, Reading),
        rule(List, Feedback, Others, Editor, Write),
        rule(Read, Person, Own, Reader, Manage),
        rule(Change, Person, Own, Reader, Manage),
        rule(List, Person, Others, Admin, Manage),
        rule(Read, Person, Others, Admin, Manage),
        rule(Make, Person, Others, Admin, Manage),
        rule(Change, Person, Others, Admin, Manage),
        rule(Remove, Person, Others, Admin, Manage),
        rule(List, Group, Others, Admin, Manage),
        rule(Make, Group, Others, Admin, Manage),
        rule(Remove, Group, Others, Admin, Manage),
        rule(List, SignIn, Own, Reader, Manage),
        rule(Remove, SignIn, Own, Reader, Manage),
        rule(List, SignIn, Others, Admin, Manage),
        rule(Remove, SignIn, Others, Admin, Manage),
        rule(List, Key, Own, Reader, Manage),
        rule(Make, Key, Own, Reader, Manage),
        rule(Remove, Key, Own, Reader, Manage),
        rule(List, Key, Others, Admin, Manage),
        rule(Make, Key, Others, Admin, Manage),
        rule(Remove, Key, Others, Admin, Manage),
        rule(Make, Simulation, Others, Admin, Manage),
        rule(Read, Audit, Others, Admin, Manage),
        rule(Read, House, Others, Admin, Manage),
        rule(Change, House, Others, Admin, Manage),
        rule(Make, Backup, Others, Operator, Manage),
    ]
};

/// Whether this asker may do this to an object that stands so to them.
pub fn may(principal: &Principal, verb: Verb, kind: Kind, relation: Relation) -> bool {
    let applies = |rule: &&Rule| (rule.verb, rule.kind, rule.relation) == (verb, kind, relation);
    POLICY.iter().filter(applies).any(|rule| is_met(rule, principal))
}

/// Whether there is any object to which they may: what is asked before one is looked for.
pub fn may_some(principal: &Principal, verb: Verb, kind: Kind) -> bool {
    POLICY.iter().filter(|rule| (rule.verb, rule.kind) == (verb, kind)).any(|rule| is_met(rule, principal))
}

fn is_met(rule: &Rule, principal: &Principal) -> bool {
    let is_known = principal.whose().is_some() || principal.role() == Role::Admin;
    let least = match rule.least {
        Least::Visitor => return principal.may_act(Role::Reader, rule.scope) && principal.clearance().is_ok(),
        Least::Reader => Role::Reader,
        Least::Editor => Role::Editor,
        Least::Admin => Role::Admin,
        Least::Operator => {
            return principal.origin() == Origin::Operator && principal.may_act(Role::Admin, rule.scope);
        }
    };
    is_known && principal.may_act(least, rule.scope)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use retrieval::access::{AccessLabel, AccessTier};
    use retrieval::model::{KeyId, PersonId, WorkspaceId};
    use uuid::Uuid;

    use super::*;

    const HERE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));

    fn person(role: Role) -> Principal {
        let label = AccessLabel::tier(AccessTier::Restricted);
        Principal::person(HERE, PersonId(Uuid::from_u128(2)), role, label)
    }

    #[test]
    fn no_rule_stands_twice() {
        let rules: BTreeSet<_> = POLICY.iter().map(|rule| (rule.verb, rule.kind, rule.relation)).collect();
        assert_eq!(rules.len(), POLICY.len());
    }

    #[test]
    fn more_role_is_never_less() {
        for rule in POLICY {
            let may = |principal: &Principal| may(principal, rule.verb, rule.kind, rule.relation);
            let ladder = [
                Principal::turned_away(HERE),
                Principal::anonymous(HERE),
                person(Role::Reader),
                person(Role::Editor),
                person(Role::Admin),
            ];
            assert!(ladder.iter().map(may).is_sorted(), "{:?} {:?}", rule.verb, rule.kind);
            assert!(!may(&ladder[0]) && may(&ladder[4]) == (rule.least != Least::Operator));
            assert!(may(&Principal::operator(HERE)));
        }
    }

    #[test]
    fn a_key_is_for_what_it_says() {
        for rule in POLICY {
            let by_key = |scopes: BTreeSet<Scope>| person(Role::Admin).by_key(KeyId(Uuid::from_u128(3)), &scopes, None);
            let may = |scopes| may(&by_key(scopes), rule.verb, rule.kind, rule.relation);
            assert!(!may(BTreeSet::new()));
            assert_eq!(may(Scope::ALL.into()), rule.least != Least::Operator);
            let others = Scope::ALL.into_iter().filter(|scope| *scope != rule.scope).collect();
            assert!(!may(others), "{:?} {:?}", rule.verb, rule.kind);
        }
    }

    #[test]
    fn whoever_borrows_eyes_only_reads() {
        let eyes = AccessLabel::tier(AccessTier::Public);
        let simulated = Principal::operator(HERE).seeing_as(eyes).unwrap();
        for rule in POLICY {
            let expected = rule.least == Least::Visitor;
            assert_eq!(
                may(&simulated, rule.verb, rule.kind, rule.relation),
                expected,
                "{:?} {:?}",
                rule.verb,
                rule.kind
            );
        }
    }
}
