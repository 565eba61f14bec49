//! Whether a value is what a schema of the description says. Only as much of JSON Schema as our types make use of; a word
//! that is not known here fails, so that nothing is taken for checked that was not.

use serde_json::Value;

/// What says nothing about which values are right.
const WORDS_FOR_PEOPLE: [&str; 6] = ["description", "format", "title", "example", "examples", "default"];

/// The first place at which the value is something else, if there is one.
pub fn difference(document: &Value, schema: &Value, value: &Value) -> Option<String> {
    wrong(document, schema, value, "reply")
}

/// What a `$ref` leads to.
pub fn resolved<'a>(document: &'a Value, reference: &str) -> Option<&'a Value> {
    document.pointer(reference.strip_prefix('#')?)
}

fn wrong(document: &Value, schema: &Value, value: &Value, at: &str) -> Option<String> {
    let Some(words) = schema.as_object() else { return Some(format!("{at}: no schema: {schema}")) };
    let also = |schema: &Value| wrong(document, schema, value, at);
    words.iter().find_map(|(word, rule)| match word.as_str() {
        "$ref" => match rule.as_str().and_then(|reference| resolved(document, reference)) {
            Some(schema) => also(schema),
            None => Some(format!("{at}: {rule} leads nowhere")),
        },
        "type" => (!is_of(rule, value)).then(|| format!("{at}: {value} is not {rule}")),
        "allOf" => rule.as_array().into_iter().flatten().find_map(also),
        "oneOf" | "anyOf" => {
            let fits = rule.as_array().into_iter().flatten().any(|schema| also(schema).is_none());
            (!fits).then(|| format!("{at}: {value} fits none of {rule}"))
        }
        "enum" => (!rule.as_array().is_some_and(|known| known.contains(value))).then(|| format!("{at}: {value}")),
        "required" => {
            let missing = |name: &&Value| value.is_object() && value.get(name.as_str().unwrap()).is_none();
            rule.as_array().into_iter().flatten().find(missing).map(|name| format!("{at}: {name} is missing"))
        }
        "properties" => rule
            .as_object()
            .into_iter()
            .flatten()
            .find_map(|(name, schema)| wrong(document, schema, value.get(name)?, &format!("{at}.{name}"))),
        "additionalProperties" => beyond(words, value).find_map(|(name, value)| match rule {
            Value::Bool(true) => None,
            Value::Bool(false) => Some(format!("{at}: {name} is not described")),
            schema => wrong(document, schema, value, &format!("{at}.{name}")),
        }),
        "propertyNames" => None,
        "items" if rule.is_object() => {
            let mut items = value.as_array().into_iter().flatten().enumerate();
            items.find_map(|(n, item)| wrong(document, rule, item, &format!("{at}[{n}]")))
        }
        "items" | "prefixItems" | "uniqueItems" => None,
        "minimum" => value.as_f64().filter(|number| *number < rule.as_f64().unwrap()).map(|_| format!("{at}: {value}")),
        word if WORDS_FOR_PEOPLE.contains(&word) => None,
        word => Some(format!("{at}: what {word} asks for is not checked")),
    })
}

fn is_of(kinds: &Value, value: &Value) -> bool {
    match kinds {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of(kind, value)),
        kind => match kind.as_str().unwrap_or_default() {
            "string" => value.is_string(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "null" => value.is_null(),
            _ => false,
        },
    }
}

/// The fields that are in no row of `properties`.
fn beyond<'a>(
    words: &'a serde_json::Map<String, Value>,
    value: &'a Value,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let is_known = |name: &str| words.get("properties").is_some_and(|properties| properties.get(name).is_some());
    value.as_object().into_iter().flatten().filter(move |(name, _)| !is_known(name))
}

#[test]
fn values_that_are_something_else_are_found() {
    let schema = serde_json::json!({
        "type": "object",
        "required": ["n"],
        "properties": {
            "n": {"type": "integer", "minimum": 0},
            "of": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/other"}]},
            "names": {"type": "array", "items": {"type": "string"}},
        },
        "additionalProperties": false,
    });
    let document = serde_json::json!({"$defs": {"other": {"type": ["string", "null"]}}});
    let check = |value: &str, expected: Option<&str>| {
        let found = difference(&document, &schema, &serde_json::from_str(value).unwrap());
        assert_eq!(found.is_some(), expected.is_some(), "{value}: {found:?}");
        assert!(found.unwrap_or_default().contains(expected.unwrap_or_default()), "{value}");
    };
    check(r#"{"n":1}"#, None);
    check(r#"{"n":1,"of":"x","names":["a"]}"#, None);
    check(r#"{"n":1,"of":null}"#, None);
    check(r#"{}"#, Some("n"));
    check(r#"{"n":-1}"#, Some("reply.n"));
    check(r#"{"n":1.5}"#, Some("reply.n"));
    check(r#"{"n":1,"of":3}"#, Some("reply.of"));
    check(r#"{"n":1,"names":["a",2]}"#, Some("names[1]"));
    check(r#"{"n":1,"more":2}"#, Some("more"));
    check("[]", Some("reply"));
}
