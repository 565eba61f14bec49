//! Where a text may be cut, and what each cut would cost its reader.
//!
//! Before a heading or a question a cut costs nothing, between blocks little, between items, rows and lines of code
//! more, between sentences more again. After what leads in (a heading, a question, a table's head, a fence, a colon) it
//! costs more than anything else does, and within a row or a word it is the last resort. Knows nothing of how large
//! chunks should be, nor which of the places are taken.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::outline::wiki_heading;
use super::sentences::{self, Ending};
use crate::parse::dialect;

/// Costs are in chunks: a cost of one is as bad as a chunk that should not be there.
pub(super) mod cost {
    pub const HEADING: f32 = 0.0;
    pub const BLOCK: f32 = 0.06;
    /// A line as long as a paragraph is one.
    pub const LONG_LINE: f32 = 0.08;
    pub const ITEM: f32 = 0.12;
    pub const NESTED: f32 = 0.04;
    pub const ROW: f32 = 0.12;
    pub const CODE_AFTER_GAP: f32 = 0.1;
    pub const CODE_LINE: f32 = 0.15;
    pub const SENTENCE: f32 = 0.25;
    pub const LINE: f32 = 0.6;
    pub const CELL: f32 = 0.6;
    pub const WORD: f32 = 1.5;
    pub const LETTER: f32 = 3.0;

    /// Beside one of the above: between a question and its answer's end.
    pub const IN_ANSWER: f32 = 0.8;
    pub const UNDER_ITEM: f32 = 0.3;
    pub const AFTER_ASKING: f32 = 0.5;
    pub const AFTER_COLON: f32 = 1.0;
    pub const AFTER_QUESTION: f32 = 3.0;
    pub const AFTER_LEAD_IN: f32 = 4.0;
}

/// Lines are not wrapped at more than this.
const LONGEST_WRAPPED_BYTES: usize = 160;
/// What is longer is no question, though it may end with one.
const LONGEST_QUESTION_BYTES: usize = 300;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) at: usize,
    pub(super) cost: f32,
    /// What is added because the line before makes little sense without what stands here.
    pub(super) led_in: f32,
}

impl Place {
    pub(super) fn price(&self) -> f32 {
        self.cost + self.led_in
    }
}

/// The places between blocks, items, rows, lines of code and sentences, in order, each once.
pub(super) fn read(text: &str) -> Vec<Place> {
    let mut reader = Reader::new(text);
    Parser::new_ext(text, dialect()).into_offset_iter().for_each(|(event, at)| reader.read(&event, at));
    reader.end_run();
    let mut places = reader.places;
    places.sort_by_key(|place| place.at);
    places.dedup_by(|next, kept| {
        let is_same = next.at == kept.at;
        if is_same {
            (kept.cost, kept.led_in) = (kept.cost.min(next.cost), kept.led_in.max(next.led_in));
        }
        is_same
    });
    places
}

/// The places before words, for a stretch that is too long and has no better ones.
pub(super) fn words(text: &str, stretch: Range<usize>) -> impl Iterator<Item = Place> {
    let mut before = (' ', cost::WORD);
    text[stretch.clone()].char_indices().filter_map(move |(at, c)| {
        let (last, gap) = before;
        let gap_from_here = match c {
            '\n' => cost::LINE,
            _ if !c.is_whitespace() => cost::WORD,
            _ if last == '|' => cost::CELL,
            _ => gap,
        };
        before = (c, gap_from_here);
        let is_start = last.is_whitespace() && !c.is_whitespace() && at > 0;
        is_start.then_some(Place { at: stretch.start + at, cost: gap, led_in: 0.0 })
    })
}

