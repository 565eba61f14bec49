//! Outlook messages: what a mail says, from the compound file that Outlook saves one in.
//!
//! The text is taken as it was saved beside its richer forms; without it, the HTML, then the RTF. A message attached to
//! one becomes a mail in its own right, and its attachments are handed out beside it, so that no more is nested than
//! folders in names. Knows nothing of calendars and contacts, which are kept in such files too: their text is read.

mod lzfu;
mod store;

use mail_parser::DateTime;

use self::store::{Properties, Store};
use super::mail::letter::{Body, Letter};
use super::{ParseError, Parsed, Part, decode, rtf};

/// Messages in messages, deeper than anyone forwards.
const MOST_DEPTH: usize = 10;
const MOST_PARTS: usize = 2000;

/// The numbers of properties, as Outlook gives them.
mod id {
    pub(super) const CLASS: u16 = 0x001a;
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const SUBMITTED: u16 = 0x0039;
    pub(super) const DELIVERED: u16 = 0x0e06;
    pub(super) const SENDER_NAMES: [u16; 2] = [0x0c1a, 0x0042];
    /// As on the internet first, then as in the house, which may be a path in a directory.
    pub(super) const SENDER_ADDRESSES: [u16; 4] = [0x5d01, 0x5d02, 0x0c1f, 0x0065];
    pub(super) const NAME: u16 = 0x3001;
    pub(super) const ADDRESSES: [u16; 2] = [0x39fe, 0x3003];
    pub(super) const DISPLAY_TO: u16 = 0x0e04;
    pub(super) const BODY: u16 = 0x1000;
    pub(super) const HTML: u16 = 0x1013;
    pub(super) const RTF: u16 = 0x1009;
    pub(super) const TEXT_PAGE: u16 = 0x3ffd;
    pub(super) const HTML_PAGE: u16 = 0x3fde;
    pub(super) const DATA: u16 = 0x3701;
    pub(super) const FILE_NAMES: [u16; 3] = [0x3707, 0x3704, 0x3001];
    pub(super) const MEDIA: u16 = 0x370e;
    pub(super) const CONTENT_ID: u16 = 0x3712;
    pub(super) const IS_HIDDEN: u16 = 0x7ffe;
}

pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ParseError> {
    let mut store = open(bytes)?;
    let mut message = Message::at("", &mut store);
    let class = store.text("", id::CLASS, message.text_page).unwrap_or_default();
    let is_encrypted = class.starts_with("IPM.Note.SMIME") && !class.ends_with("MultipartSigned");
    message.letter.attached = attachments("", &mut store).into_iter().map(|attachment| attachment.name).collect();
    if message.letter.bodies.is_empty() {
        if is_encrypted {
            return Err(ParseError::Protected);
        }
        message.letter.problems.push("the mail has no text".to_owned());
    }
    message.letter.problems.extend(spent(&store));
    Ok(message.letter.page())
}

/// Hand out what was attached, with what was attached to that; returns what could not be opened.
pub(super) fn unpack(bytes: &[u8], each: &mut dyn FnMut(Part)) -> Result<Vec<String>, ParseError> {
    let mut store = open(bytes)?;
    let mut waiting = vec![(String::new(), String::new(), 0)];
    let (mut handed, mut left_out) = (0, 0);
    while let Some((path, folder, depth)) = waiting.pop() {
        for attachment in attachments(&path, &mut store) {
            if handed >= MOST_PARTS || store.is_spent() {
                left_out += 1;
                continue;
            }
            let name = format!("{folder}{}", attachment.name);
            let bytes = match &attachment.message {
                Some(_) if depth >= MOST_DEPTH => None,
                Some(message) => {
                    let letter = Message::at(message, &mut store).letter;
                    waiting.push((message.clone(), format!("{}/", name.trim_end_matches(".eml")), depth + 1));
                    Some(mail(letter))
                }
                None => store.binary(&attachment.path, id::DATA),
            };
            match bytes {
                Some(bytes) => {
                    handed += 1;
                    each(Part { name, bytes });
                }
                None => left_out += 1,
            }
        }
    }
    let mut problems: Vec<String> = spent(&store).into_iter().collect();
    problems.extend((left_out > 0).then(|| format!("attachments that could not be opened: {left_out}")));
    Ok(problems)
}

fn open(bytes: &[u8]) -> Result<Store<'_>, ParseError> {
    if bytes.is_empty() {
        return Err(ParseError::Empty);
    }
    let mut store = Store::open(bytes).map_err(|error| ParseError::Damaged(error.to_string()))?;
    match store.properties("") {
        Some(_) => Ok(store),
        None => Err(ParseError::Damaged("no message of Outlook".to_owned())),
    }
}

fn spent(store: &Store) -> Option<String> {
    store.is_spent().then(|| "its streams are larger than the file: not all were read".to_owned())
}

struct Message {
    letter: Letter,
    text_page: u32,
}

impl Message {
    fn at(path: &str, store: &mut Store) -> Self {
        let properties = store.properties(path);
        let number = |id| properties.as_ref().and_then(|properties| properties.number(id));
        let text_page = number(id::TEXT_PAGE).or_else(|| number(id::HTML_PAGE)).unwrap_or(1252);
        let html_page = number(id::HTML_PAGE).unwrap_or(text_page);
        let mut letter = Letter {
            subject: store.text(path, id::SUBJECT, text_page).unwrap_or_default(),
            from: person(path, &id::SENDER_NAMES, &id::SENDER_ADDRESSES, text_page, store),
            to: recipients(path, text_page, store),
            date: properties.as_ref().and_then(date),
            ..Letter::default()
        };
        let body = body(path, text_page, html_page, store, &mut letter.problems);
        letter.bodies.extend(body.filter(Body::has_words));
        Self { letter, text_page }
    }
}

