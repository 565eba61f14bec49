//! Texts and presentations: one walk, which writes a draft for the whole text or one for each slide.

use super::super::draft::{Draft, Inline};
use super::super::xml::{End, Node, Step, Tag, walk};
use super::super::{Page, ParseError, Parsed};
use super::sheets::repeated;
use super::styles::Styles;

/// A row that says it stands there a thousand times is an empty one, in a table of a text.
const MOST_REPEATED_CELLS: usize = 20;

pub(super) fn parse(content: &str, styles: &Styles) -> Result<Parsed, ParseError> {
    let mut text = Text::new(styles);
    let end = walk(content, &mut |node| text.read(node))?;
    let mut parsed = text.draft.finish()?;
    tell(&mut parsed.problems, text.hidden, end);
    Ok(parsed)
}

pub(super) fn parse_slides(content: &str, styles: &Styles) -> Result<Parsed, ParseError> {
    let mut text = Text::new(styles);
    let end = walk(content, &mut |node| text.read(node))?;
    let mut parsed = Parsed { problems: text.problems, ..Parsed::default() };
    for (number, draft, title) in text.slides {
        let slide = draft.finish()?;
        parsed.title = parsed.title.or(title).filter(|title| !title.is_empty());
        parsed.problems.extend(slide.problems.into_iter().map(|problem| format!("slide {number}: {problem}")));
        parsed.pages.push(Page { number, text: slide.markdown });
    }
    tell(&mut parsed.problems, text.hidden, end);
    Ok(parsed)
}

fn tell(problems: &mut Vec<String>, hidden: usize, end: End) {
    problems.extend((hidden > 0).then(|| format!("hidden texts left out: {hidden}")));
    problems.extend((end == End::Broken).then(|| "the file is damaged: what follows the damage is missing".to_owned()));
}

struct Text<'a> {
    styles: &'a Styles,
    draft: Draft,
    paragraphs: Vec<Paragraph>,
    /// For each open list: whether it counts, and how many items it has.
    lists: Vec<(bool, u32)>,
    /// Whether the next paragraph is the first of its item.
    is_item_start: bool,
    /// The notes of paragraphs that are still open.
    notes: Vec<Note>,
    shown_notes: usize,
    is_citation: bool,
    tables: usize,
    /// How many lists were open where the innermost table began: those are not the table's.
    lists_around: Vec<Vec<(bool, u32)>>,
    slides: Vec<(u32, Draft, Option<String>)>,
    slide: u32,
    is_title_frame: bool,
    is_in_slide_notes: bool,
    has_notes: bool,
    title: String,
    hidden: usize,
    problems: Vec<String>,
}

#[derive(Debug, Default)]
struct Paragraph {
    line: Inline,
    heading: Option<u8>,
    style: String,
    words: String,
    /// What frames in it say.
    boxes: Vec<String>,
    /// Its notes.
    after: Vec<String>,
}

/// A note in the making.
#[derive(Debug)]
struct Note {
    mark: String,
    text: String,
    /// How many paragraphs were open when it began: those are not its own.
    paragraphs_before: usize,
}

impl<'a> Text<'a> {
    fn new(styles: &'a Styles) -> Self {
        Self {
            styles,
            draft: Draft::default(),
            paragraphs: Vec::new(),
            lists: Vec::new(),
            is_item_start: false,
            notes: Vec::new(),
            shown_notes: 0,
            is_citation: false,
            tables: 0,
            lists_around: Vec::new(),
            slides: Vec::new(),
            slide: 0,
            is_title_frame: false,
            is_in_slide_notes: false,
            has_notes: false,
            title: String::new(),
            hidden: 0,
            problems: Vec::new(),
        }
    }

    fn read(&mut self, node: Node) -> Step {
        match node {
            Node::Open(tag) => return self.open(tag),
            Node::Close(name) => self.close(name),
            Node::Text(text) => self.text(text),
        }
        if self.draft.is_cut() && self.slide == 0 { Step::Stop } else { Step::On }
    }

