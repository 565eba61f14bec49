//! Questions to begin with: out of documents that the asker reads, and of nothing else.

use retrieval::access::Role;
use serde_json::{Value, json};

use super::{Holding, Served, serve_home};
use crate::ground::Ground;
use crate::library::{Home, IndexKind};

const OPEN: &str =
    "# Refunds\n\nAbout money.\n\n## How long do refunds take?\n\nTen days.\n\n## Where they go\n\nBack.";
const STAFF: &str = "# Who may refund what?\n\nThe desk pays up to 731 euros.\n\n## Why is there a limit?\n\nBecause.";
const HIDDEN: &str = "# The talks\n\nZanzibarium.\n\n## When does the zanzibarium deal close?\n\nIn May.";
const MUTE: &str = "# Prices\n\nNothing is asked here.";

async fn suggested(served: &Served, holding: &Holding) -> Vec<Value> {
    let reply = served.by(holding, "GET", "/api/v1/suggestions", "").await;
    assert_eq!(reply.status.as_u16(), 200, "{reply:?}");
    reply.json()["suggestions"].as_array().unwrap().clone()
}

fn questions(suggested: &[Value]) -> Vec<&str> {
    suggested.iter().map(|one| one["question"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn everybody_is_suggested_what_they_may_read() {
    let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
    let served = serve(home, &[("open.md", "public", OPEN), ("mute.md", "public", MUTE)]).await;
    let (_, reader) = served.person("reader", Role::Reader, "internal").await;
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    let visitors = suggested(&served, &Holding::Nothing).await;
    assert_eq!(questions(&visitors), ["How long do refunds take?"]);
    assert_eq!(visitors[0]["title"], "Refunds");
    let refunds = served.library.find(&served.library.clearance, "open.md").await.unwrap();
    assert_eq!(visitors[0]["document_id"], json!(refunds[0].to_string()));

    assert_eq!(suggested(&served, &reader).await, visitors);
    add(&served, &[("staff.md", "internal", STAFF), ("talks.md", "restricted", HIDDEN)]).await;
    let inside = suggested(&served, &reader).await;
    let mut found = questions(&inside);
    found.sort_unstable();
    assert_eq!(found, ["How long do refunds take?", "Who may refund what?", "Why is there a limit?"]);
    assert_eq!(inside, suggested(&served, &reader).await, "the same each time");
    assert!(questions(&suggested(&served, &admin).await).iter().any(|question| question.contains("zanzibarium")));
    // What is hidden is as if it were not there, to the byte.
    assert_eq!(suggested(&served, &Holding::Nothing).await, visitors);

    served.library.remove(&refunds).await.unwrap();
    assert_eq!(suggested(&served, &Holding::Nothing).await, [Value::Null; 0]);
}

async fn serve(home: Home, documents: &[(&str, &str, &str)]) -> Served {
    home.ingest(documents).await;
    let answerer = home.answerer();
    serve_home(home, answerer, true)
}

async fn add(served: &Served, documents: &[(&str, &str, &str)]) {
    let mut intake = served.library.intake().await.unwrap();
    for (origin, who, text) in documents {
        let (bytes, label) = (text.as_bytes().to_vec(), crate::ground::label(who));
        let upload = server::library::Upload { origin: (*origin).to_owned(), bytes, label };
        intake.add(vec![upload]).await.unwrap();
    }
    intake.close().await.unwrap();
    served.library.work(&|_, _| {}).await.unwrap().unwrap();
}
