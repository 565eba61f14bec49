//! What a page says twice: once for small screens and once for large ones, in slides that go round, in quotes.
//!
//! The first time counts. Rows and code may repeat themselves, and so may a few words. Knows nothing of what is content.

use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::ElementRef;

use super::mass::Masses;

/// The elements under `root` whose words stood in an earlier one; those within them may be among them.
pub(super) fn repeated(root: ElementRef, masses: &Masses) -> HashSet<NodeId> {
    const LEAST_WORDS: u32 = 12;
    let mut said = HashSet::new();
    let mut found = HashSet::new();
    for element in root.descendants().skip(1).filter_map(ElementRef::wrap) {
        let Some(mass) = masses.get(element).filter(|mass| mass.words() >= LEAST_WORDS) else { continue };
        let around = element.parent().and_then(ElementRef::wrap);
        // The only thing in its box is no repetition of the box, and goes with it.
        let is_all = around.and_then(|around| masses.get(around)).is_some_and(|around| around.print == mass.print);
        if !is_all && !may_repeat(element) && !said.insert(mass.print) {
            found.insert(element.id());
        }
    }
    found
}

fn may_repeat(element: ElementRef) -> bool {
    matches!(element.value().name(), "table" | "tbody" | "tr" | "td" | "th" | "dd" | "pre" | "code" | "main")
}

#[cfg(test)]
mod tests {
    use super::super::super::PageRules;
    use super::super::parse;

    fn check(html: &str, expected: &str) {
        assert_eq!(parse(html, None, &PageRules::default()).unwrap().markdown, expected, "{html}");
    }

    const TEXT: &str = "A sentence that is long enough to be said only once on any page.";

    #[test]
    fn long_words_are_said_once() {
        check(
            &format!("<div><p>{TEXT}</div><p>Between.<div class=mobile><p>{TEXT}</div>"),
            &format!("{TEXT}\n\nBetween."),
        );
        check("<p>Order now!<p>Or later.<p>Order now!", "Order now!\n\nOr later.\n\nOrder now!");
    }

    #[test]
    fn other_words_are_no_repetition() {
        let swapped = TEXT.replace("long enough", "enough long");
        check(&format!("<p>{TEXT}<p>{swapped}"), &format!("{TEXT}\n\n{swapped}"));
    }

    #[test]
    fn rows_and_code_may_repeat_themselves() {
        let row = format!("| x | {TEXT} |");
        let cells = format!("<tr><td>x<td>{TEXT}");
        check(&format!("<table>{cells}{cells}</table>"), &format!("{row}\n| --- | --- |\n{row}"));
        check(&format!("<pre>{TEXT}</pre><pre>{TEXT}</pre>"), &format!("```\n{TEXT}\n```\n\n```\n{TEXT}\n```"));
    }
}
