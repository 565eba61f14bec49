//! E-books: the chapters of an EPUB, in the order of reading.
//!
//! Chapters are pages of HTML and are read like them. What is not in that order (covers, advertisements) and the table
//! of contents are passed over. A book whose chapters are encrypted is protected; one that only hides its fonts is not.
//! An EPUB has no pages: where one ends depends on the screen.

use std::collections::HashMap;

use super::xml::{Node, Step, Tag, walk};
use super::zipped::Zipped;
use super::{ParseError, Parsed, decode, html};

/// A book has a few hundred; the archive allows no more files either.
const MOST_CHAPTERS: usize = 10_000;
/// Enough for a shelf of books.
const MOST_BYTES: usize = 20_000_000;

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut archive = Zipped::open(bytes)?;
    let path = package_path(&mut archive)?;
    let missing = || ParseError::Damaged("the list of chapters is missing".to_owned());
    let package = Package::read(&archive.read_xml(&path)?.ok_or_else(missing)?)?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let locked = locked(&mut archive);
    let mut book = Parsed::default();
    let mut is_locked = false;
    for chapter in package.chapters() {
        let name = resolved(folder, chapter);
        if locked.contains(&name) {
            is_locked = true;
            continue;
        }
        match chapter_of(&mut archive, &name) {
            Ok(chapter) => add(&mut book, chapter),
            Err(ParseError::Protected) => is_locked = true,
            Err(ParseError::Empty) => {}
            Err(error) => book.problems.push(format!("chapter {name} could not be read: {error}")),
        }
        if book.markdown.len() > MOST_BYTES {
            book.problems.push("too long: the rest is left out".to_owned());
            break;
        }
    }
    match (book.markdown.is_empty(), is_locked) {
        (true, true) => return Err(ParseError::Protected),
        (true, false) => book.problems.push("the book shows no text".to_owned()),
        (false, true) => book.problems.push("some chapters are protected and left out".to_owned()),
        (false, false) => {}
    }
    package.describe(&mut book);
    Ok(book)
}

/// Where the package file is: as the container says, else the first that looks like one.
fn package_path(archive: &mut Zipped) -> Result<String, ParseError> {
    let mut path = None;
    if let Some(container) = archive.read_xml("META-INF/container.xml")? {
        walk(&container, &mut |node| match node {
            Node::Open(tag) if tag.name() == "rootfile" => {
                path = tag.attr("full-path");
                Step::Stop
            }
            _ => Step::On,
        })?;
    }
    let looks_like_one = || archive.entries().iter().find(|entry| entry.name.ends_with(".opf"));
    let missing = || ParseError::Damaged("the package file is missing".to_owned());
    path.or_else(|| looks_like_one().map(|entry| entry.name.clone())).ok_or_else(missing)
}

/// The files that are encrypted. Fonts are scrambled in a way of their own, which is no lock.
fn locked(archive: &mut Zipped) -> Vec<String> {
    let Ok(Some(xml)) = archive.read_xml("META-INF/encryption.xml") else { return Vec::new() };
    let mut locked = Vec::new();
    let mut is_scrambled = false;
    let _ = walk(&xml, &mut |node| {
        if let Node::Open(tag) = node {
            match tag.name() {
                "EncryptedData" => is_scrambled = false,
                "EncryptionMethod" => {
                    let method = tag.attr("Algorithm").unwrap_or_default();
                    is_scrambled |= method.contains("embedding") || method.contains("obfuscation");
                }
                "CipherReference" if !is_scrambled => locked.extend(tag.attr("URI").map(|name| resolved("", &name))),
                _ => {}
            }
        }
        Step::On
    });
    locked
}

fn chapter_of(archive: &mut Zipped, name: &str) -> Result<Parsed, ParseError> {
    let missing = || ParseError::Damaged("it is missing".to_owned());
    let bytes = archive.read(name)?.ok_or_else(missing)?;
    let decoded = decode::decode_html(&bytes)?;
    html::document(&as_html(&decoded.text))
}

