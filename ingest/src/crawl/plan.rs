//! What the owner of a source decided: where a crawl starts, how far it goes and how it asks.
//!
//! [`Bounds`] is the plan made ready: it says of any address whether the plan takes it, and if not, why. Knows nothing
//! of what was fetched, of robots or of traps.

use std::time::Duration;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use url::Url;

use super::address::{Address, AddressError};
use super::ledger::Via;
use crate::parse::PageRules;
use crate::ports::LARGEST_FILE_BYTES;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub start: Vec<Url>,
    pub scope: Scope,
    /// Whether sitemaps are looked for, in robots.txt and at `/sitemap.xml`. What they list must still be in scope.
    /// Sitemaps alone: a depth of 1.
    pub sitemap: bool,
    /// Sitemaps named by hand.
    pub sitemaps: Vec<Url>,
    /// Globs on path and query, or on the whole address where they have a `://`. Nothing named: everything in scope.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    /// How many links away from the start.
    pub depth: u32,
    /// How many pages one round asks for.
    pub pages: usize,
    /// Between two requests to one host. A longer `Crawl-delay` of the site wins.
    pub delay: Duration,
    /// Instead of the house's own name. Its first word is the name by which robots.txt is read.
    pub user_agent: Option<String>,
    /// Authorisation, cookies: sent to the hosts of the start addresses only.
    pub headers: Vec<(String, String)>,
    /// How its pages are read.
    pub rules: PageRules,
    /// Whether PDF and Office files are taken, which pages in scope link to from anywhere on their site.
    pub files: bool,
    pub most_bytes: usize,
    /// A page leaves so many days after it was last seen there; without it, once the site says that it is gone.
    pub kept_days: Option<u32>,
}

/// How far from the start addresses a crawl goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The start addresses alone.
    Page,
    /// Below the folder of a start address, on its host.
    Section,
    /// The host of a start address, with and without `www.`, `http` and `https` alike.
    Site,
}

impl Scope {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Section => "section",
            Self::Site => "site",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        [Self::Page, Self::Section, Self::Site].into_iter().find(|scope| scope.as_str() == name)
    }
}

impl Plan {
    /// Whether it reads a folder of this machine, and not the web.
    pub fn is_of_files(&self) -> bool {
        self.start.iter().any(|start| start.scheme() == "file")
    }

    /// The defaults for a folder: nobody has to be spared, and what lies in it is meant.
    pub fn of_files(start: Url, scope: Scope) -> Self {
        let (depth, pages, most_bytes) = (1_000, 100_000, LARGEST_FILE_BYTES);
        Self { depth, pages, most_bytes, delay: Duration::ZERO, ..Self::new(start, scope) }
    }

    /// The defaults, from one start address.
    pub fn new(start: Url, scope: Scope) -> Self {
        Self {
            start: vec![start],
            scope,
            sitemap: false,
            sitemaps: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
            depth: 20,
            pages: 10_000,
            delay: Duration::from_millis(500),
            user_agent: None,
            headers: Vec::new(),
            rules: PageRules::default(),
            files: true,
            most_bytes: 10_000_000,
            kept_days: None,
        }
    }

    /// Changes when the plan takes other pages than before: then a page that says "unchanged" without its body would
    /// hide links that the old plan left out.
    pub fn mark(&self) -> String {
        let Self { start, scope, include, exclude, depth, pages, files, sitemap, sitemaps, .. } = self;
        let starts: Vec<&str> = start.iter().chain(sitemaps).map(Url::as_str).collect();
        let said = format!("{starts:?} {scope:?} {sitemap} {include:?} {exclude:?} {depth} {pages} {files}");
        blake3::hash(said.as_bytes()).to_hex()[..16].to_owned()
    }
}

/// Why a plan cannot be carried out; the sentence is for the person who made it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    #[error("the plan names no address to start from")]
    NoStart,
    #[error("it cannot start at {url}: {cause}")]
    Start { url: String, cause: AddressError },
    #[error("{glob:?} is not a pattern: {cause}")]
    Glob { glob: String, cause: String },
}

/// A plan made ready.
#[derive(Debug)]
pub struct Bounds {
    start: Vec<Address>,
    scope: Scope,
    depth: u32,
    files: bool,
    include: Option<Globs>,
    exclude: Option<Globs>,
}

impl Bounds {
    pub fn new(plan: &Plan) -> Result<Self, PlanError> {
        let address =
            |url: &Url| Address::new(url.clone()).map_err(|cause| PlanError::Start { url: url.to_string(), cause });
        let start = plan.start.iter().map(address).collect::<Result<Vec<_>, _>>()?;
        if start.is_empty() {
            return Err(PlanError::NoStart);
        }
        let (include, exclude) = (Globs::new(&plan.include)?, Globs::new(&plan.exclude)?);
        Ok(Self { start, scope: plan.scope, depth: plan.depth, files: plan.files, include, exclude })
    }

