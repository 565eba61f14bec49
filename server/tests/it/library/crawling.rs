//! Crawls of a site on this machine: the real client, the real ledger, the real pipeline.

use std::time::Duration;

use ingest::crawl::plan::{Plan, Scope};
use retrieval::model::JobId;
use server::library::Source;
use url::Url;

use super::site::{Page, Site};
use super::{Home, on_all};
use crate::ground::label;

on_all!(
    a_site_is_crawled_and_answers_from_its_pages,
    the_second_crawl_of_an_unchanged_site_embeds_nothing,
    pages_that_are_gone_leave,
    too_many_gone_are_held_until_a_person_confirms,
    a_page_comes_once_to_the_same_readers,
    sources_with_other_readers_know_nothing_of_each_other,
    other_readers_of_a_source_count_at_once,
    an_interrupted_crawl_goes_on,
    a_crawl_that_is_stopped_is_gone_on_with_by_the_next,
    a_source_is_forgotten_with_what_came_from_it,
    a_folder_is_followed_as_a_site_is,
);

fn plan(site: &Site, path: &str, scope: Scope) -> Plan {
    let start = Url::parse(&format!("{}{path}", site.address)).unwrap();
    Plan { delay: Duration::ZERO, ..Plan::new(start, scope) }
}

/// Crawl, and work off what it brought.
async fn crawl(home: &Home, plan: &Plan, who: &str) -> Source {
    let (source, _): (Source, JobId) =
        home.library.crawl_later(&home.library.clearance, plan, &label(who)).await.unwrap();
    home.library.crawl(&|_| {}).await.unwrap().unwrap();
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    source
}

/// Path and verdict of every address, as the ledger has them.
async fn ledger(home: &Home, site: &Site, source: &Source) -> Vec<(String, String)> {
    let lines = home.library.ledger(source, None).await.unwrap();
    let path = |url: &str| url.strip_prefix(&site.address).unwrap_or(url).to_owned();
    lines.into_iter().map(|line| (path(&line.url), line.verdict.as_str().to_owned())).collect()
}

fn verdicts(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(path, verdict)| ((*path).to_owned(), (*verdict).to_owned())).collect()
}

const WORDS: [(&str, &str); 6] = [
    ("/docs/a", "Refunds arrive within ten business days after the approval of a claim."),
    ("/docs/b", "Invoices are sent on the first working day of every calendar month."),
    ("/docs/c", "Passwords must be changed when an employee leaves the security group."),
    ("/docs/d", "The warehouse closes at noon on the last Friday before public holidays."),
    ("/docs/e", "Support engineers answer urgent tickets within fifteen minutes at night."),
    ("/docs/f", "Laptops are replaced after four years or when their battery is worn out."),
];

async fn handbook() -> Site {
    let site = Site::open().await;
    site.put("/robots.txt", "text/plain", b"User-agent: *\nDisallow: /docs/private".to_vec());
    let links: Vec<&str> =
        WORDS.iter().map(|(path, _)| *path).chain(["/docs/private/x", "/other", "/docs/file.csv"]).collect();
    site.article("/docs/", "Handbook", "This handbook tells how the company works from day to day.", &links);
    for (path, words) in WORDS {
        site.article(path, path, words, &["/docs/"]);
    }
    site.put("/docs/file.csv", "text/csv", b"Question,Answer\nWhen is payday?,On the 25th of the month.\n".to_vec());
    site.article("/docs/private/x", "Private", "Nobody should read this sentence about salaries.", &[]);
    site.article("/other", "Other", "A page beside the section, which the plan does not take.", &[]);
    site
}

async fn a_site_is_crawled_and_answers_from_its_pages(home: Home) {
    let site = handbook().await;
    let source = crawl(&home, &plan(&site, "/docs/", Scope::Section), "internal").await;
    let expected = verdicts(&[
        ("/docs/", "indexed"),
        ("/docs/a", "indexed"),
        ("/docs/b", "indexed"),
        ("/docs/c", "indexed"),
        ("/docs/d", "indexed"),
        ("/docs/e", "indexed"),
        ("/docs/f", "indexed"),
        ("/docs/file.csv", "indexed"),
        ("/docs/private/x", "robots"),
        ("/other", "out_of_scope"),
    ]);
    let found: Vec<_> = ledger(&home, &site, &source).await.into_iter().filter(|(path, _)| path != "/").collect();
    assert_eq!(found, expected);
    assert!(!site.asked().iter().any(|path| path.contains("private") || path == "/other"));
    assert!(
        home.found("internal", "When do refunds arrive?").await.iter().any(|text| text.contains("ten business days"))
    );
    assert!(home.found("public", "When do refunds arrive?").await.is_empty());
    home.assert_in_step().await;
}

