//! The shape of the sources: front pages, names, one module style, reasons beside exceptions, SQL in its room.

use super::code::{Code, line_at};
use super::tree::{self, SourceFile};
use super::{Findings, assert_none};

/// Names under which anything may gather.
const NAMELESS: [&str; 9] = ["utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "service"];
const SQL: [&str; 4] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "];

#[test]
fn every_file_has_a_front_page() {
    let findings = tree::rust().filter(|file| !has_front_page(&file.text));
    let findings = findings.map(|file| format!("{}:1: no `//!` on the first line", file.path));
    assert_none("open with `//!`: what the file is for, and what it does not know", findings.collect());
}

#[test]
fn names_say_what_they_are_for() {
    let sources = tree::all().iter().filter(|file| ["rs", "js", "sql", "py", "sh"].iter().any(|kind| file.is(kind)));
    let files =
        sources.filter(|file| is_nameless(&file.path)).map(|file| format!("{}: a name for anything", file.path));
    let modules = tree::rust().flat_map(|file| nameless_modules(&file.path, &Code::of(&file.text)));
    assert_none("name it after its subject; a folder for anything gathers everything", files.chain(modules).collect());
}

#[test]
fn a_folder_of_modules_has_a_mod_file() {
    let paths: Vec<&str> = tree::rust().map(|file| file.path.as_str()).collect();
    assert_none("move it to mod.rs in that folder: one module style", beside_their_folder(&paths));
}

#[test]
fn every_lint_exception_has_a_reason() {
    let findings = tree::rust().flat_map(|file| unreasoned(&file.path, &Code::of(&file.text)));
    assert_none("write `reason = \"...\"` into it", findings.collect());
}

#[test]
fn sql_is_written_in_the_store() {
    let house = tree::rust().filter(|file| file.path.contains("/src/") && !file.is_below("server/src/store"));
    let findings = house.flat_map(|file| sql_in(file, &Code::without_tests(&file.text)));
    assert_none("SQL stands in server/src/store, one file per noun", findings.collect());
}

fn has_front_page(source: &str) -> bool {
    source.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 10)
}

fn is_nameless(path: &str) -> bool {
    path.split(['/', '.', '_', '-']).any(|part| NAMELESS.contains(&part))
}

fn nameless_modules(path: &str, code: &Code) -> Findings {
    let modules = code.text.lines().enumerate().filter_map(|(at, line)| {
        let name = line.split("mod ").nth(1)?.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        is_nameless(name).then(|| format!("{path}:{}: mod {name}", at + 1))
    });
    modules.collect()
}

fn beside_their_folder(paths: &[&str]) -> Findings {
    let beside = |path: &&&str| {
        let folder = format!("{}/", path.trim_end_matches(".rs"));
        paths.iter().any(|other| other.starts_with(&folder))
    };
    paths.iter().filter(beside).map(|path| format!("{path}: stands beside its own folder")).collect()
}

fn unreasoned(path: &str, code: &Code) -> Findings {
    let opened = ["[allow(", "[expect("].iter().flat_map(|mark| code.text.match_indices(mark));
    let bare = opened.filter(|(at, _)| {
        let rest = &code.text[*at..];
        !rest[..rest.find(")]").unwrap_or(rest.len())].contains("reason =")
    });
    bare.map(|(at, mark)| format!("{path}:{}: #{mark}...)] without a reason", line_at(&code.text, at))).collect()
}

fn sql_in(file: &SourceFile, code: &Code) -> Findings {
    let statements = code.strings.iter().filter(|(_, text)| SQL.iter().any(|verb| text.trim_start().starts_with(verb)));
    statements.map(|(line, _)| format!("{}:{line}: a statement", file.path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_front_page_is_the_first_line() {
        let check = |source, expected| assert_eq!(has_front_page(source), expected, "{source}");
        check("//! Jobs and their items.\nuse x;", true);
        check("use x;\n//! Jobs and their items.", false);
        check("//!\n//! Jobs.", false);
        check("// Jobs and their items.", false);
        check("", false);
    }

    #[test]
    fn names_for_anything_are_found() {
        let check = |path, expected| assert_eq!(is_nameless(path), expected, "{path}");
        check("server/src/utils.rs", true);
        check("server/src/common/mod.rs", true);
        check("server/src/job_manager.rs", true);
        check("server/ui/helpers.js", true);
        check("server/src/serviceable.rs", false);
        assert_eq!(nameless_modules("x", &Code::of("pub mod misc;\nmod job;\n// mod utils;")), ["x:1: mod misc"]);
    }

    #[test]
    fn modules_beside_their_folder_are_found() {
        assert_eq!(beside_their_folder(&["a/store.rs", "a/store/job.rs"]).len(), 1);
        assert_eq!(beside_their_folder(&["a/store/mod.rs", "a/store/job.rs", "a/storey.rs"]).len(), 0);
    }

    #[test]
    fn exceptions_without_a_reason_are_found() {
        let check = |source, expected| assert_eq!(unreasoned("x", &Code::of(source)).len(), expected, "{source}");
        check("#[allow(dead_code)]", 1);
        check("#![expect(dead_code)]", 1);
        check("#[allow(\n  dead_code,\n  reason = \"why\"\n)]", 0);
        check("// #[allow(dead_code)]", 0);
    }

    #[test]
    fn statements_are_found_in_strings() {
        let check = |source, expected| {
            let file = SourceFile { path: "x".into(), text: String::new() };
            assert_eq!(sql_in(&file, &Code::without_tests(source)).len(), expected, "{source}");
        };
        check("let q = \"SELECT 1\";", 1);
        check("let q = \"\\\n  UPDATE x SET y\";", 0); // a continuation is not looked into
        check("let q = r\" DELETE FROM x\";", 1);
        check("let q = \"Select a file\"; // SELECT", 0);
    }
}
