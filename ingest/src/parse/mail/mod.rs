//! Mails as they travel: subject, people and date, the best body, and what was attached.
//!
//! Of a text and its double in HTML the text is taken, unless it is empty or only says that the mail needs HTML. What is
//! encrypted stays so. Attachments and attached mails are parts; pictures in the text, invitations and signatures are
//! nobody's document. Knows nothing of mailboxes, and does not check who sent anything.

pub(super) mod letter;
mod mime;
mod quotes;
mod transfer;

use mail_parser::{Address, MessageParser};

use self::letter::{Body, Letter};
use self::mime::{Leaf, Structure};
use super::{ParseError, Parsed, Part, decode};

/// A shorter text may be nothing but an excuse for not being HTML.
const LONGEST_STUB_BYTES: usize = 400;

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mail = open(bytes)?;
    let mut problems = mail.problems;
    let bodies = bodies(&mail.leaves, &mut problems);
    let is_encrypted = mail.is_encrypted || mail.leaves.iter().any(is_enveloped);
    if is_encrypted && bodies.is_empty() {
        return Err(ParseError::Protected);
    }
    problems.extend(is_encrypted.then(|| "encrypted parts, left out".to_owned()));
    problems.extend(
        mail.leaves
            .iter()
            .any(|leaf| leaf.media.ends_with("pkcs7-mime") && !is_enveloped(leaf))
            .then(|| "signed parts that hide their text, left out".to_owned()),
    );
    problems.extend(bodies.is_empty().then(|| "the mail has no text".to_owned()));
    let head = &mail.head;
    let letter = Letter {
        subject: head.subject().unwrap_or_default().to_owned(),
        from: people(head.from().or_else(|| head.sender())).into_iter().next(),
        to: [head.to(), head.cc()].into_iter().flat_map(people).collect(),
        date: head.date().filter(|date| date.is_valid()).map(|date| date.to_rfc3339()),
        attached: mail
            .leaves
            .iter()
            .enumerate()
            .filter(|(_, leaf)| is_part(leaf))
            .map(|(n, leaf)| name(leaf, n))
            .collect(),
        bodies,
        problems,
    };
    Ok(letter.page())
}

/// Hand out what was attached; returns what could not be opened.
pub(super) fn unpack(bytes: &[u8], each: &mut dyn FnMut(Part)) -> Result<Vec<String>, ParseError> {
    let mail = open(bytes)?;
    let mut problems = mail.problems;
    for (n, leaf) in mail.leaves.iter().enumerate() {
        if leaf.media == "application/ms-tnef" {
            problems.push("attachments inside a winmail.dat, left out".to_owned());
        } else if is_part(leaf) {
            each(Part { name: name(leaf, n), bytes: leaf.bytes().into_owned() });
        }
    }
    Ok(problems)
}

/// A mail that was cut out of a mailbox may still have its first line.
fn open(bytes: &[u8]) -> Result<Structure<'_>, ParseError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let after_line = bytes.iter().position(|b| *b == b'\n').map_or(&[][..], |end| &bytes[end + 1..]);
    let bytes = if bytes.starts_with(b"From ") { after_line } else { bytes };
    if bytes.is_empty() {
        return Err(ParseError::Empty);
    }
    // Any line with a colon could be a header; one that mails are known for has to be among them.
    let is_mail = |mail: &Structure| mail.head.headers().iter().any(|header| !header.name.is_other());
    mime::structure(bytes).filter(is_mail).ok_or_else(|| ParseError::Damaged("no header of a mail".to_owned()))
}

/// The texts to read, one for each set of alternatives, in the order of the mail. None of them is empty.
fn bodies(leaves: &[Leaf], problems: &mut Vec<String>) -> Vec<Body> {
    let mut bodies = Vec::new();
    let mut done = Vec::new();
    for leaf in leaves.iter().filter(|leaf| is_body(leaf)) {
        match leaf.choice {
            Some(choice) if done.contains(&choice) => {}
            Some(choice) => {
                done.push(choice);
                bodies.extend(best(leaves, choice, problems));
            }
            None => bodies.push(body(leaf, problems)),
        }
    }
    bodies.retain(Body::has_words);
    bodies
}

/// The better of the texts that say the same.
fn best(leaves: &[Leaf], choice: usize, problems: &mut Vec<String>) -> Vec<Body> {
    let all = leaves.iter().filter(|leaf| leaf.choice == Some(choice) && is_body(leaf));
    let (rich, plain): (Vec<&Leaf>, Vec<&Leaf>) = all.partition(|leaf| leaf.media == "text/html");
    let plain: Vec<Body> = plain.into_iter().map(|leaf| body(leaf, problems)).collect();
    if plain.iter().any(|body| body.has_words() && !is_stub(body)) {
        return plain;
    }
    let rich: Vec<Body> = rich.into_iter().map(|leaf| body(leaf, problems)).collect();
    if rich.iter().any(Body::has_words) { rich } else { plain }
}