async fn the_second_crawl_of_an_unchanged_site_embeds_nothing(home: Home) {
    let (site, points) = (handbook().await, home.points().await);
    let plan = plan(&site, "/docs/", Scope::Section);
    crawl(&home, &plan, "internal").await;
    let (documents, parsed) = (home.documents().await, home.parsed.count());
    let after_first = home.points().await;
    assert!(after_first > points);
    let source = crawl(&home, &plan, "internal").await;
    assert_eq!((home.documents().await, home.parsed.count(), home.points().await), (documents, parsed, after_first));
    assert_eq!(site.unmodified(), 8);
    assert_eq!(ledger(&home, &site, &source).await.iter().filter(|(_, verdict)| verdict == "unchanged").count(), 8);

    site.article("/docs/a", "/docs/a", "Refunds now arrive within three business days.", &["/docs/"]);
    crawl(&home, &plan, "internal").await;
    assert_eq!(home.parsed.count(), parsed + 1, "only the page that changed is read again");
    assert!(
        home.found("internal", "When do refunds arrive?").await.iter().any(|text| text.contains("three business days"))
    );
    assert!(
        !home.found("internal", "When do refunds arrive?").await.iter().any(|text| text.contains("ten business days"))
    );
    home.assert_in_step().await;
}

async fn pages_that_are_gone_leave(home: Home) {
    let site = handbook().await;
    let plan = plan(&site, "/docs/", Scope::Section);
    crawl(&home, &plan, "public").await;
    site.take_down("/docs/a");
    site.show("/docs/b", Page { status: 410, content_type: "text/html", headers: vec![], body: b"gone".to_vec() });
    let source = crawl(&home, &plan, "public").await;
    let found = ledger(&home, &site, &source).await;
    assert!(found.contains(&("/docs/a".into(), "gone".into())) && found.contains(&("/docs/b".into(), "gone".into())));
    assert_eq!(home.document(&format!("{}/docs/a", site.address)).await, None);
    assert!(
        home.found("public", "refunds approval claim").await.iter().all(|text| !text.contains("ten business days"))
    );
    home.library.tell_index().await.unwrap();
    home.assert_in_step().await;
}

async fn too_many_gone_are_held_until_a_person_confirms(home: Home) {
    let site = handbook().await;
    let plan = plan(&site, "/docs/", Scope::Section);
    crawl(&home, &plan, "public").await;
    let before = home.documents().await;
    WORDS.iter().take(4).for_each(|(path, _)| site.take_down(path));
    let source = crawl(&home, &plan, "public").await;
    assert_eq!(home.documents().await, before, "nothing left without a person's word");
    let held = ledger(&home, &site, &source).await.into_iter().filter(|(_, verdict)| verdict == "held").count();
    assert_eq!(held, 4);
    assert_eq!(home.library.confirm(&source).await.unwrap(), 4);
    assert_eq!(home.documents().await, before - 4);
    home.assert_in_step().await;
}

async fn a_page_comes_once_to_the_same_readers(home: Home) {
    let site = handbook().await;
    crawl(&home, &plan(&site, "/docs/", Scope::Section), "internal").await;
    let page = crawl(&home, &plan(&site, "/docs/a", Scope::Page), "internal").await;
    assert!(ledger(&home, &site, &page).await.iter().all(|(_, verdict)| verdict == "out_of_scope"));
}

async fn sources_with_other_readers_know_nothing_of_each_other(home: Home) {
    let site = handbook().await;
    let inside = crawl(&home, &plan(&site, "/docs/", Scope::Section), "internal").await;
    let before = ledger(&home, &site, &inside).await;
    let [page, whole] =
        [("/docs/a", Scope::Page), ("/docs/", Scope::Section)].map(|(path, scope)| plan(&site, path, scope));
    let open = crawl(&home, &page, "public").await;
    let url = format!("{}/docs/a", site.address);
    let told = home.library.ledger(&open, None).await.unwrap();
    let own = told.iter().find(|line| line.url == url && line.live).unwrap();
    assert_ne!(own.document, home.document(&url).await, "it has a document of its own");
    assert!(told.iter().all(|line| line.live || line.document.is_none()), "{told:?}");
    assert!(!home.found("public", "When do refunds arrive?").await.is_empty());
    // The same address under another label is another source.
    let public = home.ground.reader("public");
    let (third, _) = home.library.crawl_later(&public, &whole, &label("customer")).await.unwrap();
    assert!(third.id != inside.id && third.address == inside.address);
    home.library.crawl(&|_| {}).await.unwrap().unwrap();
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    assert_eq!(ledger(&home, &site, &third).await, before, "as if it were alone");
    // Each goes without the others.
    home.library.forget(&open).await.unwrap();
    home.library.forget(&third).await.unwrap();
    assert!(home.found("customer", "When do refunds arrive?").await.is_empty());
    assert!(!home.found("internal", "When do refunds arrive?").await.is_empty());
    assert_eq!(ledger(&home, &site, &inside).await, before);
}

