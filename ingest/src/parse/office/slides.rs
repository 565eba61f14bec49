//! PowerPoint: a page for each slide, its title first and its notes last.
//!
//! The shapes of a slide stand in the order in which they cover each other, which is mostly that of reading. Hidden
//! slides and shapes are left out and told; what layouts and masters repeat on every slide is not read at all. Which
//! notes belong to a slide is what the slide says, not the number in a file's name. Charts are not read.

use super::super::draft::{Draft, Inline};
use super::super::xml::{End, Node, Step, Tag, walk};
use super::super::zipped::Zipped;
use super::super::{Page, ParseError, Parsed};
use super::rels::Rels;

/// More than a show of a week has.
const MOST_SLIDES: u32 = 10_000;
/// All slides together.
const MOST_BYTES: usize = 20_000_000;

pub(super) fn parse(archive: &mut Zipped, main: &str) -> Result<Parsed, ParseError> {
    let show = archive.read_xml(main)?.ok_or_else(|| ParseError::Damaged("the slide list is missing".to_owned()))?;
    let rels = Rels::of(archive, main);
    let mut ids = Vec::new();
    walk(&show, &mut |node| {
        if let Node::Open(tag) = node
            && tag.name() == "sldId"
        {
            ids.extend(tag.attr("r:id"));
        }
        Step::On
    })?;
    let mut parsed = Parsed::default();
    let mut bytes = 0;
    for (number, part) in (1..=MOST_SLIDES).zip(ids.iter().map(|id| rels.part(id))) {
        match part.map_or(Ok(None), |part| slide(archive, part)) {
            Ok(Some(slide)) => {
                parsed.title = parsed.title.or(slide.title);
                parsed.problems.extend(slide.problems.into_iter().map(|problem| format!("slide {number}: {problem}")));
                bytes += slide.markdown.len();
                parsed.pages.push(Page { number, text: slide.markdown });
            }
            Ok(None) => parsed.problems.push(format!("slide {number}: hidden or missing, and left out")),
            Err(error) => parsed.problems.push(format!("slide {number} could not be read: {error}")),
        }
        // A list may name one slide ten thousand times.
        if bytes > MOST_BYTES {
            parsed.problems.push(format!("too long: the slides after {number} are left out"));
            break;
        }
    }
    if parsed.pages.iter().all(|page| page.text.is_empty()) {
        parsed.problems.push("the slides show no text".to_owned());
    }
    Ok(parsed)
}

/// What a slide says; nothing of a hidden one.
fn slide(archive: &mut Zipped, part: &str) -> Result<Option<Parsed>, ParseError> {
    let Some(xml) = archive.read_xml(part)? else { return Ok(None) };
    let rels = Rels::of(archive, part);
    let mut slide = Slide::new(&rels, Side::Front);
    let end = walk(&xml, &mut |node| slide.read(node))?;
    if slide.is_hidden {
        return Ok(None);
    }
    for name in rels.parts("diagramData") {
        slide.shape = None;
        if let Ok(Some(xml)) = archive.read_xml(&name) {
            let _ = walk(&xml, &mut |node| slide.read(node))?;
            slide.draft.end_lists();
        }
    }
    let title = std::mem::take(&mut slide.title);
    slide.draft.lead("h2", &title);
    let mut hidden = slide.hidden;
    let mut draft = slide.draft;
    if let Some(name) = rels.parts("notesSlide").into_iter().next()
        && let Ok(Some(xml)) = archive.read_xml(&name)
    {
        let rels = Rels::of(archive, &name);
        let mut notes = Slide { draft, ..Slide::new(&rels, Side::Back) };
        let _ = walk(&xml, &mut |node| notes.read(node))?;
        hidden += notes.hidden;
        draft = notes.draft;
    }
    let mut parsed = draft.finish()?;
    parsed.title = plain(&title);
    parsed.problems.extend((hidden > 0).then(|| format!("hidden shapes left out: {hidden}")));
    parsed.problems.extend((end == End::Broken).then(|| "damaged: what follows the damage is missing".to_owned()));
    Ok(Some(parsed))
}

