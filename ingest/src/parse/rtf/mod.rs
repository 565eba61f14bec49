//! RTF: words, headings, lists and tables as Markdown, from the groups and control words of a word processor.
//!
//! A word of the format changes the group it stands in and what is opened inside; groups are kept on a stack of our own,
//! so that a million braces cost a million steps and no more. What a reader of the document would not see, hidden and
//! deleted words, pictures, headers of pages, is left out. Mails in RTF often carry the HTML that they were made from:
//! then that is read instead. Knows nothing of layout.

mod page;
mod read;

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use self::page::{Page, Shape};
use self::read::{Token, Tokens};
use super::{ParseError, Parsed, decode, html};

/// Deeper groups are counted, so that their ends are known, and change nothing.
const MOST_DEPTH: usize = 1000;
const MOST_FONTS: usize = 10_000;
const LONGEST_NAME_BYTES: usize = 1000;

/// Groups of other things than the text.
const SKIPPED: [&str; 24] = [
    "colortbl",
    "pict",
    "header",
    "headerl",
    "headerr",
    "headerf",
    "footer",
    "footerl",
    "footerr",
    "footerf",
    "shprslt",
    "sp",
    "objclass",
    "objname",
    "objdata",
    "filetbl",
    "revtbl",
    "rsidtbl",
    "xe",
    "tc",
    "nonesttables",
    "annotation",
    "atnid",
    "atnauthor",
];

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if !bytes.starts_with(b"{\\rtf") {
        return Err(ParseError::Damaged("no beginning of an RTF file".to_owned()));
    }
    let mut reader = Reader::default();
    Tokens::new(bytes).for_each(|token| reader.read(token));
    reader.finish()
}

/// What the words of a group are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Role {
    #[default]
    Text,
    Skipped,
    Fonts,
    Styles,
    Info,
    Title,
    Author,
    Changed,
    Created,
    /// The number or bullet of a list item.
    Marker,
    /// Where a field leads.
    Instruction,
    /// A piece of the HTML that the file was made from.
    Html,
}

/// What a group can change, and what its end restores.
#[derive(Clone, Copy)]
struct Group {
    role: Role,
    encoding: &'static Encoding,
    /// How many characters after a `\u` are its double for old readers.
    doubles: usize,
    is_hidden: bool,
    is_deleted: bool,
    /// Text that only readers without HTML see.
    is_fallback: bool,
    style: i32,
    outline: Option<usize>,
    list_level: usize,
    is_cell: bool,
    /// Where the words of a link begin.
    link_from: Option<usize>,
    /// What is written where the group ends.
    close: &'static str,
}

impl Default for Group {
    fn default() -> Self {
        Self {
            role: Role::Text,
            encoding: WINDOWS_1252,
            doubles: 1,
            is_hidden: false,
            is_deleted: false,
            is_fallback: false,
            style: 0,
            outline: None,
            list_level: 0,
            is_cell: false,
            link_from: None,
            close: "",
        }
    }
}

#[derive(Default)]
struct Reader {
    page: Page,
    group: Group,
    outer: Vec<Group>,
    /// Groups beyond the stack.
    surplus: usize,
    /// The last token was `\*`: a group that may be skipped by those who don't know it.
    is_optional: bool,
    /// How many characters of a double are still to come.
    to_skip: usize,
    /// Bytes of the text that wait for their other half, and the first half of a pair of `\u`.
    pending: Vec<u8>,
    half: Option<u16>,
    default_encoding: Option<&'static Encoding>,
    font: i32,
    fonts: HashMap<i32, &'static Encoding>,
    /// Styles that are headings.
    styles: HashMap<i32, usize>,
    style_name: String,
    title: String,
    author: String,
    changed: [i32; 3],
    created: [i32; 3],
    instruction: String,
    /// The HTML inside, if the file says that it has one.
    html: Option<String>,
    hidden: usize,
    deleted: usize,
    was_left_out: bool,
}

impl Reader {
    fn read(&mut self, token: Token) {
        if !matches!(token, Token::Bytes(_) | Token::Hex(_)) {
            self.flush();
        }
        let is_optional = std::mem::take(&mut self.is_optional);
        match token {
            Token::Open => self.open(),
            Token::Close => self.close(),
            Token::Word(name, parameter) if self.to_skip == 0 || name == "u" => self.word(name, parameter, is_optional),
            Token::Bytes(bytes) => {
                let skipped = self.to_skip.min(bytes.len());
                self.to_skip -= skipped;
                self.bytes(&bytes[skipped..]);
            }
            Token::Symbol(symbol) if self.to_skip == 0 => self.symbol(symbol),
            Token::Hex(byte) if self.to_skip == 0 => self.bytes(&[byte]),
            Token::Word(..) | Token::Symbol(_) | Token::Hex(_) => self.to_skip -= 1,
        }
    }

    fn open(&mut self) {
        self.to_skip = 0;
        if self.outer.len() >= MOST_DEPTH {
            self.surplus += 1;
            return;
        }
        self.outer.push(self.group);
        self.group.close = "";
        self.group.link_from = None;
    }

