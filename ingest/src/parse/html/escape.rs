//! Escaping: a backslash where Markdown would take a character of the page for its own, and nowhere else.
//!
//! Text is searched and quoted as it is written here, so a needless backslash costs: `snake_case`, `a < b` and `[1]`
//! stay as they are. Knows one word at a time and what was written before it.

/// Append a word of the page. `ends_open`: more text may follow without a space, so its last character is judged as if
/// the worst came next.
pub(super) fn escape_into(out: &mut String, word: &str, is_line_start: bool, ends_open: bool) {
    let at = block_mark(word).filter(|_| is_line_start);
    let (plain, rest) = word.split_at(at.unwrap_or(0));
    out.push_str(plain);
    if at.is_some() {
        out.push('\\');
    }
    escape_inline(out, rest, ends_open);
}

/// Where a word at the start of a line must be broken so that it begins no heading, list, quote, rule or fence.
fn block_mark(word: &str) -> Option<usize> {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=9).contains(&digits) && matches!(&word[digits..], "." | ")");
    let is_heading = word.len() <= 6 && word.bytes().all(|b| b == b'#');
    let is_rule = word.bytes().all(|b| b == b'-') || word.bytes().all(|b| b == b'=');
    let is_mark = is_heading || is_rule || word == "+" || word.starts_with('>') || word.starts_with("~~~");
    if is_number { Some(digits) } else { is_mark.then_some(0) }
}

fn escape_inline(out: &mut String, word: &str, ends_open: bool) {
    let mut rest = word.chars();
    while let Some(c) = rest.next() {
        let next = rest.as_str().chars().next().or(if ends_open { None } else { Some(' ') });
        if needs_escape(c, out.chars().next_back().unwrap_or('\n'), next, rest.as_str()) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// `next` is `None` where it is not known yet.
fn needs_escape(c: char, last: char, next: Option<char>, rest: &str) -> bool {
    match c {
        '`' => true,
        '\\' => next.is_none_or(|next| next.is_ascii_punctuation() || next.is_whitespace()),
        // At the start of a line they begin lists and rules. Elsewhere it is enough that none of them can close.
        '*' | '_' if last == '\n' => true,
        '_' if last.is_alphanumeric() && next.is_some_and(char::is_alphanumeric) => false,
        '*' | '_' | '~' => !last.is_whitespace(),
        '(' | '[' | ':' => last == ']',
        '<' => next.is_none_or(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?')),
        '&' => rest.find(';').is_some_and(|end| rest[..end].bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::plain_text;
    use super::*;

    fn check(word: &str, expected: &str) {
        let mut out = String::new();
        escape_into(&mut out, word, true, false);
        assert_eq!(out, expected);
        assert_eq!(plain_text(&out), word, "the escaped word reads differently");
    }

    #[test]
    fn what_is_harmless_stays() {
        for word in ["snake_case", "a<3", "[1]", "#tag", "1.5", "C++", "R&D", "~5", "http://x.y/a_b?c=d&e=f", "C:\\dir"]
        {
            check(word, word);
        }
    }

    #[test]
    fn what_markdown_would_take_is_escaped() {
        check("#", "\\#");
        check("-", "\\-");
        check("1.", "1\\.");
        check(">x", "\\>x");
        check("---", "\\---");
        check("*", "\\*");
        check("__init__", "\\_\\_init\\_\\_");
        check("`x`", "\\`x\\`");
        check("<b>", "\\<b>");
        check("&amp;", "\\&amp;");
        check("[a](b)", "[a]\\(b)");
        check("[a]:", "[a]\\:");
        check("a\\*b", "a\\\\\\*b");
    }

    #[test]
    fn what_may_go_on_is_judged_by_the_worst() {
        let mut out = String::from("a ");
        escape_into(&mut out, "<", false, true);
        escape_into(&mut out, "b", false, false);
        assert_eq!(out, "a \\<b");
    }
}