/// The words of a title.
fn plain(html: &str) -> Option<String> {
    let mut draft = Draft::default();
    draft.lead("h1", html);
    draft.finish().ok()?.title
}

/// Of the notes only what the speaker wrote is read; they repeat the slide as a picture, and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Front,
    Back,
}

struct Slide<'a> {
    rels: &'a Rels,
    side: Side,
    draft: Draft,
    title: String,
    shape: Option<Shape>,
    paragraph: Option<Paragraph>,
    link: Option<String>,
    is_text: bool,
    tables: usize,
    has_notes: bool,
    is_hidden: bool,
    hidden: usize,
}

/// What a text stands in.
#[derive(Debug, Default)]
struct Shape {
    /// What the layout has this place for; `None` for a shape that somebody drew.
    place: Option<String>,
    numbers: Vec<u32>,
}

#[derive(Debug, Default)]
struct Paragraph {
    line: Inline,
    level: usize,
    mark: Option<Mark>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    None,
    Bullet,
    Number,
}

impl<'a> Slide<'a> {
    fn new(rels: &'a Rels, side: Side) -> Self {
        Self {
            rels,
            side,
            draft: Draft::default(),
            title: String::new(),
            shape: None,
            paragraph: None,
            link: None,
            is_text: false,
            tables: 0,
            has_notes: false,
            is_hidden: false,
            hidden: 0,
        }
    }

    fn read(&mut self, node: Node) -> Step {
        match node {
            Node::Open(tag) => return self.open(tag),
            Node::Close(name) => self.close(name),
            Node::Text(text) if self.is_text => {
                self.paragraph.iter_mut().for_each(|paragraph| paragraph.line.text(text));
            }
            Node::Text(_) => {}
        }
        if self.draft.is_cut() { Step::Stop } else { Step::On }
    }

    fn open(&mut self, tag: &Tag) -> Step {
        match tag.name() {
            "sld" if matches!(tag.attr("show").as_deref(), Some("0" | "false")) => {
                self.is_hidden = true;
                return Step::Stop;
            }
            "Fallback" | "extLst" => return Step::Over,
            "sp" => self.shape = Some(Shape::default()),
            "cNvPr" => self.describe(tag),
            "ph" => {
                let place = tag.attr("type").unwrap_or_else(|| "obj".to_owned());
                self.shape.get_or_insert_default().place = Some(place);
            }
            "txBody" if !self.is_read() => return Step::Over,
            "p" => self.paragraph = Some(Paragraph::default()),
            "tbl" => {
                self.draft.end_lists();
                self.draft.open("table");
                self.tables += 1;
            }
            "tr" if self.tables > 0 => self.draft.open("tr"),
            "tc" if self.tables > 0 => self.draft.open("td"),
            _ => self.open_in_paragraph(tag),
        }
        Step::On
    }

    fn open_in_paragraph(&mut self, tag: &Tag) {
        let Some(paragraph) = &mut self.paragraph else { return };
        match tag.name() {
            "pPr" => paragraph.level = tag.number("lvl").unwrap_or(0),
            "buNone" => paragraph.mark = Some(Mark::None),
            "buChar" | "buBlip" => paragraph.mark = Some(Mark::Bullet),
            "buAutoNum" => paragraph.mark = Some(Mark::Number),
            "hlinkClick" => {
                let address = tag.attr("r:id").and_then(|id| self.rels.address(&id).map(str::to_owned));
                self.link = address;
            }
            "t" => {
                self.is_text = true;
                self.link.take().iter().for_each(|address| paragraph.line.start_link(address));
            }
            "br" => paragraph.line.line_break(),
            _ => {}
        }
    }

