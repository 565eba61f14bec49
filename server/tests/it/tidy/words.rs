//! What stands in the tree for people: documents whose links lead somewhere, no path of somebody's machine, a page
//! that takes nothing from elsewhere.

use super::tree::{self, SourceFile};
use super::{Findings, assert_none};

/// Home folders of people and of build machines. In two pieces, so that this file does not find itself.
const MACHINES: [&str; 5] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers"),
];
/// Where packages come from is the business of whoever installs them.
const REGISTRIES: [&str; 7] = [
    concat!("py", "pi.org"),
    concat!("python", "hosted"),
    concat!("npm", "js.org"),
    concat!("crates", ".io"),
    concat!("arti", "factory"),
    concat!("/nex", "us/"),
    concat!("\"resolved\": ", "\"http"),
];
/// The one name that the lock file's own format puts there.
const LOCK_FILE: &str = "Cargo.lock";
/// What puts text on a page as markup, or runs it.
const MARKUP: [&str; 8] = [
    ".innerHTML",
    ".outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "createContextualFragment",
    "setHTMLUnsafe",
];
const REMOTE: [&str; 4] = ["http://", "https://", "src=\"//", "href=\"//"];
/// Names, not addresses: nothing is fetched from them.
const NAMESPACES: [&str; 2] = ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"];

#[test]
fn no_path_of_a_machine_stands_in_the_tree() {
    assert_none("name it from the root of the repository", in_all(&MACHINES, |_| true));
}

#[test]
fn no_package_registry_is_named() {
    assert_none(
        "people install from where their machine is set up to",
        in_all(&REGISTRIES, |file| file.path != LOCK_FILE),
    );
}

#[test]
fn sentences_do_without_em_dashes() {
    assert_none("use a comma, a colon or a full stop", in_all(&["\u{2014}"], |_| true));
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents =
        tree::all().iter().filter(|file| file.is("md") && !file.is_below("data") && !file.path.contains("/tests/"));
    let exists = |path: &str| tree::root().join(path).exists();
    let headings = |path: &str| tree::all().iter().find(|file| file.path == path).map(|file| slugs(&file.text));
    let findings = documents.flat_map(|file| dead_links(&file.path, &file.text, &exists, &headings));
    assert_none("a link that leads nowhere is worse than none", findings.collect());
}

#[test]
fn the_page_takes_text_as_text_and_nothing_from_elsewhere() {
    let page = tree::all().iter().filter(|file| file.is_below("server/ui") && !file.path.ends_with("tsconfig.json"));
    let findings = page.flat_map(unsafe_page);
    assert_none("textContent and createElement; scripts and styles in files of our own", findings.collect());
}

fn in_all(needles: &[&str], judged: fn(&SourceFile) -> bool) -> Findings {
    tree::all().iter().filter(|file| judged(file)).flat_map(|file| holding(&file.path, &file.text, needles)).collect()
}

fn holding(path: &str, text: &str, needles: &[&str]) -> Findings {
    let lines = text.lines().enumerate();
    let held = lines.filter_map(|(at, line)| Some((at + 1, needles.iter().find(|needle| line.contains(**needle))?)));
    held.map(|(line, needle)| format!("{path}:{line}: {needle}")).collect()
}

fn unsafe_page(file: &SourceFile) -> Findings {
    let text = NAMESPACES.iter().fold(file.text.clone(), |text, name| text.replace(name, ""));
    let mut findings = holding(&file.path, &text, &MARKUP);
    findings.extend(holding(&file.path, &text, &REMOTE));
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let wrong: Vec<(usize, &str)> = match file.path.rsplit('.').next() {
        Some("html") => lines.filter(|(_, line)| is_inline(line)).collect(),
        Some("js") => lines.filter(|(_, line)| imports_a_package(line)).collect(),
        _ => Vec::new(),
    };
    findings.extend(wrong.into_iter().map(|(line, text)| format!("{}:{line}: {}", file.path, text.trim())));
    findings
}

/// A script or style of the page itself, also as an attribute.
fn is_inline(line: &str) -> bool {
    let script = line.contains("<script") && !line.contains("src=");
    let handler = line.match_indices(" on").any(|(at, _)| {
        let name: String = line[at + 3..].chars().take_while(char::is_ascii_lowercase).collect();
        !name.is_empty() && line[at + 3 + name.len()..].starts_with('=')
    });
    script || handler || line.contains("<style") || line.contains(" style=") || line.contains("javascript:")
}

