//! MIME: which parts a mail has, what each says of itself, and how they belong together.
//!
//! Headers are `mail-parser`'s to read; the parts are told apart here. That crate nests one message in another as deep
//! as the file asks and drops them by recursion, and looks for each boundary to the end of the file; this walk keeps its
//! own stack, reads each level once and no more levels and parts than any mail has. A mail inside is a leaf: whoever
//! wants it gets its bytes. Knows nothing of what is worth reading.

use std::borrow::Cow;

use mail_parser::{Message, MessageParser, MimeHeaders};

use super::transfer;

/// Headers end here. The longest that are seen, with thousands of recipients, are about half of it.
pub(super) const MOST_HEAD_BYTES: usize = 262_144;
const MOST_DEPTH: usize = 20;
const MOST_PARTS: usize = 2000;

/// A part without parts.
pub(super) struct Leaf<'a> {
    /// Lower case: `text/plain`.
    pub(super) media: String,
    pub(super) charset: Option<String>,
    pub(super) is_flowed: bool,
    pub(super) is_attached: bool,
    /// Whether other parts show it, by its name inside the mail.
    pub(super) is_referred: bool,
    pub(super) name: Option<String>,
    /// `smime-type` of a signed or encrypted body.
    pub(super) smime: Option<String>,
    /// The number of the nearest set of alternatives that it stands in.
    pub(super) choice: Option<usize>,
    body: &'a [u8],
    encoding: Option<String>,
}

impl<'a> Leaf<'a> {
    pub(super) fn bytes(&self) -> Cow<'a, [u8]> {
        transfer::decode(self.body, self.encoding.as_deref())
    }
}

/// What a mail is made of.
pub(super) struct Structure<'a> {
    pub(super) head: Message<'a>,
    pub(super) leaves: Vec<Leaf<'a>>,
    /// Whether a wrapper says that all within is encrypted.
    pub(super) is_encrypted: bool,
    pub(super) problems: Vec<String>,
}

/// A part that is still to be looked at.
struct Entity<'a> {
    bytes: &'a [u8],
    depth: usize,
    choice: Option<usize>,
    is_related: bool,
    is_digest: bool,
}

/// `None` where not even one header can be read.
pub(super) fn structure(mail: &[u8]) -> Option<Structure<'_>> {
    let (head, _) = split_head(mail);
    let message = MessageParser::default().parse_headers(head)?;
    let mut structure = Structure { head: message, leaves: Vec::new(), is_encrypted: false, problems: Vec::new() };
    let mut open = vec![Entity { bytes: mail, depth: 0, choice: None, is_related: false, is_digest: false }];
    let (mut parts, mut left_out) = (0, 0);
    while let Some(entity) = open.pop() {
        parts += 1;
        if parts > MOST_PARTS || entity.depth > MOST_DEPTH {
            left_out += 1;
            continue;
        }
        let inside = look_at(&entity, parts, &mut structure);
        open.extend(inside.into_iter().rev());
    }
    let too_long = head.len() >= MOST_HEAD_BYTES;
    structure.problems.extend(too_long.then(|| "its header is too long to be read to the end".to_owned()));
    structure.problems.extend((left_out > 0).then(|| format!("parts too deep or too many, left out: {left_out}")));
    Some(structure)
}

/// The parts inside, or the entity itself among the leaves.
fn look_at<'a>(entity: &Entity<'a>, number: usize, structure: &mut Structure<'a>) -> Vec<Entity<'a>> {
    let (head, body) = split_head(entity.bytes);
    let header = MessageParser::default().parse_headers(head);
    let content = header.as_ref().and_then(MimeHeaders::content_type);
    let (kind, subtype) = content.map_or(("", ""), |c| (c.ctype(), c.subtype().unwrap_or_default()));
    let attribute = |name: &str| content.and_then(|content| content.attribute(name)).map(str::to_owned);
    let boundary = attribute("boundary").filter(|boundary| !boundary.is_empty());
    if let Some(boundary) = boundary.filter(|_| kind.eq_ignore_ascii_case("multipart")) {
        let is = |name: &str| subtype.eq_ignore_ascii_case(name);
        structure.is_encrypted |= is("encrypted");
        let choice = if is("alternative") { entity.choice.or(Some(number)) } else { entity.choice };
        let (depth, is_related, is_digest) = (entity.depth + 1, is("related"), is("digest"));
        let pieces = split(body, boundary.as_bytes(), MOST_PARTS);
        if !pieces.is_empty() {
            return pieces.into_iter().map(|bytes| Entity { bytes, depth, choice, is_related, is_digest }).collect();
        }
    }
    let media = match (kind, subtype) {
        // A container without its boundary, or without anything inside, is read as what it is: text.
        ("", _) | ("text", "") if entity.is_digest => "message/rfc822".to_owned(),
        ("", _) | ("text", "") => "text/plain".to_owned(),
        (kind, _) if kind.eq_ignore_ascii_case("multipart") => "text/plain".to_owned(),
        (kind, subtype) => format!("{kind}/{subtype}").to_ascii_lowercase(),
    };
    let disposition = header.as_ref().and_then(MimeHeaders::content_disposition);
    let name = disposition.and_then(|d| d.attribute("filename")).map(str::to_owned).or_else(|| attribute("name"));
    structure.leaves.push(Leaf {
        media,
        charset: attribute("charset"),
        is_flowed: attribute("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed")),
        is_attached: disposition.is_some_and(|d| d.is_attachment()),
        is_referred: entity.is_related
            || header.as_ref().and_then(MimeHeaders::content_id).is_some()
            || disposition.is_some_and(|d| d.is_inline()),
        name,
        smime: attribute("smime-type"),
        choice: entity.choice,
        body,
        encoding: header.as_ref().and_then(MimeHeaders::content_transfer_encoding).map(str::to_owned),
    });
    Vec::new()
}

