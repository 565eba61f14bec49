//! Numbers by name, as an object whose order is kept: of stages as they follow each other, of terms as they count.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// Rounded to what a person can use.
#[derive(Clone, PartialEq, Debug, Default, ToSchema)]
#[schema(value_type = HashMap<String, f64>)]
pub struct Named(pub Vec<(String, f64)>);

impl Named {
    pub fn new<'a>(numbers: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        Self(numbers.into_iter().map(|(name, number)| (name.to_owned(), rounded(number))).collect())
    }
}

/// To four places. What is no number is nothing: JSON has no word for it.
fn rounded(number: f64) -> f64 {
    let rounded = (number * 1e4).round() / 1e4;
    if rounded.is_finite() { rounded } else { 0.0 }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, number)| (name, number)))
    }
}

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Named;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("numbers by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Named, A::Error> {
        let mut named = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            named.push(entry);
        }
        Ok(Named(named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept_there_and_back() {
        let named = Named::new([("verify", 0.123_456), ("index", 2.0), ("odd", f64::NAN)]);
        let text = serde_json::to_string(&named).unwrap();
        assert_eq!(text, r#"{"verify":0.1235,"index":2.0,"odd":0.0}"#);
        assert_eq!(serde_json::from_str::<Named>(&text).unwrap(), named);
    }
}
