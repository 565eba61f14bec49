//! What a page says that no page of this round said before it.
//!
//! Runs of text between tags are remembered by their hashes, with numbers blanked: navigation is old from the second
//! page on, and a calendar is old after a year. A rough reading in one pass without a parser, because it runs beside
//! the fetching: it may be wrong about what readers see, and nobody is shown what it read.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

/// What is read of a page.
const MOST_BYTES: usize = 256 * 1024;
/// What is remembered of a round: about 8 MB.
const MOST_RUNS: usize = 500_000;
/// Less than this many bytes of new text: a title, a greeting, the name of a month.
const LEAST_NEWS: usize = 48;

/// Everything that was read in a round.
#[derive(Debug, Default)]
pub struct Novelty {
    runs: HashSet<u64>,
}

/// The text of one page, as hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imprint {
    /// Each run and how long it is.
    runs: Vec<(u64, usize)>,
}

impl Novelty {
    /// Whether the page has nothing to say that was not said before. From now on it was.
    pub fn is_stale(&mut self, imprint: &Imprint) -> bool {
        let mut news = 0;
        for (run, bytes) in &imprint.runs {
            let new = !self.runs.contains(run);
            if new && self.runs.len() < MOST_RUNS {
                self.runs.insert(*run);
            }
            news += if new { *bytes } else { 0 };
        }
        news < LEAST_NEWS
    }
}

impl Imprint {
    pub fn of(page: &[u8]) -> Self {
        let page = &page[..page.len().min(MOST_BYTES)];
        let mut imprint = Self::default();
        let mut rest = page;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'<').unwrap_or(rest.len());
            imprint.push(&rest[..end]);
            rest = after_tag(&rest[end..]);
        }
        imprint
    }

    /// One hash for all of it; `None` of a page without text.
    pub fn whole(&self) -> Option<u64> {
        let bytes: Vec<u8> = self.runs.iter().flat_map(|(run, _)| run.to_le_bytes()).collect();
        (!bytes.is_empty()).then(|| xxh3_64(&bytes))
    }

    fn push(&mut self, text: &[u8]) {
        let mut run = Vec::with_capacity(text.len());
        for byte in text.trim_ascii() {
            let byte = match byte {
                b'0'..=b'9' => b'#',
                byte if byte.is_ascii_whitespace() => b' ',
                byte => *byte,
            };
            if !(matches!(byte, b'#' | b' ') && run.last() == Some(&byte)) {
                run.push(byte);
            }
        }
        if !run.is_empty() {
            self.runs.push((xxh3_64(&run), run.len()));
        }
    }
}

/// What follows a tag; of scripts and styles, what follows their end.
fn after_tag(page: &[u8]) -> &[u8] {
    for (open, close) in [(&b"<script"[..], &b"</script"[..]), (b"<style", b"</style"), (b"<!--", b"-->")] {
        if page.get(..open.len()).is_some_and(|start| start.eq_ignore_ascii_case(open)) {
            let found = page.windows(close.len()).position(|window| window.eq_ignore_ascii_case(close));
            return found.map_or(&[][..], |at| if close == b"-->" { &page[at + 3..] } else { after_mark(&page[at..]) });
        }
    }
    after_mark(page)
}

fn after_mark(page: &[u8]) -> &[u8] {
    page.iter().position(|byte| *byte == b'>').map_or(&[], |at| &page[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each page has nothing new after those before it.
    fn check(pages: &[&str], expected: &[bool]) {
        let mut novelty = Novelty::default();
        let said: Vec<bool> = pages.iter().map(|page| novelty.is_stale(&Imprint::of(page.as_bytes()))).collect();
        assert_eq!(said, expected);
    }

    const NAVIGATION: &str =
        "<nav><a href=/>Home of everything that we do</a> <a href=/x>All the other things</a></nav>";

    #[test]
    fn navigation_is_old_from_the_second_page_on() {
        let page = |text: &str| format!("{NAVIGATION}<p>{text}</p>");
        let text = "How to return a machine that was damaged on its way to you.";
        check(&[&page(text), &page("Short."), &page(&text.to_uppercase()), &page(text)], &[false, true, false, true]);
    }

    #[test]
    fn numbers_are_blanked() {
        let page = |n: u32| format!("<p>Nothing is planned for day {n} of the month {n}, come back later.</p>");
        check(&[&page(1), &page(22)], &[false, true]);
    }

    #[test]
    fn scripts_and_comments_are_no_text() {
        let imprint = Imprint::of(b"<!-- a > b --><script>var x = '<p>';</SCRIPT ><style>p{}</style>");
        assert_eq!(imprint.whole(), None);
        assert_eq!(Imprint::of(b"<p>a  1</p>").whole(), Imprint::of(b"<i>a 23</i><!-- no end").whole());
    }
}