    /// A shape may be hidden, and a picture may say what it shows.
    fn describe(&mut self, tag: &Tag) {
        if matches!(tag.attr("hidden").as_deref(), Some("1" | "true")) {
            self.hidden += 1;
            self.shape.get_or_insert_default().place = Some("hidden".to_owned());
            return;
        }
        let words = tag.attr("descr").unwrap_or_default();
        if self.shape.is_none() && self.side == Side::Front && words.trim().contains(' ') {
            let mut line = Inline::default();
            line.text(&words);
            self.draft.end_lists();
            self.draft.block("p", &line.take());
        }
    }

    /// Whether the text of this shape is read.
    fn is_read(&self) -> bool {
        let place = self.shape.as_ref().and_then(|shape| shape.place.as_deref());
        match (self.side, place) {
            (_, Some("dt" | "ftr" | "sldNum" | "hdr" | "sldImg" | "hidden")) => false,
            (Side::Back, place) => place == Some("body"),
            (Side::Front, _) => true,
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "t" => self.is_text = false,
            "r" | "fld" => self.paragraph.iter_mut().for_each(|paragraph| paragraph.line.end_link()),
            "p" => self.close_paragraph(),
            "sp" => {
                self.shape = None;
                self.draft.end_lists();
            }
            "tc" | "tr" if self.tables > 0 => {
                self.draft.end_lists();
                self.draft.close();
            }
            "tbl" if self.tables > 0 => {
                self.tables -= 1;
                self.draft.end_lists();
                self.draft.close();
            }
            _ => {}
        }
    }

    fn close_paragraph(&mut self) {
        let Some(mut paragraph) = self.paragraph.take() else { return };
        let html = paragraph.line.take();
        if html.trim().is_empty() {
            return;
        }
        if self.side == Side::Back && !std::mem::replace(&mut self.has_notes, true) {
            self.draft.end_lists();
            self.draft.block("h3", "Notes");
        }
        let place = self.shape.as_ref().and_then(|shape| shape.place.as_deref());
        if matches!(place, Some("title" | "ctrTitle")) && self.tables == 0 {
            let gap = if self.title.is_empty() { "" } else { " " };
            self.title.extend([gap, &html]);
            return;
        }
        // The places for content have bullets, unless a paragraph says that it has none.
        let has_bullets = matches!(place, Some("obj" | "body")) && self.side == Side::Front && self.tables == 0;
        let usual = if has_bullets || paragraph.level > 0 { Mark::Bullet } else { Mark::None };
        match paragraph.mark.unwrap_or(usual) {
            Mark::Bullet => self.draft.item(paragraph.level, None, &html),
            Mark::Number => {
                let number = self.next_number(paragraph.level);
                self.draft.item(paragraph.level, Some(number), &html);
            }
            Mark::None => {
                self.draft.end_lists();
                self.draft.block("p", &html);
            }
        }
    }

