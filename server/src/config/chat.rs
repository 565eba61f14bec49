//! Language models: one in one table, or several by name, in which order they are asked, and what they may cost.
//!
//! What is nonsense is refused here, with a sentence. Does not know how a model is spoken to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use super::file::secret_in;
use super::{ConfigError, Secret};

const KEY: &str = "LECTERN_CHAT_API_KEY";
const CONNECT_SECONDS: u64 = 5;
/// Whoever asked is waiting; the rules take over after it.
const SMALL_TIMEOUT_SECONDS: u64 = 10;
/// A machine without a graphics card needs a minute to read six sources, and says a few words in a second.
const LARGE_TIMEOUT_SECONDS: u64 = 180;
const FIRST_TOKEN_SECONDS: u64 = 60;
const IDLE_SECONDS: u64 = 20;
const MICROS: f64 = 1e6;
/// More is a slip of the pen.
const DEAREST: f64 = 1e6;

/// Which models there are. Each list holds at least one; the next is asked where one fails before its first word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChatConfig {
    /// For questions that lean on the conversation, titles and summaries.
    pub small: Vec<ModelConfig>,
    /// For answers.
    pub large: Vec<ModelConfig>,
    /// In a day, in millionths; without one there is no limit.
    pub budget_micros: Option<u64>,
    pub budget_each_micros: Option<u64>,
    /// Who answers sound like: one of the house's personas, or a file that ends in .toml.
    pub persona: Option<String>,
}

/// One model behind an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ModelConfig {
    /// The one by which it stands in a list.
    pub name: String,
    pub api: ApiConfig,
    pub url: Url,
    pub model: String,
    pub api_key: Option<Secret>,
    pub connect: Duration,
    pub first_token: Duration,
    pub idle: Duration,
    /// For the whole of a reply.
    pub timeout: Duration,
    pub price: Option<PriceConfig>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiConfig {
    #[default]
    OpenAi,
    Anthropic,
}

/// In millionths of a currency, for a million tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PriceConfig {
    pub input_micros: u64,
    pub output_micros: u64,
}

/// Either the keys of one model, or `models` and who is asked for what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChatTable {
    url: Option<String>,
    model: Option<String>,
    api: Option<ApiConfig>,
    api_key_file: Option<PathBuf>,
    connect_seconds: Option<u64>,
    first_token_seconds: Option<u64>,
    idle_seconds: Option<u64>,
    timeout_seconds: Option<u64>,
    input_price: Option<f64>,
    output_price: Option<f64>,
    #[serde(default)]
    models: BTreeMap<String, ModelTable>,
    small: Option<Vec<String>>,
    large: Option<Vec<String>>,
    budget_per_day: Option<f64>,
    budget_per_person: Option<f64>,
    persona: Option<String>,
}

