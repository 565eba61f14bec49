//! Language models as they are configured: each behind its address, in their orders, with breakers, prices and budgets.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use prompts::chat::ChatModel;
use prompts::persona::Persona;
use prompts::ruler::Ruler;
use retrieval::model::WorkspaceId;

use crate::answer::{Speaker, Voice};
use crate::chat::{Api, Breaker, Budgets, Counted, Ladder, Patience, Price, RemoteModel, RemoteSettings, Rung, Till};
use crate::config::chat::{ApiConfig, ChatConfig, ModelConfig, PriceConfig};
use crate::store::Store;

/// Who is asked for what.
#[derive(Clone)]
pub struct ChatModels {
    /// Rewrites, titles, summaries.
    pub small: Arc<dyn ChatModel>,
    /// Answers.
    pub voice: Voice,
}

const PLAIN: &str = "plain";

impl ChatModels {
    /// Nobody asks here whether they are there: the house works without.
    pub fn new(config: &ChatConfig, store: &Store, workspace: WorkspaceId) -> anyhow::Result<Self> {
        let ChatConfig { small, large, persona, .. } = config;
        let mut parts = Parts { till: till(Some(config), store, workspace), breakers: HashMap::new() };
        warm(Ruler::for_model(&large[0].model));
        let voice = Voice { model: parts.model(large)?, speaker: speaker(persona.as_deref())? };
        Ok(Self { small: parts.model(small)?, voice })
    }
}

/// Where is counted what language models cost, whether or not there are any now.
pub fn till(config: Option<&ChatConfig>, store: &Store, workspace: WorkspaceId) -> Till {
    let budgets =
        config.map(|config| Budgets { everybody_micros: config.budget_micros, each_micros: config.budget_each_micros });
    Till { store: store.clone(), workspace, budgets: budgets.unwrap_or_default() }
}

/// A vocabulary takes seconds to unpack, which nobody who asks should wait for.
fn warm(ruler: Ruler) {
    if ruler != Ruler::Characters {
        std::thread::spawn(move || ruler.count("warm"));
    }
}

/// Whom the file names has the word; where it names nobody, admins choose.
fn speaker(named: Option<&str>) -> anyhow::Result<Speaker> {
    Ok(match named {
        Some(name) => Speaker::Named(chosen(name)?),
        None => Speaker::Chosen { otherwise: chosen(PLAIN)? },
    })
}

/// One of the house's own by its name, or one that the operator wrote.
fn chosen(name: &str) -> anyhow::Result<Persona> {
    if name.ends_with(".toml") {
        let text = std::fs::read_to_string(name).with_context(|| format!("chat.persona: {name} cannot be read"))?;
        return Ok(Persona::parse(name, &text)?);
    }
    let shipped = Persona::shipped()?;
    let names: Vec<&str> = shipped.iter().map(|(name, _)| *name).collect();
    let unknown =
        format!("chat.persona: there is no \"{name}\"; name {}, or a file that ends in .toml", names.join(", "));
    shipped.into_iter().find(|(known, _)| *known == name).map(|(_, persona)| persona).context(unknown)
}

/// What the two have in common.
struct Parts<'a> {
    till: Till,
    /// By name: a model that fails for answers is not asked for rewrites either.
    breakers: HashMap<&'a str, Arc<Breaker>>,
}

impl<'a> Parts<'a> {
    fn model(&mut self, configured: &'a [ModelConfig]) -> anyhow::Result<Arc<dyn ChatModel>> {
        let rungs = configured.iter().map(|model| self.rung(model)).collect::<anyhow::Result<Vec<_>>>()?;
        let dearest = rungs.iter().filter_map(|rung| rung.price).fold(Price::default(), Price::or_dearer);
        let ladder: Arc<dyn ChatModel> = Arc::new(Ladder::new(rungs).context("no language model is listed")?);
        // Without a budget there is nothing to keep to, and without every price nothing to count.
        let is_priced = configured.iter().all(|model| model.price.is_some());
        if self.till.budgets == Budgets::default() && !is_priced {
            return Ok(ladder);
        }
        Ok(Arc::new(Counted { model: ladder, dearest, till: self.till.clone() }))
    }

    fn rung(&mut self, configured: &'a ModelConfig) -> anyhow::Result<Rung> {
        let ModelConfig { name, api, url, model, api_key, connect, first_token, idle, timeout, price } = configured;
        let settings = RemoteSettings {
            api: match api {
                ApiConfig::OpenAi => Api::OpenAi,
                ApiConfig::Anthropic => Api::Anthropic,
            },
            url: url.clone(),
            model: model.clone(),
            api_key: api_key.clone(),
            patience: Patience { connect: *connect, first_token: *first_token, idle: *idle, total: *timeout },
        };
        let price = price.map(|PriceConfig { input_micros, output_micros }| Price { input_micros, output_micros });
        Ok(Rung {
            model: Arc::new(RemoteModel::new(settings).with_context(|| format!("the language model {name}"))?),
            price,
            breaker: Arc::clone(self.breakers.entry(name).or_default()),
            clock: self.till.store.clock().clone(),
        })
    }
}
