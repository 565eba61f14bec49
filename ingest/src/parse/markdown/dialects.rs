//! What site generators add to Markdown: imports and components, shortcodes and tags, admonitions.
//!
//! A reader of the page sees none of it, only the words within and those in a label or a title. Knows what such things
//! look like, and nothing of what they do; code is not looked into.

use std::collections::HashSet;
use std::ops::Range;

/// What stands in the place of a span.
pub(super) type Edit = (Range<usize>, String);

/// Longer tags are something else.
const LONGEST_TAG_BYTES: usize = 1000;

/// The spans outside `code` to be written otherwise, in order. `code` is in order, too.
pub(super) fn edits(body: &str, code: &[Range<usize>]) -> Vec<Edit> {
    let closed = closed(body);
    let mut edits = Vec::new();
    let mut code = code.iter().peekable();
    let mut at = 0;
    while at < body.len() {
        while code.next_if(|span| span.end <= at).is_some() {}
        if let Some(span) = code.next_if(|span| span.start <= at) {
            at = span.end;
            continue;
        }
        let end = code.peek().map_or(body.len(), |span| span.start);
        let edit = edit_at(body, at, &closed).filter(|(span, _)| span.end <= end);
        at = edit.as_ref().map_or_else(|| next_sign(body, at), |(span, _)| span.end.max(at + 1));
        edits.extend(edit);
    }
    edits
}

/// The next place after `at` where something may begin: a sign, or a line.
fn next_sign(body: &str, at: usize) -> usize {
    let is_line_end = body.as_bytes()[at] == b'\n';
    let from = if is_line_end { at + 1 } else { body.ceil_char_boundary(at + 1) };
    if is_line_end {
        return from;
    }
    body[from..].find(['{', '<', '\n']).map_or(body.len(), |found| from + found)
}

fn edit_at(body: &str, at: usize, closed: &HashSet<&str>) -> Option<Edit> {
    let rest = &body[at..body.floor_char_boundary(at + LONGEST_TAG_BYTES)];
    let is_line_start = at == 0 || body.as_bytes()[at - 1] == b'\n';
    let (length, words) = match rest.as_bytes().first()? {
        b'{' => (template_tag(rest)?, String::new()),
        b'<' => component(closed, rest)?,
        b':' if is_line_start => admonition(rest)?,
        b'i' | b'e' if is_line_start => (module_line(rest)?, String::new()),
        _ => return None,
    };
    Some((at..at + length, words))
}

/// `{{< note >}}`, `{{% note %}}`, `{% include x %}`, `{/* a comment */}`.
fn template_tag(rest: &str) -> Option<usize> {
    const PAIRS: [(&str, &str); 4] = [("{{<", ">}}"), ("{{%", "%}}"), ("{%", "%}"), ("{/*", "*/}")];
    let (_, close) = PAIRS.iter().find(|(open, _)| rest.starts_with(open))?;
    Some(rest.find(close)? + close.len())
}

/// `<TabItem label="Linux">` is its label. A tag that names nothing and is never closed is somebody's placeholder:
/// `ssh <Host>`.
fn component(closed: &HashSet<&str>, rest: &str) -> Option<(usize, String)> {
    let inside = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
    let name_length = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(inside.len());
    let name = &inside[..name_length];
    let is_component =
        name.starts_with(|c: char| c.is_ascii_uppercase()) && name.contains(|c: char| c.is_ascii_lowercase());
    if !is_component {
        return None;
    }
    let end = tag_end(rest)?;
    let tag = &rest[..end];
    let is_markup = tag.starts_with("</") || tag.ends_with("/>") || tag.contains('=') || closed.contains(name);
    is_markup.then(|| (end, ["label", "title"].into_iter().find_map(|key| attribute(tag, key)).unwrap_or_default()))
}

/// The names in all ends of elements.
fn closed(body: &str) -> HashSet<&str> {
    let ends = body.split("</").skip(1).filter_map(|end| end[..end.floor_char_boundary(100)].split_once('>'));
    ends.map(|(name, _)| name).collect()
}

