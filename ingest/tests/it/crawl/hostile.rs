//! Sites that never end, lie, stall and fail: every crawl of them ends, and the real pages are found.

use std::time::Duration;

use ingest::crawl::ledger::Verdict;
use ingest::crawl::ports::{FetchFault, Fetched, Request};
use tokio::time::Instant;
use url::Url;

use super::book::Book;
use super::site::{Answer, Site, ok, status};
use super::{chain, crawl, page, plan, word};

const REAL: usize = 200;

/// A site of 201 real pages, beside which a trap begins at `/trap/`. All of the real ones are found, hardly any of the
/// others, and the crawl ends within its budget.
async fn check_trap(trap: impl Fn(&Request) -> Option<Answer> + Send + Sync + 'static, door: &str, most_junk: usize) {
    let site =
        chain(Site::default(), REAL).without("/").page("/", &page("the start", &[door, "/guide/aaa", "/guide/aab"]));
    let site = site.otherwise(trap);
    let (mut plan, book) = (plan(), Book::default());
    plan.pages = 1000;
    crawl(&plan, &site, &book).await;
    let handed_in = book.take_handed_in();
    let real = handed_in.iter().filter(|path| *path == "/" || path.starts_with("/guide/")).count();
    assert_eq!(real, REAL + 1);
    assert!(handed_in.len() - real <= most_junk, "{} pages of the trap were taken", handed_in.len() - real);
    assert!(site.requests() <= plan.pages * 11 / 10, "{} requests", site.requests());
}

fn html(text: String) -> Option<Answer> {
    Some(Ok(ok(&text)))
}

#[tokio::test(start_paused = true)]
async fn an_endless_calendar() {
    let calendar = |request: &Request| {
        let rest = request.url.path().strip_prefix("/trap/")?.to_owned();
        let (year, month) = rest.split_once('/')?;
        let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
        let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let links: Vec<String> = (1..28).map(|day| format!("/trap/{year}/{month}/{day}")).collect();
        let links = [links.join("\"><a href=\""), format!("/trap/{}/{}", next.0, next.1)];
        html(format!("<h1>{year}-{month}</h1>Nothing is planned. <a href=\"{}\">next</a>", links.join("\"><a href=\"")))
    };
    check_trap(calendar, "/trap/2026/11", 12).await;
    let by_query = |request: &Request| {
        let month = request.url.query()?.strip_prefix("month=2026-")?.parse::<u32>().ok()?;
        let about = format!("{} of the machines of {}", word(month as usize), word(month as usize + 7));
        html(page(&about, &[&format!("/trap/?month=2026-{:02}", month + 1)]))
    };
    check_trap(by_query, "/trap/?month=2026-10", 120).await;
}

#[tokio::test(start_paused = true)]
async fn segments_that_repeat() {
    let trap = |request: &Request| {
        let path = request.url.path().strip_prefix("/trap/")?;
        html(page(&format!("the folder {path}"), &["more/", "help/", "again/help/"]))
    };
    check_trap(trap, "/trap/", 200).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_in_every_link() {
    let trap = |request: &Request| {
        let path = request.url.path().strip_prefix("/trap/")?;
        let visit = request.url.as_str().len() * 7919;
        let links = [
            format!("/trap/a?PHPSESSID={visit:x}"),
            format!("/trap/b;jsessionid={visit:x}"),
            format!("/trap/{visit:x}/c"),
        ];
        html(page(if path.ends_with('c') { "c" } else { path }, &links.each_ref().map(String::as_str)))
    };
    check_trap(trap, "/trap/", 80).await;
}

#[tokio::test(start_paused = true)]
async fn filters_in_every_combination() {
    let trap = |request: &Request| {
        let query = request.url.path().strip_prefix("/trap/").map(|_| request.url.query().unwrap_or_default())?;
        let links: Vec<String> = ["color", "size", "sort", "brand", "page"]
            .iter()
            .flat_map(|key| (0..9).map(move |value| format!("/trap/?{query}&{key}={value}")))
            .collect();
        html(page(&format!("machines by {query}"), &links.iter().map(String::as_str).collect::<Vec<_>>()))
    };
    check_trap(trap, "/trap/", 800).await;
}

#[tokio::test(start_paused = true)]
async fn a_tarpit_of_words() {
    let trap = |request: &Request| {
        let path = request.url.path().strip_prefix("/trap/")?;
        let seed = path.bytes().fold(7_usize, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()) % 17_000);
        let links: Vec<String> = (1..9).map(|n| format!("/trap/{}/{}", word(seed * n + 1), word(seed + n))).collect();
        let links = links.iter().map(|link| format!("<a href=\"{link}\">{}</a>", word(link.len()))).collect::<String>();
        html(format!("<h1>{}</h1><p>The best machines of all machines are only here, read on:</p>{links}", word(seed)))
    };
    check_trap(trap, "/trap/", 60).await;
}

