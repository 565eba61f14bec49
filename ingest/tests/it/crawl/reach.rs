//! How far a crawl goes, and what pages and sites say of themselves.

use std::time::Duration;

use ingest::crawl::explain::explain;
use ingest::crawl::ledger::Verdict;
use ingest::crawl::plan::Scope;
use ingest::crawl::ports::{FetchFault, Fetched};
use url::Url;

use super::book::Book;
use super::site::{Site, ok, status};
use super::{HOME, crawl, page, page_with, plan};

fn failed(why: &str) -> Option<Verdict> {
    Some(Verdict::Failed(why.to_owned()))
}

fn leads_to(path: &str) -> Option<Verdict> {
    Some(Verdict::RedirectedTo(super::site::full(path)))
}

#[tokio::test(start_paused = true)]
async fn scopes_and_globs() {
    let links =
        ["/docs/a", "/docs/b/c?utm_source=x", "/blog/", "/files/list.rtf", "https://other.example/", "mailto:x@y"];
    let site = || {
        let mut site = Site::default();
        for at in ["/docs/", "/docs/a", "/docs/b/c", "/blog/"] {
            site = site.page(at, &page(at, &links));
        }
        site.answer("/files/list.rtf", Ok(ok("a list of everything")))
    };
    let handed_in = async |change: fn(&mut ingest::crawl::plan::Plan)| {
        let (mut plan, book) = (plan(), Book::default());
        plan.start = vec![Url::parse(HOME).unwrap().join("/docs/").unwrap()];
        change(&mut plan);
        crawl(&plan, &site(), &book).await;
        (book.take_handed_in(), book)
    };
    let (pages, book) = handed_in(|_| {}).await;
    assert_eq!(pages, ["/blog/", "/docs/", "/docs/a", "/docs/b/c", "/files/list.rtf"]);
    let elsewhere = Verdict::OutOfScope("it is on another site, other.example".to_owned());
    assert_eq!(book.verdict("https://other.example/"), Some(elsewhere));
    let (pages, _) = handed_in(|plan| plan.scope = Scope::Section).await;
    assert_eq!(pages, ["/docs/", "/docs/a", "/docs/b/c", "/files/list.rtf"]);
    let (pages, _) = handed_in(|plan| plan.scope = Scope::Page).await;
    assert_eq!(pages, ["/docs/"]);
    let (pages, _) = handed_in(|plan| plan.exclude = vec!["/docs/b/**".to_owned(), "*.rtf".to_owned()]).await;
    assert_eq!(pages, ["/blog/", "/docs/", "/docs/a"]);
    let (pages, book) = handed_in(|plan| plan.pages = 2).await;
    assert_eq!(pages.len(), 2);
    assert_eq!(book.verdict("/blog/"), Some(Verdict::OutOfScope("the limit of 2 pages was reached".to_owned())));
    let (pages, _) = handed_in(|plan| plan.depth = 0).await;
    assert_eq!(pages, ["/docs/"]);
}