    fn next_number(&mut self, level: usize) -> u32 {
        let numbers = &mut self.shape.get_or_insert_default().numbers;
        numbers.resize(level.min(8) + 1, 0);
        numbers.last_mut().map_or(1, |number| {
            *number += 1;
            *number
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::zipped::tests::archive;
    use super::super::parse;
    use super::*;

    fn slides(slides: &[&str], notes: &str) -> Parsed {
        let list: String = (0..slides.len()).map(|n| format!("<p:sldId id='{n}' r:id='r{n}'/>")).collect();
        let show = format!("<p:presentation><p:sldIdLst>{list}</p:sldIdLst></p:presentation>");
        let rels: String = (0..slides.len())
            .map(|n| format!("<Relationship Id='r{n}' Type='x/slide' Target='slides/slide{}.xml'/>", 9 - n))
            .collect();
        let rels = format!("<Relationships>{rels}</Relationships>");
        let of_slide = "<Relationships><Relationship Id='n' Type='x/notesSlide' Target='../notes/n1.xml'/>
            <Relationship Id='l' Type='x/hyperlink' Target='https://e.org/' TargetMode='External'/></Relationships>";
        let named: Vec<(String, &str)> =
            slides.iter().enumerate().map(|(n, xml)| (format!("ppt/slides/slide{}.xml", 9 - n), *xml)).collect();
        let mut files: Vec<(&str, &[u8])> = vec![
            ("ppt/presentation.xml", show.as_bytes()),
            ("ppt/_rels/presentation.xml.rels", rels.as_bytes()),
            ("ppt/slides/_rels/slide9.xml.rels", of_slide.as_bytes()),
            ("ppt/notes/n1.xml", notes.as_bytes()),
            (
                "docProps/core.xml",
                b"<c><dc:title>PowerPoint Presentation</dc:title><dc:creator>Ann</dc:creator>
                <dcterms:modified>2026-01-02T03:04:05Z</dcterms:modified></c>",
            ),
        ];
        files.extend(named.iter().map(|(name, xml)| (name.as_str(), xml.as_bytes())));
        parse(&archive(&files)).unwrap()
    }

    fn shape(place: &str, paragraphs: &str) -> String {
        format!(
            "<p:sp><p:nvSpPr><p:cNvPr id='1' name='x'/><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
        )
    }

    fn p(properties: &str, text: &str) -> String {
        format!("<a:p>{properties}<a:r><a:rPr/><a:t>{text}</a:t></a:r></a:p>")
    }

    #[test]
    fn a_slide_is_a_page() {
        let table = "<p:graphicFrame><a:tbl><a:tr><a:tc><a:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></a:txBody></a:tc>
            <a:tc><a:txBody><a:p><a:r><a:t>b</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>";
        let first = format!(
            "<p:sld>{}{}{}{table}</p:sld>",
            shape(
                "<p:ph idx='1'/>",
                &(p("", "one") + &p("<a:pPr lvl='1'/>", "deeper") + &p("<a:pPr><a:buNone/></a:pPr>", "text"))
            ),
            shape("<p:ph type='title'/>", &p("", "Q&amp;A")),
            shape("<p:ph type='sldNum'/>", &p("", "1"))
        );
        let notes = format!(
            "<p:notes>{}{}</p:notes>",
            shape("<p:ph type='body'/>", &p("", "Say hello.")),
            shape("<p:ph type='sldNum'/>", &p("", "7"))
        );
        let second = format!(
            "<p:sld>{}</p:sld>",
            shape("", "<a:p><a:r><a:rPr><a:hlinkClick r:id='l'/></a:rPr><a:t>free</a:t></a:r></a:p>")
        );
        let parsed = slides(&[&first, &second], &notes);
        let texts: Vec<&str> = parsed.pages.iter().map(|page| page.text.as_str()).collect();
        assert_eq!(
            texts,
            ["## Q&A\n\n- one\n  - deeper\n\ntext\n\n| a | b |\n| --- | --- |\n\n### Notes\n\nSay hello.", "free"]
        );
        assert_eq!(parsed.title.as_deref(), Some("Q&A"));
        assert_eq!(parsed.author.as_deref(), Some("Ann"));
        assert_eq!(parsed.dated.as_deref(), Some("2026-01-02T03:04:05Z"));
    }

    #[test]
    fn hidden_slides_and_shapes_are_told() {
        let hidden = "<p:sp><p:nvSpPr><p:cNvPr hidden='1'/></p:nvSpPr><p:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></p:txBody></p:sp>";
        let second = format!("<p:sld>{hidden}{}</p:sld>", shape("", &p("", "shown")));
        let parsed = slides(&["<p:sld show='0'><a:p><a:t>x</a:t></a:p></p:sld>", &second], "");
        assert_eq!(parsed.pages, [Page { number: 2, text: "shown".to_owned() }]);
        assert_eq!(parsed.problems, ["slide 1: hidden or missing, and left out", "slide 2: hidden shapes left out: 1"]);
    }
}
