//! What is known of each language: which words carry no meaning, and which openings and pronouns lean on what was said.
//!
//! Only what is nearly always so stands here. Text whose language is not among these is never touched.

use super::words::Word;
use super::{english, vocabulary};

pub struct Language {
    /// Words that carry no meaning of their own, in the order of the alphabet.
    pub common: &'static [&'static str],
    /// With one of these a question has a verb, or says what it asks for.
    pub asking: &'static [&'static str],
    /// Words that may stand before a question without being part of it.
    pub joining: &'static [&'static str],
    /// Openings that always continue what was said.
    pub continuing: &'static [&'static [&'static str]],
    /// Before a noun they tell that a verb is missing: "in Germany?".
    pub prepositions: &'static [&'static str],
    /// Words that ask for more about the same thing; alone they ask nothing.
    pub relational: &'static [&'static str],
    /// Whether a word stands for something that was said before.
    pub refers_back: fn(&[Word]) -> bool,
}

/// The language whose small words occur most, in the question first and else in what was said before it.
pub fn of(question: &[Word], before: &[Word]) -> Option<&'static Language> {
    most_common_words(question).or_else(|| most_common_words(before))
}

fn most_common_words(words: &[Word]) -> Option<&'static Language> {
    let count = |language: &Language| words.iter().filter(|word| language.is_common(&word.plain)).count();
    let counted = [&ENGLISH, &GERMAN, &SPANISH, &FRENCH].map(|language| (count(language), language));
    // Of equals the first: "in" and "plan" are words of two languages.
    let best = counted.into_iter().rev().max_by_key(|(count, _)| *count)?;
    (best.0 > 0).then_some(best.1)
}

impl Language {
    pub fn is_common(&self, word: &str) -> bool {
        let stem = word.split('\'').next().unwrap_or(word);
        let is_listed = |word: &str| self.common.binary_search(&word).is_ok();
        // "it's" by its stem; "isn't" stands there without its apostrophe.
        is_listed(word) || (stem != word && (is_listed(stem) || is_listed(&word.replace('\'', ""))))
    }

    pub fn carries_meaning(&self, word: &Word) -> bool {
        !self.is_common(&word.plain) && word.plain.chars().any(char::is_alphanumeric)
    }
}

pub static ENGLISH: Language = Language {
    common: vocabulary::COMMON,
    asking: vocabulary::ASKING,
    joining: vocabulary::JOINING,
    continuing: vocabulary::CONTINUING,
    prepositions: vocabulary::PREPOSITIONS,
    relational: vocabulary::RELATIONAL,
    refers_back: english::refers_back,
};

pub static GERMAN: Language = Language {
    common: &[
        "aber", "alle", "als", "also", "am", "an", "auch", "auf", "aus", "bei", "bekomme", "bekommen", "bin", "bis",
        "bitte", "da", "dafür", "damit", "danach", "dann", "daran", "darauf", "darin", "das", "davon", "dazu", "dem",
        "den", "denn", "der", "des", "die", "dies", "diese", "diesem", "diesen", "dieser", "dieses", "doch", "dort",
        "du", "ein", "eine", "einem", "einen", "einer", "er", "es", "für", "gibt", "gilt", "habe", "haben", "hat",
        "ich", "ihr", "ihre", "im", "ist", "ja", "jetzt", "kann", "kannst", "kein", "keine", "können", "lange",
        "mache", "machen", "man", "mein", "meine", "meinen", "mich", "mir", "mit", "muss", "müssen", "nach", "nein",
        "nicht", "noch", "nur", "ob", "oder", "ohne", "okay", "pro", "sein", "seit", "sich", "sie", "sieht", "sind",
        "so", "soll", "um", "und", "uns", "unser", "unsere", "vom", "von", "vor", "wann", "war", "warum", "was",
        "wenn", "wer", "werden", "weshalb", "wie", "wieso", "wieviel", "wir", "wird", "wo", "wohin", "zu", "zum",
        "zur", "über",
    ],
    asking: &[
        "bin", "darf", "gibt", "gilt", "habe", "haben", "hat", "ist", "kann", "können", "muss", "müssen", "sind",
        "soll", "wann", "war", "warum", "was", "welche", "welcher", "welches", "wer", "werden", "wie", "wieso",
        "wieviel", "wird", "wo",
    ],
    joining: &["und", "aber", "also", "ok", "okay", "danke", "oder", "ja", "nein"],
    continuing: &[
        &["was", "ist", "mit"],
        &["wie", "sieht", "es", "mit"],
        &["wie", "ist", "es", "mit"],
        &["und", "wenn"],
    ],
    prepositions: &["für", "in", "im", "mit", "bei", "ohne", "ab", "nach", "pro", "zum", "zur", "auf", "am"],
    relational: &["kosten", "kostet", "preis", "dauert", "dauern", "teuer", "passiert", "geht", "gültig", "frist"],
    refers_back: |words| {
        let back = ["davon", "dafür", "damit", "dazu", "danach", "daran", "darauf", "darin", "dort"];
        stands_for_something(words, &back, &GERMAN)
    },
};