/// XHTML may close an element at once (`<title/>`, `<a id="p1"/>`), which a page cannot: it would swallow the rest.
fn as_html(xhtml: &str) -> String {
    const CLOSED: [&str; 9] = ["title", "script", "style", "a", "p", "div", "span", "i", "textarea"];
    let mut html = String::with_capacity(xhtml.len());
    let mut rest = xhtml;
    while let Some((before, tag)) = rest.split_once('<') {
        html.extend([before, "<"]);
        rest = tag;
        let Some((inside, after)) = tag.split_once('>') else { break };
        let name: &str = inside.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if inside.ends_with('/') && !inside.contains('<') && CLOSED.contains(&name) {
            html.extend([inside.trim_end_matches('/'), "></", name, ">"]);
            rest = after;
        }
    }
    html + rest
}

fn add(book: &mut Parsed, chapter: Parsed) {
    let problems = chapter.problems.into_iter().filter(|problem| !problem.contains("shows no text"));
    for problem in problems {
        if !book.problems.contains(&problem) {
            book.problems.push(problem);
        }
    }
    if chapter.markdown.is_empty() {
        return;
    }
    if !book.markdown.is_empty() {
        book.markdown.push_str("\n\n");
    }
    book.markdown.push_str(&chapter.markdown);
}

/// The package file: what the book says of itself, and its chapters.
#[derive(Debug, Default)]
struct Package {
    title: String,
    author: String,
    language: String,
    published: String,
    modified: String,
    /// The name of each listed file, by id, unless it is no chapter.
    files: HashMap<String, String>,
    spine: Vec<String>,
    contents: Option<String>,
}

impl Package {
    fn read(xml: &str) -> Result<Self, ParseError> {
        let mut package = Self::default();
        let (mut name, mut property) = (String::new(), String::new());
        walk(xml, &mut |node| {
            match node {
                Node::Open(tag) => {
                    tag.name().clone_into(&mut name);
                    property = tag.attr("property").unwrap_or_default();
                    package.read_tag(tag);
                }
                Node::Close(_) => name.clear(),
                Node::Text(text) => package.read_text(&name, &property, text),
            }
            Step::On
        })?;
        Ok(package)
    }

    fn read_tag(&mut self, tag: &Tag) {
        match tag.name() {
            "item" => {
                let is_contents = tag.attr("properties").is_some_and(|all| all.split(' ').any(|one| one == "nav"));
                let kind = tag.attr("media-type").unwrap_or_default();
                if let (Some(id), Some(href), false) = (tag.attr("id"), tag.attr("href"), is_contents)
                    && kind.contains("html")
                {
                    self.files.insert(id, href);
                }
            }
            "itemref" if tag.attr("linear").as_deref() != Some("no") && self.spine.len() < MOST_CHAPTERS => {
                self.spine.extend(tag.attr("idref"));
            }
            "reference" if tag.attr("type").as_deref() == Some("toc") => self.contents = tag.attr("href"),
            _ => {}
        }
    }

    fn read_text(&mut self, name: &str, property: &str, text: &str) {
        match (name, property) {
            // A book may have a second title and a second author; the first is the name.
            ("title", _) if self.title.trim().is_empty() => self.title = text.to_owned(),
            ("creator", _) if !text.trim().is_empty() => {
                let gap = if self.author.is_empty() { "" } else { ", " };
                self.author.extend([gap, text.trim()]);
            }
            ("language", _) if self.language.trim().is_empty() => self.language = text.to_owned(),
            ("date", _) if self.published.trim().is_empty() => self.published = text.to_owned(),
            ("meta", "dcterms:modified") => self.modified = text.to_owned(),
            _ => {}
        }
    }

    /// The files of the chapters, in order, each once.
    fn chapters(&self) -> Vec<&str> {
        let contents = self.contents.as_deref().map(|href| href.split('#').next().unwrap_or_default());
        let mut seen = std::collections::HashSet::new();
        let files = self.spine.iter().filter_map(|id| self.files.get(id)).map(String::as_str);
        files.filter(|href| Some(*href) != contents && seen.insert(*href)).collect()
    }

