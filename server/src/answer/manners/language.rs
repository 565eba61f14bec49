//! Which language somebody writes in, of the two in which the house's own sentences are worded.
//!
//! Told by small words, because names and subjects are the same in both. Two signs are needed: a word or a name may look
//! German in a question that is not, and a sentence of ours in English is understood by more people.

use super::{Language, words};

/// Of those that are no English words.
const GERMAN: &[&str] = &[
    "aber", "alle", "als", "auch", "auf", "aus", "bei", "beim", "bin", "bis", "brauche", "damit", "dann", "darf",
    "das", "dass", "dauert", "dein", "deine", "dem", "der", "des", "dir", "doch", "du", "durch", "ein", "eine",
    "einem", "einen", "einer", "eines", "er", "es", "euch", "für", "geht", "gibt", "habe", "haben", "hier", "ich",
    "ihr", "ihre", "im", "immer", "ins", "ist", "jede", "jeder", "kann", "kein", "keine", "kostet", "können", "könnt",
    "lange", "machen", "mein", "meine", "meinen", "meiner", "mich", "mir", "mit", "muss", "möchte", "nach", "nicht",
    "noch", "nur", "ob", "oder", "ohne", "schon", "sein", "sich", "sie", "sind", "soll", "um", "und", "uns", "unser",
    "unsere", "vom", "von", "vor", "wann", "warum", "welche", "welchem", "welchen", "welcher", "welches", "wenn",
    "wer", "werden", "wie", "wieso", "wieviel", "wir", "wird", "wo", "woher", "wohin", "zu", "zum", "zur", "über",
];
/// German, too, and more often English.
const EITHER: &[&str] = &["an", "am", "die", "in", "so", "was", "war", "will"];
const ENGLISH: &[&str] = &[
    "a", "about", "an", "and", "are", "at", "can", "do", "does", "for", "from", "has", "have", "how", "i", "is", "it",
    "my", "not", "of", "on", "or", "the", "there", "this", "to", "we", "what", "when", "where", "which", "who", "why",
    "with", "you", "your",
];
const ENOUGH: usize = 2;

pub fn language(text: &str) -> Language {
    let words = words(text);
    let count = |is: &dyn Fn(&str) -> bool| words.iter().filter(|word| is(word)).count();
    let only_german =
        |word: &str| GERMAN.contains(&word) && !EITHER.contains(&word) || word.contains(['ä', 'ö', 'ü', 'ß']);
    let either = |word: &str| EITHER.contains(&word);
    let (german, either, english) =
        (count(&only_german), count(&either), count(&|word| ENGLISH.contains(&word) && !EITHER.contains(&word)));
    match german > english && german + either >= ENOUGH {
        true => Language::German,
        false => Language::English,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn german_is_told_by_its_small_words() {
        for text in [
            "Wie lange dauert eine Erstattung?",
            "Was kostet das?",
            "Kann ich mein Konto löschen",
            "Wo ist die Rechnung?",
            "Gilt die Kündigung für Jahresabos?",
        ] {
            assert_eq!(language(text), Language::German, "{text}");
        }
    }

    #[test]
    fn what_is_not_surely_german_is_answered_in_english() {
        for text in [
            "How long do refunds take?",
            "What does the MIT license say?",
            "Das Keyboard warranty",
            "die hard",
            "What was in the Müller contract, and who is Dr. Für?",
            "Erstattung",
            "refunds",
            "LX-4012",
            "",
            "¿Cuánto tarda un reembolso?",
        ] {
            assert_eq!(language(text), Language::English, "{text}");
        }
    }
}
