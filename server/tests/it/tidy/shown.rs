//! What SECURITY says is shown by a test: the test is there, and every row that claims a defence names one.

use std::collections::BTreeSet;

use super::tree;
use super::{Findings, assert_none};

const PAGE: &str = "docs/SECURITY.md";
const NOT_BUILT: &str = "Not built";

#[test]
fn every_defence_names_tests_that_are_there() {
    let names = tests_of(tree::rust().map(|file| file.text.as_str()));
    assert_none("name the test that shows it, or say that it is not built", unshown(tree::text_of(PAGE), &names));
}

/// Every function of the tree whose name could be a test's.
fn tests_of<'a>(sources: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let named = |source: &'a str| source.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
    sources.flat_map(named).map(str::to_owned).collect()
}

fn unshown(page: &str, names: &BTreeSet<String>) -> Findings {
    let rows = page.lines().enumerate().filter(|(_, line)| line.starts_with("| ") && line.matches(" |").count() > 3);
    let rows = rows.filter(|(_, line)| line[2..].starts_with(|c: char| c.is_ascii_uppercase()));
    let mut findings = Findings::new();
    for (at, line) in rows {
        let cells: Vec<&str> = line.split(" | ").collect();
        let (row, against, shown) = (cells[0].trim_start_matches("| "), cells[2], cells[cells.len() - 1]);
        let named: Vec<&str> = shown.split('`').skip(1).step_by(2).filter(|name| !name.contains(' ')).collect();
        if named.is_empty() && !against.starts_with(NOT_BUILT) {
            findings.push(format!("{PAGE}:{}: {row} is shown by nothing", at + 1));
        }
        for name in named.iter().filter(|name| !names.contains(**name)) {
            findings.push(format!("{PAGE}:{}: {row}: there is no `{name}`", at + 1));
        }
    }
    findings
}

#[test]
fn a_row_without_its_test_is_found() {
    let names = tests_of(["#[test]\nfn a_test() {} async fn other<T>() {}"].into_iter());
    let check = |row: &str, many| assert_eq!(unshown(row, &names).len(), many, "{row}");
    check("| A1 | Threat | Defence | `a_test`, `other` |", 0);
    check("| A1 | Threat | Defence | `a_test`, `no_test` |", 1);
    check("| A1 | Threat | Defence | |", 1);
    check("| A1 | Threat | Defence | `make it so` |", 1);
    check("| A1 | Threat | Not built: there is none | |", 0);
}
