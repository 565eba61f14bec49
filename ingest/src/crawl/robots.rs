//! What a site asks of crawlers: its robots.txt (RFC 9309) and the `X-Robots-Tag` of its answers.
//!
//! Matching is `robotxt`'s. Two things are mended before: a name is read up to its product token, so that
//! `User-agent: Lectern/2.0 (docs)` speaks of us, and a rule for a folder's `index.html` also covers the folder, as
//! search engines read it. Knows nothing of when a file is fetched again.

use std::time::Duration;

use super::address::Address;
use super::ports::{Fetch, FetchFault, Fetched, Request};

/// Our name, as sites write it in their rules.
pub const AGENT: &str = "lectern";
/// Sites that ask for a longer pause get this one.
pub const MOST_DELAY: Duration = Duration::from_secs(30);
const MOST_BYTES: usize = robotxt::BYTE_LIMIT;
const MOST_HOPS: usize = 5;

/// The rules of one origin for one crawler.
#[derive(Clone, Debug)]
pub struct Robots(robotxt::Robots);

/// What asking for a robots.txt came to.
#[derive(Clone, Debug)]
pub enum Standing {
    Known(Robots),
    /// The site could not say: nothing may be fetched until it can.
    Deferred(String),
}

impl Robots {
    pub fn read(bytes: &[u8], agent: &str) -> Self {
        // One byte more tells the matcher that its last line is cut.
        let bytes = &bytes[..bytes.len().min(MOST_BYTES + 1)];
        Self(robotxt::Robots::parse(&mended(bytes), agent))
    }

    /// Of a site that has none.
    pub fn absent() -> Self {
        Self(robotxt::Robots::allow_all())
    }

    pub fn allows(&self, address: &Address) -> bool {
        self.allows_path(address.path_and_query())
    }

    /// The same of a path and query as somebody spelled it.
    pub fn allows_path(&self, path_and_query: &str) -> bool {
        self.0.is_allowed(path_and_query)
    }

    /// The rule that forbids an address, as the site wrote it.
    pub fn ban(&self, address: &Address) -> Option<String> {
        let rule = self.0.matching_rule(address.path_and_query()).filter(|rule| !rule.is_allow());
        rule.filter(|_| !self.allows(address)).map(|rule| format!("Disallow: {}", rule.pattern()))
    }

    /// How long it asks to wait between requests, within reason.
    pub fn delay(&self) -> Option<Duration> {
        self.0.crawl_delay().map(|delay| delay.min(MOST_DELAY))
    }

    pub fn sitemaps(&self) -> impl Iterator<Item = Address> {
        self.0.sitemaps().iter().filter_map(|url| Address::new(url.clone()).ok())
    }
}

/// The name by which rules are read: the first word of the user agent that the plan's owner chose, else ours.
pub fn agent_of(user_agent: Option<&str>) -> String {
    let token = user_agent.map(|name| product_token(name.trim())).unwrap_or_default();
    // Browsers' names: no site writes rules for them.
    if token.is_empty() || token.eq_ignore_ascii_case("mozilla") { AGENT.to_owned() } else { token.to_owned() }
}

/// Ask an origin for its rules, over at most five redirects wherever they lead.
pub async fn ask(fetch: &dyn Fetch, request: impl Fn(&Address) -> Request, origin: &Address, agent: &str) -> Standing {
    let Ok(mut address) = origin.join("/robots.txt") else { return Standing::Known(Robots::absent()) };
    for _ in 0..=MOST_HOPS {
        let asked = Request { most_bytes: 4 * MOST_BYTES, ..request(&address) };
        match fetch.fetch(&asked).await {
            Ok(Fetched { status: 300..=399, location: Some(location), .. }) => match address.join(&location) {
                Ok(next) => address = next,
                Err(_) => return Standing::Known(Robots::absent()),
            },
            Ok(answer) => return standing(&answer, agent),
            Err(FetchFault::TooLarge { .. }) => return deferred("it is far too large"),
            Err(fault) => return deferred(&fault.to_string()),
        }
    }
    Standing::Known(Robots::absent())
}

fn standing(answer: &Fetched, agent: &str) -> Standing {
    match answer.status {
        200..=299 => Standing::Known(Robots::read(&answer.body, agent)),
        // "Come back later" is no answer to the question, though its number says 4xx.
        429 | 500.. => deferred(&format!("status {}", answer.status)),
        _ => Standing::Known(Robots::absent()),
    }
}

fn deferred(why: &str) -> Standing {
    Standing::Deferred(format!("the site's robots.txt cannot be read now ({why}), so nothing else is fetched"))
}

/// What `X-Robots-Tag` says to us.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    pub noindex: bool,
    pub nofollow: bool,
}

/// Read the `X-Robots-Tag` headers of an answer. `unavailable_after` is not honoured: it would need a clock to retire
/// a page that the site itself still shows.
pub fn tags(headers: &[String], agent: &str) -> Tags {
    let mut tags = Tags::default();
    for header in headers {
        let mut ours = true;
        for rule in header.split(',') {
            let mut rule = rule.trim();
            // A name before a colon speaks of everything after it: `otherbot: noindex, nofollow`.
            if let Some((name, after)) = rule.split_once(':').filter(|(name, _)| !is_rule_with_value(name.trim())) {
                ours = [agent, "*", "robots"].iter().any(|us| name.trim().eq_ignore_ascii_case(us));
                rule = after.trim();
            }
            let none = rule.eq_ignore_ascii_case("none");
            tags.noindex |= ours && (none || rule.eq_ignore_ascii_case("noindex"));
            tags.nofollow |= ours && (none || rule.eq_ignore_ascii_case("nofollow"));
        }
    }
    tags
}