async fn other_readers_of_a_source_count_at_once(home: Home) {
    let site = handbook().await;
    let plan = plan(&site, "/docs/", Scope::Section);
    crawl(&home, &plan, "public").await;
    let everything = home.ground.everything();
    let page = home.document(&format!("{}/docs/c", site.address)).await.unwrap();
    let text = home.library.store.document_inspect(&everything, page).await.unwrap().unwrap().text;
    home.ingest(&[("copy.md", "public", &text)]).await;
    let (source, _) = home.library.crawl_later(&home.library.clearance, &plan, &label("internal")).await.unwrap();
    assert!(
        home.found("public", "refunds approval claim").await.iter().all(|text| !text.contains("ten business days"))
    );
    assert!(
        home.found("internal", "refunds approval claim").await.iter().any(|text| text.contains("ten business days"))
    );
    assert!(
        home.found("public", "passwords").await.iter().any(|text| text.contains("security group")),
        "the copy stays"
    );
    home.library.crawl(&|_| {}).await.unwrap().unwrap();
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    let public = home.found("public", "refunds invoices passwords warehouse support laptops").await;
    assert!(public.iter().all(|text| text.contains("security group")), "{public:?}");
    assert!(ledger(&home, &site, &source).await.iter().all(|(_, verdict)| verdict != "failed"));
    home.assert_in_step().await;
}

async fn an_interrupted_crawl_goes_on(home: Home) {
    let site = handbook().await;
    let plan = plan(&site, "/docs/", Scope::Section);
    let (source, _) = home.library.crawl_later(&home.library.clearance, &plan, &label("public")).await.unwrap();
    // The process dies as soon as the first pages were asked for.
    let died = tokio::time::timeout(Duration::from_secs(60), async {
        let seen = std::sync::atomic::AtomicUsize::new(0);
        let enough = tokio::sync::Notify::new();
        let progress = |_: &ingest::crawl::Progress| {
            if seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 2 {
                enough.notify_one();
            }
        };
        tokio::select! {
            _ = home.library.crawl(&progress) => panic!("it came to its end"),
            () = enough.notified() => {}
        }
    });
    died.await.unwrap();
    let library = home.restarted(std::sync::Arc::clone(&home.index)).await;
    library.crawl(&|_| {}).await.unwrap().unwrap();
    while library.work(&|_, _| {}).await.unwrap().is_some() {}
    let found = ledger(&home, &site, &source).await;
    assert_eq!(found.iter().filter(|(_, verdict)| verdict == "indexed").count(), 8, "{found:?}");
    home.assert_in_step().await;
}

async fn a_crawl_that_is_stopped_is_gone_on_with_by_the_next(home: Home) {
    let site = handbook().await;
    let patient = Plan { delay: Duration::from_millis(400), ..plan(&site, "/docs/", Scope::Section) };
    let (source, job) = home.library.crawl_later(&home.library.clearance, &patient, &label("public")).await.unwrap();
    let enough = tokio::sync::Notify::new();
    let progress = |round: &ingest::crawl::Progress| {
        if round.asked >= 2 {
            enough.notify_one();
        }
    };
    let stopping = async {
        enough.notified().await;
        assert!(home.library.stop(job).await.unwrap());
    };
    let (crawled, ()) = tokio::join!(home.library.crawl(&progress), stopping);
    assert_eq!(crawled.unwrap().unwrap().summary, None);
    assert_eq!(home.library.job(job).await.unwrap().unwrap().state, "cancelled");
    let status = home.library.sources().await.unwrap().remove(0);
    assert!(status.source.is_open && !status.crawling, "nobody goes on with it by themselves");
    // What it brought until then is read.
    while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    let found = ledger(&home, &site, &source).await;
    let indexed = found.iter().filter(|(_, verdict)| verdict == "indexed").count();
    assert!((1..8).contains(&indexed) && !found.iter().any(|(_, verdict)| verdict == "handed_in"), "{found:?}");

    crawl(&home, &plan(&site, "/docs/", Scope::Section), "public").await;
    let found = ledger(&home, &site, &source).await;
    let indexed = found.iter().filter(|(_, verdict)| ["indexed", "unchanged"].contains(&verdict.as_str())).count();
    assert_eq!(indexed, 8, "{found:?}");
    home.assert_in_step().await;
}