#[tokio::test(start_paused = true)]
async fn redirects() {
    let links = ["/old", "/loop/a", "/self", "/far", "/out", "/inside", "/account", "/odd", "/short;jsessionid=1"];
    let mut site = Site::default()
        .page("/", &page("the start", &links))
        .redirect("/old", "new")
        .page("/new", &page("the new page", &[]))
        .redirect("/loop/a", "/loop/b")
        .redirect("/loop/b", "/loop/a")
        .redirect("/self", "/self?utm_medium=y")
        .redirect("/out", "https://other.example/page")
        .redirect("/inside", "/private")
        .answer("/private", Err(FetchFault::Forbidden("the address leads to 10.0.0.1, which is private".to_owned())))
        .redirect("/account", "/login?next=/account")
        .redirect("/odd", "javascript:alert(1)")
        .redirect("/short", "/");
    for n in 0..9 {
        let at = if n == 0 { "/far".to_owned() } else { format!("/far/hop{n}") };
        site = site.redirect(&at, &format!("/far/hop{}", n + 1));
    }
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/", "/new"]);
    assert_eq!(book.verdict("/old"), leads_to("/new"));
    assert_eq!(book.verdict("/loop/a"), leads_to("/loop/b"));
    assert_eq!(book.verdict("/loop/b"), failed("its redirects lead in a circle"));
    assert_eq!(book.verdict("/self"), failed("its redirects lead in a circle"));
    assert_eq!(book.verdict("/far"), leads_to("/far/hop1"));
    assert_eq!(book.verdict("/far/hop5"), failed("it redirects more than 5 times"));
    assert_eq!(book.verdict("/out"), leads_to("https://other.example/page"));
    assert_eq!(book.verdict("https://other.example/page").unwrap().as_str(), "out_of_scope");
    assert_eq!(book.verdict("/private"), failed("the address leads to 10.0.0.1, which is private"));
    assert_eq!(book.verdict("/account"), failed("it asks for a login, at https://acme.example/login?next=/account"));
    assert!(book.verdict("/odd").unwrap().sentence().starts_with("it redirects wrongly"));
    assert!(!site.asked().iter().any(|path| path.contains("other.example")));
}

#[tokio::test(start_paused = true)]
async fn a_start_page_may_lead_elsewhere_on_its_site() {
    let site = Site::default()
        .redirect("/", "https://www.acme.example/en/")
        .page("https://www.acme.example/en/", &page("welcome", &["/en/more"]));
    let (mut plan, book) = (plan(), Book::default());
    plan.scope = Scope::Page;
    crawl(&plan, &site, &book).await;
    assert_eq!(book.take_handed_in(), ["https://www.acme.example/en/"]);
}

#[tokio::test(start_paused = true)]
async fn canonicals_are_believed_while_they_are_there() {
    let canonical = |to: &str, about: &str| page_with(&format!("<link rel=canonical href=\"{to}\">"), about, &[]);
    let site = Site::default()
        .page("/", &page("the start", &["/print/a", "/lost", "/ping", "/pong", "/odd", "/away", "/trap"]))
        .page("/print/a", &canonical("/a", "a to print"))
        .page("/a", &canonical("/a", "a"))
        .page("/lost", &canonical("/nowhere", "a page whose real address is gone"))
        .page("/ping", &canonical("/pong", "ping"))
        .page("/pong", &canonical("/ping", "pong"))
        .page("/odd", &canonical("/", "a page of a bad template"))
        .page("/trap", &canonical("/x/x/x", "a page whose real address looks like a trap"))
        .page("/away", &canonical("https://other.example/away", "away"));
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    let handed_in = book.take_handed_in();
    assert_eq!(book.verdict("/print/a"), Some(Verdict::DuplicateOf("https://acme.example/a".to_owned())));
    for at in ["/", "/a", "/lost", "/odd", "/away", "/trap"] {
        assert!(handed_in.contains(&at.to_owned()), "{at} of {handed_in:?}");
    }
    assert_eq!(handed_in.iter().filter(|at| ["/ping", "/pong"].contains(&at.as_str())).count(), 1, "{handed_in:?}");
}

#[tokio::test(start_paused = true)]
async fn pages_say_noindex_and_nofollow() {
    let site = Site::default()
        .page("/", &page("the start", &["/meta", "/header", "/other", "/still"]))
        .page("/meta", &page_with("<meta name=robots content=noindex>", "hidden", &["/behind"]))
        .answer("/header", Ok(Fetched { robots_tags: vec!["lectern: none".to_owned()], ..ok(&page("x", &["/never"])) }))
        .answer("/other", Ok(Fetched { robots_tags: vec!["otherbot: noindex".to_owned()], ..ok(&page("shown", &[])) }))
        .page("/still", &page_with("<meta name=robots content=nofollow>", "still", &["/never"]))
        .page("/behind", &page("behind", &[]))
        .page("/never", &page("never", &[]));
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/", "/behind", "/other", "/still"]);
    assert_eq!(book.verdict("/meta"), Some(Verdict::NoIndex));
    assert_eq!(book.verdict("/header"), Some(Verdict::NoIndex));
    assert_eq!(book.verdict("/never"), None);
}

