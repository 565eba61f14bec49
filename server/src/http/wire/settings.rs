//! Settings as they cross the wire: what holds, and whether the models are there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::HouseSetting;
use crate::branding::Held;
use crate::config::{Setting, Table};

/// What the house was told: by its file, the environment and the command line when it began, and a little of it in the app.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct SettingsReply {
    pub version: String,
    pub tables: Vec<SettingsTable>,
    /// What can be set in the app, where the file does not.
    pub house: Vec<HouseSetting>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SettingsTable {
    /// As the file has it; empty for what stands above all tables.
    pub name: String,
    pub settings: Vec<SettingReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SettingReply {
    pub name: String,
    /// None where it is not set, or is a secret.
    pub value: Option<String>,
    /// Whether there is a secret; none where it is no secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<bool>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ConnectionsReply {
    pub connections: Vec<ConnectionReply>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ConnectionReply {
    /// `embedding`; `answers` and `rewrites` where a language model is configured.
    pub role: String,
    /// As the configuration names it.
    pub model: String,
    pub works: bool,
    pub took_ms: u64,
    /// As the model calls itself, or why it does not work.
    pub note: Option<String>,
}

impl SettingsReply {
    pub fn new(tables: &[Table], house: Vec<Held>) -> Self {
        let house = house.into_iter().map(HouseSetting::from).collect();
        let tables = tables.iter().map(SettingsTable::from).collect();
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), tables, house }
    }
}

impl From<&Table> for SettingsTable {
    fn from(Table { name, settings }: &Table) -> Self {
        Self { name: name.clone(), settings: settings.iter().map(SettingReply::from).collect() }
    }
}

impl From<&Setting> for SettingReply {
    fn from(Setting { name, value, is_secret }: &Setting) -> Self {
        Self {
            name: (*name).to_owned(),
            value: value.clone().filter(|_| !is_secret),
            secret: is_secret.then_some(value.is_some()),
        }
    }
}
