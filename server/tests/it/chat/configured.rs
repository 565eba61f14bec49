//! From the file to the models: who is asked for what, with which key, at what price, and until when.

use prompts::chat::{ChatError, ChatModel, Payer, Purse};
use server::config::{Config, Given};
use server::wiring::ChatModels;

use super::{heard, question};
use crate::ground::Ground;
use crate::models::{Act, ModelServer};

/// The models of a file, with a key for each of two in the environment.
fn configured(file: &str, ground: &Ground) -> anyhow::Result<ChatModels> {
    let _ = rustls::crypto::ring::default_provider().install_default(); // once in the process, whoever comes first
    let path = ground.folder.path().join("lectern.toml");
    std::fs::write(&path, file).unwrap();
    let given = Given { config: Some(path), ..Given::default() };
    let keys = [("MAIN", "key-of-main"), ("SPARE", "key-of-spare"), ("TORN", "hush\nhush")];
    let keys = keys.map(|(name, key)| (format!("LECTERN_CHAT_API_KEY_{name}"), key));
    let variable = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    let config = Config::load(given, &variable).unwrap().chat.unwrap();
    ChatModels::new(&config, &ground.store, ground.workspace)
}

async fn ask(model: &dyn ChatModel) -> (String, Option<u64>) {
    let (text, end) = heard(model.stream(&question(), &Payer::Somebody("ada".into()))).await;
    (text, end.unwrap().cost_micros)
}

#[tokio::test]
async fn each_is_asked_for_what_it_is_listed_for() {
    let (main, spare) = (ModelServer::doing([Act::status(401)]).await, ModelServer::saying("spare").await);
    let (tiny, unlisted) = (ModelServer::saying("tiny").await, ModelServer::saying("unlisted").await);
    let table = |name: &str, server: &ModelServer, more: &str| {
        format!("[chat.models.{name}]\nurl = '{}'\nmodel = '{name}-2026'\n{more}\n", server.url())
    };
    let file = "[chat]\nlarge = ['main', 'spare']\nsmall = ['tiny']\n".to_owned()
        + &table("main", &main, "api = 'anthropic'\ninput_price = 9\noutput_price = 9")
        + &table("spare", &spare, "input_price = 1\noutput_price = 2.5")
        + &table("tiny", &tiny, "")
        + &table("unlisted", &unlisted, "");
    let ground = Ground::sqlite().await;
    let models = configured(&file, &ground).unwrap();
    assert_eq!(ask(&*models.voice.model).await, ("spare".to_owned(), Some(7 + 8)), "3 times 2.5, rounded up");
    assert_eq!(ask(&*models.small).await, ("tiny".to_owned(), None));
    let heads = [&main, &spare, &tiny].map(|server| server.heard().remove(0).0.to_lowercase());
    assert!(heads[0].starts_with("post /v1/messages ") && heads[0].contains("x-api-key: key-of-main\r\n"), "{heads:?}");
    assert!(heads[1].contains("authorization: bearer key-of-spare\r\n"), "{heads:?}");
    assert!(!heads[2].contains("authorization") && !heads[2].contains("key-of"), "{heads:?}");
    assert_eq!(unlisted.heard().len(), 0);
    assert_eq!(main.heard()[0].1["model"], "main-2026");
}

/// Before anybody waits for it.
#[tokio::test]
async fn a_key_that_cannot_be_sent_stops_the_start() {
    for api in ["openai", "anthropic"] {
        let file = format!(
            "[chat]\nlarge = ['torn']\n[chat.models.torn]\nurl = 'http://127.0.0.1:1'\nmodel = 'm'\napi = '{api}'"
        );
        let error = format!("{:#}", configured(&file, &Ground::sqlite().await).err().unwrap());
        assert!(error.contains("torn") && error.contains("line end") && !error.contains("hush"), "{error}");
    }
}

#[tokio::test]
async fn one_budget_holds_for_both() {
    let server = ModelServer::saying("because").await;
    let one = format!("[chat]\nurl = '{}'\nmodel = 'm'\ninput_price = 1\noutput_price = 1\n", server.url());
    let ground = Ground::sqlite().await;
    // A few calls of ten millionths each, put down at a hundred and some before they are made.
    let models = configured(&format!("{one}budget_per_day = 10\nbudget_per_person = 0.000150"), &ground).unwrap();
    assert_eq!(ask(&*models.small).await.1, Some(10));
    assert_eq!(ask(&*models.voice.model).await.1, Some(10));
    let ada = Payer::Somebody("ada".into());
    let mut calls = 2;
    let refused = loop {
        match models.voice.model.complete(&question(), &ada).await {
            Ok(_) => calls += 1,
            Err(refused) => break refused,
        }
        assert!(calls < 15, "the budget was for fewer");
    };
    assert_eq!(refused, ChatError::BudgetSpent(Purse::Yours));
    assert_eq!(models.small.complete(&question(), &ada).await, Err(refused));
    assert_eq!(server.heard().len(), calls);
}