    pub fn start(&self) -> &[Address] {
        &self.start
    }

    /// Whether the plan takes this address; if not, why, for its owner.
    pub fn admits(&self, address: &Address, depth: u32, via: Via) -> Result<(), String> {
        if via == Via::Start {
            return Ok(());
        }
        if depth > self.depth {
            return Err(format!("it is more than {} links away from the start", self.depth));
        }
        let file = is_file(address);
        if file && !self.files {
            return Err("the plan leaves files such as PDF out".to_owned());
        }
        self.in_scope(address, via, file)?;
        if self.exclude.as_ref().is_some_and(|globs| globs.match_any(address)) {
            return Err("the plan excludes it".to_owned());
        }
        if self.include.as_ref().is_some_and(|globs| !globs.match_any(address)) {
            return Err("none of the plan's inclusions matches it".to_owned());
        }
        Ok(())
    }

    /// Whether the source's own headers may go there: to the hosts that their owner named, and never in the clear
    /// where the owner named `https`.
    pub fn is_home(&self, address: &Address) -> bool {
        let safe = |start: &Address| start.url().scheme() == "http" || address.url().scheme() == "https";
        self.start.iter().any(|start| same_site(start, address) && safe(start))
    }

    fn in_scope(&self, address: &Address, via: Via, file: bool) -> Result<(), String> {
        if !self.start.iter().any(|start| same_site(start, address)) {
            return Err(format!("it is on another site, {}", address.host()));
        }
        match self.scope {
            // Where a start page leads is what its owner meant.
            Scope::Page if via == Via::Redirect || self.start.contains(address) => Ok(()),
            Scope::Page => Err("the plan takes the start page only".to_owned()),
            Scope::Site => Ok(()),
            Scope::Section if file || self.start.iter().any(|start| in_section(start, address)) => Ok(()),
            Scope::Section => Err(format!("it is not below {}", self.sections().join(" or "))),
        }
    }

    fn sections(&self) -> Vec<&str> {
        self.start.iter().map(section).collect()
    }
}

/// Globs on path and query, and globs on whole addresses.
#[derive(Debug)]
struct Globs {
    local: GlobSet,
    whole: GlobSet,
}

impl Globs {
    fn new(globs: &[String]) -> Result<Option<Self>, PlanError> {
        if globs.is_empty() {
            return Ok(None);
        }
        let failed = |glob: &str, cause: globset::Error| PlanError::Glob {
            glob: glob.to_owned(),
            cause: cause.kind().to_string(),
        };
        let (mut local, mut whole) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for text in globs {
            // `*.pdf` names files, wherever they stand.
            let anywhere = if text.contains('/') { text.clone() } else { format!("**/{text}") };
            let glob =
                GlobBuilder::new(&anywhere).literal_separator(true).build().map_err(|cause| failed(text, cause))?;
            if text.contains("://") { &mut whole } else { &mut local }.add(glob);
        }
        let built = |builder: GlobSetBuilder| builder.build().map_err(|cause| failed(&globs.join(" "), cause));
        Ok(Some(Self { local: built(local)?, whole: built(whole)? }))
    }

    fn match_any(&self, address: &Address) -> bool {
        self.local.is_match(address.path_and_query()) || self.whole.is_match(address.as_str())
    }
}

fn same_site(a: &Address, b: &Address) -> bool {
    let name = |address: &Address| address.host().trim_start_matches("www.").to_owned();
    // Ports that somebody wrote down are other servers.
    name(a) == name(b) && a.url().port() == b.url().port()
}

fn in_section(start: &Address, address: &Address) -> bool {
    let (folder, path) = (section(start).trim_end_matches('/'), address.url().path());
    let below = path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    below && same_site(start, address)
}

/// `/docs/` of `/docs/a.html`.
fn section(start: &Address) -> &str {
    let path = start.url().path();
    if section_is_the_page(start) { path } else { &path[..=path.rfind('/').unwrap_or(0)] }
}

/// `/docs` means what is below it: its folder would be the whole site, which has a name of its own.
fn section_is_the_page(start: &Address) -> bool {
    let path = start.url().path();
    path.len() > 1 && path.rfind('/') == Some(0) && !path.contains('.')
}

