//! Sitemaps: lists of addresses that a site hands out, as XML, as text, as a feed, gzipped or not.
//!
//! One file at a time, without recursion and without a DTD; indexes are followed by whoever asked for them. What is not
//! a sitemap gives nothing and a problem. Knows nothing of scope: what is listed is judged like any link.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::address::Address;

/// As the protocol has it: a longer file is read up to here.
const MOST_ADDRESSES: usize = 50_000;
const MOST_BYTES: u64 = 50 * 1024 * 1024;
/// Tags inside tags: a sitemap has three.
const MOST_DEPTH: usize = 100;

/// What a sitemap lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sitemap {
    pub pages: Vec<Listed>,
    /// Other sitemaps, of an index.
    pub sitemaps: Vec<Address>,
    pub problems: Vec<String>,
}

/// A page in a sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub address: Address,
    /// As the site has it: `2026-11-21`, perhaps with a time.
    pub changed: Option<String>,
}

/// Read one sitemap; `base` is where it was found.
pub fn read(bytes: &[u8], base: &Address) -> Sitemap {
    let mut sitemap = Sitemap::default();
    let text = match decoded(bytes) {
        Ok((text, whole)) => {
            if !whole {
                sitemap.problems.push(format!("{base} is larger than {MOST_BYTES} bytes: the rest was left"));
            }
            text
        }
        Err(error) => {
            sitemap.problems.push(format!("{base} is damaged: {error}"));
            return sitemap;
        }
    };
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.starts_with('<') {
        true => read_xml(text, base, &mut sitemap),
        false => read_lines(text, base, &mut sitemap),
    }
    if sitemap.pages.is_empty() && sitemap.sitemaps.is_empty() && sitemap.problems.is_empty() {
        sitemap.problems.push(format!("{base} lists no addresses"));
    }
    sitemap
}

/// The bytes unpacked, and whether that is all of them.
fn decoded(bytes: &[u8]) -> std::io::Result<(Vec<u8>, bool)> {
    let mut decoded = Vec::new();
    let source: Box<dyn Read> = match bytes.starts_with(b"\x1f\x8b") {
        true => Box::new(MultiGzDecoder::new(bytes)),
        false => Box::new(bytes),
    };
    let count = source.take(MOST_BYTES + 1).read_to_end(&mut decoded)?;
    let whole = count as u64 <= MOST_BYTES;
    decoded.truncate(usize::try_from(MOST_BYTES).unwrap_or(usize::MAX));
    Ok((decoded, whole))
}

/// One address a line.
fn read_lines(text: &str, base: &Address, sitemap: &mut Sitemap) {
    for line in text.lines().map(str::trim).filter(|line| line.starts_with("http")) {
        if let Ok(address) = Address::parse(line)
            && !push(sitemap, Listed { address, changed: None }, base)
        {
            return;
        }
    }
}

/// What stands open while the tags go by.
#[derive(Default)]
struct Entry {
    /// Of an index rather than of a page.
    index: bool,
    address: Option<String>,
    changed: Option<String>,
}

struct Reading<'a> {
    base: &'a Address,
    sitemap: &'a mut Sitemap,
    depth: usize,
    entry: Entry,
    words: String,
    full: bool,
}

fn read_xml(text: &str, base: &Address, sitemap: &mut Sitemap) {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut reading = Reading { base, sitemap, depth: 0, entry: Entry::default(), words: String::new(), full: false };
    while !reading.full {
        match reader.read_event() {
            Ok(Event::Start(tag)) if reading.depth == MOST_DEPTH => {
                return reading
                    .stop(&format!("nests its tags more than {MOST_DEPTH} deep, at {:?}", tag.name().as_ref()));
            }
            Ok(Event::Start(tag)) => reading.open(&tag),
            Ok(Event::Empty(tag)) => reading.link(&tag),
            Ok(Event::Text(part)) => reading.words.push_str(&part),
            Ok(Event::CData(part)) => reading.words.push_str(&part),
            Ok(Event::GeneralRef(reference)) => reading.words.extend(character(&reference)),
            Ok(Event::End(tag)) => reading.close(tag.local_name().as_ref()),
            Ok(Event::DocType(_)) => return reading.stop("is no sitemap: it has a DTD"),
            Ok(Event::Eof) => return,
            Ok(_) => {}
            Err(error) => return reading.stop(&format!("is damaged: {error}")),
        }
    }
}

impl Reading<'_> {
    fn stop(self, why: &str) {
        self.sitemap.problems.push(format!("{} {why}", self.base));
    }

    fn open(&mut self, tag: &BytesStart) {
        self.depth += 1;
        self.words.clear();
        match tag.local_name().as_ref() as &str {
            "sitemap" => self.entry = Entry { index: true, ..Entry::default() },
            "url" | "entry" | "item" => self.entry = Entry::default(),
            _ => self.link(tag),
        }
    }

    fn link(&mut self, tag: &BytesStart) {
        if tag.local_name().as_ref() == "link" && self.entry.address.is_none() {
            self.entry.address = linked(tag);
        }
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        let said = Some(self.words.trim().to_owned()).filter(|said| !said.is_empty());
        self.words.clear();
        match name {
            "loc" | "link" => self.entry.address = said.or(self.entry.address.take()),
            "lastmod" | "updated" | "pubDate" => self.entry.changed = said,
            "url" | "entry" | "item" | "sitemap" => {
                self.full = !take(std::mem::take(&mut self.entry), self.base, self.sitemap)
            }
            _ => {}
        }
    }
}