impl ChatTable {
    pub fn persona(&self) -> Option<String> {
        self.persona.clone()
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelTable {
    url: String,
    model: String,
    api: Option<ApiConfig>,
    api_key_file: Option<PathBuf>,
    connect_seconds: Option<u64>,
    first_token_seconds: Option<u64>,
    idle_seconds: Option<u64>,
    timeout_seconds: Option<u64>,
    input_price: Option<f64>,
    output_price: Option<f64>,
}

type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

pub fn chat(table: ChatTable, environment: Environment<'_>) -> Result<ChatConfig, ConfigError> {
    let budget_micros = table.budget_per_day.map(|sum| micros("chat.budget_per_day", sum)).transpose()?;
    let budget_each_micros = table.budget_per_person.map(|sum| micros("chat.budget_per_person", sum)).transpose()?;
    let persona = table.persona.clone();
    let (small, large) = match table.models.is_empty() {
        true => one(table, environment)?,
        false => several(table, environment)?,
    };
    let found = ChatConfig { small, large, budget_micros, budget_each_micros, persona };
    found.can_be_kept()
}

impl ChatConfig {
    /// A budget counts prices.
    fn can_be_kept(self) -> Result<Self, ConfigError> {
        let has_budget = self.budget_micros.or(self.budget_each_micros).is_some();
        let unpriced = self.small.iter().chain(&self.large).find(|model| model.price.is_none());
        match unpriced.filter(|_| has_budget) {
            Some(ModelConfig { model, .. }) => Err(ConfigError::Value {
                name: "chat.budget",
                value: model.clone(),
                expected: "a model whose price is known: set input_price and output_price (0 where it costs nothing), \
                           or no budget",
            }),
            None => Ok(self),
        }
    }
}

type Both = (Vec<ModelConfig>, Vec<ModelConfig>);

/// The table itself is the model, for everything.
fn one(table: ChatTable, environment: Environment<'_>) -> Result<Both, ConfigError> {
    if let Some(name) = table.small.iter().chain(&table.large).flatten().next() {
        return Err(unknown("chat.small and chat.large", name));
    }
    let needed = |name, expected| ConfigError::Value { name, value: String::new(), expected };
    let given = ModelTable {
        url: table.url.ok_or_else(|| needed("chat.url", ADDRESS))?,
        model: table.model.ok_or_else(|| needed("chat.model", "the name of a model"))?,
        api: table.api,
        api_key_file: table.api_key_file,
        connect_seconds: table.connect_seconds,
        first_token_seconds: table.first_token_seconds,
        idle_seconds: table.idle_seconds,
        timeout_seconds: table.timeout_seconds,
        input_price: table.input_price,
        output_price: table.output_price,
    };
    let name = given.model.clone();
    let read = |seconds| model(name.clone(), given.clone(), environment(KEY), seconds);
    Ok((vec![read(SMALL_TIMEOUT_SECONDS)?], vec![read(LARGE_TIMEOUT_SECONDS)?]))
}

fn several(table: ChatTable, environment: Environment<'_>) -> Result<Both, ConfigError> {
    let beside = [("url", table.url.is_some()), ("model", table.model.is_some()), ("api", table.api.is_some())];
    let more = [
        ("api_key_file", table.api_key_file.is_some()),
        ("connect_seconds", table.connect_seconds.is_some()),
        ("first_token_seconds", table.first_token_seconds.is_some()),
        ("idle_seconds", table.idle_seconds.is_some()),
        ("timeout_seconds", table.timeout_seconds.is_some()),
        ("input_price", table.input_price.is_some()),
        ("output_price", table.output_price.is_some()),
    ];
    if let Some((key, _)) = beside.into_iter().chain(more).find(|(_, is_set)| *is_set) {
        let expected = "a key of [chat] beside [chat.models]: write it into the table of the model that it is for";
        return Err(ConfigError::Value { name: "chat", value: key.to_owned(), expected });
    }
    let large = table.large.unwrap_or_default();
    if large.is_empty() {
        let expected = "a list of names out of [chat.models], in the order in which they are asked for answers";
        return Err(ConfigError::Value { name: "chat.large", value: String::new(), expected });
    }
    let small = table.small.filter(|names| !names.is_empty()).unwrap_or_else(|| large.clone());
    let listed = |key, names: Vec<String>, seconds| -> Result<Vec<ModelConfig>, ConfigError> {
        let repeated = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name));
        if let Some((_, name)) = repeated {
            return Err(ConfigError::Value { name: key, value: name.clone(), expected: "a list that names it once" });
        }
        let read = |name: String| {
            let given = table.models.get(&name).cloned().ok_or_else(|| unknown(key, &name))?;
            let secret = environment(&key_variable(&name)?);
            model(name, given, secret, seconds)
        };
        names.into_iter().map(read).collect()
    };
    Ok((listed("chat.small", small, SMALL_TIMEOUT_SECONDS)?, listed("chat.large", large, LARGE_TIMEOUT_SECONDS)?))
}

/// Each has its own: a key of one provider is not shown to another.
fn key_variable(name: &str) -> Result<String, ConfigError> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(is_plain) {
        let expected =
            "a name of small letters, digits and hyphens, because a variable of the environment is called so";
        return Err(ConfigError::Value { name: "chat.models", value: name.to_owned(), expected });
    }
    Ok(format!("{KEY}_{}", name.to_ascii_uppercase().replace('-', "_")))
}

fn unknown(key: &'static str, name: &str) -> ConfigError {
    let expected = "a model that has a table in [chat.models]";
    ConfigError::Value { name: key, value: name.to_owned(), expected }
}

const ADDRESS: &str = "an address such as http://127.0.0.1:11434/v1";

fn model(
    name: String,
    table: ModelTable,
    key: Option<String>,
    timeout_seconds: u64,
) -> Result<ModelConfig, ConfigError> {
    let from_file = table.api_key_file.map(|path| secret_in(&path)).transpose()?;
    let timeout = seconds("chat.timeout_seconds", table.timeout_seconds, timeout_seconds)?;
    Ok(ModelConfig {
        name,
        api: table.api.unwrap_or_default(),
        url: address(&table.url)?,
        model: said(table.model)?,
        api_key: key.map(Secret::from).or(from_file),
        connect: seconds("chat.connect_seconds", table.connect_seconds, CONNECT_SECONDS)?,
        first_token: seconds("chat.first_token_seconds", table.first_token_seconds, FIRST_TOKEN_SECONDS)?,
        idle: seconds("chat.idle_seconds", table.idle_seconds, IDLE_SECONDS)?,
        timeout,
        price: price(table.input_price, table.output_price)?,
    })
}

