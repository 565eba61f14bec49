//! Settings as an admin reads them, and whether the models are there.

use std::sync::Arc;

use prompts::persona::Persona;
use retrieval::access::Role;
use serde_json::json;
use server::answer::{Answerer, Voice};
use server::config::{Setting, Table};
use server::http::{Desk, router};

use super::{Holding, Served, serve_home, served};
use crate::chat::{PATIENT, remote};
use crate::ground::Ground;
use crate::library::{Home, IndexKind};
use crate::models::{Format, ModelServer};

#[tokio::test]
async fn an_admin_reads_what_holds_and_no_secret() {
    let served = served().await;
    let setting = |name, value: Option<&str>, is_secret| Setting { name, value: value.map(str::to_owned), is_secret };
    let table = |name: &str, settings| Table { name: name.to_owned(), settings };
    let tables = vec![
        table("", vec![setting("visitors", Some("true"), false), setting("database_url", Some("hush"), true)]),
        table("chat", vec![setting("api_key", None, true), setting("persona", None, false)]),
    ];
    let served = Served { router: router(Desk { settings: Arc::new(tables), ..served.desk.clone() }), ..served };
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    let (_, editor) = served.person("ed", Role::Editor, "restricted").await;
    let reply = served.by(&admin, "GET", "/api/v1/settings", "").await;
    assert!(!reply.body.contains("hush"), "{reply:?}");
    let expected = json!([
        {"name": "", "settings": [
            {"name": "visitors", "value": "true"}, {"name": "database_url", "value": null, "secret": true},
        ]},
        {"name": "chat", "settings": [
            {"name": "api_key", "value": null, "secret": false}, {"name": "persona", "value": null},
        ]},
    ]);
    assert_eq!(reply.json()["tables"], expected);
    for (holding, status) in [(&editor, 403), (&Holding::Nothing, 401)] {
        assert_eq!(served.by(holding, "GET", "/api/v1/settings", "").await.status.as_u16(), status);
        assert_eq!(served.by(holding, "POST", "/api/v1/settings/test", "").await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn each_model_says_whether_it_is_there() {
    let server = ModelServer::saying("yes").await;
    for (url, works, note) in [(server.url(), true, "itself-2026"), (ModelServer::down(), false, "does not answer")] {
        let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
        let voice = Voice { model: remote(&url, Format::OpenAi, "m", PATIENT), persona: Persona::sample() };
        let answerer = Answerer { voice: Some(voice), ..home.answerer() };
        let served = serve_home(home, answerer, true);
        let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
        let reply = served.by(&admin, "POST", "/api/v1/settings/test", "").await.json();
        let found = reply["connections"].as_array().unwrap();
        assert_eq!((&found[0]["role"], &found[0]["works"]), (&json!("embedding"), &json!(true)), "{reply}");
        assert_eq!((&found[1]["role"], &found[1]["works"]), (&json!("answers"), &json!(works)), "{reply}");
        assert!(found[1]["note"].as_str().unwrap().contains(note), "{reply}");
        assert_eq!(found.len(), 2);
    }
}
