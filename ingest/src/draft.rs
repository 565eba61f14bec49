//! Drafts: from what a parser read of an item to the text, title and chunks that would be published.
//!
//! Pure work on one document, off the async workers. Knows nothing of what the catalog holds already.

use std::collections::HashSet;

use retrieval::model::{Chunk, ContentHash};

use crate::chunk::Chunker;
use crate::clean::language::language_of;
use crate::clean::{Cleaned, boilerplate, clean, clean_pages};
use crate::dedupe::fingerprint;
use crate::origin::path_of;
use crate::parse::{PageRules, Parsed, plain_text};
use crate::ports::{Draft, Item, Reading};

/// What is known of the pages of one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// What its owner said.
    pub rules: PageRules,
    /// What was learned: the blocks that stand on so many of its pages that they say nothing about any.
    pub furniture: HashSet<u64>,
}

/// Title, cleaned text and chunks; `None` when nothing readable is left.
pub fn draft(item: &Item, reading: Reading, chunker: &Chunker, habits: &Habits) -> Option<Draft> {
    let Reading { kind, parsed } = reading;
    let (cleaned, pages) = text_of(&parsed);
    let Cleaned { text, mut problems } = cleaned;
    let text = without_furniture(text, habits, &mut problems, &pages);
    // The title of the text, not one taken from a file's name: a copy under another name is a copy.
    let content_hash = hash_of(&format!("{}\0{text}", parsed.title.as_deref().unwrap_or_default()));
    let title = parsed.title.unwrap_or_else(|| title_from(&item.origin));
    let mut chunks = chunker.chunk(&text);
    place_on_pages(&mut chunks, &pages);
    let problems = parsed.problems.into_iter().chain(problems).collect();
    (!chunks.is_empty()).then(|| Draft {
        document: item.document,
        version: item.version,
        label: item.label.clone(),
        kind,
        title,
        language: parsed.language.or_else(|| language_of(&text)),
        author: parsed.author,
        dated: parsed.dated,
        content_hash,
        fingerprint: fingerprint(&plain_text(&text)),
        text,
        pages,
        problems,
        chunks,
        vectors: Vec::new(),
    })
}

/// The whole text of a file, cleaned, and where its pages begin in it.
pub fn text_of(parsed: &Parsed) -> (Cleaned, Vec<(u32, usize)>) {
    match parsed.pages.is_empty() {
        true => (clean(&parsed.markdown), Vec::new()),
        false => clean_pages(parsed.pages.iter().map(|page| (page.number, page.text.as_str()))),
    }
}

/// The key of a text: in the embedding cache, and for telling whether a document changed.
pub fn hash_of(text: &str) -> ContentHash {
    ContentHash(*blake3::hash(text.as_bytes()).as_bytes())
}

/// Only pages of a site have furniture; what is printed on the pages of a file was its parser's to judge.
fn without_furniture(text: String, habits: &Habits, problems: &mut Vec<String>, pages: &[(u32, usize)]) -> String {
    if habits.furniture.is_empty() || !pages.is_empty() {
        return text;
    }
    let (text, removed) = boilerplate::without(&text, |block| habits.furniture.contains(&block));
    problems.extend((removed > 0).then(|| format!("blocks that repeat across the site, left out: {removed}")));
    text
}

/// A chunk is on the page on which it begins.
pub fn place_on_pages(chunks: &mut [Chunk], pages: &[(u32, usize)]) {
    for chunk in chunks {
        let before = pages.partition_point(|(_, start)| *start <= chunk.bytes.start);
        chunk.page = before.checked_sub(1).map(|at| pages[at].0);
    }
}

/// A document without a title is called by the last part of where it came from.
fn title_from(origin: &str) -> String {
    let path = path_of(origin).map(|path| path.to_string_lossy().into_owned());
    let origin = path.as_deref().unwrap_or(origin);
    let name = origin.trim_end_matches('/').rsplit(['/', '\\']).next().unwrap_or(origin);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if stem.is_empty() { origin.to_owned() } else { stem.replace(['-', '_'], " ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_come_from_the_last_part_of_an_origin() {
        let check = |origin, expected| assert_eq!(title_from(origin), expected);
        check("handbook/refund-policy.md", "refund policy");
        check("https://example.test/docs/api_limits/", "api limits");
        check("/mail/41.eml!/Terms of use.pdf", "Terms of use");
        check("file:///srv/docs/pay%20bands.txt", "pay bands");
        check(".env", ".env");
        check("", "");
    }

    #[test]
    fn a_chunk_is_on_the_page_on_which_it_begins() {
        let chunk =
            |start| Chunk { ordinal: 0, bytes: start..start + 5, page: None, heading: "".into(), text: "".into() };
        let mut chunks = [chunk(0), chunk(9), chunk(10), chunk(99)];
        place_on_pages(&mut chunks, &[(1, 0), (2, 10), (4, 50)]);
        assert_eq!(chunks.map(|chunk| chunk.page), [Some(1), Some(1), Some(2), Some(4)]);
    }
}
