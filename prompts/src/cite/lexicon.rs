//! The lists behind the comparison: small words, negations, units, numbers in letters, opposites, endings.
//!
//! English, and as much German as a support desk writes. A word that stands in no list is content, which errs on the
//! side of asking for more evidence.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Words that say nothing by themselves.
const SMALL: &str = "a an the this that these those it its he she they them his her we us our you your i me my mine \
    is are was were be been being am do does did done has have had having will would shall should can could may might \
    must of to in on at by for from with about into onto over under as than then so too very also just only even still \
    yet and or but if while when where which who whom whose what how why because since until till unless though although \
    there here all any each every both either some such other another more most much many few own same \
    not no nor never none neither without nobody nothing cannot \
    per via up down out off again once upon between among within during before after above below through \
    get got let make according state please note \
    der die das den dem des ein eine einen einem einer und oder aber wenn weil dass ist sind war wird werden hat haben \
    im am zum zur mit von f\u{fc}r auf aus bei nach \u{fc}ber unter vor sich sie er es wir ihr ich nicht kein keine keinen nie \
    ohne auch nur noch schon sehr als wie";

const NEGATIONS: &str = "not no nor never none neither without nobody nothing nowhere cannot unable fail fails refuse \
    nicht kein keine keinen keinem keiner nie niemals niemand nichts ohne weder";

/// What cannot both be true of one thing.
const OPPOSITES: &[(&str, &str)] = &[
    ("before", "after"),
    ("more", "less"),
    ("more", "fewer"),
    ("above", "below"),
    ("minimum", "maximum"),
    ("least", "most"),
    ("least", "up"),
    ("increase", "decrease"),
    ("increase", "reduce"),
    ("enable", "disable"),
    ("allow", "forbid"),
    ("allow", "forbidden"),
    ("include", "exclude"),
    ("first", "last"),
    ("always", "never"),
    ("monthly", "yearly"),
    ("monthly", "annual"),
    ("free", "paid"),
    ("full", "half"),
    ("full", "partial"),
    ("start", "end"),
    ("earlier", "later"),
    ("accept", "reject"),
    ("open", "close"),
    ("public", "private"),
    ("mandatory", "optional"),
    ("required", "optional"),
];

const UNITS: &[(&str, &[&str])] = &[
    ("millisecond", &["ms", "millisecond", "milliseconds"]),
    ("second", &["s", "sec", "secs", "second", "seconds", "sekunde", "sekunden"]),
    ("minut", &["min", "mins", "minute", "minutes", "minut", "minuten"]),
    ("hour", &["h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "stund"]),
    ("day", &["d", "day", "days", "tag", "tage", "tagen"]),
    ("week", &["week", "weeks", "woche", "wochen", "woch"]),
    ("month", &["month", "months", "monat", "monate", "monaten"]),
    ("year", &["year", "years", "jahr", "jahre", "jahren"]),
    ("kb", &["kb", "kib", "kilobyte", "kilobytes"]),
    ("mb", &["mb", "mib", "megabyte", "megabytes"]),
    ("gb", &["gb", "gib", "gigabyte", "gigabytes"]),
    ("tb", &["tb", "tib", "terabyte", "terabytes"]),
    ("percent", &["percent", "prozent"]),
    ("pound", &["pound", "pounds", "gbp"]),
    ("euro", &["euro", "euros", "eur"]),
    ("dollar", &["dollar", "dollars", "usd"]),
    ("penni", &["p", "pence", "penny", "penni"]),
    ("cent", &["cent", "cents"]),
    ("metr", &["m", "metre", "metres", "meter", "meters"]),
    ("kilometr", &["km", "kilometre", "kilometres", "kilometer", "kilometers"]),
    ("kilogram", &["kg", "kilogram", "kilograms"]),
];

const SPELLED: &[(&str, &str)] = &[
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
    ("thirteen", "13"),
    ("fourteen", "14"),
    ("fifteen", "15"),
    ("sixteen", "16"),
    ("eighteen", "18"),
    ("twenty", "20"),
    ("thirty", "30"),
    ("forty", "40"),
    ("fifty", "50"),
    ("sixty", "60"),
    ("ninety", "90"),
    ("hundred", "100"),
    ("thousand", "1000"),
    ("zwei", "2"),
    ("drei", "3"),
    ("vier", "4"),
    ("sechs", "6"),
    ("sieben", "7"),
    ("acht", "8"),
    ("neun", "9"),
    ("zehn", "10"),
];

const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar"],
    &["february", "feb", "februar"],
    &["march", "mar", "m\u{e4}rz"],
    &["april", "apr"],
    &["may", "mai"],
    &["june", "jun", "juni"],
    &["july", "jul", "juli"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["october", "oct", "oktober"],
    &["november", "nov"],
    &["december", "dec", "dezember"],
];

static SMALL_STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| stems(SMALL));
static NEGATION_STEMS: LazyLock<HashSet<String>> = LazyLock::new(|| stems(NEGATIONS));
static OPPOSITE_STEMS: LazyLock<Vec<(String, String)>> =
    LazyLock::new(|| OPPOSITES.iter().map(|(one, other)| (stem(one), stem(other))).collect());
static UNIT_NAMES: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
    let written = |(name, written): &(&'static str, &'static [&'static str])| {
        let name = *name;
        written.iter().flat_map(move |word| [((*word).to_owned(), name), (stem(word), name)]).collect::<Vec<_>>()
    };
    UNITS.iter().flat_map(written).collect()
});
static MONTH_STEMS: LazyLock<HashMap<String, u8>> = LazyLock::new(|| {
    let numbered = (1..).zip(MONTHS);
    numbered.flat_map(|(number, names)| names.iter().map(move |name| (stem(name), number))).collect()
});
static SPELLED_STEMS: LazyLock<HashMap<String, &str>> =
    LazyLock::new(|| SPELLED.iter().map(|(word, digits)| (stem(word), *digits)).collect());

