//! The shadow of a text: a copy of the same length in which a paragraph is nothing but words and sentence ends.
//!
//! Left to itself the splitter prefers to cut a long paragraph at a link, an apostrophe or the end of a wrapped line
//! rather than between two sentences. In the shadow there is none of that: line ends within a paragraph are spaces, and
//! every mark that is not part of a sentence is a `)`, which sentence rules let follow a full stop. In code only line
//! ends are left as places to cut. Blocks, headings and tables stay as they are. Since offsets agree, the cuts found in
//! the shadow are cuts of the text.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::parse::dialect;

/// Stands in for marks: closing punctuation ends no sentence and begins none.
const FILLER: u8 = b')';

pub(super) fn cast(text: &str) -> String {
    let mut shadow = text.as_bytes().to_vec();
    let mut run = 0..0;
    let (mut is_code, mut is_kept) = (false, false);
    for (event, at) in Parser::new_ext(text, dialect()).into_offset_iter() {
        match &event {
            Event::Text(_) if is_code => flatten_code(&mut shadow[at]),
            event if is_inline(event) => {
                if !is_kept {
                    run = if run.is_empty() { at } else { run.start.min(at.start)..run.end.max(at.end) };
                }
                continue;
            }
            Event::Start(Tag::CodeBlock(_)) | Event::End(TagEnd::CodeBlock) => is_code = !is_code,
            Event::Start(Tag::Table(_) | Tag::Heading { .. }) => is_kept = true,
            Event::End(TagEnd::Table | TagEnd::Heading(_)) => is_kept = false,
            _ => {}
        }
        flatten_words(&mut shadow, std::mem::replace(&mut run, 0..0));
    }
    // Only whole ASCII characters were replaced, by ASCII characters.
    String::from_utf8(shadow).unwrap_or_else(|_| text.to_owned())
}

/// What may stand within the words of a paragraph. A hard break is none: the author wants a new line there.
fn is_inline(event: &Event) -> bool {
    match event {
        Event::Start(tag) => is_inline_tag(&tag.to_end()),
        Event::End(tag) => is_inline_tag(tag),
        Event::Text(_) | Event::Code(_) | Event::InlineHtml(_) | Event::SoftBreak | Event::FootnoteReference(_) => true,
        Event::InlineMath(_) | Event::TaskListMarker(_) => true,
        Event::DisplayMath(_) | Event::Html(_) | Event::HardBreak | Event::Rule => false,
    }
}

fn is_inline_tag(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::Superscript
            | TagEnd::Subscript
    )
}

fn flatten_words(shadow: &mut [u8], run: Range<usize>) {
    let mut last = 0;
    for byte in &mut shadow[run] {
        *byte = match *byte {
            b'\n' | b'\t' => b' ',
            b'.' if last == b'.' => FILLER,
            other if other.is_ascii_alphanumeric() || !other.is_ascii() || b" .?!,;()".contains(&other) => other,
            _ => FILLER,
        };
        last = *byte;
    }
}

fn flatten_code(code: &mut [u8]) {
    for byte in code {
        if byte.is_ascii_punctuation() {
            *byte = FILLER;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(cast(text), expected);
        assert_eq!(text.len(), expected.len());
    }

    #[test]
    fn a_paragraph_is_sentences() {
        check("It's *one*\nline. See [a](b#c)...", "It)s )one) line. See )a)(b)c).).");
        check("- a `b`\n  c\n- d", "- a )b)   c\n- d");
        check("> a\n> é", "> a   é".replace("a   é", "a ) é").as_str());
    }

    #[test]
    fn blocks_stay() {
        check("# A *b*\n\n| a_b | c |\n|---|---|\n| d | e |", "# A *b*\n\n| a_b | c |\n|---|---|\n| d | e |");
        check("a  \nb'c", "a  \nb)c");
    }

    #[test]
    fn code_is_cut_only_between_lines() {
        check("```py\na.b = 1\n# c\n```", "```py\na)b ) 1\n) c\n```");
    }
}