pub static SPANISH: Language = Language {
    common: &[
        "a", "al", "algo", "allí", "aquí", "con", "cosa", "cuando", "cuándo", "cuánta", "cuántas", "cuánto", "cuántos",
        "cómo", "de", "del", "desde", "donde", "dónde", "el", "ella", "ellas", "ellos", "en", "entonces", "es", "esa",
        "ese", "eso", "esta", "este", "esto", "está", "están", "gracias", "hace", "hacer", "hasta", "hay", "la", "las",
        "le", "lo", "los", "me", "mi", "mis", "mucho", "muy", "más", "no", "nos", "nuestra", "nuestro", "o", "ok",
        "os", "para", "pasa", "pero", "por", "porque", "puede", "puedo", "pues", "que", "quien", "quién", "qué", "se",
        "ser", "si", "sin", "sobre", "son", "su", "sus", "sí", "también", "tengo", "tiene", "tu", "tus", "un", "una",
        "unos", "y", "ya", "yo",
    ],
    asking: &[
        "cuándo", "cuánta", "cuántas", "cuánto", "cuántos", "cuál", "cómo", "dónde", "es", "está", "están", "hay",
        "puede", "puedo", "quién", "qué", "son", "tengo", "tiene",
    ],
    joining: &["y", "pero", "o", "pues", "entonces", "ok", "gracias", "sí", "no"],
    continuing: &[&["qué", "pasa", "con"], &["que", "pasa", "con"], &["qué", "hay", "de"], &["y", "si"]],
    prepositions: &["para", "en", "con", "sin", "por", "desde", "hasta", "de"],
    relational: &["cuesta", "cuestan", "precio", "tarda", "dura", "caro", "válido", "plazo", "funciona"],
    refers_back: |words| stands_for_something(words, &["eso", "esto", "allí", "ellos", "ellas"], &SPANISH),
};

pub static FRENCH: Language = Language {
    common: &[
        "a", "ai", "alors", "au", "aussi", "aux", "avec", "avez", "avoir", "c", "ce", "cela", "ces", "cet", "cette",
        "chez", "combien", "comme", "comment", "d", "dans", "de", "depuis", "des", "dois", "donc", "du", "elle",
        "elles", "en", "est", "et", "eux", "faire", "fait", "faut", "il", "ils", "j", "je", "l", "la", "le", "les",
        "leur", "lui", "là", "m", "ma", "mais", "me", "merci", "mes", "moi", "mon", "n", "ne", "non", "nos", "notre",
        "nous", "on", "ou", "oui", "où", "par", "pas", "peut", "peux", "plus", "pour", "pourquoi", "puis", "qu",
        "quand", "que", "quel", "quelle", "quelles", "quels", "qui", "quoi", "s", "sa", "sans", "se", "ses", "si",
        "son", "sont", "sur", "ta", "tu", "un", "une", "vos", "votre", "vous", "y", "à", "ça",
    ],
    asking: &[
        "combien",
        "comment",
        "dois",
        "est",
        "est-ce",
        "faut",
        "où",
        "peut",
        "peut-on",
        "peux",
        "pourquoi",
        "qu'est-ce",
        "quand",
        "quel",
        "quelle",
        "quelles",
        "quels",
        "qui",
        "quoi",
        "sont",
    ],
    joining: &["et", "mais", "ou", "donc", "alors", "ok", "merci", "oui", "non"],
    continuing: &[&["qu'en", "est-il"], &["et", "si"], &["quid", "de"]],
    prepositions: &["pour", "en", "avec", "sans", "dans", "chez", "par", "au", "à", "de"],
    relational: &["coûte", "coûtent", "prix", "dure", "cher", "délai", "valable", "marche", "fonctionne"],
    refers_back: |words| {
        stands_for_something(words, &["ça", "cela", "celui-ci", "celle-ci", "ceux-ci", "là-bas"], &FRENCH)
    },
};

/// One of these words, and too little before it in the same question that it could stand for.
fn stands_for_something(words: &[Word], back: &[&str], language: &Language) -> bool {
    let at = words.iter().position(|word| back.contains(&word.plain.as_str()));
    at.is_some_and(|at| words[..at].iter().filter(|word| language.carries_meaning(word)).count() < 2)
}