    fn open(&mut self, tag: &Tag) -> Step {
        match tag.name() {
            "automatic-styles" | "font-face-decls" | "scripts" | "forms" | "settings" => return Step::Over,
            "tracked-changes" | "annotation" | "annotation-end" | "ruby-text" | "bibliography" => return Step::Over,
            "table-of-content" | "alphabetical-index" | "illustration-index" | "table-index" | "object-index"
            | "user-index" => return Step::Over,
            _ if self.is_hidden(tag) => {
                self.hidden += 1;
                return Step::Over;
            }
            "page" => return self.open_slide(tag),
            "notes" => self.is_in_slide_notes = true,
            "frame" => {
                let class = tag.attr("class").unwrap_or_default();
                if matches!(class.as_str(), "page-number" | "footer" | "header" | "date-time" | "page") {
                    return Step::Over;
                }
                self.is_title_frame = class == "title" && !self.is_in_slide_notes;
            }
            "p" | "h" => self.paragraphs.push(Paragraph {
                heading: (tag.name() == "h").then(|| tag.number("outline-level").unwrap_or(1).clamp(1, 6) as u8),
                style: tag.attr("style-name").unwrap_or_default(),
                ..Paragraph::default()
            }),
            "note" => {
                self.shown_notes += 1;
                let mark = format!("[{}]", self.shown_notes);
                self.notes.push(Note { mark, text: String::new(), paragraphs_before: self.paragraphs.len() });
            }
            "note-citation" => self.is_citation = true,
            "list" => self.open_list(tag),
            "list-item" => self.is_item_start = true,
            "table" => self.open_table(),
            "table-row" if self.tables > 0 => self.draft.open("tr"),
            "table-cell" | "covered-table-cell" if self.tables > 0 => self.open_cell(tag),
            _ => self.open_in_paragraph(tag),
        }
        Step::On
    }