/// Files that are taken from outside a section: what people put in a folder of its own.
const FILES: [&str; 12] = ["pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "epub", "rtf"];

fn is_file(address: &Address) -> bool {
    let extension = address.file_name().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    extension.is_some_and(|extension| FILES.contains(&extension.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(start: &str, scope: Scope) -> Plan {
        Plan::new(Url::parse(start).unwrap(), scope)
    }

    fn check(plan: &Plan, url: &str, expected: Result<(), &str>) {
        let said = Bounds::new(plan).unwrap().admits(&Address::parse(url).unwrap(), 1, Via::Link);
        assert_eq!(said.as_ref().map(|_| ()).map_err(String::as_str), expected, "{url}");
    }

    #[test]
    fn a_section_is_below_the_folder_of_its_start() {
        let plan = plan("https://acme.example/docs/a.html", Scope::Section);
        check(&plan, "http://www.acme.example/docs/deep/b.html", Ok(()));
        check(&plan, "https://acme.example/docs", Ok(()));
        check(&plan, "https://acme.example/docsy/", Err("it is not below /docs/"));
        check(&plan, "https://acme.example/files/price.PDF", Ok(()));
        check(&plan, "https://acme.example:8443/docs/", Err("it is on another site, acme.example"));
        check(&plan, "https://blog.acme.example/docs/", Err("it is on another site, blog.acme.example"));
    }

    #[test]
    fn a_bare_name_is_its_own_section() {
        let plan = plan("https://acme.example/docs", Scope::Section);
        check(&plan, "https://acme.example/docs/a", Ok(()));
        check(&plan, "https://acme.example/docs?p=2", Ok(()));
        check(&plan, "https://acme.example/docsy", Err("it is not below /docs"));
        check(&plan, "https://acme.example/", Err("it is not below /docs"));
    }

    #[test]
    fn page_and_site() {
        let page = plan("https://acme.example/a", Scope::Page);
        check(&page, "https://acme.example/a", Ok(()));
        check(&page, "https://acme.example/b", Err("the plan takes the start page only"));
        let site = plan("https://www.acme.example/a", Scope::Site);
        check(&site, "http://acme.example/z", Ok(()));
        check(&site, "http://acme.example.evil.example/z", Err("it is on another site, acme.example.evil.example"));
    }

    #[test]
    fn globs_take_and_leave() {
        let mut plan = plan("https://acme.example/", Scope::Site);
        plan.include = vec!["/docs/**".to_owned(), "https://acme.example/help/*".to_owned()];
        plan.exclude = vec!["/docs/**/print*".to_owned(), "/**/*?lang=*".to_owned()];
        check(&plan, "https://acme.example/docs/a/b", Ok(()));
        check(&plan, "https://acme.example/help/x", Ok(()));
        check(&plan, "https://acme.example/help/x/y", Err("none of the plan's inclusions matches it"));
        check(&plan, "https://acme.example/docs/a/print.html", Err("the plan excludes it"));
        check(&plan, "https://acme.example/docs/a?lang=de", Err("the plan excludes it"));
    }

    #[test]
    fn what_cannot_be_planned_says_why() {
        let mut broken = plan("https://acme.example/", Scope::Site);
        broken.exclude = vec!["/a[".to_owned()];
        assert!(Bounds::new(&broken).unwrap_err().to_string().starts_with("\"/a[\" is not a pattern: "));
        let files = plan("file:///srv/docs/", Scope::Section);
        check(&files, "file:///srv/docs/deep/b.md", Ok(()));
        check(&files, "file:///srv/private/b.md", Err("it is not below /srv/docs/"));
        check(&files, "https://acme.example/srv/docs/a", Err("it is on another site, acme.example"));
        check(&plan("https://acme.example/", Scope::Site), "file:///a", Err("it is on another site, file:"));
        let said = Bounds::new(&plan("ftp://acme.example/", Scope::Site)).unwrap_err().to_string();
        assert_eq!(said, "it cannot start at ftp://acme.example/: only http and https addresses are fetched, not ftp:");
    }

    #[test]
    fn files_and_depth() {
        let mut plan = plan("https://acme.example/", Scope::Site);
        plan.files = false;
        check(&plan, "https://acme.example/a.pdf", Err("the plan leaves files such as PDF out"));
        let far = Bounds::new(&plan).unwrap().admits(&Address::parse("https://acme.example/a").unwrap(), 21, Via::Link);
        assert_eq!(far, Err("it is more than 20 links away from the start".to_owned()));
    }

    #[test]
    fn headers_stay_at_home() {
        let bounds = Bounds::new(&plan("https://acme.example/docs/", Scope::Section)).unwrap();
        let home = |url: &str| bounds.is_home(&Address::parse(url).unwrap());
        assert!(home("https://www.acme.example/x"));
        assert!(!home("http://acme.example/x"));
        assert!(!home("https://evil.example/x"));
    }
}
