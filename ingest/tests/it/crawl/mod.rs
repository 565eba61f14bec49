//! Crawling sites that are made up: what is fetched, what is handed in, what leaves, and that every crawl ends.
//!
//! Time stands still in these tests and jumps to whenever something happens next, so that pauses cost nothing.

mod book;
mod hostile;
mod reach;
mod rounds;
mod site;

use futures_util::future::BoxFuture;
use ingest::crawl::plan::{Plan, Scope};
use ingest::crawl::{Crawl, Summary};
use url::Url;

use self::book::Book;
use self::site::{Glance, Site};

const HOME: &str = "https://acme.example/";

fn plan() -> Plan {
    Plan::new(Url::parse(HOME).unwrap(), Scope::Site)
}

async fn crawl(plan: &Plan, site: &Site, book: &Book) -> Summary {
    let progress = |_: &_| {};
    let crawl = Crawl { plan, fetch: site, survey: &Glance, ledger: book, progress: &progress };
    // On any thread: that is how servers run it.
    let round: BoxFuture<_> = Box::pin(crawl.run());
    round.await.unwrap()
}

/// A page with text of its own and links.
fn page(about: &str, links: &[&str]) -> String {
    let links: String = links.iter().map(|link| format!("<a href=\"{link}\">on</a> ")).collect();
    format!(
        "<html><nav>Home of everything that Acme makes and sells</nav>{links}<h1>{about}</h1>\
         <p>Whoever wants to know about {about} finds here what {about} is for and how {about} is used.</p></html>"
    )
}

/// A page that says something in its head.
fn page_with(head: &str, about: &str, links: &[&str]) -> String {
    page(about, links).replace("<html>", &format!("<html>{head}"))
}

/// A start page and `count` pages, each of which leads to the next ones. With words as names: `/guide/ab`.
fn chain(site: Site, count: usize) -> Site {
    let path = |n: usize| format!("/guide/{}", word(n));
    let mut site = site.page("/", &page("the start", &[&path(0), &path(1)]));
    for n in 0..count {
        let next: Vec<String> = [2 * n + 2, 2 * n + 3].into_iter().filter(|n| *n < count).map(path).collect();
        let next: Vec<&str> = next.iter().map(String::as_str).collect();
        site = site.page(&path(n), &page(&format!("machine {}", word(n)), &next));
    }
    site
}

/// A word for every number: tests with digits would be tests of what digits mean.
fn word(n: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    [letter(n / 676), letter(n / 26), letter(n)].iter().collect()
}
