//! Word documents: one walk over the body, with a stack of unfinished paragraphs.
//!
//! A text box stands inside a paragraph, and paragraphs inside it; what they say follows the paragraph. Notes follow
//! the paragraph that refers to them, so that both come into one passage. Deleted text, field codes, comments and the
//! lines of a table of contents are not text. Hidden text is left out and counted: not shown, a point high, or white on
//! nothing. Knows nothing of page headers and footers.

use std::collections::HashMap;

use super::super::draft::{Draft, Inline};
use super::super::xml::{End, Node, Step, Tag, walk};
use super::super::zipped::Zipped;
use super::super::{ParseError, Parsed};
use super::rels::Rels;
use super::styles::{Mark, Numberings, Styles, outline_level};

/// Half points. Nobody reads letters of one point.
const SMALLEST_HALF_POINTS: usize = 2;

pub(super) fn parse(archive: &mut Zipped, main: &str) -> Result<Parsed, ParseError> {
    let body = archive.read_xml(main)?.ok_or_else(|| ParseError::Damaged("the text is missing".to_owned()))?;
    let rels = Rels::of(archive, main);
    let mut part = |sort: &str| {
        let name = rels.parts(sort).into_iter().next();
        name.and_then(|name| archive.read_xml(&name).ok().flatten()).unwrap_or_default()
    };
    let styles = Styles::read(&part("styles"));
    let numberings = Numberings::read(&part("numbering"));
    let mut notes = Notes::default();
    notes.read(&part("footnotes"), "footnote");
    notes.read(&part("endnotes"), "endnote");
    let mut word = Word { styles: &styles, rels: &rels, notes, numberings, ..Word::new(&styles, &rels) };
    let end = walk(&body, &mut |node| word.read(node))?;
    word.finish(end)
}

struct Word<'a> {
    styles: &'a Styles,
    rels: &'a Rels,
    notes: Notes,
    numberings: Numberings,
    draft: Draft,
    paragraphs: Vec<Paragraph>,
    runs: Vec<Run>,
    /// For each open cell: its span until it is written, which is when its first content comes.
    cells: Vec<Option<usize>>,
    is_text: bool,
    has_background: bool,
    hidden: usize,
}

#[derive(Debug, Default)]
struct Paragraph {
    line: Inline,
    style: Option<String>,
    heading: Option<u8>,
    numbering: Option<String>,
    level: Option<usize>,
    is_in_properties: bool,
    is_shaded: bool,
    /// What follows it: the texts of boxes and notes.
    after: Vec<String>,
    /// How many runs were open when it began: those are not its own.
    runs_before: usize,
}

#[derive(Debug, Default)]
struct Run {
    line: Inline,
    has_words: bool,
    is_in_properties: bool,
    is_hidden: bool,
    is_white: bool,
    is_shaded: bool,
    /// "Click here to enter text."
    is_placeholder: bool,
}

impl<'a> Word<'a> {
    fn new(styles: &'a Styles, rels: &'a Rels) -> Self {
        Self {
            styles,
            rels,
            notes: Notes::default(),
            numberings: Numberings::default(),
            draft: Draft::default(),
            paragraphs: Vec::new(),
            runs: Vec::new(),
            cells: Vec::new(),
            is_text: false,
            has_background: false,
            hidden: 0,
        }
    }

    fn read(&mut self, node: Node) -> Step {
        match node {
            Node::Open(tag) => return self.open(tag),
            Node::Close(name) => self.close(name),
            Node::Text(text) if self.is_text => self.text(text),
            Node::Text(_) => {}
        }
        if self.draft.is_cut() { Step::Stop } else { Step::On }
    }

