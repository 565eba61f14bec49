//! The manifests: which crate depends on which, each dependency with its reason, and each used.
//!
//! Reads `Cargo.toml` line by line, which is how it is written here: one dependency a line.

use std::collections::HashSet;

use super::code::Code;
use super::tree;
use super::{Findings, assert_none};

/// What a crate never depends on, not even in its tests.
const NEVER: &[(&str, &[&str])] = &[
    ("retrieval", &["ingest", "prompts", "server", "axum", "sqlx", "reqwest", "scraper"]),
    ("ingest", &["prompts", "server", "axum", "sqlx", "reqwest", "fastembed", "ort", "qdrant-client", "qdrant-edge"]),
    ("prompts", &["retrieval", "ingest", "server", "axum", "sqlx", "reqwest", "tokio"]),
    ("server", &["fastembed", "qdrant-client", "qdrant-edge", "scraper"]),
];

#[test]
fn crates_depend_in_one_direction() {
    let forbidden = |(name, never): &(&str, &[&str])| -> Findings {
        let path = format!("{name}/Cargo.toml");
        let listed =
            dependencies(tree::text_of(&path)).into_iter().filter(|found| never.contains(&found.name.as_str()));
        listed.map(|found| format!("{path}:{}: {name} never depends on {}", found.line, found.name)).collect()
    };
    assert_none("the edges between crates are the architecture", NEVER.iter().flat_map(forbidden).collect());
}

#[test]
fn every_dependency_has_a_reason() {
    assert_none("write after it, in one line, what it is for", unreasoned("Cargo.toml", tree::text_of("Cargo.toml")));
}

#[test]
fn every_dependency_stands_in_the_root() {
    let members = NEVER.iter().map(|(name, _)| format!("{name}/Cargo.toml"));
    let findings = members.flat_map(|path| versioned(&path, tree::text_of(&path)));
    assert_none("name version, features and reason once, in the root's Cargo.toml", findings.collect());
}

#[test]
fn every_dependency_is_used() {
    let unused = |(name, _): &(&str, &[&str])| -> Findings {
        let (house, everywhere) =
            (named_in(&format!("{name}/src/"), Code::without_tests), named_in(&format!("{name}/"), Code::of));
        let path = format!("{name}/Cargo.toml");
        let listed = dependencies(tree::text_of(&path)).into_iter();
        let unused = listed.filter(|found| !is_used(&found.name, if found.for_tests { &everywhere } else { &house }));
        unused
            .map(|found| format!("{path}:{}: {} is not used by {}", found.line, found.name, found.user(name)))
            .collect()
    };
    assert_none(
        "take it out, or move it to [dev-dependencies]: what nobody uses still has to be built and audited",
        NEVER.iter().flat_map(unused).collect(),
    );
}

#[test]
fn every_lint_exception_in_a_manifest_has_a_reason() {
    let manifests = tree::all().iter().filter(|file| file.path.ends_with("Cargo.toml"));
    let findings = manifests.flat_map(|file| unexplained_lints(&file.path, &file.text));
    assert_none("say after it why this is allowed", findings.collect());
}

struct Dependency {
    line: usize,
    name: String,
    rest: String,
    for_tests: bool,
}

impl Dependency {
    fn user(&self, name: &str) -> String {
        if self.for_tests { format!("anything in {name}") } else { format!("{name}/src outside its tests") }
    }
}

/// The lines of every dependency table, also of those for tests, builds and targets.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let (mut inside, mut for_tests, mut found) = (false, false, Vec::new());
    for (at, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim_end_matches(']').ends_with("dependencies");
            for_tests = line.contains("dev-dependencies");
        } else if let Some((name, rest)) = line.split_once('=').filter(|_| inside && !line.starts_with('#')) {
            let (key, rest) = (name.trim(), format!("{name}={rest}"));
            let name = key.split('.').next().unwrap_or_default().to_owned();
            found.push(Dependency { line: at + 1, name, rest, for_tests });
        }
    }
    found
}

fn unreasoned(path: &str, manifest: &str) -> Findings {
    let foreign = dependencies(manifest).into_iter().filter(|found| !found.rest.contains("path ="));
    let bare = foreign.filter(|found| found.rest.split_once(" # ").is_none_or(|(_, reason)| reason.trim().len() < 4));
    bare.map(|found| format!("{path}:{}: {} stands there without a reason", found.line, found.name)).collect()
}

fn versioned(path: &str, manifest: &str) -> Findings {
    let own = dependencies(manifest).into_iter().filter(|found| !found.rest.contains("workspace = true"));
    own.map(|found| format!("{path}:{}: {} names its own version", found.line, found.name)).collect()
}

/// The first words of all paths in the sources below a folder.
fn named_in(folder: &str, read: fn(&str) -> Code) -> HashSet<String> {
    let sources = tree::rust().filter(|file| file.path.starts_with(folder));
    sources.flat_map(|file| first_words(&read(&file.text))).collect()
}

fn first_words(code: &Code) -> Vec<String> {
    code.paths().into_iter().filter_map(|(_, path)| path.into_iter().next()).collect()
}

fn is_used(name: &str, named: &HashSet<String>) -> bool {
    named.contains(&name.replace('-', "_"))
}

fn unexplained_lints(path: &str, manifest: &str) -> Findings {
    let allowed = manifest.lines().enumerate().filter(|(_, line)| line.contains("\"allow\"") && !line.contains('#'));
    allowed.map(|(at, line)| format!("{path}:{}: {}", at + 1, line.trim())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[package]\nname = \"x\"\n[dependencies]\nretrieval = { path = \"retrieval\" }\n\
                            serde = \"1\" # wire formats\nuuid = \"1\"\n[dev-dependencies]\ntokio.workspace = true\n\
                            [lints.rust]\nunsafe_code = \"allow\"\n";

    #[test]
    fn manifests_are_read_by_table() {
        let named: Vec<(usize, String)> =
            dependencies(MANIFEST).into_iter().map(|found| (found.line, found.name)).collect();
        let expected = [(4, "retrieval"), (5, "serde"), (6, "uuid"), (8, "tokio")];
        assert_eq!(named, expected.map(|(line, name)| (line, name.to_owned())));
    }

    #[test]
    fn what_lacks_something_is_named() {
        assert_eq!(unreasoned("x", MANIFEST).len(), 2, "uuid and tokio say nothing");
        assert_eq!(versioned("x", MANIFEST).len(), 3, "all but tokio");
        assert_eq!(unexplained_lints("x", MANIFEST), ["x:10: unsafe_code = \"allow\""]);
        assert_eq!(unexplained_lints("x", "a = \"allow\" # because"), Vec::<String>::new());
    }

    #[test]
    fn use_is_a_path_not_a_word() {
        let check = |source, expected| {
            let named = first_words(&Code::of(source)).into_iter().collect();
            assert_eq!(is_used("text-splitter", &named), expected, "{source}");
        };
        check("use text_splitter::MarkdownSplitter;", true);
        check("fn f() -> text_splitter::X {}", true);
        check("// text_splitter::X", false);
        check("let text_splitter = 1;", false);
    }
}