fn date(properties: &Properties) -> Option<String> {
    let seconds = properties.time(id::SUBMITTED).or_else(|| properties.time(id::DELIVERED))?;
    Some(DateTime::from_timestamp(seconds).to_rfc3339())
}

fn body(path: &str, text_page: u32, html_page: u32, store: &mut Store, problems: &mut Vec<String>) -> Option<Body> {
    if let Some(words) = store.text(path, id::BODY, text_page).filter(|words| words.contains(char::is_alphanumeric)) {
        return Some(Body::Plain(words));
    }
    let html = store.binary(path, id::HTML).map(|bytes| {
        let decoded = decode::decode_labelled(&bytes, Some(decode::code_page(html_page).name()));
        problems.extend(decoded.problem);
        decoded.text
    });
    if let Some(page) = html.or_else(|| store.text(path, id::HTML, html_page)) {
        return Some(Body::of_html(&page, problems));
    }
    let unpacked = lzfu::unpack(&store.binary(path, id::RTF)?);
    match unpacked.map(|bytes| rtf::parse(&bytes)) {
        Some(Ok(parsed)) => {
            problems.extend(parsed.problems);
            Some(Body::Markdown(parsed.markdown))
        }
        Some(Err(error)) => {
            problems.push(format!("the text of the mail could not be read: {error}"));
            None
        }
        None => {
            problems.push("the text of the mail is packed in an unknown way".to_owned());
            None
        }
    }
}

fn recipients(path: &str, page: u32, store: &mut Store) -> Vec<String> {
    let people = store.children(path, "__recip_version1.0_");
    let named: Vec<String> =
        people.iter().filter_map(|path| person(path, &[id::NAME], &id::ADDRESSES, page, store)).collect();
    match named.is_empty() {
        true => store.text(path, id::DISPLAY_TO, page).into_iter().collect(),
        false => named,
    }
}

/// `Ann Lee <ann@example.org>`; addresses of the house's own directory say nothing to anyone.
fn person(path: &str, names: &[u16], addresses: &[u16], page: u32, store: &mut Store) -> Option<String> {
    let name = names.iter().find_map(|id| store.text(path, *id, page));
    let mut known = addresses.iter().filter_map(|id| store.text(path, *id, page));
    let address = known.find(|address| address.contains('@'));
    match (name, address) {
        (Some(name), Some(address)) if !name.contains(&address) => Some(format!("{name} <{address}>")),
        (name, address) => name.or(address),
    }
}

struct Attachment {
    path: String,
    name: String,
    /// Where the message is, if it is one.
    message: Option<String>,
}

/// What was attached on purpose, in order.
fn attachments(path: &str, store: &mut Store) -> Vec<Attachment> {
    let page = 1252;
    let mut attachments = Vec::new();
    for (n, path) in store.children(path, "__attach_version1.0_").into_iter().enumerate() {
        let message = Some(format!("{path}/__substg1.0_3701000D")).filter(|inner| store.has_storage(inner));
        let media = store.text(&path, id::MEDIA, page).unwrap_or_default().to_ascii_lowercase();
        let is_shown = store.text(&path, id::CONTENT_ID, page).is_some() && media.starts_with("image/");
        let is_hidden = store.properties(&path).is_some_and(|properties| properties.is_set(id::IS_HIDDEN));
        let is_noise = media.contains("pkcs7-signature") || matches!(media.as_str(), "text/calendar" | "text/x-vcard");
        if (is_shown || is_hidden || is_noise) && message.is_none() {
            continue;
        }
        let inner = message.as_ref().and_then(|inner| store.text(inner, id::SUBJECT, page));
        let name = inner.or_else(|| id::FILE_NAMES.iter().find_map(|id| store.text(&path, *id, page)));
        let name = name.unwrap_or_else(|| format!("attachment {}", n + 1));
        let is_mail = message.is_some() || media == "multipart/signed";
        let name = if message.is_some() { name.replace(['/', '\\'], " ") } else { last_of(&name) };
        let is_named = !is_mail || name.to_lowercase().ends_with(".eml");
        attachments.push(Attachment { path, name: if is_named { name } else { name + ".eml" }, message });
    }
    attachments
}

fn last_of(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or(name).trim().to_owned()
}

/// A message as a mail that the reader of mails reads; what was attached to it goes its own way.
fn mail(letter: Letter) -> Vec<u8> {
    let one_line = |value: &str| value.split_whitespace().collect::<Vec<_>>().join(" ");
    let date = letter.date.as_deref().and_then(DateTime::parse_rfc3339).map(|date| date.to_rfc822());
    let lines = [
        ("Subject", letter.subject),
        ("From", letter.from.unwrap_or_default()),
        ("To", letter.to.join(", ")),
        ("Date", date.unwrap_or_default()),
    ];
    let head: String = lines
        .iter()
        .filter(|(_, value)| !value.trim().is_empty())
        .map(|(name, value)| format!("{name}: {}\n", one_line(value)))
        .collect();
    let bodies = letter.bodies.into_iter().map(|body| {
        let (Body::Plain(words) | Body::Markdown(words)) = body;
        words
    });
    let words = bodies.collect::<Vec<_>>().join("\n");
    format!("{head}Content-Type: text/plain; charset=utf-8\n\n{words}").into_bytes()
}

#[cfg(test)]
mod tests;