fn stems(list: &str) -> HashSet<String> {
    list.split_ascii_whitespace().map(stem).collect()
}

pub fn is_small(norm: &str) -> bool {
    norm.chars().count() < 2 || SMALL_STEMS.contains(norm)
}

pub fn is_negation(norm: &str) -> bool {
    NEGATION_STEMS.contains(norm)
}

/// The stems that cannot be said of a thing of which this one is.
pub fn opposites(norm: &str) -> impl Iterator<Item = &'static str> {
    OPPOSITE_STEMS.iter().filter_map(move |(one, other)| match norm {
        _ if norm == one => Some(other.as_str()),
        _ if norm == other => Some(one.as_str()),
        _ => None,
    })
}

/// The one name of a unit, from any of its ways of writing.
pub fn unit(word: &str) -> Option<&'static str> {
    UNIT_NAMES.get(word).copied()
}

pub fn is_ordinal_ending(ending: &str) -> bool {
    ["st", "nd", "rd", "th"].contains(&ending)
}

pub fn spelled(norm: &str) -> Option<&'static str> {
    SPELLED_STEMS.get(norm).copied()
}

/// From 1, by any of its names.
pub fn month(norm: &str) -> Option<u8> {
    MONTH_STEMS.get(norm).copied()
}

/// The stem of a lower-case word: endings that change nothing of what it names are taken off.
pub fn stem(word: &str) -> String {
    let mut stem = match word {
        _ if word.len() < 4 || !word.is_ascii() => word,
        _ if word.ends_with("sses") => &word[..word.len() - 2],
        _ if word.ends_with("ies") && word.len() > 4 => return format!("{}i", &word[..word.len() - 3]),
        _ if ends_with_hissing_es(word) => &word[..word.len() - 2],
        _ if word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us") => &word[..word.len() - 1],
        _ => word,
    };
    for ending in ["ing", "ed"] {
        if let Some(cut) = stem.strip_suffix(ending).filter(|cut| cut.len() >= 3 && cut.contains(is_vowel)) {
            stem = undoubled(cut);
            break;
        }
    }
    let stem = if stem.len() > 4 { stem.strip_suffix('e').unwrap_or(stem) } else { stem };
    let stem = if stem.ends_with("ll") { &stem[..stem.len() - 1] } else { stem };
    match stem.strip_suffix('y') {
        _ if stem == "not" => word.to_owned(), // "noted" denies nothing
        Some(cut) if cut.len() > 2 && !cut.ends_with(is_vowel) => format!("{cut}i"),
        _ => stem.to_owned(),
    }
}

fn ends_with_hissing_es(word: &str) -> bool {
    ["xes", "zes", "ches", "shes"].iter().any(|ending| word.ends_with(ending)) && word.len() > 4
}

fn undoubled(stem: &str) -> &str {
    let bytes = stem.as_bytes();
    let doubled = bytes.len() > 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2];
    if doubled && !stem.ends_with(['s', 'z']) && !stem.ends_with(is_vowel) { &stem[..stem.len() - 1] } else { stem }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_come_off() {
        let check = |words: &str| {
            let stems: Vec<String> = words.split(' ').map(stem).collect();
            assert!(stems.iter().all(|found| *found == stems[0]), "{stems:?}");
        };
        check("charge charges charged charging");
        check("cancel cancels cancelled");
        check("policy policies");
        check("stop stops stopped stopping");
        check("business business");
        check("box boxes");
        check("call calls called calling");
        assert_ne!(stem("status"), stem("stat"));
        assert!(["note", "notes", "noted", "noting"].iter().all(|word| stem(word) != "not"));
    }

    #[test]
    fn the_lists_are_asked_by_stems() {
        for word in ["this", "does", "before", "unless"] {
            assert!(is_small(&stem(word)), "{word}");
        }
        assert!(is_negation(&stem("never")) && !is_negation("know"));
        assert_eq!(opposites(&stem("increases")).collect::<Vec<_>>(), [stem("decrease"), stem("reduce")]);
        assert_eq!((unit("hour"), unit("h"), unit("hou")), (Some("hour"), Some("hour"), None));
        assert_eq!(month("mar"), Some(3));
        assert_eq!(spelled(&stem("twelve")), Some("12"));
    }
}
