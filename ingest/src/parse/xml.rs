//! XML, walked within limits: what the documents inside archives are made of.
//!
//! A walk is a loop that hands out elements and texts; its depth is counted and never our stack's. Names come without
//! their prefixes, which writers choose as they like. Entities of a document's own are not expanded, and a document
//! that declares some is refused. Where the XML breaks off, the walk ends and says so. Knows no format.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::ParseError;

/// Real documents nest tables and text boxes; 100 is not enough for them.
const DEEPEST: usize = 256;

/// What a walk comes by.
pub(super) enum Node<'a> {
    Open(&'a Tag<'a>),
    Close(&'a str),
    Text(&'a str),
}

/// What to do next; of use when an element was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    On,
    /// Pass over the element that was opened; it will not be closed either.
    Over,
    Stop,
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    /// The XML is not well formed from some place on.
    Broken,
}

/// The start of an element.
pub(super) struct Tag<'a>(BytesStart<'a>);

impl Tag<'_> {
    /// Without prefix.
    pub(super) fn name(&self) -> &str {
        local(self.0.name().into_inner())
    }

    /// An attribute's value; a name with a prefix must match as a whole, one without matches behind any.
    pub(super) fn attr(&self, name: &str) -> Option<String> {
        let is_it = |key: &str| key == name || (!name.contains(':') && local(key) == name);
        let mut attributes = self.0.attributes();
        // The check that no name comes twice looks at every pair of names.
        let mut attributes = attributes.with_checks(false).flatten();
        let attribute = attributes.find(|attribute| is_it(attribute.key.into_inner()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        Some(value.map_or_else(|_| attribute.value.to_string(), |value| value.into_owned()))
    }

    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.attr(name)?.parse().ok()
    }

    /// An element that is a switch, on unless its value says otherwise.
    pub(super) fn is_on(&self) -> bool {
        !matches!(self.attr("val").as_deref(), Some("0" | "false" | "off" | "none"))
    }
}

fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// The characters of an XML file. What is not valid is replaced, for a document with one bad byte is still a document.
pub(super) fn decode(bytes: Vec<u8>) -> String {
    let unmarked = match bytes.get(..4) {
        Some([b'<', 0, _, 0]) => UTF_16LE,
        Some([0, b'<', 0, _]) => UTF_16BE,
        _ => UTF_8,
    };
    let encoding = Encoding::for_bom(&bytes).map_or(unmarked, |(encoding, _)| encoding);
    if encoding == UTF_8 && !bytes.starts_with(b"\xef\xbb\xbf") {
        return String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    }
    encoding.decode_with_bom_removal(&bytes).0.into_owned()
}

/// Walk through a document.
pub(super) fn walk(xml: &str, each: &mut dyn FnMut(Node) -> Step) -> Result<End, ParseError> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.allow_dangling_amp = true;
    let mut depth = 0_usize;
    let mut over: Option<usize> = None;
    loop {
        let Ok(event) = reader.read_event() else { return Ok(End::Broken) };
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(ParseError::TooDeep { limit: DEEPEST });
                }
                if over.is_none() {
                    match each(Node::Open(&Tag(start))) {
                        Step::On => {}
                        Step::Over => over = Some(depth),
                        Step::Stop => return Ok(End::Whole),
                    }
                }
            }
            Event::End(end) => {
                match over {
                    None if each(Node::Close(local(end.name().into_inner()))) == Step::Stop => return Ok(End::Whole),
                    Some(at) if at == depth => over = None,
                    _ => {}
                }
                depth = depth.saturating_sub(1);
            }
            Event::DocType(declaration) if declaration.contains('[') => {
                return Err(ParseError::Damaged("it declares entities of its own".to_owned()));
            }
            Event::Eof => return Ok(if depth == 0 { End::Whole } else { End::Broken }),
            event if over.is_none() => {
                if let Some(text) = text_of(&event) {
                    each(Node::Text(&text));
                }
            }
            _ => {}
        }
    }
}

fn text_of(event: &Event) -> Option<String> {
    match event {
        Event::Text(text) => Some(text.xml_content(XmlVersion::Implicit1_0).into_owned()),
        Event::CData(data) => Some(data.xml_content(XmlVersion::Implicit1_0).into_owned()),
        Event::GeneralRef(reference) => Some(match (reference.resolve_char_ref(), &**reference) {
            (Ok(Some(c)), _) => c.to_string(),
            (_, name) => {
                quick_xml::escape::resolve_predefined_entity(name).map_or_else(|| format!("&{name};"), str::to_owned)
            }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements as `(name`, their ends as `)`, texts as they are.
    fn trace(xml: &str) -> Result<(String, End), ParseError> {
        let mut seen = String::new();
        let end = walk(xml, &mut |node| {
            match node {
                Node::Open(tag) if tag.name() == "skip" => return Step::Over,
                Node::Open(tag) => seen.extend(["(", tag.name()]),
                Node::Close(_) => seen.push(')'),
                Node::Text(text) => seen.push_str(text),
            }
            Step::On
        })?;
        Ok((seen, end))
    }

    fn check(xml: &str, expected: &str, end: End) {
        assert_eq!(trace(xml), Ok((expected.to_owned(), end)));
    }

    #[test]
    fn elements_and_texts_come_in_order() {
        check("<w:a>x &amp; y&#33;<b/></w:a>", "(ax & y!(b))", End::Whole);
        check("<a><skip>s<c/></skip>t<![CDATA[<u>]]></a>", "(at<u>)", End::Whole);
        check("<a>&nbsp; & b</a>", "(a&nbsp; & b)", End::Whole);
    }

    #[test]
    fn broken_documents_are_read_as_far_as_they_go() {
        check("<a><b>x</b><c", "(a(bx)", End::Broken);
        check("<a>x</b></a>", "(ax", End::Broken);
        check("<a>x", "(ax", End::Broken);
    }

    #[test]
    fn bombs_are_refused() {
        let laughs = "<!DOCTYPE a [<!ENTITY b 'ha'>]><a>&b;</a>";
        assert!(matches!(trace(laughs), Err(ParseError::Damaged(_))));
        check("<!DOCTYPE a PUBLIC 'b' 'http://c'><a/>", "(a)", End::Whole);
        assert_eq!(trace(&"<a>".repeat(300)), Err(ParseError::TooDeep { limit: DEEPEST }));
        assert_eq!(trace(&("<a>".repeat(100_000) + "<skip>")), Err(ParseError::TooDeep { limit: DEEPEST }));
    }

    #[test]
    fn characters_are_decoded() {
        let check = |bytes: &[u8], expected: &str| assert_eq!(decode(bytes.to_vec()), expected);
        check(b"\xef\xbb\xbf<a>\xc3\xa9", "<a>é");
        check(b"<\0a\0>\0\xe9\0", "<a>é");
        check(b"\xfe\xff\0<\0a", "<a");
        check(b"<a>\xe9</a>", "<a>\u{fffd}</a>");
    }

    #[test]
    fn attributes_are_found_behind_prefixes() {
        let mut seen = Vec::new();
        let xml = "<s id='1' r:id='x &lt; y' w:val='0'/>";
        walk(xml, &mut |node| {
            if let Node::Open(tag) = node {
                seen = vec![tag.attr("id"), tag.attr("r:id"), tag.attr("val"), tag.attr("none")];
                assert!(!tag.is_on());
            }
            Step::On
        })
        .unwrap();
        assert_eq!(seen, [Some("1".into()), Some("x < y".into()), Some("0".into()), None]);
    }
}
