//! The language of a corpus, as the keyword index names it, from a sample of its texts.
//!
//! Short texts are judged together: one sentence says little about its language. Where no language clearly leads, or the
//! one that leads has no stemmer, the corpus is for the encoder that knows none.

use std::collections::HashMap;

use ingest::clean::language::language_of;

use super::beir::Record;

/// What the keyword index calls texts of no one language, and of those that are not written with spaces.
pub const MIXED: &str = "mixed";
/// Documents looked at, from all over the corpus.
const SAMPLE: usize = 400;
/// Characters judged at once.
const PIECE: usize = 1_500;
/// A language that leads less clearly than this shares the corpus with others.
const LEADS: f64 = 0.7;

/// English name of the language that most of the corpus is in.
pub fn language(documents: &[Record]) -> &'static str {
    let step = documents.len().div_ceil(SAMPLE).max(1);
    let mut votes: HashMap<String, usize> = HashMap::new();
    for tag in pieces(documents.iter().step_by(step)).iter().filter_map(|piece| language_of(piece)) {
        *votes.entry(tag).or_default() += 1;
    }
    let all: usize = votes.values().sum();
    let leader = votes.iter().max_by_key(|(tag, many)| (**many, tag.as_str()));
    let clear = leader.filter(|(_, many)| **many as f64 >= LEADS * all as f64);
    clear.and_then(|(tag, _)| english_name(tag)).unwrap_or(MIXED)
}

fn pieces<'a>(documents: impl Iterator<Item = &'a Record>) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for record in documents {
        if pieces.last().is_some_and(|piece| piece.len() >= PIECE) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.extend(record.text.chars().take(PIECE));
            piece.push('\n');
        }
    }
    pieces
}

/// For what the encoder stems and writing with spaces; Chinese, Japanese, Korean and Thai are cut otherwise.
fn english_name(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "ar" => "arabic",
        "da" => "danish",
        "de" => "german",
        "el" => "greek",
        "en" => "english",
        "es" => "spanish",
        "fi" => "finnish",
        "fr" => "french",
        "hu" => "hungarian",
        "it" => "italian",
        "nb" => "norwegian",
        "nl" => "dutch",
        "pt" => "portuguese",
        "ro" => "romanian",
        "ru" => "russian",
        "sv" => "swedish",
        "tr" => "turkish",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGLISH: &str = "You can send back whatever you bought from us within thirty days of the delivery.";
    const GERMAN: &str =
        "Wir tragen das Porto, und Sie bekommen Ihr Geld zurück, sobald unser Lager die Ware geprüft hat.";
    const CHINESE: &str = "您可以在收到商品后的三十天内退货，我们承担运费，仓库检查商品后会立即退款。";

    fn check(texts: &[(&str, usize)], expected: &str) {
        let record = |text: &str| Record { id: String::new(), title: String::new(), text: text.to_owned() };
        let documents: Vec<Record> =
            texts.iter().flat_map(|(text, many)| std::iter::repeat_n(record(text), *many)).collect();
        assert_eq!(language(&documents), expected, "{texts:?}");
    }

    #[test]
    fn the_language_of_most_is_the_language() {
        check(&[(ENGLISH, 60)], "english");
        check(&[(GERMAN, 60)], "german");
        check(&[(GERMAN, 600), (ENGLISH, 40)], "german");
    }

    #[test]
    fn without_a_leader_or_a_stemmer_there_is_no_language() {
        check(&[(GERMAN, 100), (ENGLISH, 100)], MIXED);
        check(&[(CHINESE, 100)], MIXED);
        check(&[("x = 1", 3)], MIXED);
        check(&[], MIXED);
    }
}
