//! Values by a schema of the description: one that fits, and the same one spoilt.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::http::schema::resolved;
use crate::oracle::dice::Dice;

/// No body is larger.
pub const LARGEST_BYTES: usize = 64 * 1024;
const DEEPEST: usize = 6;

/// What texts are tried that mean something to somebody: a database, a shell, a browser, a parser of ours.
pub const TEXTS: [&str; 28] = [
    "",
    " ",
    "null",
    "0",
    "-1",
    "true",
    "\u{0}",
    "a\u{0}b",
    "\u{1b}[2J",
    "\r\nSet-Cookie: a=b",
    "\u{7f}\u{85}\u{200b}\u{202e}\u{feff}",
    "\u{1f600}\u{10ffff}",
    "e\u{301}\u{327}\u{323}",
    "' OR 1=1 --",
    "\"; DROP TABLE people; --",
    "%' ESCAPE '",
    "$1",
    "../../etc/passwd",
    "C:\\Windows\\win.ini",
    "http://127.0.0.1:1/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "<script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    "tier=public,groups=",
    "person:",
    "00000000-0000-0000-0000-000000000000",
    "9223372036854775808",
];

/// What there is, by the name of the field or the parameter that asks for it.
pub type Known = BTreeMap<&'static str, Vec<String>>;

pub struct Values<'a> {
    pub document: &'a Value,
    pub known: &'a Known,
    pub dice: &'a mut Dice,
}

impl Values<'_> {
    /// One that fits the schema, and, where it is known what there is, means something.
    pub fn fitting(&mut self, schema: &Value, name: &str) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.fitting(&resolved(self.document, reference).unwrap().clone(), name);
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(choices) = schema[word].as_array() {
                let choice = self.dice.one_of(choices);
                return self.fitting(&choice, name);
            }
        }
        match self.kind(&schema["type"]).as_str() {
            "object" => self.object(schema),
            "array" if schema.get("prefixItems").is_some() => {
                let parts = schema["prefixItems"].as_array().unwrap().clone();
                parts.iter().map(|part| self.fitting(part, name)).collect()
            }
            "array" => {
                let many = self.dice.below(3);
                (0..many).map(|_| self.fitting(&schema["items"], name)).collect()
            }
            "integer" => json!(self.dice.below(50)),
            "number" => json!(0.5),
            "boolean" => json!(self.dice.below(2) == 0),
            "null" => Value::Null,
            _ => self.text(name).into(),
        }
    }

    fn object(&mut self, schema: &Value) -> Value {
        let mut object = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&json!(name)) || self.dice.below(3) == 0 {
                object.insert(name.clone(), self.fitting(field, name));
            }
        }
        Value::Object(object)
    }

    fn kind(&mut self, kinds: &Value) -> String {
        let kind = match kinds.as_array() {
            Some(kinds) => self.dice.one_of(kinds),
            None => kinds.clone(),
        };
        kind.as_str().unwrap_or_default().to_owned()
    }

    pub fn text(&mut self, name: &str) -> String {
        match self.known.get(name) {
            Some(known) if self.dice.below(8) != 0 => self.dice.one_of(known),
            _ => self.dice.words(2),
        }
    }

    /// The same value with something wrong in one place of it.
    pub fn spoil(&mut self, value: &mut Value) {
        match value {
            Value::Object(fields) if !fields.is_empty() && self.dice.below(4) != 0 => {
                let names: Vec<String> = fields.keys().cloned().collect();
                let name = self.dice.one_of(&names);
                match self.dice.below(6) {
                    0 => drop(fields.remove(&name)),
                    1 => drop(fields.insert(format!("{name}_"), json!(1))),
                    2 => {
                        let more = self.garbage_text();
                        fields.insert(more, Value::Null);
                    }
                    _ => self.spoil(fields.get_mut(&name).unwrap()),
                }
            }
            Value::Array(items) if !items.is_empty() && self.dice.below(2) == 0 => {
                let at = self.dice.below(items.len() as u64) as usize;
                self.spoil(&mut items[at]);
            }
            Value::String(_) if self.dice.below(3) != 0 => *value = self.garbage_text().into(),
            _ => *value = self.garbage(DEEPEST),
        }
    }

    /// Anything at all.
    pub fn garbage(&mut self, deepest: usize) -> Value {
        let numbers = [json!(-1), json!(0), json!(u64::MAX), json!(i64::MIN), json!(1e308), json!(-0.0), json!(0.1)];
        match self.dice.below(if deepest == 0 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.dice.below(2) == 0),
            2 => self.dice.one_of(&numbers),
            3 | 4 => self.garbage_text().into(),
            5 => (0..self.dice.below(4)).map(|_| self.garbage(deepest - 1)).collect(),
            6 => (0..self.dice.below(4)).map(|_| (self.garbage_text(), self.garbage(deepest - 1))).collect(),
            _ => (0..60).fold(json!([]), |inner, _| json!([inner])),
        }
    }

    pub fn garbage_text(&mut self) -> String {
        let long = [300, 2_100, 5_000, 20_000];
        match self.dice.below(10) {
            0 => self.dice.one_of(&["x", "\u{0}", "ß", "\u{1f600}", "a b "]).repeat(self.dice.one_of(&long)),
            1 => format!("{}{}", self.dice.words(1), self.dice.one_of(&TEXTS)),
            2 => (0..8).filter_map(|_| char::from_u32(self.dice.below(0x11_0000) as u32)).collect(),
            _ => self.dice.one_of(&TEXTS).to_owned(),
        }
    }
}
