//! The settings as they may be shown to whoever looks after the house: what holds now, by the names of the file, and no secret.
//!
//! Of a secret it is shown whether there is one. Does not know who is shown this, nor where a value was set.

use std::fmt::Display;
use std::path::Path;

use super::chat::{ChatConfig, ModelConfig};
use super::widget::Vouching;
use super::{Config, ModelChoice};

/// Settings of one kind, as a table of the file has them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Empty for what stands above all tables.
    pub name: String,
    pub settings: Vec<Setting>,
}

/// One setting. Without a value it is not set, and nothing stands in for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    pub name: &'static str,
    pub value: Option<String>,
    /// Then the value says no more than that there is one.
    pub is_secret: bool,
}

fn set(name: &'static str, value: impl Display) -> Setting {
    Setting { name, value: Some(value.to_string()), is_secret: false }
}

fn maybe(name: &'static str, value: Option<impl Display>) -> Setting {
    Setting { name, value: value.map(|value| value.to_string()), is_secret: false }
}

fn path(name: &'static str, value: Option<&Path>) -> Setting {
    maybe(name, value.map(Path::display))
}

fn secret<T>(name: &'static str, value: Option<&T>) -> Setting {
    Setting { name, value: value.map(|_| String::new()), is_secret: true }
}

fn table(name: impl Into<String>, settings: Vec<Setting>) -> Table {
    Table { name: name.into(), settings }
}

impl Config {
    /// By table, in the order of the example file.
    pub fn shown(&self) -> Vec<Table> {
        let mut tables = vec![
            table(
                "",
                vec![
                    path("data_dir", Some(&self.data_dir)),
                    set("listen", self.listen),
                    secret("database_url", self.database_url.as_ref()),
                    set("language", &self.language),
                    set("visitors", self.visitors),
                    set("behind_proxy", self.front.behind_proxy),
                ],
            ),
            self.limits(),
            self.answers(),
        ];
        tables.extend(self.chat.as_ref().map(chat).unwrap_or_default());
        tables.extend([self.embedder(), self.reranker(), self.crawl(), self.parsing()]);
        tables.extend(
            [
                self.chunks(),
                self.index(),
                self.cache(),
                self.retention(),
                self.backup(),
                self.branding(),
                self.handoff(),
                self.oidc(),
                self.widget(),
                self.storage(),
            ]
            .into_iter()
            .flatten(),
        );
        tables
    }

    fn limits(&self) -> Table {
        let limits = &self.front.limits;
        table(
            "limits",
            vec![
                set("questions_per_minute", limits.questions_per_minute),
                set("requests_per_minute", limits.requests_per_minute),
                set("connections", limits.connections),
            ],
        )
    }

    fn answers(&self) -> Table {
        let templates = path("templates", self.answers.templates.as_deref());
        table("answers", vec![templates, set("mask_personal", self.answers.mask_personal)])
    }

    fn embedder(&self) -> Table {
        let (folder, hub) = match &self.embedder.model {
            ModelChoice::Default => (None, None),
            ModelChoice::Folder(folder) => (Some(folder.as_path()), None),
            ModelChoice::Hub(name) => (None, Some(name)),
        };
        table("embedder", vec![path("folder", folder), maybe("hub", hub), set("threads", self.embedder.threads)])
    }

    fn reranker(&self) -> Table {
        let reranker = self.reranker.as_ref();
        table(
            "reranker",
            vec![
                maybe("model", reranker.map(|one| &one.model)),
                maybe("budget_ms", reranker.map(|one| one.within.as_millis())),
                maybe("passages", reranker.map(|one| one.looks)),
            ],
        )
    }

    fn crawl(&self) -> Table {
        let crawl = &self.crawl;
        let folders: Vec<String> = crawl.folders.iter().map(|folder| folder.display().to_string()).collect();
        let ports: Vec<String> = crawl.ports.iter().map(u16::to_string).collect();
        table(
            "crawl",
            vec![
                set("user_agent", &crawl.user_agent),
                maybe("allow_networks", (!crawl.allow_networks.is_empty()).then(|| crawl.allow_networks.join(", "))),
                set("ports", ports.join(", ")),
                set("delay_ms", crawl.delay_ms),
                path("chromium", crawl.chromium.as_deref()),
                maybe("folders", (!folders.is_empty()).then(|| folders.join(", "))),
            ],
        )
    }