/// Notes what is met on the way through a text.
struct Reader<'a> {
    text: &'a str,
    places: Vec<Place>,
    /// The words since the last block began or ended, and the links and code among them, which are not cut.
    run: Range<usize>,
    whole: Vec<Range<usize>>,
    /// Index of the place before the block that is being read.
    block: Option<usize>,
    /// What the next block is led in by.
    lead: f32,
    /// Where the line begins that was looked at last, and how far it was looked at.
    line: (usize, usize),
    lists: usize,
    is_code: bool,
    is_table: bool,
    is_heading: bool,
    is_answer: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            places: Vec::new(),
            run: 0..0,
            whole: Vec::new(),
            block: None,
            lead: 0.0,
            line: (0, 0),
            lists: 0,
            is_code: false,
            is_table: false,
            is_heading: false,
            is_answer: false,
        }
    }

    fn read(&mut self, event: &Event, at: Range<usize>) {
        match event {
            Event::Text(_) if self.is_code => return self.lines(at),
            Event::Html(_) => return self.lines(at),
            _ if self.is_table && is_inline(event) => return,
            _ if is_inline(event) => return self.words(event, at),
            _ => self.end_run(),
        }
        match event {
            Event::Start(tag) => self.open(tag, at.start),
            Event::End(tag) => self.close(*tag),
            Event::HardBreak => self.push(at.end, cost::ITEM),
            _ => {}
        }
    }

    fn open(&mut self, tag: &Tag, at: usize) {
        match tag {
            Tag::Heading { .. } => {
                (self.is_heading, self.is_answer) = (true, false);
                self.block(at, cost::HEADING);
            }
            Tag::Item => self.block(at, self.item_cost()),
            Tag::TableRow => self.block(at, cost::ROW),
            Tag::TableHead | Tag::TableCell => {}
            Tag::List(_) => {
                let nested = self.lists > 0;
                self.lists += 1;
                if nested {
                    self.lead = self.lead.max(cost::UNDER_ITEM);
                }
                self.block(at, if nested { self.item_cost() } else { cost::BLOCK });
            }
            _ => self.block(at, cost::BLOCK),
        }
        match tag {
            Tag::CodeBlock(kind) => {
                self.is_code = true;
                if let CodeBlockKind::Fenced(_) = kind {
                    self.lead = cost::AFTER_LEAD_IN;
                }
            }
            Tag::Table(_) => self.is_table = true,
            _ => {}
        }
    }

    /// The deeper, the more belongs together.
    fn item_cost(&self) -> f32 {
        cost::ITEM + cost::NESTED * self.lists.saturating_sub(1).min(4) as f32
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => (self.is_heading, self.lead) = (false, cost::AFTER_LEAD_IN),
            TagEnd::TableHead => self.lead = cost::AFTER_LEAD_IN,
            TagEnd::List(_) => self.lists = self.lists.saturating_sub(1),
            TagEnd::CodeBlock => (self.is_code, self.lead) = (false, 0.0),
            TagEnd::Table => (self.is_table, self.lead) = (false, 0.0),
            _ => {}
        }
    }

    fn words(&mut self, event: &Event, at: Range<usize>) {
        let is_whole = matches!(event, Event::Code(_) | Event::Start(Tag::Link { .. } | Tag::Image { .. }));
        if is_whole && self.whole.last().is_none_or(|last| last.end <= at.start) {
            self.whole.push(at.clone());
        }
        self.run = match self.run.is_empty() {
            true => at,
            false => self.run.start.min(at.start)..self.run.end.max(at.end),
        };
    }

    /// Before the line on which a block begins, with its bullet or quotation mark.
    fn block(&mut self, at: usize, cost: f32) {
        let at = self.line_start(at);
        self.push(at, cost);
        self.block = self.places.len().checked_sub(1);
    }

    fn push(&mut self, at: usize, cost: f32) {
        let answer = if self.is_answer { cost::IN_ANSWER } else { 0.0 };
        self.places.push(Place { at, cost: cost + answer, led_in: std::mem::take(&mut self.lead) });
    }

    fn lines(&mut self, at: Range<usize>) {
        let mut start = at.start;
        for line in self.text[at].split_inclusive('\n') {
            if !line.trim().is_empty() {
                let is_after_gap = self.text[..start].trim_end_matches([' ', '\t']).ends_with("\n\n");
                let cost = if is_after_gap { cost::CODE_AFTER_GAP } else { cost::CODE_LINE };
                self.block(start, cost);
            }
            start += line.len();
        }
    }

    /// Blocks come in order, so that no line is looked at twice however many begin on it.
    fn line_start(&mut self, at: usize) -> usize {
        let (start, seen) = self.line;
        if at > seen {
            self.line = (self.text[seen..at].rfind('\n').map_or(start, |end| seen + end + 1), at);
        }
        self.line.0.min(at)
    }

    /// The places within the words of a block, and what the block leads to.
    fn end_run(&mut self) {
        let (run, whole) = (std::mem::take(&mut self.run), std::mem::take(&mut self.whole));
        let words = &self.text[run.clone()];
        if words.trim().is_empty() {
            return;
        }
        if !self.is_heading {
            let is_free = |at: usize| {
                let before = whole.partition_point(|part| part.start < at).checked_sub(1);
                before.is_none_or(|part| whole[part].end <= at)
            };
            for (start, ending) in sentences::starts(words).filter(|(start, _)| is_free(run.start + start)) {
                let asked = if ending == Ending::Question { cost::AFTER_ASKING } else { 0.0 };
                self.push(run.start + start, cost::SENTENCE + asked);
            }
            self.paragraph_lines(words, run.start);
        }
        self.lead_on(words);
    }

    /// Lines of questions and answers, and of texts that have a line to a paragraph.
    fn paragraph_lines(&mut self, words: &str, start: usize) {
        let mut at = start;
        let mut above: Option<&str> = None;
        for line in words.split_inclusive('\n') {
            match above {
                _ if wiki_heading(line).is_some() => {
                    self.is_answer = false;
                    self.push(at, cost::HEADING);
                    self.lead = cost::AFTER_LEAD_IN;
                }
                Some(above) if wiki_heading(above).is_some() => self.push(at, cost::LINE),
                Some(_) if sentences::opens_question(line) => self.push(at, cost::HEADING),
                Some(_) if sentences::opens_answer(line) => {
                    self.lead = cost::AFTER_QUESTION;
                    self.push(at, cost::LINE);
                }
                Some(above) if above.len() > LONGEST_WRAPPED_BYTES => self.push(at, cost::LONG_LINE),
                _ => {}
            }
            at += line.len();
            above = Some(line);
        }
    }

    fn lead_on(&mut self, words: &str) {
        let is_question = sentences::is_question(words) || sentences::is_bold(words);
        if is_question && words.len() <= LONGEST_QUESTION_BYTES {
            self.is_answer = true;
            if let Some(place) = self.block.and_then(|block| self.places.get_mut(block)) {
                place.cost = cost::HEADING;
                // A question is no answer to the one before it.
                if place.led_in == cost::AFTER_QUESTION {
                    place.led_in = 0.0;
                }
            }
        }
        if is_question {
            self.lead = cost::AFTER_QUESTION;
        } else if words.trim_end().ends_with([':', '：']) {
            self.lead = cost::AFTER_COLON;
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `·` where a cut is cheap, `:` where it is not but allowed, and `+` where something leads in.
    fn check(text: &str, expected: &str) {
        let mut marked = String::new();
        let mut last = 0;
        for place in read(text).iter().filter(|place| place.at > 0) {
            marked.push_str(&text[last..place.at]);
            marked.push(match (place.led_in, place.cost) {
                (led_in, _) if led_in > 0.5 => '+',
                (_, cost) if cost < cost::ITEM => '·',
                _ => ':',
            });
            last = place.at;
        }
        assert_eq!(marked + &text[last..], expected);
    }

    #[test]
    fn sentences_are_cut_from_each_other_but_not_within_links_and_code() {
        check(
            "It's *one*\nline. See [a. B](c) and `d. E`. And\nmore.",
            "It's *one*\nline. :See [a. B](c) and `d. E`. :And\nmore.",
        );
        check("# A. B\n\nc. D", "# A. B\n\n+c. :D");
        check("a  \nb", "a  \n:b");
    }

    #[test]
    fn blocks_begin_with_their_line() {
        check("a\n\n> b\n>\n> c", "a\n\n·> b\n>\n·> c");
        check("a\n\n- b\n  - c\n- d", "a\n\n·- b\n:  - c\n:- d");
    }

    #[test]
    fn what_leads_in_is_known() {
        check("# A\n\n- b\n- c", "# A\n\n+- b\n:- c");
        check("x\n\n```sh\n  a\n\nb\n```\ny", "x\n\n·```sh\n+  a\n\n·b\n```\n·y");
        check("| a |\n|---|\n| b. C |\n| c |", "| a |\n|---|\n+| b. C |\n:| c |");
        check("As follows:\n\n- b", "As follows:\n\n+- b");
        check("a\n\n    b\n", "a\n\n·    b\n");
    }

    #[test]
    fn a_wiki_has_headings_too() {
        check("= A =\nb\nc\n== D ==\n== E ==\nf", "= A =\n+b\nc\n·== D ==\n+== E ==\n+f");
    }

    #[test]
    fn a_question_leads_in_its_answer() {
        check("How so?\n\nSo. Then.\n\n**Why?**\n\nBecause.", "How so?\n\n+So. :Then.\n\n·**Why?**\n\n+Because.");
        check("Q: How?\nA: So.\nQ: Why?\nA: No.", "Q: How?\n+A: So.\n·Q: Why?\n+A: No.");
        check("- How?\n- Why?\n\nSo.", "- How?\n·- Why?\n\n+So.");
    }

    #[test]
    fn a_line_as_long_as_a_paragraph_is_one() {
        let line = "word ".repeat(40);
        check(&format!("{line}\n{line}"), &format!("{line}\n·{line}"));
        check("a\nb", "a\nb");
    }
}
