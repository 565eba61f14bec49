//! A query that is put together from parts: its words are ours, whatever comes from elsewhere is bound.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AnyPool, AssertSqlSafe, FromRow};

use super::StoreError;

enum Bound {
    Text(String),
    Number(i64),
}

pub(super) struct Phrase {
    words: String,
    bound: Vec<Bound>,
}

impl Phrase {
    pub fn new(words: &str) -> Self {
        Self { words: words.to_owned(), bound: Vec::new() }
    }

    /// Words of ours.
    pub fn push(&mut self, words: &str) {
        self.words.push_str(words);
    }

    /// The place of this text among what is bound.
    pub fn text(&mut self, text: String) -> String {
        self.bound.push(Bound::Text(text));
        format!("${}", self.bound.len())
    }

    pub fn number(&mut self, number: i64) -> String {
        self.bound.push(Bound::Number(number));
        format!("${}", self.bound.len())
    }

    /// That what is called so has one of these labels: a tier's rank and its groups. There is at least one.
    pub fn labels(&mut self, called: &str, labels: HashMap<i64, Vec<String>>) -> String {
        let mut tiers = Vec::new();
        for (tier, groups) in labels {
            let tier = self.number(tier);
            let groups: Vec<String> = groups.into_iter().map(|groups| self.text(groups)).collect();
            tiers.push(format!("({called}.tier = {tier} AND {called}.group_names IN ({}))", groups.join(", ")));
        }
        tiers.join(" OR ")
    }

    pub async fn fetch_all<T>(self, pool: &AnyPool) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow> + Send + Unpin,
    {
        let query = sqlx::query_as(AssertSqlSafe(self.words));
        let query = self.bound.into_iter().fold(query, |query, bound| match bound {
            Bound::Text(text) => query.bind(text),
            Bound::Number(number) => query.bind(number),
        });
        Ok(query.fetch_all(pool).await?)
    }
}

/// A pattern of LIKE for these words anywhere, in which none of them means anything else.
pub(super) fn anywhere(words: &str) -> String {
    let escaped: String =
        words.chars().flat_map(|c| ['!'].into_iter().filter(move |_| "!%_".contains(c)).chain([c])).collect();
    format!("%{escaped}%")
}