    fn parsing(&self) -> Table {
        let parsing = &self.parsing;
        table(
            "parsing",
            vec![
                set("memory_mb", parsing.memory_mb),
                set("cpu_seconds", parsing.cpu_seconds),
                path("pdftotext", parsing.pdftotext.as_deref()),
                path("tesseract", parsing.tesseract.as_deref()),
                maybe("ocr_languages", parsing.ocr_languages.as_ref()),
                set("unconfined", parsing.unconfined),
            ],
        )
    }

    fn chunks(&self) -> Option<Table> {
        let chunks = &self.chunks;
        Some(table(
            "chunks",
            vec![
                maybe("target_tokens", chunks.target_tokens),
                maybe("max_tokens", chunks.max_tokens),
                maybe("overlap_tokens", chunks.overlap_tokens),
            ],
        ))
    }

    fn index(&self) -> Option<Table> {
        let index = &self.index;
        Some(table(
            "index",
            vec![
                maybe("quantised", index.is_quantised),
                set("keep", index.keep),
                path("gold", index.gold.as_deref()),
                set("most_recall_lost", index.most_recall_lost),
                set("least_agreement", index.least_agreement),
                set("most_more_unsure", index.most_more_unsure),
            ],
        ))
    }

    fn backup(&self) -> Option<Table> {
        let backup = &self.backup;
        let folder = path("folder", backup.folder.as_deref());
        let passphrase = secret("passphrase", backup.passphrase.as_ref());
        Some(table("backup", vec![folder, set("keep", backup.keep), passphrase]))
    }

    fn retention(&self) -> Option<Table> {
        Some(table("retention", vec![maybe("kept_days", self.retention.kept_days)]))
    }

    fn cache(&self) -> Option<Table> {
        Some(table("cache", vec![set("questions", self.cache.questions), set("results", self.cache.results)]))
    }

    fn branding(&self) -> Option<Table> {
        let branding = &self.branding;
        Some(table(
            "branding",
            vec![
                maybe("name", branding.name.as_ref()),
                maybe("accent", branding.accent),
                maybe("greeting", branding.greeting.as_ref()),
            ],
        ))
    }

    fn handoff(&self) -> Option<Table> {
        let handoff = self.handoff.as_ref();
        let matters = handoff.map(|one| one.matters.join(", ")).filter(|matters| !matters.is_empty());
        Some(table(
            "handoff",
            vec![
                set("off", handoff.is_none()),
                maybe("team", handoff.map(|one| &one.team)),
                maybe("hours", handoff.and_then(|one| one.hours.as_ref())),
                maybe("matters", matters),
                maybe("failures", handoff.map(|one| one.failures)),
            ],
        ))
    }

    fn oidc(&self) -> Option<Table> {
        let oidc = self.oidc.as_ref()?;
        Some(table(
            "oidc",
            vec![
                set("issuer", &oidc.issuer),
                set("client_id", &oidc.client_id),
                secret("client_secret", oidc.client_secret.as_ref()),
                set("name", &oidc.name),
                set("redirect", &oidc.redirect),
                set("create", oidc.create),
            ],
        ))
    }

    fn widget(&self) -> Option<Table> {
        let widget = self.widget.as_ref()?;
        let origins: Vec<&str> = widget.origins.iter().map(String::as_str).collect();
        let questions = set("questions_per_minute", widget.questions_per_minute);
        let mut lines = vec![set("origins", origins.join(", ")), questions];
        if let Some(Vouching { secrets, most }) = &widget.vouching {
            let groups: Vec<&str> = most.groups.iter().map(|group| group.as_str()).collect();
            lines.extend([
                secret("secret", secrets.first()),
                set("tier", most.tier.as_str()),
                set("groups", groups.join(", ")),
            ]);
        }
        Some(table("widget", lines))
    }