#[tokio::test(start_paused = true)]
async fn robots_are_obeyed() {
    let text = "User-agent: *\nCrawl-delay: 3\nDisallow: /private";
    let site = Site::default()
        .page("/robots.txt", text)
        .page("/", &page("the start", &["/a", "/private/b"]))
        .page("/a", &page("a", &[]));
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/", "/a"]);
    assert_eq!(book.verdict("/private/b"), Some(Verdict::Robots));
    let between = site.asked_at("/a")[0] - site.asked_at("/")[0];
    assert!(between >= Duration::from_secs(3), "{between:?}");
}

#[tokio::test(start_paused = true)]
async fn a_page_stands_for_itself_where_its_real_address_is_forbidden() {
    let site = Site::default()
        .page("/robots.txt", "User-agent: *\nDisallow: /private")
        .page("/", &page_with("<link rel=canonical href=\"/private\">", "the start", &[]));
    let (mut plan, book) = (plan(), Book::default());
    plan.delay = Duration::ZERO;
    crawl(&plan, &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/"]);
    assert_eq!(book.verdict("/private"), Some(Verdict::Robots));
}

/// A site whose robots.txt answers so: how many pages are asked for.
async fn check_robots(answers: Vec<super::site::Answer>, expected: usize) {
    let mut site = Site::default().page("/", &page("the start", &["/a"])).page("/a", &page("a", &[]));
    for answer in answers {
        site = site.answer("/robots.txt", answer);
    }
    crawl(&plan(), &site, &Book::default()).await;
    assert_eq!(site.asked().len(), expected);
}

#[tokio::test(start_paused = true)]
async fn robots_that_cannot_be_read() {
    check_robots(vec![Ok(status(404))], 2).await;
    check_robots(vec![Ok(status(403))], 2).await;
    check_robots(vec![Ok(status(503))], 0).await;
    check_robots(vec![Err(FetchFault::Unreachable("no connection".to_owned()))], 0).await;
    check_robots(vec![Ok(status(503)), Ok(ok("User-agent: *\nDisallow: /a"))], 1).await;
    let elsewhere = Fetched { location: Some("/robots.txt".to_owned()), ..status(301) };
    check_robots(vec![Ok(elsewhere.clone()), Ok(ok("User-agent: *\nDisallow: /"))], 0).await;
    check_robots(vec![Ok(elsewhere)], 2).await;
}

#[tokio::test(start_paused = true)]
async fn sitemaps_are_followed() {
    let list = |paths: &[&str]| -> String {
        paths.iter().map(|path| format!("<url><loc>https://acme.example{path}</loc></url>")).collect()
    };
    let index = |paths: &[&str]| -> String {
        let all: String = paths.iter().map(|path| format!("<sitemap><loc>{path}</loc></sitemap>")).collect();
        format!("<sitemapindex>{all}</sitemapindex>")
    };
    let mut site = Site::default()
        .page("/robots.txt", "Sitemap: https://acme.example/index.xml")
        .page("/", &page("the start", &[]))
        .page("/index.xml", &index(&["/one.xml", "/index.xml", "/two.xml", "/missing.xml"]))
        .page("/one.xml", &format!("<urlset>{}</urlset>", list(&["/a", "/b"])))
        .page("/two.xml", &index(&["/three.xml"]))
        .page("/three.xml", &index(&["/four.xml"]))
        .page("/four.xml", &format!("<urlset>{}</urlset>", list(&["/too-deep"])));
    for at in ["/a", "/b", "/too-deep"] {
        site = site.page(at, &page(at, &["/linked"]));
    }
    let (mut plan, book) = (plan(), Book::default());
    (plan.sitemap, plan.depth) = (true, 1);
    let summary = crawl(&plan, &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/", "/a", "/b"]);
    assert_eq!(summary.problems, ["https://acme.example/missing.xml cannot be read: status 404"]);
    assert_eq!(book.verdict("/linked").unwrap().as_str(), "out_of_scope");
}

#[tokio::test(start_paused = true)]
async fn pages_that_need_scripts() {
    let shell = "<html><title>App</title><div id=app></div></html>";
    let site = Site::default()
        .page("/", &page("the start", &["/app", "/bare"]))
        .page("/app", shell)
        .page("/bare", shell)
        .rendered("/app", &page("what the scripts show", &["/behind"]))
        .page("/behind", &page("behind the scripts", &[]));
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/", "/app", "/behind"]);
    assert_eq!(book.verdict("/bare"), failed("it needs JavaScript to show anything, and no browser is configured"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_says_why() {
    let links = ["/photo", "/empty", "/big", "/teapot", "/later"];
    let site = Site::default()
        .page("/", &page("the start", &links))
        .answer("/photo", Ok(Fetched { body: b"\x89PNG\r\n\x1a\n....".to_vec(), ..status(200) }))
        .answer("/empty", Ok(status(200)))
        .answer("/big", Err(FetchFault::TooLarge { most_bytes: 10 }))
        .answer("/teapot", Ok(status(418)))
        .answer("/later", Ok(status(502)));
    let book = Book::default();
    crawl(&plan(), &site, &book).await;
    let said = |at: &str| book.verdict(at).unwrap().sentence();
    assert_eq!(said("/photo"), "this looks like a PNG image, which cannot be read");
    assert_eq!(said("/empty"), "the file is empty");
    assert_eq!(said("/big"), "it is larger than 10 bytes");
    assert_eq!(said("/teapot"), "the site answers with status 418");
    assert_eq!(said("/later"), "the site answers with status 502, 3 times");
    assert_eq!(site.asked_at("/later").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn headers_go_to_their_own_host() {
    let site = Site::default().otherwise(|request| {
        let told = !request.headers.is_empty();
        match (request.url.host_str(), request.url.path()) {
            (_, "/robots.txt") => None,
            (Some("acme.example"), "/") if told => Some(Ok(ok(&page("members only", &["/sitemap"])))),
            (Some("cdn.example"), _) if told => Some(Ok(ok("https://acme.example/leak"))),
            _ => None,
        }
    });
    let (mut plan, book) = (plan(), Book::default());
    plan.headers = vec![("authorization".to_owned(), "secret".to_owned())];
    plan.sitemaps = vec![Url::parse("https://cdn.example/list.txt").unwrap()];
    crawl(&plan, &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/"]);
    assert_eq!(book.verdict("/leak"), None);
}

#[test]
fn an_address_is_explained() {
    let mut plan = plan();
    plan.exclude = vec!["/old/**".to_owned()];
    let said = |text: &str| {
        let robots = b"User-agent: *\nDisallow: /private";
        let explanation = explain(text, &plan, Some(robots), None).unwrap();
        let reasons: Vec<_> = explanation.findings.iter().filter(|finding| !finding.passes).collect();
        let reasons: Vec<_> =
            reasons.iter().map(|finding| format!("{}: {}", finding.subject, finding.sentence)).collect();
        (explanation.address, explanation.fetched, reasons.join("; "))
    };
    let check = |text: &str, address: &str, reasons: &str| {
        assert_eq!(said(text), (address.to_owned(), reasons.is_empty(), reasons.to_owned()));
    };
    check("HTTPS://Acme.example/a?utm_source=x#b", "https://acme.example/a", "");
    check("https://acme.example/old/a", "https://acme.example/old/a", "plan: the plan excludes it");
    check(
        "https://acme.example/private/a",
        "https://acme.example/private/a",
        "robots: the site's robots.txt asks lectern not to fetch it: Disallow: /private",
    );
    check("ftp://acme.example/", "ftp://acme.example/", "address: only http and https addresses are fetched, not ftp:");
}