/// Where a tag ends, less what stands in quotes and braces.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0usize;
    for (at, c) in tag.char_indices().skip(1) {
        match (c, quote) {
            (c, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'' | '`', None) => quote = Some(c),
            ('{', None) => depth += 1,
            ('}', None) => depth = depth.saturating_sub(1),
            ('>', None) if depth == 0 => return Some(at + 1),
            ('<', None) if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// A value in quotes, as words on a line.
fn attribute(tag: &str, key: &str) -> Option<String> {
    let start = tag.match_indices(key).find(|(at, _)| tag[..*at].ends_with(char::is_whitespace))?.0 + key.len();
    let value = tag[start..].strip_prefix('=')?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let words = value[1..].split(quote).next()?;
    Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `:::note[Mind the gap]`, `:::tip Mind the gap`, `:::` at the end. A kind without a title is its name.
fn admonition(rest: &str) -> Option<(usize, String)> {
    let line = rest.lines().next()?;
    let marked = line.trim_start_matches(':');
    if line.len() - marked.len() < 3 {
        return None;
    }
    let marked = marked.split('{').next().unwrap_or_default().trim();
    let kind_length = marked.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(marked.len());
    let (kind, title) = marked.split_at(kind_length);
    let title = title.trim().trim_start_matches('[').trim_end_matches(']').trim();
    let words = if title.is_empty() { kind } else { title };
    let first: String = words.chars().take(1).flat_map(char::to_uppercase).collect();
    let words: String = first.chars().chain(words.chars().skip(1)).collect();
    Some((line.len(), if words.is_empty() { words } else { format!("\n{words}:\n") }))
}

/// `import Tabs from '@theme/Tabs';`, on one line or several, and `export const toc = [...]` on one.
fn module_line(rest: &str) -> Option<usize> {
    let line = rest.lines().next()?;
    let is_quoted = |text: &str| {
        let text = text.trim().trim_end_matches(';').trim_end();
        text.len() > 2 && text.starts_with(['"', '\'']) && text.ends_with(['"', '\''])
    };
    if let Some(imported) = line.strip_prefix("import ") {
        if is_quoted(imported) || imported.rsplit_once(" from ").is_some_and(|(_, module)| is_quoted(module)) {
            return Some(line.len());
        }
        let block = imported.trim_start().starts_with('{').then(|| rest.find("} from "))??;
        let end = rest[block..].find('\n').map_or(rest.len(), |length| block + length);
        return is_quoted(&rest[block + "} from ".len()..end]).then_some(end);
    }
    let exported = line.strip_prefix("export ")?;
    let is_code = ["const ", "let ", "default ", "function "].iter().any(|word| exported.starts_with(word));
    (is_code && line.ends_with([';', '}', ']', ')'])).then_some(line.len())
}

#[cfg(test)]
mod tests {
    use super::super::parse;

    fn check(text: &str, expected: &str) {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words(&parse(text).markdown), words(expected), "{text}");
    }

    #[test]
    fn modules_are_not_read() {
        check("import Tabs from '@theme/Tabs';\nimport './x.css'\n\n# A\n", "# A");
        check("import {\n  A,\n  B,\n} from \"x\";\n\nText", "Text");
        check("export const meta = { a: 1 };\n\nText", "Text");
        check("import taxes from abroad are due\n", "import taxes from abroad are due");
    }

    #[test]
    fn components_are_their_words() {
        check("<Tabs groupId=\"os\">\n<TabItem value='l' label=\"Linux\">\n\napt\n\n</TabItem>\n</Tabs>", "Linux apt");
        check("Press <Kbd>x</Kbd> and <Icon name={a > b} /> {/* no */}now", "Press x and now");
        check("ssh <Host> and <T>", "ssh <Host> and <T>");
    }

    #[test]
    fn tags_of_generators_go() {
        check("{{< note >}}\nMind it.\n{{< /note >}}\n{% include a.html %}{{% x %}}", "Mind it.");
        check("`{{< note >}}`\n\n```\n{% raw %}\n<Tabs a=1>\n```", "`{{< note >}}` ``` {% raw %} <Tabs a=1> ```");
        check("{{< never closed", "{{< never closed");
    }

    #[test]
    fn admonitions_are_their_titles() {
        check(":::note\nText\n:::\n", "Note: Text");
        check(":::tip[Über all]\nText\n:::", "Über all: Text");
        check("::::warning Hot {.x}\nText\n::::\n", "Hot: Text");
        check("a :: b\n:: c", "a :: b :: c");
    }
}
