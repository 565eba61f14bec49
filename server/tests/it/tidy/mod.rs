//! The rules that keep the house what ARCHITECTURE says it is, each a test that names file, line and reason.
//!
//! Plain reading of the working tree, no compiler: quick, and able to judge documents, manifests and pages as well as
//! code. To add a rule: a `#[test]` whose name is the rule, a scanner that returns findings, and a case in which the
//! scanner finds something; a rule that cannot fail is no rule.

mod access;
mod code;
mod crates;
mod rooms;
mod shape;
mod shown;
mod tree;
mod words;

/// What a scanner found: `file:line: what`.
type Findings = Vec<String>;

/// Fail with everything found, and what to do about it.
#[track_caller]
fn assert_none(remedy: &str, findings: Findings) {
    assert!(findings.is_empty(), "{remedy}\n  {}\n", findings.join("\n  "));
}

#[test]
fn findings_fail() {
    assert_none("nothing to do", Vec::new());
    assert!(std::panic::catch_unwind(|| assert_none("do", vec!["x:1: y".into()])).is_err());
}
