//! What leaves is gone: from the index, from every row, from the originals; its receipt says so, and only once it is true.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use ingest::crawl::plan::{Plan, Scope};
use retrieval::access::Principal;
use retrieval::model::PointId;
use retrieval::ports::{Point, Purpose};
use server::answer::Question;
use server::conversation::{Claim, Conversations};
use server::library::{Ending, JobKind, Receipt};
use server::store::{Field, PASSING, Vectors, kept_tables};
use url::Url;
use uuid::Uuid;

use super::site::{Page, Site};
use super::{Home, on_all};
use crate::ground::{HOUR_MS, label};

on_all!(
    what_is_removed_is_looked_for_and_not_found,
    what_is_still_somewhere_is_not_called_gone,
    what_another_document_says_too_stays,
    what_a_model_made_of_former_words_is_forgotten,
    whoever_could_not_read_it_reads_no_receipt,
    what_is_handed_in_leaves_when_its_time_is_over,
    a_page_that_is_not_seen_any_more_leaves_when_its_time_is_over,
);

const DAY_MS: i64 = 24 * HOUR_MS;
const TEXT: &str = "# Refunds\n\nRefunds with the word zq731x arrive within ten days of the approval of a claim.";

async fn receipts(home: &Home, who: &str) -> Vec<Receipt> {
    home.library.receipts(&home.ground.reader(who), None, 100).await.unwrap()
}

/// In which tables a word stands, whatever the column.
async fn tables_with(home: &Home, word: &str) -> Vec<&'static str> {
    let mut cut = home.ground.store.cut().await.unwrap();
    let mut found = Vec::new();
    for table in kept_tables(Vectors::Kept).chain(PASSING) {
        let rows: Vec<_> = cut.rows(table).try_collect().await.unwrap();
        let says = |field: &Field| matches!(field, Field::Text(text) if text.contains(word));
        if rows.iter().any(|row| row.fields.iter().any(says)) {
            found.push(table);
        }
    }
    cut.close().await.unwrap();
    found
}

async fn run(home: &Home, kind: JobKind) {
    home.ground.store.job_queue(home.ground.workspace, kind, None, "tester").await.unwrap();
    assert_eq!(home.library.run(kind).await.unwrap().unwrap().1, Ending::Done(()));
}

async fn what_is_removed_is_looked_for_and_not_found(home: Home) {
    home.ingest(&[("refunds.md", "public", TEXT), ("other.md", "public", "# Other\n\nInvoices come monthly.")]).await;
    let answerer = home.answerer();
    let operator = Principal::operator(home.ground.workspace);
    let answer = answerer.ask(&operator, &Question::parse("How long do refunds take?").unwrap(), &[]).await.unwrap();
    assert!(answer.text.contains("zq731x"), "{}", answer.text);
    let conversations = Conversations::of(&answerer);
    let claim = Claim { principal: &operator, name: "talk", secret: None };
    let talk = conversations.resume(claim, &operator, "How long do refunds take?").await.unwrap();
    conversations.keep(&talk, &operator, "How long do refunds take?", &answer).await;
    let document = home.document("refunds.md").await.unwrap();
    assert!(tables_with(&home, "zq731x").await.len() >= 5);

    assert!(home.remove(document).await);
    assert_eq!(tables_with(&home, "zq731x").await, [""; 0]);
    let [receipt] = &receipts(&home, "public").await[..] else { panic!("one receipt") };
    let found = receipt.found.clone().unwrap();
    assert!(receipt.proven_ms.is_some() && found.is_gone(), "{receipt:?}");
    assert_eq!((receipt.document, receipt.why.as_str()), (document, "removed"));
    let erased = receipt.erased;
    assert_eq!((erased.versions, erased.passages, erased.vectors, erased.answers, erased.turns), (1, 1, 1, 1, 1));
    assert_eq!((found.indexes, found.probes, found.backups), (1, 1, 0));
    assert_eq!(std::fs::read_dir(home.ground.folder.path().join("originals")).unwrap().filter(is_file).count(), 1);
    // Whoever answered from it before it went, and writes that down only now, writes nothing of it.
    answerer.ask(&operator, &Question::parse("When do invoices come?").unwrap(), &[]).await.unwrap();
    conversations.keep(&talk, &operator, "How long do refunds take?", &answer).await;
    assert_eq!(tables_with(&home, "zq731x").await, [""; 0]);
}

fn is_file(entry: &std::io::Result<std::fs::DirEntry>) -> bool {
    entry.as_ref().unwrap().file_type().unwrap().is_file()
}