async fn a_source_is_forgotten_with_what_came_from_it(home: Home) {
    let site = handbook().await;
    home.ingest(&[("note.md", "public", "A note that no site has anything to do with.")]).await;
    let source = crawl(&home, &plan(&site, "/docs/", Scope::Section), "public").await;
    assert_eq!(home.library.forget(&source).await.unwrap(), 8);
    assert_eq!(home.documents().await, 1);
    assert!(home.library.sources().await.unwrap().is_empty());
    home.assert_in_step().await;
}

async fn a_folder_is_followed_as_a_site_is(home: Home) {
    let shelf = tempfile::Builder::new().prefix("shelf-").tempdir().unwrap();
    let path = |name: &str| shelf.path().join(name);
    std::fs::create_dir(path("deep")).unwrap();
    for (at, (_, words)) in WORDS.iter().enumerate() {
        std::fs::write(path(&format!("rule {at}.md")), format!("# Rule {at}\n\n{words}\n")).unwrap();
    }
    std::fs::write(path("deep/plan.txt"), "The harbour is dredged every other spring.\n").unwrap();
    std::fs::write(path("logo.png"), b"\x89PNG\r\n\x1a\n").unwrap();
    std::os::unix::fs::symlink("/etc/passwd", path("passwd.txt")).unwrap();
    let plan = Plan::of_files(Url::from_directory_path(shelf.path()).unwrap(), Scope::Section);
    let source = crawl(&home, &plan, "internal").await;
    let told = async |home: &Home| -> Vec<(String, String)> {
        let lines = home.library.ledger(&source, None).await.unwrap();
        let name = |url: &str| url.strip_prefix(plan.start[0].as_str()).unwrap().to_owned();
        let files = lines.into_iter().filter(|line| !line.url.ends_with('/'));
        files.map(|line| (name(&line.url), line.verdict.as_str().to_owned())).collect()
    };
    let mut expected = verdicts(&[("deep/plan.txt", "indexed"), ("logo.png", "unsupported")]);
    expected.extend((0..WORDS.len()).map(|at| (format!("rule%20{at}.md"), "indexed".to_owned())));
    assert_eq!(told(&home).await, expected);
    assert!(home.found("internal", "When do refunds arrive?").await.iter().any(|text| text.contains("ten business")));
    assert!(home.found("public", "When do refunds arrive?").await.is_empty());

    let parsed = home.parsed.count();
    crawl(&home, &plan, "internal").await;
    assert_eq!(home.parsed.count(), parsed, "nothing changed, and nothing was read again");
    std::fs::write(path("rule 0.md"), "# Rule 0\n\nRefunds arrive within a fortnight of the claim.\n").unwrap();
    std::fs::remove_file(path("deep/plan.txt")).unwrap();
    crawl(&home, &plan, "internal").await;
    assert!(home.found("internal", "When do refunds arrive?").await.iter().any(|text| text.contains("a fortnight")));
    assert!(!home.found("internal", "harbour dredged spring").await.iter().any(|text| text.contains("dredged")));

    let documents = home.documents().await;
    let away = shelf.path().with_extension("away");
    std::fs::rename(shelf.path(), &away).unwrap();
    let refused = home.library.crawl_later(&home.library.clearance, &plan, &label("internal")).await.unwrap_err();
    assert!(refused.to_string().contains("no such file or folder on this server"), "{refused}");
    std::fs::rename(&away, shelf.path()).unwrap();
    assert_eq!(home.documents().await, documents);
    for outside in ["file:///etc/", "file:///etc/passwd"] {
        let plan = Plan::of_files(Url::parse(outside).unwrap(), Scope::Section);
        let refused = home.library.crawl_later(&home.library.clearance, &plan, &label("internal")).await.unwrap_err();
        assert!(refused.to_string().contains("crawl.folders"), "{refused}");
    }
    home.assert_in_step().await;
}
