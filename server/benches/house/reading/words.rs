//! How alike two texts are, as bags of words: harmonic mean of precision and recall, order aside.

use std::collections::HashMap;

pub fn f1(read: &str, expected: &str) -> f64 {
    let (read, expected) = (bag(read), bag(expected));
    let size = |bag: &HashMap<String, usize>| bag.values().sum::<usize>() as f64;
    let common = read.iter().map(|(word, many)| (*many).min(expected.get(word).copied().unwrap_or(0))).sum::<usize>();
    match size(&read) + size(&expected) {
        0.0 => 1.0,
        both => 2.0 * common as f64 / both,
    }
}

pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.into_iter().collect();
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn bag(text: &str) -> HashMap<String, usize> {
    let mut bag = HashMap::new();
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        *bag.entry(word.to_owned()).or_default() += 1;
    }
    bag
}