/// Where a feed's `<link href>` leads, unless to something beside the page itself.
fn linked(tag: &BytesStart) -> Option<String> {
    let value = |name: &str| {
        let attribute = tag.try_get_attribute(name).ok().flatten()?;
        let text = attribute.value.into_owned();
        Some(text.replace("&amp;", "&"))
    };
    value("href").filter(|_| value("rel").is_none_or(|rel| rel == "alternate"))
}

/// The five names of XML and numbers; there is no DTD to define others.
fn character(reference: &BytesRef) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Whether there is room for more.
fn take(entry: Entry, base: &Address, sitemap: &mut Sitemap) -> bool {
    let Some(address) = entry.address.and_then(|text| base.join(&text).ok()) else { return true };
    if !entry.index {
        return push(sitemap, Listed { address, changed: entry.changed }, base);
    }
    sitemap.sitemaps.push(address);
    sitemap.sitemaps.len() < MOST_ADDRESSES
}

fn push(sitemap: &mut Sitemap, listed: Listed, base: &Address) -> bool {
    if sitemap.pages.len() == MOST_ADDRESSES {
        sitemap.problems.push(format!("{base} lists more than {MOST_ADDRESSES} addresses: the rest was left"));
        return false;
    }
    sitemap.pages.push(listed);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn base() -> Address {
        Address::parse("https://acme.example/sitemap.xml").unwrap()
    }

    fn check(bytes: &[u8], pages: &[&str], sitemaps: &[&str], problem: Option<&str>) {
        let read = read(bytes, &base());
        let said: Vec<String> = read
            .pages
            .iter()
            .map(|page| match &page.changed {
                Some(changed) => format!("{} {changed}", page.address.url().path()),
                None => page.address.path_and_query().to_owned(),
            })
            .collect();
        assert_eq!(said, pages);
        assert_eq!(read.sitemaps.iter().map(|other| other.url().path()).collect::<Vec<_>>(), sitemaps);
        match problem {
            Some(problem) => assert!(read.problems.concat().contains(problem), "{:?}", read.problems),
            None => assert_eq!(read.problems, [""; 0]),
        }
    }

    const XML: &str = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>\
        <url><loc> https://acme.example/a?x=1&amp;y=&#50; </loc></url>\
        <url><loc><![CDATA[/b]]></loc><lastmod>2026-11-21</lastmod><priority>1</priority></url>\
        <url><loc>mailto:x@acme.example</loc></url></urlset>";

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn pages_and_indexes() {
        check(XML.as_bytes(), &["/a?x=1&y=2", "/b 2026-11-21"], &[], None);
        let index = "<sitemapindex><sitemap><loc>/one.xml</loc><lastmod>x</lastmod></sitemap>\
            <sitemap><loc>/two.xml.gz</loc></sitemap></sitemapindex>";
        check(index.as_bytes(), &[], &["/one.xml", "/two.xml.gz"], None);
    }

    #[test]
    fn gzip_text_and_feeds() {
        check(&gzipped(XML.as_bytes()), &["/a?x=1&y=2", "/b 2026-11-21"], &[], None);
        check(
            b"\xef\xbb\xbfhttps://acme.example/a\r\nhttps://acme.example/b\nnot an address",
            &["/a", "/b"],
            &[],
            None,
        );
        check(b"<rss><channel><link>/</link><item><link>/a</link></item></channel></rss>", &["/a"], &[], None);
        let atom = "<feed><entry><link rel='alternate' href='/a?x=1&amp;y=2'/><link rel='edit' href='/e'/>\
            <updated>2026</updated></entry></feed>";
        check(atom.as_bytes(), &["/a 2026"], &[], None);
    }

    #[test]
    fn what_is_damaged_gives_what_it_has() {
        let cut = XML.find("mailto").unwrap();
        check(&XML.as_bytes()[..cut], &["/a?x=1&y=2", "/b 2026-11-21"], &[], None);
        check(b"<!DOCTYPE lolz [<!ENTITY a 'b'>]><urlset><url><loc>/a</loc></url></urlset>", &[], &[], Some("DTD"));
        check(b"<html><body><p>Not found</p></body></html>", &[], &[], Some("lists no addresses"));
        check("<a>".repeat(1000).as_bytes(), &[], &[], Some("more than 100 deep"));
        check(b"\x1f\x8b\x08 broken", &[], &[], Some("damaged"));
        check(b"", &[], &[], Some("lists no addresses"));
    }

    #[test]
    fn a_bomb_is_read_to_its_limit() {
        let bomb = gzipped(&vec![b' '; 60 * 1024 * 1024]);
        check(&bomb, &[], &[], Some("is larger than"));
        let many = "https://acme.example/a\n".repeat(MOST_ADDRESSES + 5);
        let read = read(many.as_bytes(), &base());
        assert_eq!(read.pages.len(), MOST_ADDRESSES);
        assert!(read.problems[0].contains("more than 50000 addresses"));
    }
}