#[tokio::test(start_paused = true)]
async fn redirects_without_end() {
    let trap = |request: &Request| {
        let path = request.url.path().strip_prefix("/trap/")?;
        Some(Ok(Fetched { location: Some(format!("/trap/{path}x")), ..status(302) }))
    };
    check_trap(trap, "/trap/", 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_site_that_shows_something_for_everything() {
    let site = Site::default()
        .page("/", &page("the start", &["/real", "/broken", "/broken/too"]))
        .page("/real", &page("a real page", &[]))
        .otherwise(|request| match request.url.path() {
            "/robots.txt" => None,
            _ => html(page("Sorry, there is nothing here", &["/broken/more"])),
        });
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/", "/real"]);
    assert_eq!(book.verdict("/broken"), Some(Verdict::Gone(200)));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_always_fails_is_left() {
    let links: Vec<String> = (0..50).map(|n| format!("/x/{}", word(n))).collect();
    let site = Site::default()
        .page("/", &page("the start", &links.iter().map(String::as_str).collect::<Vec<_>>()))
        .otherwise(|request| match request.url.path().starts_with("/x/") {
            true => Some(Err(FetchFault::Unreachable("the connection broke off".to_owned()))),
            false => None,
        });
    let (book, begun) = (Book::default(), Instant::now());
    let summary = crawl(&plan(), &site, &book).await;
    assert_eq!(book.count("failed"), 50);
    assert!(site.requests() < 20, "{} requests", site.requests());
    assert!(begun.elapsed() < Duration::from_secs(120));
    assert!(summary.problems[0].contains("the host failed 5 times in a row: the connection broke off"), "{summary:?}");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_asks_to_wait_is_obeyed() {
    let busy = Fetched { retry_after: Some(Duration::from_secs(30)), ..status(429) };
    let site = Site::default()
        .page("/", &page("the start", &["/a"]))
        .answer("/a", Ok(busy))
        .answer("/a", Ok(ok(&page("a", &["/b"]))))
        .page("/b", &page("b", &[]));
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/", "/a", "/b"]);
    let asked = site.asked_at("/a");
    assert_eq!(asked.len(), 2);
    assert!(asked[1] - asked[0] >= Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn hosts_that_stall_do_not_delay_another() {
    let mut plan = plan();
    plan.start.extend((0..50).map(|n| Url::parse(&format!("https://stall-{n}.example/")).unwrap()));
    plan.start.rotate_left(1);
    let took = async |plan: &_| {
        let (site, book, begun) = (chain(Stalling::site(), 100), Book::default(), Instant::now());
        crawl(plan, &site, &book).await;
        assert_eq!(book.count("handed_in"), 101);
        let last = (0..100).flat_map(|n| site.asked_at(&format!("/guide/{}", word(n)))).max().unwrap();
        last - begun
    };
    let (alone, beside) = (took(&super::plan()).await, took(&plan).await);
    assert!(beside <= alone.mul_f64(1.2) + Duration::from_secs(1), "{alone:?} alone, {beside:?} beside");
}

/// Hosts that never get through.
struct Stalling;

impl Stalling {
    fn site() -> Site {
        Site::default().otherwise(|request| {
            let stalls = request.url.host_str().is_some_and(|host| host.starts_with("stall"));
            stalls.then(|| Err(FetchFault::Unreachable("it did not answer in time".to_owned())))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn requests_keep_their_distance() {
    let site = chain(Site::default(), 30);
    let begun = Instant::now();
    crawl(&plan(), &site, &Book::default()).await;
    assert!(begun.elapsed() >= Duration::from_millis(500) * 31, "{:?}", begun.elapsed());
}