fn imports_a_package(line: &str) -> bool {
    let whole = line.trim_start().strip_prefix("import \"");
    let named = line.split_once(" from \"").map(|(_, source)| source);
    let called = line.split("import(\"").skip(1);
    whole.into_iter().chain(named).chain(called).any(|source| !source.starts_with(['/', '.']))
}

fn dead_links(
    path: &str,
    text: &str,
    exists: &dyn Fn(&str) -> bool,
    headings: &dyn Fn(&str) -> Option<Vec<String>>,
) -> Findings {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let local = links(text).into_iter().filter(|(_, target)| !target.contains("://") && !target.starts_with("mailto:"));
    let dead = local.filter(|(_, target)| {
        let (file, anchor) =
            target.split_once('#').map_or((target.as_str(), None), |(file, anchor)| (file, Some(anchor)));
        let file = if file.is_empty() { path.to_owned() } else { joined(folder, file) };
        let anchored =
            anchor.is_none_or(|anchor| headings(&file).is_none_or(|known| known.iter().any(|slug| slug == anchor)));
        !exists(&file) || !anchored
    });
    dead.map(|(line, target)| format!("{path}:{line}: {target}")).collect()
}

/// Line and target of every `[text](target)` outside code.
fn links(text: &str) -> Vec<(usize, String)> {
    let (mut found, mut fenced) = (Vec::new(), false);
    for (at, line) in text.lines().enumerate() {
        fenced ^= line.trim_start().starts_with("```");
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        let targets = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
        found.extend(targets.filter(|_| !fenced).map(|(target, _)| (at + 1, target.to_owned())));
    }
    found
}

/// The anchors of a document, as sites that show Markdown make them.
fn slugs(text: &str) -> Vec<String> {
    let mut fenced = false;
    let headings = text.lines().filter(|line| {
        fenced ^= line.starts_with("```");
        !fenced && line.starts_with('#')
    });
    let slug = |line: &str| {
        let kept = line.trim_start_matches('#').trim().to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(slug).collect()
}

fn joined(folder: &str, target: &str) -> String {
    let (whole, mut parts) = (format!("{folder}/{target}"), Vec::new());
    for part in whole.split('/') {
        match part {
            ".." => _ = parts.pop(),
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_with_their_line() {
        assert_eq!(holding("x", "a\nb \u{2014} c", &["\u{2014}"]).len(), 1);
        assert!(holding("x", "a\nsee /ro\u{6f}t/x", &MACHINES)[0].starts_with("x:2:"));
        assert_eq!(holding("x", "plain", &MACHINES), Vec::<String>::new());
        assert_eq!(holding("x", "index = https://py\u{70}i.org/simple", &REGISTRIES).len(), 1);
    }

    #[test]
    fn pages_that_do_more_than_show_text_are_found() {
        let check = |path: &str, text: &str, expected| {
            let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
            assert_eq!(unsafe_page(&file).len(), expected, "{text}");
        };
        check("server/ui/a.js", "box.innerHTML = answer;", 1);
        check("server/ui/a.js", "box.textContent = answer;", 0);
        check("server/ui/a.js", "import { x } from \"react\";", 1);
        check("server/ui/a.js", "import { x } from \"./ask.js\";", 0);
        check("server/ui/a.js", "fetch(\"https://elsewhere.test\")", 1);
        check("server/ui/a.js", "createElementNS(\"http://www.w3.org/2000/svg\", \"path\")", 0);
        check("server/ui/a.html", "<script>x()</script>", 1);
        check("server/ui/a.html", "<script type=\"module\" src=\"/ui/ask.js\"></script>", 0);
        check("server/ui/a.html", "<button onclick=\"x()\">", 1);
        check("server/ui/a.html", "<p style=\"color: red\">", 1);
        check("server/ui/a.html", "<p>once on = off</p>", 0);
        check("server/ui/a.css", "@import \"https://elsewhere.test/a.css\";", 1);
    }

    #[test]
    fn dead_links_are_found() {
        let exists = |path: &str| ["README.md", "docs/API.md"].contains(&path);
        let headings = |_: &str| Some(slugs("# The API\n## `POST /ask`, and more\n```\n# not one\n```"));
        let check =
            |text, expected| assert_eq!(dead_links("docs/API.md", text, &exists, &headings).len(), expected, "{text}");
        check("[a](../README.md) [b](API.md#the-api) [c](#post-ask-and-more)", 0);
        check("[a](../GONE.md)", 1);
        check("[a](README.md)", 1);
        check("[a](#gone)", 1);
        check("[a](#not-one)", 1);
        check("[a](https://example.test/x)", 0);
        check("`[a](gone.md)`\n```\n[a](gone.md)\n```", 0);
    }
}