    fn open_in_paragraph(&mut self, tag: &Tag) {
        match tag.name() {
            "s" | "tab" => self.text(" "),
            "line-break" => self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.line.line_break()),
            "a" => {
                let address = tag.attr("href");
                if let (Some(address), Some(paragraph)) = (address, self.paragraphs.last_mut()) {
                    paragraph.line.start_link(&address);
                }
            }
            _ => {}
        }
    }

    /// Whether the writer has hidden an element from readers.
    fn is_hidden(&self, tag: &Tag) -> bool {
        match tag.name() {
            "hidden-text" => tag.attr("is-hidden").as_deref() != Some("false"),
            "hidden-paragraph" => false,
            "section" => tag.attr("display").is_some_and(|display| display != "true"),
            "span" | "p" | "h" => tag.attr("style-name").is_some_and(|style| self.styles.is_hidden(&style)),
            _ => false,
        }
    }

    fn open_slide(&mut self, tag: &Tag) -> Step {
        self.slide += 1;
        (self.is_in_slide_notes, self.is_title_frame, self.has_notes) = (false, false, false);
        if tag.attr("draw:style-name").is_some_and(|style| self.styles.is_hidden(&style)) {
            self.problems.push(format!("slide {} is hidden and left out", self.slide));
            return Step::Over;
        }
        Step::On
    }

    fn open_list(&mut self, tag: &Tag) {
        let own = tag.attr("style-name").map(|style| self.styles.counts(&style));
        let outer = self.lists.last().map(|(counts, _)| *counts);
        self.lists.push((own.or(outer).unwrap_or(false), 0));
        self.is_item_start = false;
    }

    fn open_table(&mut self) {
        self.draft.end_lists();
        self.lists_around.push(std::mem::take(&mut self.lists));
        self.tables += 1;
        self.draft.open("table");
    }

    fn open_cell(&mut self, tag: &Tag) {
        for _ in 1..repeated(tag, "number-columns-repeated").min(MOST_REPEATED_CELLS) {
            self.draft.open("td");
            self.draft.close();
        }
        self.draft.open("td");
    }

    fn text(&mut self, text: &str) {
        let is_between = self.notes.last().is_some_and(|note| note.paragraphs_before == self.paragraphs.len());
        if self.is_citation || is_between {
            return;
        }
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.line.text(text);
            paragraph.words.push_str(text);
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "p" | "h" => self.close_paragraph(),
            "a" => self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.line.end_link()),
            "note-citation" => self.is_citation = false,
            "note" => self.close_note(),
            "list" => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.draft.end_lists();
                }
            }
            "frame" => self.is_title_frame = false,
            "notes" => self.is_in_slide_notes = false,
            "page" => self.close_slide(),
            "table" if self.tables > 0 => {
                self.draft.end_lists();
                self.draft.close();
                self.tables -= 1;
                self.lists = self.lists_around.pop().unwrap_or_default();
            }
            "table-row" if self.tables > 0 => self.draft.close(),
            "table-cell" | "covered-table-cell" if self.tables > 0 => {
                self.draft.end_lists();
                self.draft.close();
            }
            _ => {}
        }
    }

    fn close_slide(&mut self) {
        let title = std::mem::take(&mut self.title);
        let mut draft = std::mem::take(&mut self.draft);
        let mut line = Inline::default();
        line.text(title.trim());
        draft.lead("h2", &line.take());
        self.slides.push((self.slide, draft, Some(title.trim().to_owned()).filter(|title| !title.is_empty())));
    }

    /// The mark stays in the paragraph; the note itself waits for its end.
    fn close_note(&mut self) {
        let Some(note) = self.notes.pop() else { return };
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.line.text(&note.mark);
            paragraph.after.push(format!("{} {}", note.mark, note.text.trim()));
        }
    }

    fn close_paragraph(&mut self) {
        let Some(mut paragraph) = self.paragraphs.pop() else { return };
        let html = paragraph.line.take();
        if let Some(note) = self.notes.last_mut() {
            note.text.extend([" ", paragraph.words.trim()]);
            return;
        }
        // A paragraph in a paragraph stands in a frame; it follows the one around it.
        if let Some(outer) = self.paragraphs.last_mut() {
            outer.boxes.push(html);
            outer.after.append(&mut paragraph.after);
            return;
        }
        if self.is_title_frame && self.tables == 0 {
            self.title.extend([" ", paragraph.words.trim()]);
            return;
        }
        if self.is_in_slide_notes && !html.trim().is_empty() && !std::mem::replace(&mut self.has_notes, true) {
            self.draft.end_lists();
            self.draft.block("h3", "Notes");
        }
        self.write(&paragraph, &html);
        for html in &paragraph.boxes {
            self.draft.block("p", html);
        }
        for note in &paragraph.after {
            let mut line = Inline::default();
            line.text(note);
            self.draft.block("p", &line.take());
        }
    }

    fn write(&mut self, paragraph: &Paragraph, html: &str) {
        let heading = paragraph.heading.or_else(|| self.styles.is_title(&paragraph.style).then_some(1));
        match heading.filter(|_| self.tables == 0 && self.slide == 0) {
            _ if html.trim().is_empty() => {}
            Some(level) => {
                self.draft.end_lists();
                self.draft.block(["h1", "h2", "h3", "h4", "h5", "h6"][usize::from(level.clamp(1, 6)) - 1], html);
            }
            None if self.lists.is_empty() => {
                self.draft.end_lists();
                self.draft.block("p", html);
            }
            None if std::mem::take(&mut self.is_item_start) => {
                let level = self.lists.len() - 1;
                let number = self.lists.last_mut().and_then(|(counts, items)| {
                    *items += 1;
                    counts.then_some(*items)
                });
                self.draft.item(level, number, html);
            }
            None => self.draft.block("p", html),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::zipped::tests::archive;
    use super::super::parse;
    use super::*;

    const STYLES: &str =
        "<office:automatic-styles><style:style style:name='T1'><style:text-properties text:display='none'/>
        </style:style><style:style style:name='P1' style:parent-style-name='Title'/>
        <style:style style:name='dp2'><style:drawing-page-properties presentation:visibility='hidden'/></style:style>
        <text:list-style style:name='L1'><text:list-level-style-number style:num-format='1'/></text:list-style>
        </office:automatic-styles>";

    fn document(body: &str) -> Parsed {
        let content =
            format!("<office:document-content>{STYLES}<office:body>{body}</office:body></office:document-content>");
        let meta = b"<m><dc:title>Stated</dc:title><meta:initial-creator>Ann</meta:initial-creator><dc:date>2026-03-04</dc:date>
            <dc:language>de-CH</dc:language></m>";
        parse(&archive(&[("mimetype", b"x"), ("content.xml", content.as_bytes()), ("meta.xml", meta)])).unwrap()
    }

    fn check(text: &str, expected: &str, problems: &[&str]) {
        let parsed = document(&format!("<office:text>{text}</office:text>"));
        assert_eq!(parsed.markdown, expected);
        assert_eq!(parsed.problems, problems);
    }

    #[test]
    fn headings_lists_and_links() {
        check(
            "<text:p text:style-name='P1'>Handbook</text:p><text:h text:outline-level='2'>One</text:h>
             <text:p>a<text:s text:c='3'/>b<text:tab/>c &amp; <text:a xlink:href='https://e.org/'>d</text:a></text:p>
             <text:list text:style-name='L1'><text:list-item><text:p>x</text:p><text:list text:style-name='L9'>
             <text:list-item><text:p>y</text:p></text:list-item></text:list></text:list-item>
             <text:list-item><text:p>z</text:p><text:p>more</text:p></text:list-item></text:list><text:p>end</text:p>",
            "# Handbook\n\n## One\n\na b c & [d](https://e.org/)\n\n1. x\n   - y\n2. z\n\n   more\n\nend",
            &[],
        );
    }

    #[test]
    fn hidden_deleted_and_commented_text_is_left_out() {
        check(
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>old</text:p></text:deletion>
             </text:changed-region></text:tracked-changes><text:p>a<text:span text:style-name='T1'>secret</text:span>
             <office:annotation><text:p>note</text:p></office:annotation>b</text:p>
             <text:section text:display='none'><text:p>gone</text:p></text:section>
             <text:table-of-content><text:p>One 1</text:p></text:table-of-content>",
            "a b",
            &["hidden texts left out: 2"],
        );
    }

    #[test]
    fn notes_and_frames_follow_their_paragraph() {
        check(
            "<text:p>Rule<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See law.</text:p>
             </text:note-body></text:note> ends.<draw:frame><draw:text-box><text:p>Box</text:p></draw:text-box>
             </draw:frame></text:p>",
            "Rule[1] ends.\n\nBox\n\n[1] See law.",
            &[],
        );
    }

    #[test]
    fn tables_are_rows() {
        check(
            "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell>
             <text:p>b</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell
             table:number-columns-repeated='999999'/></table:table-row><table:table-row><table:table-cell><text:p>c</text:p>
             <text:p>d</text:p></table:table-cell><table:table-cell/></table:table-row></table:table>",
            "| a | b |\n| --- | --- |\n| c d |  |",
            &[],
        );
    }

    #[test]
    fn slides_are_pages() {
        let parsed = document(
            "<office:presentation><draw:page draw:style-name='dp1'><draw:frame presentation:class='outline'><draw:text-box>
             <text:list><text:list-item><text:p>point</text:p></text:list-item></text:list></draw:text-box></draw:frame>
             <draw:frame presentation:class='title'><draw:text-box><text:p>Hello</text:p></draw:text-box></draw:frame>
             <presentation:notes><draw:frame presentation:class='notes'><draw:text-box><text:p>Smile.</text:p></draw:text-box>
             </draw:frame></presentation:notes></draw:page><draw:page draw:style-name='dp2'><draw:frame><draw:text-box>
             <text:p>x</text:p></draw:text-box></draw:frame></draw:page></office:presentation>",
        );
        assert_eq!(parsed.pages, [Page { number: 1, text: "## Hello\n\n- point\n\n### Notes\n\nSmile.".to_owned() }]);
        assert_eq!(parsed.problems, ["slide 2 is hidden and left out"]);
        assert_eq!((parsed.title.as_deref(), parsed.author.as_deref()), (Some("Stated"), Some("Ann")));
        assert_eq!((parsed.dated.as_deref(), parsed.language.as_deref()), (Some("2026-03-04"), Some("de-CH")));
    }
}