    fn open(&mut self, tag: &Tag) -> Step {
        match tag.name() {
            "del" | "moveFrom" | "instrText" | "delText" | "delInstrText" | "Fallback" | "rt" => return Step::Over,
            "sectPr" | "rPrChange" | "pPrChange" | "tblPr" | "tblGrid" | "trPr" | "sdtPr" => return Step::Over,
            "background" => self.has_background = true,
            "p" => self.paragraphs.push(Paragraph { runs_before: self.runs.len(), ..Paragraph::default() }),
            "r" => self.runs.push(Run::default()),
            "tbl" => {
                self.ensure_cell();
                self.draft.end_lists();
                self.draft.open("table");
            }
            "tr" => self.draft.open("tr"),
            "tc" => self.cells.push(Some(1)),
            "gridSpan" => self.cells.last_mut().into_iter().flatten().for_each(|span| {
                *span = tag.number("val").unwrap_or(1);
            }),
            _ if self.is_in_run() => return self.open_in_run(tag),
            _ => return self.open_in_paragraph(tag),
        }
        Step::On
    }

    fn open_in_paragraph(&mut self, tag: &Tag) -> Step {
        let Some(paragraph) = self.paragraphs.last_mut() else { return Step::On };
        match tag.name() {
            "pPr" => paragraph.is_in_properties = true,
            // How the mark at the end of the paragraph looks.
            "rPr" if paragraph.is_in_properties => return Step::Over,
            "pStyle" => paragraph.style = tag.attr("val"),
            "numId" => paragraph.numbering = tag.attr("val"),
            "ilvl" => paragraph.level = tag.number("val"),
            "outlineLvl" => paragraph.heading = tag.number("val").and_then(outline_level),
            "shd" => paragraph.is_shaded = is_shade(tag),
            "hyperlink" => {
                if let Some(address) = tag.attr("r:id").as_deref().and_then(|id| self.rels.address(id)) {
                    paragraph.line.start_link(address);
                }
            }
            "t" => self.is_text = true,
            _ => {}
        }
        Step::On
    }

    fn open_in_run(&mut self, tag: &Tag) -> Step {
        let Some(run) = self.runs.last_mut() else { return Step::On };
        if run.is_in_properties {
            match tag.name() {
                "vanish" => run.is_hidden |= tag.is_on(),
                "sz" => run.is_hidden |= tag.number("val").is_some_and(|size| size <= SMALLEST_HALF_POINTS),
                "color" => run.is_white = tag.attr("val").is_some_and(|color| color.eq_ignore_ascii_case("ffffff")),
                "shd" => run.is_shaded |= is_shade(tag),
                "highlight" => run.is_shaded |= tag.is_on(),
                "rStyle" => {
                    let style = tag.attr("val").unwrap_or_default();
                    run.is_hidden |= self.styles.is_hidden(&style);
                    run.is_placeholder = style == "PlaceholderText";
                }
                _ => {}
            }
            return Step::On;
        }
        match tag.name() {
            "rPr" => run.is_in_properties = true,
            "t" => self.is_text = true,
            "tab" | "ptab" => run.line.text(" "),
            "br" | "cr" if tag.attr("type").is_none_or(|sort| sort == "textWrapping") => run.line.line_break(),
            "br" => run.line.text(" "),
            "noBreakHyphen" => run.line.text("-"),
            "docPr" => {
                let words = tag.attr("descr").unwrap_or_default();
                run.has_words |= !words.is_empty();
                run.line.text(&words);
            }
            "footnoteReference" => self.refer("footnote", tag),
            "endnoteReference" => self.refer("endnote", tag),
            _ => {}
        }
        Step::On
    }

    fn refer(&mut self, sort: &'static str, tag: &Tag) {
        let note = tag.attr("id").and_then(|id| self.notes.refer(sort, &id));
        if let (Some((mark, text)), Some(run), Some(paragraph)) =
            (note, self.runs.last_mut(), self.paragraphs.last_mut())
        {
            run.line.text(&mark);
            let mut line = Inline::default();
            line.text(&format!("{mark} {text}"));
            paragraph.after.push(line.take());
        }
    }