fn is_rule_with_value(name: &str) -> bool {
    let known = ["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"];
    // The time in `unavailable_after: 25 Jun 2027 15:00:00 PST` has colons too.
    known.iter().any(|rule| name.eq_ignore_ascii_case(rule)) || name.ends_with(|c: char| c.is_ascii_digit())
}

/// The lines with names cut to their tokens and with the folders of index pages added.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut mended = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        let text = String::from_utf8_lossy(line);
        let (key, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.split('#').next().unwrap_or_default().trim();
        if key.trim().eq_ignore_ascii_case("user-agent") && !value.starts_with('*') {
            mended.extend_from_slice(format!("user-agent: {}\n", product_token(value)).as_bytes());
            continue;
        }
        mended.extend_from_slice(line);
        let folder = value.strip_suffix("/index.html").or(value.strip_suffix("/index.htm"));
        if let (true, Some(folder)) = (key.trim().eq_ignore_ascii_case("allow"), folder) {
            mended.extend_from_slice(format!("\nallow: {folder}/$\n").as_bytes());
        }
    }
    mended
}

fn product_token(name: &str) -> &str {
    let end = name.find(|c: char| !c.is_ascii_alphabetic() && c != '-' && c != '_');
    &name[..end.unwrap_or(name.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, path: &str, expected: bool) {
        let address = Address::parse(&format!("https://acme.example{path}")).unwrap();
        assert_eq!(Robots::read(text.as_bytes(), AGENT).allows(&address), expected, "{path} by {text:?}");
    }

    #[test]
    fn the_longest_rule_wins_and_a_tie_allows() {
        let text = "User-agent: *\nDisallow: /help\nAllow: /help/open\nDisallow: /help/open/draft\n";
        check(text, "/help/a", false);
        check(text, "/help/open/a", true);
        check(text, "/help/open/draft", false);
        check("User-agent: *\nDisallow: /a\nAllow: /a", "/a", true);
        check("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false);
        check("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?p=1", true);
        check("User-agent: *\nDisallow:", "/x", true);
    }

    #[test]
    fn groups_for_us_come_before_groups_for_all() {
        let text = "User-agent: *\nDisallow: /\n\nUser-agent: LECTERN/2.0 (docs)\nUser-agent: other\nDisallow: /a\n\n\
                    user-agent: lectern\nDisallow: /b";
        check(text, "/c", true);
        check(text, "/a", false);
        check(text, "/b", false);
        check("User-agent: lecternish\nDisallow: /", "/a", true);
    }

    #[test]
    fn escapes_are_equal_to_what_they_stand_for() {
        check("User-agent: *\nDisallow: /%7Eann/gr\u{fc}n", "/~ann/gr%c3%bcn", false);
        check("User-agent: *\nDisallow: /a%2Fb", "/a/b", true);
    }

    #[test]
    fn an_index_page_is_its_folder() {
        let text = "User-agent: *\nDisallow: /\nAllow: /docs/index.html";
        check(text, "/docs/", true);
        check(text, "/docs/a", false);
    }

    #[test]
    fn a_large_file_is_read_to_its_limit() {
        let padding = "# x\n".repeat(MOST_BYTES / 4);
        check(&format!("User-agent: *\nDisallow: /a\n{padding}Disallow: /b\n"), "/a", false);
        check(&format!("User-agent: *\nDisallow: /a\n{padding}Disallow: /b\n"), "/b", true);
    }

    #[test]
    fn delay_sitemaps_and_bans() {
        let text = "Sitemap: https://acme.example/s.xml\nUser-agent: *\nCrawl-delay: 90\nDisallow: /a # no\n";
        let robots = Robots::read(text.as_bytes(), AGENT);
        assert_eq!(robots.delay(), Some(MOST_DELAY));
        assert_eq!(robots.sitemaps().next().unwrap().as_str(), "https://acme.example/s.xml");
        let ban = |url: &str| robots.ban(&Address::parse(url).unwrap());
        assert_eq!(ban("https://acme.example/ab").as_deref(), Some("Disallow: /a"));
        assert_eq!(ban("https://acme.example/b"), None);
    }

    #[test]
    fn tags_may_be_for_somebody_else() {
        let check = |header: &str, noindex, nofollow| {
            assert_eq!(tags(&[header.to_owned()], AGENT), Tags { noindex, nofollow }, "{header}");
        };
        check("noindex", true, false);
        check("NOFOLLOW, NoIndex", true, true);
        check("none", true, true);
        check("Lectern: noindex", true, false);
        check("otherbot: noindex, nofollow", false, false);
        check("otherbot: noindex, lectern: nofollow", false, true);
        check("unavailable_after: 25 Jun 2027 15:00:00 PST, nofollow", false, true);
        check("max-snippet: 20, noindex", true, false);
        check("noarchive", false, false);
    }

    #[test]
    fn a_name_of_its_own_is_obeyed() {
        assert_eq!(agent_of(Some("AcmeBot/1.0 (+https://acme.example)")), "AcmeBot");
        assert_eq!(agent_of(Some("Mozilla/5.0 (X11)")), AGENT);
        assert_eq!(agent_of(None), AGENT);
    }
}
