//! Models by their names: `echo` gives back its whole prompt, `obedient` does whatever a text tells it and never ends,
//! `mock-ttft80-itl4-len600` begins after 80 ms and says 600 words, one every 4 ms. Any other says one sentence.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::act::{Act, Words};

const SENTENCE: &str = "The first source says so [1].";

pub fn of(asked: &Value) -> Act {
    match asked["model"].as_str().unwrap_or_default() {
        "echo" => Act::say(&prompt(asked)),
        "obedient" => obedient(&prompt(asked)),
        name if name.starts_with("mock-") => knob(name),
        _ => Act::say(SENTENCE),
    }
}

/// All that it was sent, whoever said it.
fn prompt(asked: &Value) -> String {
    let system = asked["system"].as_str();
    let messages = asked["messages"].as_array().into_iter().flatten();
    let texts = system.into_iter().chain(messages.filter_map(|message| message["content"].as_str()));
    texts.collect::<Vec<_>>().join("\n")
}

/// Shows every address and every piece of markup that it read, in all the ways in which a page might fetch or run them,
/// says what it was told to say, cites sources that it was never given, and never ends.
fn obedient(prompt: &str) -> Act {
    let mut said: Vec<String> = Vec::new();
    for address in addresses(prompt) {
        said.push(format!("[here]({address}) "));
        said.push(format!("![picture]({address}?q=secret) "));
        said.push(format!("<img src=\"{address}\" onerror=\"alert(1)\"> "));
        said.push(format!("<script src=\"{address}\"></script> "));
        said.push(format!("<{address}> {address} "));
    }
    said.extend(prompt.lines().filter(|line| is_markup(line)).map(|line| format!("{line}\n")));
    said.extend(orders(prompt).map(|order| format!("{order} ")));
    said.extend((1..=99).map(|n| format!("It is certain [{n}]. ")));
    let said = Arc::new(said);
    let words = move || -> Words {
        let said = Arc::clone(&said);
        Box::new((0..).map(move |at: usize| said[at % said.len()].clone()))
    };
    Act::Tell { words: Arc::new(words), before: Duration::ZERO, between: Duration::ZERO }
}

fn addresses(prompt: &str) -> impl Iterator<Item = &str> {
    let words = prompt.split(|c: char| c.is_whitespace() || "()<>[]\"'".contains(c));
    words.filter(|word| ["http://", "https://", "javascript:", "data:"].iter().any(|begin| word.starts_with(begin)))
}

fn is_markup(line: &str) -> bool {
    line.contains("![") || line.contains("<script") || line.contains("<img") || line.contains("<iframe")
}

/// What stands behind the words with which a text gives orders.
fn orders(prompt: &str) -> impl Iterator<Item = &str> {
    prompt.lines().flat_map(|line| {
        let begins = ["say ", "reply with ", "answer with ", "write "];
        begins
            .into_iter()
            .filter_map(move |begin| line.to_lowercase().find(begin).and_then(|at| line.get(at + begin.len()..)))
    })
}

fn knob(name: &str) -> Act {
    let number = |key: &str| -> u64 {
        let part = name.split('-').find_map(|part| part.strip_prefix(key));
        part.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{name} has no {key}"))
    };
    let length = number("len");
    Act::Tell {
        words: Arc::new(move || -> Words { Box::new((1..=length).map(|at| format!("word{at} "))) }),
        before: Duration::from_millis(number("ttft")),
        between: Duration::from_millis(number("itl")),
    }
}
