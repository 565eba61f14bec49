//! What the house is called and how it looks, as it crosses the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::branding::{Held, Look, SetBy, SettingName, personas};
use crate::config::colour::{Pair, Palette};

/// What every page shows of the house, to whoever opens it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct HouseReply {
    pub name: String,
    /// In place of the usual words above the question box.
    pub greeting: Option<String>,
    /// In place of the usual ones.
    pub colours: Option<ColoursReply>,
}

/// Each by day and by night.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ColoursReply {
    pub accent: ColourReply,
    pub hover: ColourReply,
    pub soft: ColourReply,
    pub on: ColourReply,
}

/// As in `#2148b5`.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ColourReply {
    pub day: String,
    pub night: String,
}

/// A setting that admins make in the app.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct HouseSetting {
    /// `name`, `accent`, `greeting` or `persona`.
    pub name: String,
    pub value: Option<String>,
    /// `file`, where it cannot be changed in the app, `admin` or `nobody`.
    pub by: String,
    /// What it can be; empty where it can be anything.
    pub choices: Vec<String>,
}

/// What is left out stays as it is; what is empty is again as the house comes with it.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// At most 40 characters.
    pub name: Option<String>,
    /// As in `#2148b5`; it has to be legible on every page.
    pub accent: Option<String>,
    /// At most 200 characters.
    pub greeting: Option<String>,
    /// One that the house comes with.
    pub persona: Option<String>,
}

impl SettingsChange {
    pub fn changes(self) -> Vec<(SettingName, Option<String>)> {
        let Self { name, accent, greeting, persona } = self;
        let all = [
            (SettingName::Name, name),
            (SettingName::Accent, accent),
            (SettingName::Greeting, greeting),
            (SettingName::Persona, persona),
        ];
        let named = all.into_iter().filter_map(|(name, value)| Some((name, value?)));
        named.map(|(name, value)| (name, Some(value).filter(|value| !value.trim().is_empty()))).collect()
    }
}

impl From<Look> for HouseReply {
    fn from(Look { name, greeting, palette }: Look) -> Self {
        Self { name, greeting, colours: palette.map(ColoursReply::from) }
    }
}

impl From<Palette> for ColoursReply {
    fn from(Palette { accent, hover, soft, on }: Palette) -> Self {
        Self { accent: accent.into(), hover: hover.into(), soft: soft.into(), on: on.into() }
    }
}

impl From<Pair> for ColourReply {
    fn from(Pair { day, night }: Pair) -> Self {
        Self { day: day.to_string(), night: night.to_string() }
    }
}

impl From<Held> for HouseSetting {
    fn from(Held { name, value, by }: Held) -> Self {
        let by = match by {
            SetBy::File => "file",
            SetBy::Admin => "admin",
            SetBy::Nobody => "nobody",
        };
        let choices = match name {
            SettingName::Persona => personas().into_iter().map(str::to_owned).collect(),
            SettingName::Name | SettingName::Accent | SettingName::Greeting => Vec::new(),
        };
        Self { name: name.as_str().to_owned(), value, by: by.to_owned(), choices }
    }
}