fn body(leaf: &Leaf, problems: &mut Vec<String>) -> Body {
    let decoded = decode::decode_labelled(&leaf.bytes(), leaf.charset.as_deref());
    problems.extend(decoded.problem);
    let text = decoded.text;
    let start = text.trim_start().get(..14).unwrap_or_default().to_ascii_lowercase();
    if leaf.media == "text/html" || start.starts_with("<html") || start.starts_with("<!doctype html") {
        Body::of_html(&text, problems)
    } else {
        Body::Plain(if leaf.is_flowed { unflowed(&text) } else { text })
    }
}

/// Lines that end with a space go on in the next one, as `format=flowed` has it.
fn unflowed(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    let depth = |line: &str| line.bytes().take_while(|b| *b == b'>').count();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_start = joined.is_empty() || joined.ends_with('\n');
        joined.push_str(if is_start { line } else { line.trim_start_matches('>').strip_prefix(' ').unwrap_or(line) });
        let goes_on = lines.peek().is_some_and(|next| depth(next) == depth(line) && !next.trim().is_empty());
        if !(line.ends_with(' ') && line != "-- " && goes_on) {
            joined.push('\n');
        }
    }
    joined
}

/// `To view this message, please use an HTML compatible mail reader.`
fn is_stub(body: &Body) -> bool {
    let Body::Plain(words) = body else { return false };
    let words = words.trim();
    if words.len() > LONGEST_STUB_BYTES {
        return false;
    }
    let words = words.to_lowercase();
    words.contains("html") || words.contains("browser")
}

fn is_body(leaf: &Leaf) -> bool {
    matches!(leaf.media.as_str(), "text/plain" | "text/html" | "text/enriched")
        && !leaf.is_attached
        && leaf.name.is_none()
}

fn is_enveloped(leaf: &Leaf) -> bool {
    leaf.media.ends_with("pkcs7-mime") && leaf.smime.as_deref() != Some("signed-data")
}

/// Whether it is a document of its own.
fn is_part(leaf: &Leaf) -> bool {
    let media = leaf.media.as_str();
    let is_noise = media.contains("pkcs7")
        || media.starts_with("application/pgp")
        || media == "application/ms-tnef"
        || matches!(media, "text/calendar" | "application/ics" | "text/x-vcard" | "text/vcard" | "text/x-amp-html")
        || matches!(media, "message/delivery-status" | "text/rfc822-headers" | "message/disposition-notification");
    let is_shown = media.starts_with("image/") && leaf.is_referred && !leaf.is_attached;
    !is_noise
        && !is_shown
        && !is_body(leaf)
        && (leaf.choice.is_none() || leaf.is_attached || !media.starts_with("text/"))
}

/// As the mail calls it; a mail inside by its subject.
fn name(leaf: &Leaf, n: usize) -> String {
    let is_mail = is_message(leaf);
    let given = leaf.name.as_deref().map(|name| name.rsplit(['/', '\\']).next().unwrap_or(name).trim().to_owned());
    let subject = || {
        let bytes = leaf.bytes();
        let head = &bytes[..bytes.len().min(mime::MOST_HEAD_BYTES)];
        let head = MessageParser::default().parse_headers(head)?;
        head.subject().map(|subject| subject.replace(['/', '\\'], " "))
    };
    let name = given.filter(|name| !name.is_empty()).or_else(|| subject().filter(|_| is_mail));
    let name = name.unwrap_or_else(|| format!("attachment {}", n + 1));
    if is_mail && !name.to_lowercase().ends_with(".eml") { name + ".eml" } else { name }
}

fn is_message(leaf: &Leaf) -> bool {
    matches!(leaf.media.as_str(), "message/rfc822" | "message/global")
}

/// `Ann Lee <ann@example.org>`, for each.
fn people(addresses: Option<&Address>) -> Vec<String> {
    let written = |name: Option<&str>, address: Option<&str>| match (name, address) {
        (Some(name), Some(address)) if name != address => format!("{name} <{address}>"),
        (name, address) => address.or(name).unwrap_or_default().to_owned(),
    };
    let all = addresses.into_iter().flat_map(Address::iter).map(|person| written(person.name(), person.address()));
    all.filter(|person| !person.is_empty()).collect()
}

#[cfg(test)]
mod tests;