    fn text(&mut self, text: &str) {
        if self.is_in_run() {
            if let Some(run) = self.runs.last_mut() {
                run.has_words |= !text.trim().is_empty();
                run.line.text(text);
            }
        } else if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.line.text(text);
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.is_text = false,
            "rPr" => self.runs.last_mut().into_iter().for_each(|run| run.is_in_properties = false),
            "pPr" => self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.is_in_properties = false),
            "hyperlink" => self.paragraphs.last_mut().into_iter().for_each(|paragraph| paragraph.line.end_link()),
            "r" => self.close_run(),
            "p" => self.close_paragraph(),
            "tc" => {
                self.ensure_cell();
                self.cells.pop();
                self.draft.end_lists();
                self.draft.close();
            }
            "tr" => self.draft.close(),
            "tbl" => {
                self.draft.end_lists();
                self.draft.close();
            }
            _ => {}
        }
    }

    fn close_run(&mut self) {
        let (Some(mut run), Some(paragraph)) = (self.runs.pop(), self.paragraphs.last_mut()) else { return };
        let is_shaded = run.is_shaded || paragraph.is_shaded || self.has_background || !self.cells.is_empty();
        // A box may be filled, and a run in one is a run in a paragraph in a run.
        let is_boxed = paragraph.runs_before > 0;
        let is_unseen = run.is_white && !is_shaded && !is_boxed;
        let is_hidden_style = paragraph.style.as_deref().is_some_and(|id| self.styles.is_hidden(id));
        if run.is_hidden || is_unseen || is_hidden_style {
            self.hidden += usize::from(run.has_words);
        } else if !run.is_placeholder {
            paragraph.line.push(&run.line.take());
        }
    }

    fn close_paragraph(&mut self) {
        let Some(mut paragraph) = self.paragraphs.pop() else { return };
        self.runs.truncate(paragraph.runs_before);
        let html = paragraph.line.take();
        if let Some(outer) = self.paragraphs.last_mut() {
            outer.after.push(html);
            outer.after.append(&mut paragraph.after);
            return;
        }
        let style = paragraph.style.as_deref().unwrap_or_default();
        if self.styles.is_contents(style) {
            return;
        }
        self.ensure_cell();
        let heading = paragraph.heading.or_else(|| self.styles.heading(style)).filter(|_| self.cells.is_empty());
        let item = match paragraph.numbering {
            Some(numbering) => Some((numbering, paragraph.level.unwrap_or(0))),
            None => self.styles.numbering(style),
        };
        match (heading, item) {
            _ if html.trim().is_empty() => {}
            (Some(level), _) => {
                self.draft.end_lists();
                self.draft.block(heading_name(level), &html);
            }
            (None, Some((numbering, level))) => match self.numberings.mark(&numbering, level) {
                Some(Mark::Bullet) => self.draft.item(level, None, &html),
                Some(Mark::Number(number)) => self.draft.item(level, Some(number), &html),
                None => self.plain(&html),
            },
            (None, None) => self.plain(&html),
        }
        paragraph.after.iter().for_each(|html| self.draft.block("p", html));
    }

    fn plain(&mut self, html: &str) {
        self.draft.end_lists();
        self.draft.block("p", html);
    }

    fn is_in_run(&self) -> bool {
        self.paragraphs.last().is_some_and(|paragraph| self.runs.len() > paragraph.runs_before)
    }

    fn ensure_cell(&mut self) {
        if let Some(span) = self.cells.last_mut().and_then(Option::take) {
            let span = (span > 1).then(|| span.to_string());
            self.draft.open_with("td", span.as_deref().map(|span| ("colspan", span)));
        }
    }

    fn finish(self, end: End) -> Result<Parsed, ParseError> {
        let mut parsed = self.draft.finish()?;
        if self.hidden > 0 {
            parsed.problems.push(format!("hidden texts left out: {}", self.hidden));
        }
        if end == End::Broken {
            parsed.problems.push("the file is damaged: what follows the damage is missing".to_owned());
        }
        if parsed.markdown.is_empty() {
            parsed.problems.push("the document shows no text".to_owned());
        }
        Ok(parsed)
    }
}