async fn what_is_still_somewhere_is_not_called_gone(home: Home) {
    home.ingest(&[("refunds.md", "public", TEXT)]).await;
    let held = home.ground.store.originals().pin();
    let document = home.document("refunds.md").await.unwrap();
    home.remove(document).await;
    let found = |receipts: Vec<Receipt>| (receipts[0].proven_ms.is_some(), receipts[0].found.clone().unwrap());
    let (is_proven, first) = found(receipts(&home, "public").await);
    assert!(!is_proven && first.originals == 1, "a backup reads its file: {first:?}");
    drop(held);
    // As if an index had kept its points.
    let live = home.library.live();
    let versions = home.ground.texts("SELECT traces FROM receipts").await;
    let version = serde_json::from_str::<serde_json::Value>(&versions[0]).unwrap()["versions"][0].clone();
    let dense = live.embedder.embed(Purpose::Passage, vec![TEXT.to_owned()]).await.unwrap().remove(0);
    let point = Point {
        id: PointId(Uuid::from_u128(7)),
        document,
        version: version.as_str().unwrap().parse().unwrap(),
        label: label("public"),
        dense: Arc::clone(&dense),
        text: TEXT.to_owned(),
    };
    home.index.upsert(vec![point]).await.unwrap();
    assert!(!home.remove(document).await, "it left before; what is open is looked for again");
    let (is_proven, second) = found(receipts(&home, "public").await);
    assert!(!is_proven && second.points == 1 && second.came_up > 0, "{second:?}");
    // The comparison of index and catalog takes both out, and looks again.
    run(&home, JobKind::Reconcile).await;
    let (is_proven, third) = found(receipts(&home, "public").await);
    assert!(is_proven && third.is_gone(), "{third:?}");
    assert_eq!(home.ground.texts("SELECT traces FROM receipts").await, [""], "and what was looked for is forgotten");
}

async fn what_another_document_says_too_stays(home: Home) {
    let texts = [("refunds.md", "public", TEXT), ("again.md", "internal", TEXT)];
    home.ingest(&texts).await;
    home.remove(home.document("refunds.md").await.unwrap()).await;
    let [receipt] = &receipts(&home, "internal").await[..] else { panic!("one receipt") };
    assert!(receipt.proven_ms.is_some(), "{receipt:?}");
    assert_eq!(receipt.erased.vectors, 0, "the other one has the same passage");
    assert_eq!(home.found("internal", "refunds zq731x").await.len(), 1);
    home.assert_in_step().await;
}

async fn what_a_model_made_of_former_words_is_forgotten(home: Home) {
    home.ingest(&[("refunds.md", "public", TEXT)]).await;
    home.ingest(&[("refunds.md", "public", "# Refunds\n\nRefunds arrive at once.")]).await;
    let vectors = async || home.ground.texts("SELECT vector_key FROM vectors").await.len();
    assert_eq!(vectors().await, 2, "the former words may come back within the day");
    run(&home, JobKind::Expire).await;
    assert_eq!(vectors().await, 1);
    home.assert_in_step().await;
}

async fn whoever_could_not_read_it_reads_no_receipt(home: Home) {
    home.ingest(&[("pay.md", "internal,groups=hr", TEXT)]).await;
    let document = home.document("pay.md").await.unwrap();
    home.remove(document).await;
    for (who, sees) in [("public", false), ("internal", false), ("internal,groups=hr", true), ("restricted", false)] {
        assert_eq!(receipts(&home, who).await.len(), usize::from(sees), "{who}");
        let one = home.library.receipt(&home.ground.reader(who), document).await.unwrap();
        assert_eq!(one.is_some(), sees, "{who}");
    }
}

async fn what_is_handed_in_leaves_when_its_time_is_over(mut home: Home) {
    home.library.kept_days = Some(3);
    home.ingest(&[("old.md", "public", TEXT), ("again.md", "public", "# Other\n\nInvoices come monthly.")]).await;
    home.ground.turn(2 * DAY_MS);
    home.ingest(&[("again.md", "public", "# Other\n\nInvoices come monthly.")]).await;
    run(&home, JobKind::Expire).await;
    assert_eq!(home.documents().await, 2, "its time is not over");
    home.ground.turn(2 * DAY_MS);
    run(&home, JobKind::Expire).await;
    assert_eq!(home.document("old.md").await, None);
    assert!(home.document("again.md").await.is_some(), "it was handed in again");
    let [receipt] = &receipts(&home, "public").await[..] else { panic!("one receipt") };
    assert_eq!((receipt.why.as_str(), receipt.proven_ms.is_some()), ("expired", true));
}

async fn a_page_that_is_not_seen_any_more_leaves_when_its_time_is_over(home: Home) {
    let site = Site::open().await;
    site.article(
        "/docs/",
        "Handbook",
        "This handbook tells how the company works from day to day.",
        &["/docs/a", "/docs/b"],
    );
    site.article("/docs/a", "A", "Refunds arrive within ten business days after the approval of a claim.", &[]);
    site.article("/docs/b", "B", "Invoices are sent on the first working day of every calendar month.", &[]);
    let start = Url::parse(&format!("{}/docs/", site.address)).unwrap();
    let plan = Plan { delay: Duration::ZERO, kept_days: Some(3), ..Plan::new(start, Scope::Section) };
    let crawl = async || {
        home.library.crawl_later(&home.library.clearance, &plan, &label("public")).await.unwrap();
        home.library.crawl(&|_| {}).await.unwrap().unwrap();
        while home.library.work(&|_, _| {}).await.unwrap().is_some() {}
    };
    crawl().await;
    assert_eq!(home.documents().await, 3);
    // One page answers with an error from now on: that is no reason to take it out at once.
    site.show("/docs/b", Page { status: 500, content_type: "text/plain", headers: Vec::new(), body: Vec::new() });
    home.ground.turn(2 * DAY_MS);
    crawl().await;
    run(&home, JobKind::Expire).await;
    assert_eq!(home.documents().await, 3);
    home.ground.turn(2 * DAY_MS);
    run(&home, JobKind::Expire).await;
    assert_eq!(home.documents().await, 2, "the others were seen unchanged");
    assert_eq!(receipts(&home, "public").await[0].why, "expired");
    let found = home.found("public", "When are invoices sent?").await;
    assert!(!found.iter().any(|text| text.contains("calendar month")), "{found:?}");
}
