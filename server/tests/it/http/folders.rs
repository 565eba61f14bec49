//! Folders of the server as sources: set up by admins, because whoever does says who reads what lies on its disk.

use retrieval::access::Role;
use serde_json::json;

use super::{Reply, served};

fn site(url: &str, tier: &str) -> String {
    json!({"url": url, "tier": tier, "scope": "section"}).to_string()
}

#[tokio::test]
async fn admins_follow_folders_and_editors_read_what_comes_of_it() {
    let served = served().await;
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    let (_, editor) = served.person("ed", Role::Editor, "restricted").await;
    let shelf = tempfile::Builder::new().prefix("shelf-").tempdir().unwrap();
    std::fs::write(shelf.path().join("tides.md"), "# Tides\n\nThe tide tables of Quillmarsh hang in the hall.\n")
        .unwrap();
    let path = shelf.path().to_str().unwrap();
    for spelt in [path.to_owned(), format!("{path}/"), format!("file://{path}")] {
        let refused = served.by(&editor, "POST", "/api/v1/sources", &site(&spelt, "internal")).await;
        assert_eq!(refused.code(), "forbidden", "{refused:?}");
        let begun = served.by(&admin, "POST", "/api/v1/sources", &site(&spelt, "internal")).await;
        assert_eq!(begun.status.as_u16(), 202, "{begun:?}");
    }
    served.library.crawl(&|_| {}).await.unwrap().unwrap();
    while served.library.work(&|_, _| {}).await.unwrap().is_some() {}

    let sources = served.by(&editor, "GET", "/api/v1/sources", "").await.json()["sources"].clone();
    assert_eq!(sources.as_array().unwrap().len(), 1, "however it was spelt: {sources}");
    assert_eq!(sources[0]["address"], json!(format!("file://{path}/")));
    assert_eq!(sources[0]["verdicts"], json!({"indexed": 1, "noindex": 1}));
    let found = served.by(&editor, "POST", "/api/v1/search", r#"{"query":"tide tables"}"#).await;
    assert!(found.body.contains("hang in the hall"), "{found:?}");
    let explain = format!("/api/v1/sources/{}/explain", sources[0]["source"].as_str().unwrap());
    for (asked, address, fetched) in [
        (format!("{path}/tides.md"), format!("file://{path}/tides.md"), true),
        (format!("{path}/100% #1.md"), format!("file://{path}/100%25%20%231.md"), true),
        (format!("{path}/deep/"), format!("file://{path}/deep/"), true),
        ("/etc/passwd".into(), "file:///etc/passwd".into(), false),
    ] {
        let told = served.by(&editor, "POST", &explain, &json!({"url": asked}).to_string()).await.json();
        assert_eq!((&told["url"], &told["fetched"]), (&json!(address), &json!(fetched)), "{asked}: {told}");
    }
    let plan = format!("/api/v1/schedules/{}", sources[0]["source"].as_str().unwrap());
    let planned = served.by(&editor, "PUT", &plan, r#"{"expression":"every 5 min","enabled":true}"#).await;
    assert_eq!(planned.status.as_u16(), 200, "{planned:?}");

    let refused =
        async |url: &str| -> Reply { served.by(&admin, "POST", "/api/v1/sources", &site(url, "internal")).await };
    for (url, why) in [
        ("/etc", "crawl.folders"),
        ("file:///etc/passwd", "crawl.folders"),
        (&format!("{path}/none"), "no such file or folder"),
        ("file://else.example/srv", "not file:"),
        ("docs/here", "nor a path from the root"),
    ] {
        let reply = refused(url).await;
        assert_eq!((reply.status.as_u16(), reply.body.contains(why)), (400, true), "{url}: {reply:?}");
    }
}
