//! Names whose owners answer one thing to whoever checks and another to whoever connects.

use std::sync::atomic::Ordering;

use ingest::crawl::ports::{Fetch as _, FetchFault};
use server::fetch::{FetchSettings, WebClient};

use super::{Site, Turning, get, page, sentinel, settings};

/// A site of the "internet", and a sentinel of the inside on the same port of another address.
async fn turning(answers: &[&[&str]], rounds: usize) -> (Vec<Result<u16, FetchFault>>, usize, usize) {
    let site = Site::saying(page("", "public")).await;
    let (inside, came) = sentinel(&format!("127.0.0.2:{}", site.address.port())).await;
    let settings = FetchSettings { lookup: Turning::new(answers), ..settings(inside.port(), "127.0.0.1/32") };
    let client = WebClient::new(settings).unwrap();
    let url: url::Url = format!("http://flips.example.org:{}/", inside.port()).parse().unwrap();
    let mut outcomes = Vec::new();
    for _ in 0..rounds {
        outcomes.push(client.fetch(&get(url.clone())).await.map(|answer| answer.status));
    }
    (outcomes, site.asked().len(), came.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_name_that_flips_never_leads_inside() {
    let flips: &[&[&str]] = &[
        &["127.0.0.1"],
        &["127.0.0.2"],
        &["127.0.0.1", "127.0.0.2"],
        &["127.0.0.2", "127.0.0.1"],
        &["::ffff:127.0.0.2"],
        &["127.0.0.1", "::1"],
    ];
    let (outcomes, public, inside) = turning(flips, 600).await;
    let (good, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((good.len(), public), (100, 100));
    assert_eq!((refused.len(), inside), (500, 0));
    for outcome in refused {
        assert!(matches!(&outcome, Err(FetchFault::Forbidden(why)) if why.contains("public internet")), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_name_without_addresses_is_unreachable() {
    let (outcomes, ..) = turning(&[&[]], 1).await;
    assert!(matches!(&outcomes[0], Err(FetchFault::Unreachable(why)) if why.contains("no address")), "{outcomes:?}");
}
