//! Settings as an admin reads them, what they can set of them, and whether the models are there.

use std::sync::Arc;

use prompts::persona::Persona;
use retrieval::access::Role;
use serde_json::json;
use server::answer::{Answerer, Speaker, Voice};
use server::config::branding::BrandingConfig;
use server::config::{Setting, Table};
use server::http::{Desk, router};

use super::audit::deeds;
use super::{Holding, Reply, Served, serve_home, served};
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
        let voice = Voice { model: remote(&url, Format::OpenAi, "m", PATIENT), speaker: Persona::sample().into() };
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

async fn set(served: &Served, holding: &Holding, change: serde_json::Value) -> Reply {
    served.by(holding, "PATCH", "/api/v1/settings", &change.to_string()).await
}

async fn house(served: &Served) -> serde_json::Value {
    served.by(&Holding::Nothing, "GET", "/api/v1/house", "").await.json()
}

#[tokio::test]
async fn an_admin_says_what_the_house_is_called_and_every_server_shows_it() {
    let served = served().await;
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    let other = Served { router: router(served.desk.clone()), ..served };
    assert_eq!(house(&other).await, json!({"name": "Lectern", "greeting": null, "colours": null}));
    let change =
        json!({"name": " Hafenhilfe ", "greeting": "Moin <b>zusammen</b>!", "accent": "#6A1B9A", "persona": "plain"});
    let reply = set(&other, &admin, change).await;
    assert_eq!(reply.status.as_u16(), 200, "{reply:?}");
    let told = house(&other).await;
    assert_eq!((&told["name"], &told["greeting"]), (&json!("Hafenhilfe"), &json!("Moin <b>zusammen</b>!")));
    assert_eq!(told["colours"]["accent"]["day"], "#6a1b9a");
    assert_ne!(told["colours"]["accent"]["night"], "#6a1b9a", "by night it is lighter: {told}");
    let setting = json!({"name": "name", "value": "Hafenhilfe", "by": "admin", "choices": []});
    assert_eq!(reply.json()["house"][0], setting);
    assert_eq!(reply.json()["house"][3]["choices"].as_array().unwrap().len(), 3);
    let hello = other.by(&Holding::Nothing, "POST", "/api/v1/ask", r#"{"question": "hello"}"#).await.json();
    assert!(hello["answer"].as_str().unwrap().contains("I am Hafenhilfe"), "{hello}");
    assert_eq!(deeds(&other, "settings_changed").await[0]["detail"]["names"].as_array().unwrap().len(), 4);
    // What is left out stays, and what is empty is as the house comes with it.
    set(&other, &admin, json!({"accent": "", "greeting": ""})).await;
    assert_eq!(house(&other).await, json!({"name": "Hafenhilfe", "greeting": null, "colours": null}));
}

#[tokio::test]
async fn what_cannot_be_read_or_is_not_theirs_to_say_is_refused() {
    let served = served().await;
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    let (_, editor) = served.person("ed", Role::Editor, "restricted").await;
    for (holding, status) in [(&editor, 403), (&Holding::Nothing, 401)] {
        assert_eq!(set(&served, holding, json!({"name": "Mine"})).await.status.as_u16(), status);
    }
    for (change, part) in [
        (json!({"name": "good", "accent": "#ffee00"}), "4.5:1"),
        (json!({"accent": "red"}), "is no colour"),
        (json!({"accent": "#000;x:url(//x)"}), "is no colour"),
        (json!({"greeting": "x".repeat(201)}), "shorten it to 200"),
        (json!({"name": "a\u{202e}b"}), "control character"),
        (json!({"persona": "pirate"}), "customer-support"),
        (json!({}), "say what to change"),
    ] {
        let reply = set(&served, &admin, change.clone()).await;
        assert_eq!(reply.status.as_u16(), 400, "{change}");
        assert!(reply.body.contains(part), "{change}: {reply:?}");
    }
    assert_eq!(house(&served).await["name"], "Lectern", "what is refused in part is refused as a whole");
    assert_eq!(deeds(&served, "settings_changed").await.len(), 0);
}

#[tokio::test]
async fn what_the_file_says_can_be_read_and_not_changed() {
    let served = served().await;
    let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
    set(&served, &admin, json!({"name": "Of before", "greeting": "Hello."})).await;
    let branding = Arc::new(BrandingConfig { name: Some("Of the file".into()), ..BrandingConfig::default() });
    let served = Served { router: router(Desk { branding, ..served.desk.clone() }), ..served };
    let told = house(&served).await;
    assert_eq!((&told["name"], &told["greeting"]), (&json!("Of the file"), &json!("Hello.")));
    let listed = served.by(&admin, "GET", "/api/v1/settings", "").await.json();
    assert_eq!((&listed["house"][0]["by"], &listed["house"][2]["by"]), (&json!("file"), &json!("admin")));
    let refused = set(&served, &admin, json!({"name": "Another", "greeting": "Not this either."})).await;
    assert_eq!(refused.status.as_u16(), 409, "{refused:?}");
    assert_eq!(house(&served).await, told);
}

#[tokio::test]
async fn a_model_speaks_as_whom_the_admins_chose_unless_the_file_names_somebody() {
    let tone = |name: &str| Persona::shipped().unwrap().into_iter().find(|(known, _)| *known == name).unwrap().1.tone;
    let (plain, chosen) = (tone("plain"), tone("customer-support"));
    for (speaker, follows) in
        [(Speaker::Chosen { otherwise: Persona::sample() }, true), (Speaker::Named(Persona::sample()), false)]
    {
        let server = ModelServer::saying("Refunds take ten business days to arrive [1].").await;
        let home = Home::new(Ground::sqlite().await, IndexKind::Memory);
        home.ingest(&super::TEXTS).await;
        let voice = Voice { model: remote(&server.url(), Format::OpenAi, "m", PATIENT), speaker };
        let answerer = Answerer { voice: Some(voice), ..home.answerer() };
        let served = serve_home(home, answerer, true);
        let (_, admin) = served.person("admin", Role::Admin, "restricted").await;
        let spoken = async || {
            let body = json!({"question": "How long do refunds take?"}).to_string();
            served.by(&Holding::Nothing, "POST", "/api/v1/ask", &body).await;
            server.heard().last().unwrap().1.to_string()
        };
        assert!(spoken().await.contains(&Persona::sample().tone));
        set(&served, &admin, json!({"persona": "customer-support"})).await;
        assert_eq!(spoken().await.contains(&chosen), follows);
        set(&served, &admin, json!({"persona": "plain"})).await;
        assert_eq!(spoken().await.contains(&plain), follows);
    }
}