    fn close(&mut self) {
        self.to_skip = 0;
        if self.surplus > 0 {
            self.surplus -= 1;
            return;
        }
        self.write(self.group.close);
        if let Some(place) = self.group.link_from {
            let instruction = std::mem::take(&mut self.instruction);
            if let Some(address) = address(&instruction) {
                self.page.link(place, address);
            }
        }
        self.group = self.outer.pop().unwrap_or_default();
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' => self.is_optional = true,
            b'\\' | b'{' | b'}' => self.write(char::from(symbol).encode_utf8(&mut [0; 4])),
            b'~' => self.write("\u{a0}"),
            b'_' => self.write("-"),
            b'\n' | b'\r' => self.end_paragraph(),
            b'\t' => self.write(" "),
            _ => {}
        }
    }

    fn word(&mut self, name: &str, parameter: Option<i32>, is_optional: bool) {
        if self.group.role == Role::Skipped {
            return;
        }
        let on = parameter != Some(0);
        let count = usize::try_from(parameter.unwrap_or(0)).unwrap_or(0);
        match name {
            "u" => self.unit(parameter.unwrap_or(0)),
            "uc" => self.group.doubles = count.min(100),
            "ansicpg" => self.default_encoding = Some(decode::code_page(u32::try_from(count).unwrap_or(0))),
            "mac" => self.default_encoding = Some(decode::code_page(10000)),
            "fromhtml" => self.html = Some(String::new()),
            "f" => self.use_font(parameter.unwrap_or(0)),
            "fcharset" | "cpg" if self.group.role == Role::Fonts => self.define_font(name, count),
            "s" => self.group.style = parameter.unwrap_or(0),
            "pard" => {
                (self.group.style, self.group.outline, self.group.list_level, self.group.is_cell) = (0, None, 0, false);
            }
            "plain" => {
                (self.group.is_hidden, self.group.is_deleted) = (false, false);
                self.use_font(0);
            }
            "outlinelevel" => self.group.outline = Some(count + 1).filter(|level| *level <= 6),
            "ilvl" => self.group.list_level = count,
            "intbl" => self.group.is_cell = true,
            "v" => self.group.is_hidden = on,
            "deleted" => self.group.is_deleted = on,
            "htmlrtf" => self.group.is_fallback = on,
            "yr" | "mo" | "dy" => self.time(name, parameter.unwrap_or(0)),
            _ => self.text_word(name, is_optional),
        }
    }

    /// Words that stand for text, or say what the text of their group is.
    fn text_word(&mut self, name: &str, is_optional: bool) {
        match name {
            "par" | "page" | "sect" => self.end_paragraph(),
            "line" if self.html.is_some() => self.write("\n"),
            "line" if self.is_shown() && self.group.role == Role::Text => self.page.line_break(),
            "tab" | "nestcell" | "nestrow" | "enspace" | "emspace" => self.write(" "),
            "cell" if self.is_shown() => self.page.end_cell(),
            "row" if self.is_shown() => self.page.end_row(),
            "emdash" => self.write("\u{2014}"),
            "endash" => self.write("–"),
            "bullet" => self.write("•"),
            "lquote" => self.write("‘"),
            "rquote" => self.write("’"),
            "ldblquote" => self.write("“"),
            "rdblquote" => self.write("”"),
            "fonttbl" => self.group.role = Role::Fonts,
            "stylesheet" => self.group.role = Role::Styles,
            "info" => self.group.role = Role::Info,
            "title" if self.group.role == Role::Info => self.group.role = Role::Title,
            "author" if self.group.role == Role::Info => self.group.role = Role::Author,
            "revtim" => self.group.role = Role::Changed,
            "creatim" => self.group.role = Role::Created,
            "listtext" | "pntext" => self.group.role = Role::Marker,
            "fldinst" => {
                self.group.role = Role::Instruction;
                self.instruction.clear();
            }
            "fldrslt" => self.group.link_from = Some(self.page.place()),
            "footnote" => {
                self.write(" (");
                self.group.close = ")";
            }
            "htmltag" if self.html.is_some() => self.group.role = Role::Html,
            "shpinst" | "shptxt" => {}
            _ if is_optional || SKIPPED.contains(&name) => self.group.role = Role::Skipped,
            _ => {}
        }
    }

    /// A unit of UTF-16, for which a double follows.
    fn unit(&mut self, parameter: i32) {
        self.to_skip = self.group.doubles;
        let unit = (parameter & 0xffff) as u16;
        let Some(first) = self.half.take() else {
            match char::from_u32(u32::from(unit)) {
                Some(c) => self.write(c.encode_utf8(&mut [0; 4])),
                None => self.half = Some(unit),
            }
            return;
        };
        let read: String =
            char::decode_utf16([first, unit]).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        self.write(&read);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() && self.group.role != Role::Skipped {
            self.half = None;
            self.pending.extend(bytes);
        }
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let bytes = std::mem::take(&mut self.pending);
            let text = self.group.encoding.decode_without_bom_handling(&bytes).0;
            self.write(&text);
        }
    }

    fn write(&mut self, words: &str) {
        let is_shown = self.group.role == Role::Text && self.is_shown();
        match self.group.role {
            Role::Html if !self.group.is_fallback => self.html.iter_mut().for_each(|html| html.push_str(words)),
            Role::Text if is_shown => self.write_text(words),
            Role::Title => self.title.push_str(words),
            Role::Author => self.author.push_str(words),
            Role::Styles => self.name_style(words),
            Role::Marker => self.page.marker(words),
            Role::Instruction => self.instruction.push_str(words),
            _ => {}
        }
    }

    fn write_text(&mut self, words: &str) {
        self.was_left_out = false;
        match &mut self.html {
            Some(html) => html.push_str(words),
            None => self.page.words(words),
        }
    }

    /// Whether a reader would see what comes. Counts each passage that they would not once.
    fn is_shown(&mut self) -> bool {
        let is_left_out = self.group.is_hidden || self.group.is_deleted;
        if is_left_out && !self.was_left_out {
            self.was_left_out = true;
            self.deleted += usize::from(self.group.is_deleted);
            self.hidden += usize::from(!self.group.is_deleted);
        }
        let is_doubled = self.group.is_fallback && self.html.is_some();
        !is_left_out && !is_doubled
    }

    fn end_paragraph(&mut self) {
        if self.group.role != Role::Text || !self.is_shown() {
            return;
        }
        match &mut self.html {
            Some(html) => html.push('\n'),
            None => self.page.end_paragraph(self.shape()),
        }
    }

    fn shape(&self) -> Shape {
        let heading = self.group.outline.or_else(|| self.styles.get(&self.group.style).copied());
        Shape { is_cell: self.group.is_cell, heading, list_level: self.group.list_level }
    }

    fn use_font(&mut self, font: i32) {
        self.font = font;
        let default = self.default_encoding.unwrap_or(WINDOWS_1252);
        let is_table = self.group.role == Role::Fonts;
        self.group.encoding = self.fonts.get(&font).copied().filter(|_| !is_table).unwrap_or(default);
    }

    fn define_font(&mut self, name: &str, number: usize) {
        let encoding = match (name, number) {
            ("cpg", page) => Some(decode::code_page(u32::try_from(page).unwrap_or(0))),
            (_, charset) => page_of_charset(charset).map(decode::code_page),
        };
        if let Some(encoding) = encoding.filter(|_| self.fonts.len() < MOST_FONTS) {
            self.fonts.insert(self.font, encoding);
        }
    }

    /// Names of styles end with a semicolon.
    fn name_style(&mut self, words: &str) {
        self.style_name.push_str(words);
        if self.style_name.len() > LONGEST_NAME_BYTES {
            self.style_name.clear();
        }
        let Some((name, _)) = self.style_name.split_once(';') else { return };
        let name = name.trim().to_lowercase();
        self.style_name.clear();
        let digits = |prefix: &str| name.strip_prefix(prefix).and_then(|rest| rest.trim().parse().ok());
        let level = ["heading", "überschrift", "titre", "título", "titolo", "kop"].iter().find_map(|name| digits(name));
        let level = level.or((name == "title").then_some(1)).filter(|level| (1..=6).contains(level));
        if let Some(level) = level.filter(|_| self.styles.len() < MOST_FONTS) {
            self.styles.insert(self.group.style, level);
        }
    }

    fn time(&mut self, name: &str, value: i32) {
        let place = ["yr", "mo", "dy"].iter().position(|unit| *unit == name).unwrap_or(0);
        match self.group.role {
            Role::Changed => self.changed[place] = value,
            Role::Created => self.created[place] = value,
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Parsed, ParseError> {
        self.flush();
        let mut problems = Vec::new();
        problems.extend((self.hidden > 0).then(|| format!("hidden passages left out: {}", self.hidden)));
        problems.extend((self.deleted > 0).then(|| format!("deleted passages left out: {}", self.deleted)));
        let dated = date(self.changed).or_else(|| date(self.created));
        if let Some(page) = &self.html {
            let mut parsed = html::document(page)?;
            parsed.problems.extend(problems);
            return Ok(Parsed { dated, ..parsed });
        }
        let shape = self.shape();
        let (markdown, heading) = self.page.finish(shape);
        if markdown.trim().is_empty() {
            problems.push("the document shows no text".to_owned());
        }
        let given = |text: String| Some(text).filter(|text| !text.trim().is_empty());
        Ok(Parsed {
            title: given(self.title).or(heading),
            author: given(self.author),
            dated,
            markdown,
            problems,
            ..Parsed::default()
        })
    }
}

fn date([year, month, day]: [i32; 3]) -> Option<String> {
    let is_date = (1900..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_date.then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// The web address in `HYPERLINK "https://example.org"`.
fn address(instruction: &str) -> Option<&str> {
    let (_, rest) = instruction.trim_start().split_once("HYPERLINK")?;
    let address = rest.split('"').nth(1).unwrap_or_else(|| rest.trim());
    let is_web = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
    (is_web && !address.contains([' ', ')', '('])).then_some(address)
}

/// The code page of a font's charset; `None` where it means that of the document.
fn page_of_charset(charset: usize) -> Option<u32> {
    Some(match charset {
        77 => 10000,
        128 => 932,
        129 | 130 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
