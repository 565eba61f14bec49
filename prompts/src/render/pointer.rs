//! A quote as the end of a link that opens a page at it: `:~:text=first words,last words`.
//!
//! A browser looks for the words as they stand on the page, each end within one block, so Markdown is taken off first and
//! a quote of several blocks is named by the words at its ends. Where it does not find them it opens the page all the same.

use pulldown_cmark::{Event, Options, Parser};

use crate::unseen;

/// Words at each end of a quote that is too long to be named whole.
const ENDS: usize = 5;

/// What stands behind `#`; none where nothing of the quote can be looked for.
pub fn pointer(quote: &str) -> Option<String> {
    let blocks = blocks(&unseen::seen(quote));
    let (first, last) = (blocks.first()?, blocks.last()?);
    let is_short = blocks.len() == 1 && first.len() <= 2 * ENDS;
    let said = |words: &[String]| encoded(&words.join(" "));
    Some(match is_short {
        true => format!(":~:text={}", said(first)),
        false => {
            let (start, end) = (&first[..first.len().min(ENDS)], &last[last.len().saturating_sub(ENDS)..]);
            format!(":~:text={},{}", said(start), said(end))
        }
    })
}

/// The words of each paragraph, item and cell that holds any.
fn blocks(text: &str) -> Vec<Vec<String>> {
    let mut blocks = vec![String::new()];
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        let block = blocks.last_mut().map(|block| block as &mut String);
        match (event, block) {
            (Event::Text(text) | Event::Code(text), Some(block)) => block.push_str(&text),
            (Event::SoftBreak, Some(block)) => block.push(' '),
            (Event::Start(tag), _) if is_inline(&tag) => {}
            (Event::End(tag), _) if is_inline_end(tag) => {}
            _ => blocks.push(String::new()),
        }
    }
    // A row without the head of its table is read as a line of text.
    let cells = blocks.iter().flat_map(|block| block.split('|'));
    let words = cells.map(|cell| cell.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    words.filter(|words| words.iter().any(|word| word.contains(char::is_alphanumeric))).collect()
}

fn is_inline(tag: &pulldown_cmark::Tag<'_>) -> bool {
    use pulldown_cmark::Tag::{Emphasis, Link, Strikethrough, Strong};
    matches!(tag, Emphasis | Strong | Strikethrough | Link { .. })
}

fn is_inline_end(tag: pulldown_cmark::TagEnd) -> bool {
    use pulldown_cmark::TagEnd::{Emphasis, Link, Strikethrough, Strong};
    matches!(tag, Emphasis | Strong | Strikethrough | Link)
}

/// Also `-` and `,`, which part a pointer, and all that could end it.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'~' => encoded.push(byte.into()),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(quote: &str, expected: Option<&str>) {
        assert_eq!(pointer(quote).as_deref(), expected, "{quote}");
    }

    #[test]
    fn a_short_quote_is_named_whole() {
        check("Refunds take 10 days.", Some(":~:text=Refunds%20take%2010%20days."));
        check(
            "**Self-service**, [here](https://a.example/b) & `now`",
            Some(":~:text=Self%2Dservice%2C%20here%20%26%20now"),
        );
        check("one\ntwo", Some(":~:text=one%20two"));
        check("größe", Some(":~:text=gr%C3%B6%C3%9Fe"));
    }

    #[test]
    fn a_long_one_by_its_ends() {
        check("a b c d e f g h i j k l", Some(":~:text=a%20b%20c%20d%20e,h%20i%20j%20k%20l"));
        check("1. Open the menu\n2. Press *Save*", Some(":~:text=Open%20the%20menu,Press%20Save"));
        check("| Plan | Price |\n|---|---|\n| Solo | 24 |", Some(":~:text=Plan,24"));
        check("| Solo | 24 pounds |", Some(":~:text=Solo,24%20pounds"));
    }

    #[test]
    fn what_cannot_be_looked_for_points_nowhere() {
        check("", None);
        check("| --- | --- |", None);
        check("![](x.png)", None);
    }
}
