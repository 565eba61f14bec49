//! Round after round: what did not change costs nothing, what is gone leaves, and an interrupted round goes on.

use std::time::Duration;

use ingest::crawl::Crawl;
use ingest::crawl::ledger::Verdict;

use super::book::Book;
use super::site::{Glance, Site, ok, status};
use super::{chain, crawl, page, plan, word};

#[tokio::test(start_paused = true)]
async fn an_unchanged_site_is_handed_in_once() {
    for etags in [false, true] {
        let (mut site, book) = (chain(Site::default(), 60), Book::default());
        site.etags = etags;
        let first = crawl(&plan(), &site, &book).await;
        assert_eq!(book.take_handed_in().len(), 61);
        assert_eq!((first.progress.asked, first.retired, first.problems.len()), (61, 0, 0));
        let second = crawl(&plan(), &site, &book).await;
        assert_eq!(book.take_handed_in(), [""; 0]);
        assert_eq!((second.progress.asked, second.retired, second.held), (61, 0, 0));
        assert_eq!(book.count("unchanged"), 61);
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_page_is_handed_in_again() {
    let (site, book) = (chain(Site::default(), 10), Book::default());
    crawl(&plan(), &site, &book).await;
    book.take_handed_in();
    let site = site.without("/guide/aac").page("/guide/aac", &page("something else", &["/new"]));
    crawl(&plan(), &site.page("/new", &page("the new page", &[])), &book).await;
    assert_eq!(book.take_handed_in(), ["/guide/aac", "/new"]);
}

#[tokio::test(start_paused = true)]
async fn another_plan_asks_for_whole_pages() {
    let (mut site, book) = (chain(Site::default(), 10), Book::default());
    site.etags = true;
    let mut narrow = plan();
    narrow.include = vec!["/nothing".to_owned()];
    crawl(&narrow, &site, &book).await;
    assert_eq!(book.take_handed_in(), ["/"]);
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in().len(), 10);
}

/// A site of 20 pages of which some went: how many documents leave, and how many are held.
async fn check_gone(gone: usize, how: u16, expected: (usize, usize)) {
    let (mut site, book) = (chain(Site::default(), 19), Book::default());
    crawl(&plan(), &site, &book).await;
    for n in 0..gone {
        let at = format!("/guide/{}", word(18 - n));
        site = site.without(&at).answer(&at, Ok(status(how)));
    }
    let summary = crawl(&plan(), &site, &book).await;
    assert_eq!((summary.retired, summary.held), expected, "{gone} times {how}");
    assert_eq!(book.live(), 20 - summary.retired);
    assert_eq!(book.count("held"), summary.held);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_leaves_unless_it_is_too_much() {
    check_gone(4, 404, (4, 0)).await;
    check_gone(6, 410, (6, 0)).await;
    check_gone(8, 404, (0, 8)).await;
    check_gone(8, 403, (0, 0)).await;
    check_gone(3, 500, (0, 0)).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_held_and_came_back_stays() {
    let (mut site, book) = (chain(Site::default(), 4), Book::default());
    crawl(&plan(), &site, &book).await;
    let back = page("machine aab", &[]);
    for n in 1..4 {
        site = site.without(&format!("/guide/{}", word(n)));
    }
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.verdict("/guide/aab"), Some(Verdict::Held("it is gone (status 404)".to_owned())));
    crawl(&plan(), &site.page("/guide/aab", &back), &book).await;
    assert!(matches!(book.verdict("/guide/aab"), Some(Verdict::Unchanged | Verdict::HandedIn)));
}

#[tokio::test(start_paused = true)]
async fn a_site_that_is_down_loses_nothing() {
    for broken in [status(500), status(404), status(403)] {
        let (site, book) = (chain(Site::default(), 10), Book::default());
        crawl(&plan(), &site, &book).await;
        let down = Site::default().otherwise(move |_| Some(Ok(broken.clone())));
        let summary = crawl(&plan(), &down, &book).await;
        assert_eq!((summary.retired, summary.held, book.live()), (0, 0, 11));
        assert!(summary.problems.iter().any(|problem| problem.contains("nothing was removed")), "{summary:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_that_the_plan_leaves_out_leaves() {
    let (site, book) = (chain(Site::default(), 19), Book::default());
    crawl(&plan(), &site, &book).await;
    let mut narrower = plan();
    narrower.exclude = vec!["/guide/aa[pqr]".to_owned()];
    assert_eq!(crawl(&narrower, &site, &book).await.retired, 3);
    assert_eq!(book.take_retired(), ["/guide/aap", "/guide/aaq", "/guide/aar"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_moved_leaves_its_old_address() {
    let (site, book) = (chain(Site::default(), 10), Book::default());
    crawl(&plan(), &site, &book).await;
    let site = site.without("/guide/aaj").redirect("/guide/aaj", "/moved").page("/moved", &page("machine aaj", &[]));
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_retired(), ["/guide/aaj"]);
    assert_eq!(book.verdict("/moved"), Some(Verdict::HandedIn));
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_round_goes_on() {
    for calls in [0, 1, 2, 7, 30, 45] {
        let (site, book) = (chain(Site::default(), 30), Book::default());
        book.break_after(calls);
        let (plan, progress) = (plan(), |_: &_| {});
        let broken = Crawl { plan: &plan, fetch: &site, survey: &Glance, ledger: &book, progress: &progress };
        assert!(broken.run().await.is_err(), "after {calls} calls");
        book.mend();
        site.forget();
        let done = book.count("handed_in");
        crawl(&plan, &site, &book).await;
        assert_eq!(book.take_handed_in().len(), 31);
        assert_eq!(site.asked().len(), 31 - done, "only the rest is asked for after {calls} calls");
    }
}

#[tokio::test(start_paused = true)]
async fn what_only_a_sitemap_or_a_canonical_names_survives_an_interruption() {
    for calls in 0..9 {
        let canonical = "<link rel=canonical href=\"/gone\">";
        let site = Site::default()
            .page("/", &page("the start", &["/copy"]))
            .page("/copy", &super::page_with(canonical, "a page whose real address is gone", &[]))
            .page("/sitemap.xml", "<urlset><url><loc>/a</loc></url><url><loc>/b</loc></url></urlset>")
            .page("/a", &page("a", &[]))
            .page("/b", &page("b", &[]));
        let (mut plan, book, progress) = (plan(), Book::default(), |_: &_| {});
        plan.sitemap = true;
        book.break_after(calls);
        let broken = Crawl { plan: &plan, fetch: &site, survey: &Glance, ledger: &book, progress: &progress };
        assert!(broken.run().await.is_err(), "after {calls} calls");
        book.mend();
        crawl(&plan, &site, &book).await;
        assert_eq!(book.take_handed_in(), ["/", "/a", "/b", "/copy"], "after {calls} calls");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crawl_may_be_dropped() {
    let (site, book) = (chain(Site::default(), 30), Book::default());
    for _ in 0..3 {
        let dropped = tokio::time::timeout(Duration::from_secs(5), crawl(&plan(), &site, &book)).await;
        assert!(dropped.is_err());
    }
    crawl(&plan(), &site, &book).await;
    assert_eq!(book.take_handed_in().len(), 31);
}

#[tokio::test(start_paused = true)]
async fn a_guard_remembers_how_much_was_live_before_the_interruption() {
    let (site, book) = (chain(Site::default(), 9), Book::default());
    crawl(&plan(), &site, &book).await;
    // Four of ten are gone; thirty new pages come in before the plug is pulled.
    let mut site = chain(Site::default(), 40);
    for n in 0..4 {
        let at = format!("/guide/{}", word(8 - n));
        site = site.without(&at);
    }
    let all: Vec<String> = (9..40).map(|n| format!("/guide/{}", word(n))).collect();
    let links: Vec<&str> = all.iter().map(String::as_str).collect();
    let site = site.without("/").answer("/", Ok(ok(&page("the new start", &links))));
    book.break_after(40);
    let (plan, progress) = (plan(), |_: &_| {});
    let broken = Crawl { plan: &plan, fetch: &site, survey: &Glance, ledger: &book, progress: &progress };
    assert!(broken.run().await.is_err());
    book.mend();
    assert_eq!(crawl(&plan, &site, &book).await.held, 4);
}