/// Headers end with an empty line; a mail may be nothing but headers.
fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let is_empty = line.trim_ascii().is_empty();
        at += line.len();
        if is_empty {
            break;
        }
    }
    let (head, body) = bytes.split_at(at);
    (&head[..head.len().min(MOST_HEAD_BYTES)], body)
}

/// What stands between the lines that are the boundary. A missing end is forgiven; what stands before the first is not
/// for readers.
fn split<'a>(body: &'a [u8], boundary: &[u8], most: usize) -> Vec<&'a [u8]> {
    let mut pieces = Vec::new();
    let (mut at, mut start) = (0, None);
    for line in body.split_inclusive(|b| *b == b'\n') {
        let (here, next) = (at, at + line.len());
        at = next;
        let after = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)).map(<[u8]>::trim_ascii);
        let Some(after @ (b"" | b"--")) = after else { continue };
        if let Some(start) = start.filter(|_| pieces.len() <= most) {
            pieces.push(without_line_end(&body[start..here]));
        }
        start = after.is_empty().then_some(next);
        if start.is_none() {
            return pieces;
        }
    }
    pieces.extend(start.map(|start| &body[start..]).filter(|last| !last.is_empty()));
    pieces
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(piece: &[u8]) -> &[u8] {
    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
    piece.strip_suffix(b"\r").unwrap_or(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(mail: &str, expected: &[(&str, &str)]) {
        let structure = structure(mail.as_bytes()).unwrap();
        let leaves: Vec<(String, String)> = structure
            .leaves
            .iter()
            .map(|leaf| (leaf.media.clone(), String::from_utf8_lossy(&leaf.bytes()).into_owned()))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(media, text)| (media.to_string(), text.to_string())).collect();
        assert_eq!(leaves, expected);
    }

    const OPEN: &str = "Content-Type: Multipart/Mixed; boundary=\"b\"\n\n";

    #[test]
    fn parts_are_told_apart() {
        check(
            &format!("{OPEN}for old readers\n--b\n\none\n--b  \nContent-Type: TEXT/HTML\n\ntwo\r\n\r\n--b--\nepilogue"),
            &[("text/plain", "one"), ("text/html", "two\r\n")],
        );
        check("Subject: x\n\nbody", &[("text/plain", "body")]);
        check("Subject: no body", &[("text/plain", "")]);
    }

    #[test]
    fn broken_containers_are_read_as_far_as_they_go() {
        check(&format!("{OPEN}no boundary here"), &[("text/plain", "no boundary here")]);
        check(&format!("{OPEN}--b\n\nnever ends"), &[("text/plain", "never ends")]);
        check(&format!("{OPEN}--bb\n--b\n\n--bx\n--b--"), &[("text/plain", "--bx")]);
    }

    #[test]
    fn a_mail_inside_is_a_leaf() {
        let inner = format!("Subject: inner\n{OPEN}--c\n\nx\n--c--");
        check(&format!("{OPEN}--b\nContent-Type: message/rfc822\n\n{inner}\n--b--"), &[("message/rfc822", &inner)]);
    }

    #[test]
    fn depth_and_number_are_bounded() {
        let deep: String =
            (0..50_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        let read = structure(deep.as_bytes()).unwrap();
        assert_eq!(read.problems, ["parts too deep or too many, left out: 1"]);
        let many = format!("{OPEN}{}", "--b\n\nx\n".repeat(100_000));
        let read = structure(many.as_bytes()).unwrap();
        assert_eq!(read.leaves.len(), MOST_PARTS - 1);
    }

    #[test]
    fn endless_headers_are_cut() {
        let read = structure(&b"a: b\n".repeat(1_000_000)).map(|read| read.problems);
        assert_eq!(read.unwrap(), ["its header is too long to be read to the end"]);
    }
}