    fn storage(&self) -> Option<Table> {
        let qdrant = self.qdrant.as_ref()?;
        // An address may hold a password of its own.
        let url = url::Url::parse(&qdrant.url).ok();
        let bare = url.and_then(|url| Some(format!("{}://{}", url.scheme(), url.host_str()?)));
        Some(table("qdrant", vec![maybe("url", bare), secret("api_key", qdrant.api_key.as_ref())]))
    }
}

fn chat(chat: &ChatConfig) -> Vec<Table> {
    let names = |models: &[ModelConfig]| models.iter().map(|model| model.name.clone()).collect::<Vec<_>>().join(", ");
    let money = |micros: Option<u64>| micros.map(|micros| format!("{:.2}", micros as f64 / 1e6));
    let head = table(
        "chat",
        vec![
            set("large", names(&chat.large)),
            set("small", names(&chat.small)),
            maybe("persona", chat.persona.as_deref()),
            maybe("budget_per_day", money(chat.budget_micros)),
            maybe("budget_per_person", money(chat.budget_each_micros)),
        ],
    );
    let mut models: Vec<&ModelConfig> = Vec::new();
    for model in chat.large.iter().chain(&chat.small) {
        if !models.iter().any(|known| known.name == model.name) {
            models.push(model);
        }
    }
    std::iter::once(head).chain(models.into_iter().map(model)).collect()
}

fn model(model: &ModelConfig) -> Table {
    let mut bare = model.url.clone();
    // Where a URL can hold neither, nothing was there to be taken away.
    let _ = (bare.set_password(None), bare.set_username(""));
    bare.set_query(None);
    let price = |micros: u64| format!("{:.2}", micros as f64 / 1e6);
    table(
        format!("chat.models.{}", model.name),
        vec![
            set("url", bare),
            set("model", &model.model),
            secret("api_key", model.api_key.as_ref()),
            set("timeout_seconds", model.timeout.as_secs()),
            maybe("input_price", model.price.map(|one| price(one.input_micros))),
            maybe("output_price", model.price.map(|one| price(one.output_micros))),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::Given;
    use super::*;

    fn shown(file: &str, environment: &[(&str, &str)]) -> Vec<Table> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lectern.toml");
        std::fs::write(&path, file).unwrap();
        let given = Given { config: Some(path), ..Given::default() };
        let value = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        Config::load(given, &value).unwrap().shown()
    }

    fn value(tables: &[Table], name: &str, setting: &str) -> Option<String> {
        let table = tables.iter().find(|table| table.name == name).unwrap();
        table.settings.iter().find(|one| one.name == setting).unwrap().value.clone()
    }

    #[test]
    fn what_holds_is_shown_whoever_set_it() {
        let tables =
            shown("visitors = false\n[limits]\nquestions_per_minute = 7", &[("LECTERN_LISTEN", "127.0.0.1:9")]);
        assert_eq!(value(&tables, "", "visitors").as_deref(), Some("false"));
        assert_eq!(value(&tables, "", "listen").as_deref(), Some("127.0.0.1:9"));
        assert_eq!(value(&tables, "limits", "questions_per_minute").as_deref(), Some("7"));
        assert_eq!(value(&tables, "limits", "requests_per_minute").as_deref(), Some("600"));
        assert_eq!(value(&tables, "reranker", "model"), None);
    }

    #[test]
    fn no_secret_is_shown() {
        let file =
            "[chat]\nurl = 'http://127.0.0.1:1/v1?key=hush'\nmodel = 'small'\n[qdrant]\nurl = 'http://u:hush@q:6334'";
        let secrets = [("LECTERN_CHAT_API_KEY", "hush"), ("LECTERN_DATABASE_URL", "postgres://u:hush@h/d")];
        let tables = shown(file, &secrets);
        assert!(!format!("{tables:?}").contains("hush"), "{tables:?}");
        assert_eq!(value(&tables, "", "database_url").as_deref(), Some(""));
        assert_eq!(value(&tables, "chat.models.small", "api_key").as_deref(), Some(""));
        assert_eq!(value(&tables, "chat.models.small", "url").as_deref(), Some("http://127.0.0.1:1/v1"));
        assert_eq!(value(&tables, "chat", "large").as_deref(), Some("small"));
        assert_eq!(value(&shown("", &[]), "", "database_url"), None);
    }
}