fn is_shade(tag: &Tag) -> bool {
    let fill = tag.attr("fill").unwrap_or_default();
    !matches!(fill.to_ascii_lowercase().as_str(), "" | "auto" | "ffffff")
}

pub(super) fn heading_name(level: u8) -> &'static str {
    match level {
        0 | 1 => "h1",
        2 => "h2",
        3 => "h3",
        4 => "h4",
        5 => "h5",
        _ => "h6",
    }
}

/// The texts of notes, and how many were referred to so far.
#[derive(Debug, Default)]
struct Notes {
    texts: HashMap<(&'static str, String), String>,
    shown: usize,
}

impl Notes {
    fn read(&mut self, xml: &str, sort: &'static str) {
        let mut current: Option<String> = None;
        let (mut text, mut is_text) = (String::new(), false);
        let _ = walk(xml, &mut |node| {
            match node {
                Node::Open(tag) => match tag.name() {
                    "del" | "moveFrom" | "instrText" | "Fallback" => return Step::Over,
                    name if name == sort => current = tag.attr("id").filter(|_| tag.attr("type").is_none()),
                    "t" => is_text = true,
                    "p" | "tab" | "br" => text.push(' '),
                    _ => {}
                },
                Node::Close("t") => is_text = false,
                Node::Close(name) if name == sort => {
                    let text = std::mem::take(&mut text);
                    self.texts.extend(current.take().map(|id| ((sort, id), text.trim().to_owned())));
                }
                Node::Text(words) if is_text => text.push_str(words),
                _ => {}
            }
            Step::On
        });
    }

    /// The mark and the text of a note; each is told once.
    fn refer(&mut self, sort: &'static str, id: &str) -> Option<(String, String)> {
        let text = self.texts.remove(&(sort, id.to_owned())).filter(|text| !text.is_empty())?;
        self.shown += 1;
        Some((format!("[{}]", self.shown), text))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::zipped::tests::archive;
    use super::super::parse;
    use super::*;

    const RELS: &str = "<Relationships>
        <Relationship Id='s' Type='x/styles' Target='styles.xml'/><Relationship Id='f' Type='x/footnotes' Target='f.xml'/>
        <Relationship Id='n' Type='x/numbering' Target='n.xml'/>
        <Relationship Id='l' Type='x/hyperlink' Target='https://e.org/a' TargetMode='External'/></Relationships>";
    const STYLES: &str = "<w:styles><w:style w:styleId='H1'><w:name w:val='heading 1'/></w:style>
        <w:style w:styleId='Gone'><w:rPr><w:vanish/></w:rPr></w:style>
        <w:style w:styleId='Toc'><w:name w:val='toc 1'/></w:style></w:styles>";
    const NUMBERING: &str =
        "<w:numbering><w:abstractNum w:abstractNumId='0'><w:lvl w:ilvl='0'><w:numFmt w:val='decimal'/>
        </w:lvl><w:lvl w:ilvl='1'><w:numFmt w:val='bullet'/></w:lvl></w:abstractNum>
        <w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>";
    const NOTES: &str = "<w:footnotes><w:footnote w:id='-1' w:type='separator'><w:p><w:r><w:t>x</w:t></w:r></w:p>
        </w:footnote><w:footnote w:id='2'><w:p><w:r><w:t>See the law.</w:t></w:r></w:p></w:footnote></w:footnotes>";

    fn document(body: &str) -> Result<Parsed, ParseError> {
        let body = format!("<?xml version='1.0'?><w:document><w:body>{body}</w:body></w:document>");
        parse(&archive(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", body.as_bytes()),
            ("word/_rels/document.xml.rels", RELS.as_bytes()),
            ("word/styles.xml", STYLES.as_bytes()),
            ("word/n.xml", NUMBERING.as_bytes()),
            ("word/f.xml", NOTES.as_bytes()),
        ]))
    }

    fn check(body: &str, expected: &str, problems: &[&str]) {
        let parsed = document(body).unwrap();
        assert_eq!(parsed.markdown, expected);
        assert_eq!(parsed.problems, problems);
    }

