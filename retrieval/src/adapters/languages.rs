//! The languages of the keyword index: which the engine stems, which it only relieves of their stop words, and the names for
//! what it knows nothing of.
//!
//! Knows names; does not know how a text is cut.

/// Stemmed, and most of them relieved of their stop words too.
const STEMMED: [&str; 19] = [
    "arabic",
    "armenian",
    "danish",
    "dutch",
    "english",
    "finnish",
    "french",
    "german",
    "greek",
    "hungarian",
    "italian",
    "norwegian",
    "portuguese",
    "romanian",
    "russian",
    "spanish",
    "swedish",
    "tamil",
    "turkish",
];
/// Of those, the ones that the engine has a stemmer for, and no stop words.
const STEMMED_ONLY: [&str; 2] = ["armenian", "tamil"];
/// Relieved of their stop words, and not stemmed.
const STOPPED: [&str; 11] = [
    "azerbaijani",
    "basque",
    "bengali",
    "catalan",
    "hebrew",
    "hinglish",
    "indonesian",
    "kazakh",
    "nepali",
    "slovene",
    "tajik",
];
/// Several languages, and languages without spaces between words. The latter are cut whatever the setting (see
/// [`super::unspaced`]), and the words beside them are most often English.
const MIXED: [&str; 8] = ["burmese", "chinese", "japanese", "khmer", "korean", "lao", "mixed", "thai"];

/// What the engine is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Treatment<'a> {
    /// Whose stop words are left out, and whose stemmer is used if no other is named.
    pub language: &'a str,
    pub stemmer: Option<&'a str>,
}

/// A name that is not known here is left to the engine, which has short ones too (`de`), or refuses it.
pub(super) fn treatment(name: &str) -> Treatment<'_> {
    match name {
        name if STEMMED_ONLY.contains(&name) => Treatment { language: "english", stemmer: Some(name) },
        name if MIXED.contains(&name) => Treatment { language: "english", stemmer: None },
        name => Treatment { language: name, stemmer: None },
    }
}

/// Every name, for whoever has set another.
pub(super) fn known() -> String {
    let mut names = [STEMMED.as_slice(), &STOPPED, &MIXED].concat();
    names.sort_unstable();
    names.join(", ")
}