fn said(model: String) -> Result<String, ConfigError> {
    match model.trim().is_empty() {
        true => Err(ConfigError::Value { name: "chat.model", value: model, expected: "the name of a model" }),
        false => Ok(model),
    }
}

fn address(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
    // A password in it would be shown wherever the address is.
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
    // The address is not repeated: it may be refused for the password that it holds.
    url.ok_or(ConfigError::Value { name: "chat.url", value: "..".into(), expected: ADDRESS })
}

fn seconds(name: &'static str, given: Option<u64>, default: u64) -> Result<Duration, ConfigError> {
    match given.unwrap_or(default) {
        seconds @ 1..=86_400 => Ok(Duration::from_secs(seconds)),
        other => Err(ConfigError::Value { name, value: other.to_string(), expected: "a number from 1 to 86400" }),
    }
}

/// Half a price would make half of a call look free.
fn price(input: Option<f64>, output: Option<f64>) -> Result<Option<PriceConfig>, ConfigError> {
    match (input, output) {
        (None, None) => Ok(None),
        (Some(input), Some(output)) => Ok(Some(PriceConfig {
            input_micros: micros("chat.input_price", input)?,
            output_micros: micros("chat.output_price", output)?,
        })),
        (Some(_), None) | (None, Some(_)) => Err(ConfigError::Value {
            name: "chat.input_price",
            value: String::new(),
            expected: "enough of a price: set input_price and output_price, or neither",
        }),
    }
}