    fn p(properties: &str, text: &str) -> String {
        format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    }

    #[test]
    fn headings_lists_and_text() {
        let item = |level, text| p(&format!("<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='1'/></w:numPr>"), text);
        let body = p("<w:pStyle w:val='H1'/>", "Refunds")
            + &p("", "We &amp; you")
            + &item(0, "one")
            + &item(1, "a")
            + &item(0, "two")
            + &p("<w:pStyle w:val='Toc'/>", "Refunds 1")
            + &p("<w:outlineLvl w:val='1'/>", "End");
        check(
            &body,
            "# Refunds\n\nWe & you\n\n1. one\n  - a\n2. two\n\n## End".replace("\n  -", "\n   -").as_str(),
            &[],
        );
        assert_eq!(document(&body).unwrap().title.as_deref(), Some("Refunds"));
    }

    #[test]
    fn tables_with_spans_and_lists() {
        let cell = |properties: &str, text: &str| format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", p("", text));
        let row = |cells: &[String]| format!("<w:tr>{}</w:tr>", cells.concat());
        let body = format!(
            "<w:tbl>{}{}</w:tbl>",
            row(&[cell("", "a|b"), cell("", "c"), cell("", "d")]),
            row(&[cell("<w:gridSpan w:val='2'/>", "e"), cell("", "f")])
        );
        check(&body, "| a\\|b | c | d |\n| --- | --- | --- |\n| e |  | f |", &[]);
    }

    #[test]
    fn hidden_text_is_left_out_and_counted() {
        let run = |properties: &str, text: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>");
        let body = [
            "<w:p>",
            &run("<w:vanish/>", "1"),
            &run("<w:vanish w:val='0'/>", "shown"),
            &run("<w:sz w:val='2'/>", "2"),
            &run("<w:color w:val='FFFFFF'/>", "3"),
            &run("<w:color w:val='FFFFFF'/><w:shd w:fill='000000'/>", " too"),
            "</w:p>",
            &p("<w:pStyle w:val='Gone'/>", "4"),
            &p("<w:rPr><w:vanish/></w:rPr>", "also"),
        ]
        .concat();
        check(&body, "shown too\n\nalso", &["hidden texts left out: 4"]);
    }

    #[test]
    fn changes_fields_and_comments() {
        let body = "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>
            <w:r><w:instrText>HYPERLINK x</w:instrText></w:r><w:hyperlink r:id='l'><w:r><w:t xml:space='preserve'> link</w:t>
            </w:r></w:hyperlink><w:r><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>";
        check(body, "new [link](https://e.org/a) b  \nc", &[]);
    }

    #[test]
    fn notes_and_boxes_follow_their_paragraph() {
        let body = "<w:p><w:r><w:t>Rule</w:t><w:footnoteReference w:id='2'/></w:r><w:r><mc:AlternateContent><mc:Choice>
            <w:drawing><wp:docPr descr='A map'/><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent>
            </w:drawing></mc:Choice><mc:Fallback><w:p><w:r><w:t>In a box</w:t></w:r></w:p></mc:Fallback>
            </mc:AlternateContent></w:r><w:r><w:t> ends.</w:t></w:r></w:p>";
        check(body, "Rule[1]A map ends.\n\n[1] See the law.\n\nIn a box", &[]);
    }

    #[test]
    fn damage_and_depth() {
        let parsed = document(&(p("", "kept") + "<w:p><w:r><w:t>lost</w:q>")).unwrap();
        assert_eq!(parsed.markdown, "kept");
        assert_eq!(parsed.problems, ["the file is damaged: what follows the damage is missing"]);
        let nested = "<w:tbl><w:tr><w:tc>".repeat(1000);
        assert!(matches!(document(&nested), Err(ParseError::TooDeep { .. })));
        let nested = "<w:tbl><w:tr><w:tc>".repeat(60) + &p("", "deep") + &"</w:tc></w:tr></w:tbl>".repeat(60);
        check(&nested, "deep", &[]);
        check("", "", &["the document shows no text"]);
    }
}