    fn describe(self, book: &mut Parsed) {
        let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        book.title = filled(self.title);
        book.author = filled(self.author);
        book.language = filled(self.language);
        book.dated = filled(self.modified).or_else(|| filled(self.published));
    }
}

/// A name as seen from a folder, without what addresses encode.
fn resolved(folder: &str, href: &str) -> String {
    let href = decoded(href.split(['#', '?']).next().unwrap_or_default());
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in href.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// `%20` is a space.
fn decoded(href: &str) -> String {
    let mut bytes = Vec::with_capacity(href.len());
    let mut rest = href.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::zipped::tests::archive;
    use super::*;

    const CONTAINER: &[u8] = b"<container><rootfiles><rootfile full-path='OEBPS/book.opf'/></rootfiles></container>";
    const PACKAGE: &[u8] =
        b"<?xml version='1.0'?><package><metadata><dc:title>The Book</dc:title><dc:creator>Ann</dc:creator>
        <dc:creator>Bob</dc:creator><dc:language>en-GB</dc:language><dc:date>2020-01-02</dc:date></metadata><manifest>
        <item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>
        <item id='a' href='Text/one%201.xhtml' media-type='application/xhtml+xml'/>
        <item id='b' href='../two.xhtml' media-type='application/xhtml+xml'/>
        <item id='c' href='cover.jpg' media-type='image/jpeg'/></manifest>
        <spine><itemref idref='c'/><itemref idref='n'/><itemref idref='b'/><itemref idref='a'/><itemref idref='a'/>
        <itemref idref='x'/></spine></package>";
    const ONE: &[u8] = b"<html><head><title/></head><body><a id='p1'/><h1>One</h1><p>First.</p></body></html>";

    fn book(more: &[(&str, &[u8])]) -> Result<Parsed, ParseError> {
        let mut files: Vec<(&str, &[u8])> = vec![
            ("mimetype", b"application/epub+zip"),
            ("META-INF/container.xml", CONTAINER),
            ("OEBPS/book.opf", PACKAGE),
            ("OEBPS/Text/one 1.xhtml", ONE),
            ("OEBPS/nav.xhtml", b"<nav>One</nav>"),
        ];
        files.extend(more);
        parse(&archive(&files))
    }

    #[test]
    fn chapters_come_in_the_order_of_reading() {
        let parsed = book(&[("two.xhtml", b"<body><h1>Two</h1></body>")]).unwrap();
        assert_eq!(parsed.markdown, "# Two\n\n# One\n\nFirst.");
        assert_eq!((parsed.title.as_deref(), parsed.author.as_deref()), (Some("The Book"), Some("Ann, Bob")));
        assert_eq!((parsed.language.as_deref(), parsed.dated.as_deref()), (Some("en-GB"), Some("2020-01-02")));
        assert_eq!(parsed.problems, [""; 0]);
    }

    #[test]
    fn a_missing_chapter_is_told() {
        let problems = book(&[]).unwrap().problems;
        assert_eq!(
            problems,
            ["chapter two.xhtml could not be read: it is damaged or not what it seems: it is missing"]
        );
    }

    #[test]
    fn locked_books_are_protected_and_scrambled_fonts_are_not() {
        let lock = |method: &str| {
            format!(
                "<encryption><EncryptedData><EncryptionMethod Algorithm='{method}'/><CipherData>
            <CipherReference URI='OEBPS/Text/one%201.xhtml'/></CipherData></EncryptedData></encryption>"
            )
        };
        let aes = lock("http://www.w3.org/2001/04/xmlenc#aes128-cbc");
        assert_eq!(book(&[("META-INF/encryption.xml", aes.as_bytes())]), Err(ParseError::Protected));
        let font = lock("http://www.idpf.org/2008/embedding");
        assert!(book(&[("META-INF/encryption.xml", font.as_bytes())]).is_ok());
    }

    #[test]
    fn what_is_no_book_is_told() {
        assert!(matches!(parse(&archive(&[("a", b"b")])), Err(ParseError::Damaged(_))));
    }
}
