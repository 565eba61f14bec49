//! What the house is called, how it looks and who it sounds like: what the file says, else what an admin set in the app, else what
//! the house comes with.
//!
//! It is read whenever it is shown, so that every server on one database shows the same. Knows no HTTP and no SQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use prompts::persona::Persona;
use retrieval::model::WorkspaceId;

use crate::config::branding::{BrandingConfig, accent_of, greeting_of, name_of};
use crate::config::colour::Palette;
use crate::store::{Store, StoreError};

pub use crate::store::SettingName;

/// Without any other.
pub const NAME: &str = "Lectern";

/// Who set something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetBy {
    /// It cannot be changed in the app.
    File,
    Admin,
    Nobody,
}

/// A setting as it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    pub name: SettingName,
    pub value: Option<String>,
    pub by: SetBy,
}

/// What everybody is shown.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    pub name: String,
    pub greeting: Option<String>,
    pub palette: Option<Palette>,
}

/// Why a setting was not made.
#[derive(Debug, thiserror::Error)]
pub enum BrandingError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0} is set in the file of the house: change it there")]
    InFile(&'static str),
    #[error("{0}: {1}")]
    Wrong(&'static str, String),
}

#[derive(Clone)]
pub struct Branding {
    pub store: Store,
    pub workspace: WorkspaceId,
    pub file: Arc<BrandingConfig>,
}

impl Branding {
    pub async fn look(&self) -> Result<Look, StoreError> {
        let made = self.store.settings(self.workspace).await?;
        let held = |name| self.held(name, &made).value;
        // Whatever was good when it was set may not be by now; then it is as if it were not set.
        let palette = held(SettingName::Accent).and_then(|text| accent_of(&text).ok()).map(Palette::of);
        Ok(Look {
            name: held(SettingName::Name).unwrap_or_else(|| NAME.to_owned()),
            greeting: held(SettingName::Greeting),
            palette: palette.and_then(Result::ok),
        })
    }

    /// All of them, with who set each.
    pub async fn all(&self) -> Result<Vec<Held>, StoreError> {
        let made = self.store.settings(self.workspace).await?;
        Ok(SettingName::ALL.into_iter().map(|name| self.held(name, &made)).collect())
    }

    /// Those that were named, all of them or none. Without a value one is again as the house comes with it.
    pub async fn change(&self, changes: Vec<(SettingName, Option<String>)>) -> Result<(), BrandingError> {
        let mut checked = Vec::with_capacity(changes.len());
        for (name, value) in changes {
            if self.in_file(name).is_some() {
                return Err(BrandingError::InFile(name.as_str()));
            }
            let value = value.map(|text| usable(name, &text)).transpose();
            checked.push((name, value.map_err(|why| BrandingError::Wrong(name.as_str(), why))?));
        }
        Ok(self.store.settings_put(self.workspace, &checked).await?)
    }

    fn held(&self, name: SettingName, made: &BTreeMap<SettingName, String>) -> Held {
        let (value, by) = match (self.in_file(name), made.get(&name)) {
            (Some(value), _) => (Some(value), SetBy::File),
            (None, Some(value)) => (Some(value.clone()), SetBy::Admin),
            (None, None) => (None, SetBy::Nobody),
        };
        Held { name, value, by }
    }

    fn in_file(&self, name: SettingName) -> Option<String> {
        let BrandingConfig { name: called, accent, greeting, persona } = &*self.file;
        match name {
            SettingName::Name => called.clone(),
            SettingName::Accent => accent.map(|accent| accent.to_string()),
            SettingName::Greeting => greeting.clone(),
            SettingName::Persona => persona.clone(),
        }
    }
}

/// The personas that the house comes with, by their names.
pub fn personas() -> Vec<&'static str> {
    Persona::shipped().unwrap_or_default().into_iter().map(|(name, _)| name).collect()
}

/// As it is kept, or why it cannot be.
fn usable(name: SettingName, text: &str) -> Result<String, String> {
    match name {
        SettingName::Name => name_of(text),
        SettingName::Accent => accent_of(text).map(|accent| accent.to_string()),
        SettingName::Greeting => greeting_of(text),
        SettingName::Persona => {
            let known = personas();
            let unknown = || format!("there is no \"{text:.40}\"; name {}", known.join(", "));
            known.iter().find(|known| **known == text).map(|known| (*known).to_owned()).ok_or_else(unknown)
        }
    }
}