fn micros(name: &'static str, sum: f64) -> Result<u64, ConfigError> {
    match sum {
        // Within these bounds the conversion is exact but for what lies below a millionth.
        sum if (0.0..=DEAREST).contains(&sum) => Ok((sum * MICROS).round() as u64),
        other => Err(ConfigError::Value { name, value: other.to_string(), expected: "a sum from 0 to 1000000" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, environment: &[(&str, &str)]) -> Result<ChatConfig, String> {
        let table = toml::from_str(file).map_err(|error| error.to_string())?;
        let variable = |name: &str| environment.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        chat(table, &variable).map_err(|error| error.to_string())
    }

    const ONE: &str = "url = 'http://127.0.0.1:11434/v1'\nmodel = 'llama'\n";
    const SEVERAL: &str = "small = ['tiny']\nlarge = ['main', 'spare-1']\n\
        [models.tiny]\nurl = 'http://127.0.0.1:1/v1'\nmodel = 't'\n\
        [models.main]\nurl = 'https://a.example/v1'\nmodel = 'm'\napi = 'anthropic'\ninput_price = 3\noutput_price = 15.0\n\
        [models.spare-1]\nurl = 'https://b.example'\nmodel = 's'\ntimeout_seconds = 30\nidle_seconds = 3\n";

    fn names(models: &[ModelConfig]) -> Vec<&str> {
        models.iter().map(|model| model.name.as_str()).collect()
    }

    #[test]
    fn one_model_is_one_table() {
        let chat = load(ONE, &[(KEY, "hush")]).unwrap();
        let ([small], [large]) = (&chat.small[..], &chat.large[..]) else { panic!("one each: {chat:?}") };
        assert_eq!((small.url.as_str(), small.model.as_str()), ("http://127.0.0.1:11434/v1", "llama"));
        assert_eq!((small.api, small.price), (ApiConfig::OpenAi, None));
        assert_eq!(small.api_key.as_ref().map(Secret::reveal), Some("hush"));
        assert_eq!((small.timeout.as_secs(), large.timeout.as_secs()), (10, 180));
        assert_eq!(ModelConfig { timeout: small.timeout, ..large.clone() }, *small);
        assert!(!format!("{chat:?}").contains("hush"));
        let limited = load(&format!("{ONE}timeout_seconds = 7"), &[]).unwrap();
        assert_eq!((limited.small[0].timeout.as_secs(), limited.large[0].timeout.as_secs()), (7, 7));
        assert_eq!(limited.large[0].api_key, None);
    }

    #[test]
    fn several_models_are_asked_in_an_order() {
        let keys = [("LECTERN_CHAT_API_KEY_SPARE_1", "hush"), (KEY, "for nobody here")];
        let chat = load(SEVERAL, &keys).unwrap();
        assert_eq!((names(&chat.small), names(&chat.large)), (vec!["tiny"], vec!["main", "spare-1"]));
        let [main, spare] = &chat.large[..] else { panic!("two") };
        assert_eq!((main.api, &main.api_key), (ApiConfig::Anthropic, &None));
        assert_eq!(main.price, Some(PriceConfig { input_micros: 3_000_000, output_micros: 15_000_000 }));
        assert_eq!(spare.api_key.as_ref().map(Secret::reveal), Some("hush"));
        assert_eq!((spare.timeout.as_secs(), spare.idle.as_secs()), (30, 3));
        let without_small = SEVERAL.replace("small = ['tiny']", "");
        assert_eq!(names(&load(&without_small, &[]).unwrap().small), ["main", "spare-1"]);
    }

    #[test]
    fn a_key_may_stand_in_a_file_of_its_own() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), " hush\n").unwrap();
        let one = format!("{ONE}api_key_file = '{}'", file.path().display());
        let key = |environment: &[(&str, &str)]| load(&one, environment).unwrap().large[0].api_key.clone().unwrap();
        assert_eq!((key(&[]).reveal(), key(&[(KEY, "other")]).reveal()), ("hush", "other"));
        assert!(load(&format!("{ONE}api_key_file = 'nowhere'"), &[]).unwrap_err().contains("nowhere"));
    }

    #[test]
    fn budgets_need_prices() {
        let priced = format!("{ONE}input_price = 0.15\noutput_price = 0\n");
        let chat = load(&format!("{priced}budget_per_day = 2.5\nbudget_per_person = 0.1"), &[]).unwrap();
        assert_eq!((chat.budget_micros, chat.budget_each_micros), (Some(2_500_000), Some(100_000)));
        assert_eq!(chat.large[0].price, Some(PriceConfig { input_micros: 150_000, output_micros: 0 }));
        let refused = load(&format!("{ONE}budget_per_person = 1"), &[]).unwrap_err();
        assert!(refused.contains("llama") && refused.contains("price"), "{refused}");
        assert!(load(&format!("budget_per_day = 1\n{SEVERAL}"), &[]).unwrap_err().contains("price"));
    }

    #[test]
    fn nonsense_is_refused_with_a_sentence() {
        let check = |file: &str, part: &str| {
            let error = load(file, &[]).unwrap_err();
            assert!(error.contains(part), "{file}: {error}");
        };
        check("model = 'm'", "chat.url");
        check("url = 'http://127.0.0.1/v1'", "chat.model");
        check("url = 'http://127.0.0.1/v1'\nmodel = ' '", "name of a model");
        check("url = 'somewhere'\nmodel = 'm'", "11434");
        check("url = 'file:///etc'\nmodel = 'm'", "11434");
        check("url = 'http://me:hush@127.0.0.1/v1'\nmodel = 'm'", "11434");
        assert!(!load("url = 'http://me:hush@127.0.0.1/v1'\nmodel = 'm'", &[]).unwrap_err().contains("hush"));
        for key in ["connect_seconds", "first_token_seconds", "idle_seconds", "timeout_seconds"] {
            check(&format!("{ONE}{key} = 0"), key);
            check(&format!("{ONE}{key} = 86401"), "from 1");
        }
        check(&format!("{ONE}temperature = 1"), "temperature");
        check(&format!("{ONE}api = 'telepathy'"), "telepathy");
        check(&format!("{ONE}api_key = 'hush'"), "api_key");
        check(&format!("{ONE}input_price = 1"), "or neither");
        check(&format!("{ONE}input_price = -1\noutput_price = 1"), "from 0");
        check(&format!("{ONE}input_price = nan\noutput_price = 1"), "from 0");
        check(&format!("{ONE}budget_per_day = inf"), "from 0");
        check(&format!("{ONE}large = ['main']"), "[chat.models]");
        check(&format!("url = 'http://a/v1'\n{SEVERAL}"), "\"url\"");
        check(&format!("timeout_seconds = 1\n{SEVERAL}"), "\"timeout_seconds\"");
        check(&SEVERAL.replace("large = ['main', 'spare-1']", ""), "chat.large");
        check(&SEVERAL.replace("'main', 'spare-1'", ""), "chat.large");
        check(&SEVERAL.replace("['tiny']", "['tinny']"), "tinny");
        check(&SEVERAL.replace("'main', 'spare-1'", "'main', 'main'"), "once");
        check(&SEVERAL.replace("spare-1", "SPARE"), "small letters");
        check(&SEVERAL.replace("model = 't'", "model = 't'\ntemp = 1"), "temp");
    }
}
