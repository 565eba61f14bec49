//! Small talk: a greeting, thanks, a farewell, "who are you?"; in English and in German.
//!
//! Only a question that is small talk from its first word to its last counts: who greets and asks wants the answer. A
//! table of phrases, because a wrong guess here keeps somebody from an answer.

use super::words;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Greeting,
    Thanks,
    Farewell,
    WhoAreYou,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    English,
    German,
}

/// What was said, and the language to answer in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Smalltalk {
    pub kind: Kind,
    pub language: Language,
}

use Kind::{Farewell, Greeting, Thanks, WhoAreYou};
use Language::{English, German};

/// Phrases as `words` leaves them.
const PHRASES: &[(Kind, Language, &[&str])] = &[
    (
        Greeting,
        English,
        &[
            "hi",
            "hello",
            "hey",
            "hiya",
            "howdy",
            "good morning",
            "good afternoon",
            "good evening",
            "morning",
            "greetings",
            "how are you",
            "how are you doing",
            "how is it going",
            "hows it going",
            "whats up",
            "nice to meet you",
        ],
    ),
    (
        Greeting,
        German,
        &[
            "hallo",
            "guten morgen",
            "guten tag",
            "guten abend",
            "moin",
            "servus",
            "grüß gott",
            "grüß dich",
            "grüezi",
            "wie geht es dir",
            "wie geht es ihnen",
            "wie gehts",
            "na",
        ],
    ),
    (
        Thanks,
        English,
        &[
            "thanks",
            "thank you",
            "thx",
            "ty",
            "cheers",
            "much appreciated",
            "that helped",
            "that was helpful",
            "that helps",
            "great",
            "perfect",
            "awesome",
            "ok",
            "okay",
            "got it",
        ],
    ),
    (
        Thanks,
        German,
        &[
            "danke",
            "dankeschön",
            "vielen dank",
            "besten dank",
            "herzlichen dank",
            "danke dir",
            "danke ihnen",
            "danke schön",
            "das hat geholfen",
            "das war hilfreich",
            "super",
            "prima",
            "perfekt",
            "alles klar",
        ],
    ),
    (
        Farewell,
        English,
        &[
            "bye",
            "bye bye",
            "goodbye",
            "good bye",
            "see you",
            "see you later",
            "see ya",
            "good night",
            "have a nice day",
            "have a good day",
            "take care",
            "thats all",
            "that is all",
        ],
    ),
    (
        Farewell,
        German,
        &[
            "tschüss",
            "tschüß",
            "tschüs",
            "auf wiedersehen",
            "bis später",
            "bis bald",
            "bis dann",
            "gute nacht",
            "schönen tag",
            "schönen tag noch",
            "das wars",
            "das war alles",
        ],
    ),
    (
        WhoAreYou,
        English,
        &[
            "who are you",
            "what are you",
            "whats your name",
            "what is your name",
            "what can you do",
            "what can i ask you",
            "what can i ask",
            "how can you help me",
            "are you a bot",
            "are you a robot",
            "are you human",
            "are you a human",
            "are you a real person",
            "are you an ai",
            "help",
        ],
    ),
    (
        WhoAreYou,
        German,
        &[
            "wer bist du",
            "wer sind sie",
            "was bist du",
            "wie heißt du",
            "wie heißen sie",
            "was kannst du",
            "was können sie",
            "bist du ein mensch",
            "bist du ein bot",
            "sind sie ein mensch",
            "hilfe",
        ],
    ),
];

/// Words that may stand beside such a phrase and say nothing by themselves.
const BESIDE: &[&str] = &[
    "a",
    "again",
    "all",
    "an",
    "and",
    "bot",
    "everybody",
    "everyone",
    "for",
    "friend",
    "help",
    "hilfe",
    "für",
    "die",
    "ihre",
    "deine",
    "lectern",
    "lot",
    "lots",
    "much",
    "nochmal",
    "now",
    "sehr",
    "so",
    "team",
    "the",
    "then",
    "there",
    "today",
    "und",
    "very",
    "you",
    "your",
    "zusammen",
];

/// When a question says several things, the one that asks for most is answered.
const WORTH: [Kind; 4] = [WhoAreYou, Thanks, Farewell, Greeting];

/// The small talk that a question is, from its first word to its last; `None` for one that may be looked up.
pub fn smalltalk(question: &str) -> Option<Smalltalk> {
    let words = words(question);
    let (mut rest, mut said) = (&words[..], Vec::new());
    while let Some(first) = rest.first() {
        let beside = !said.is_empty() && BESIDE.contains(&first.as_str());
        // "Thanks for your help" asks for none.
        match longest(rest).filter(|(many, _)| *many > 1 || !beside) {
            Some((many, smalltalk)) => {
                said.push(smalltalk);
                rest = &rest[many..];
            }
            None if beside => rest = &rest[1..],
            None => return None,
        }
    }
    WORTH.iter().find_map(|kind| said.iter().find(|smalltalk| smalltalk.kind == *kind).copied())
}

/// The longest phrase that these words begin with, and of how many words it is.
fn longest(words: &[String]) -> Option<(usize, Smalltalk)> {
    let begins = |phrase: &str| {
        let many = phrase.split(' ').count();
        let same = words.len() >= many && phrase.split(' ').zip(words).all(|(one, other)| one == other);
        same.then_some(many)
    };
    let found = PHRASES.iter().flat_map(|(kind, language, phrases)| {
        let smalltalk = Smalltalk { kind: *kind, language: *language };
        phrases.iter().filter_map(move |phrase| Some((begins(phrase)?, smalltalk)))
    });
    found.max_by_key(|(many, _)| *many)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: Option<(Kind, Language)>) {
        let found = smalltalk(question).map(|smalltalk| (smalltalk.kind, smalltalk.language));
        assert_eq!(found, expected, "{question}");
    }

    #[test]
    fn small_talk_is_known() {
        check("Hi", Some((Greeting, English)));
        check("hello there!!", Some((Greeting, English)));
        check("Guten Morgen zusammen", Some((Greeting, German)));
        check("how's it going?", Some((Greeting, English)));
        check("Thanks a lot for your help", Some((Thanks, English)));
        check("Vielen Dank und tschüss", Some((Thanks, German)));
        check("ok, bye", Some((Thanks, English)));
        check("Auf Wiedersehen!", Some((Farewell, German)));
        check("hey, who are you?", Some((WhoAreYou, English)));
        check("Hallo, wer bist du?", Some((WhoAreYou, German)));
    }

    #[test]
    fn a_question_with_a_greeting_is_a_question() {
        for question in [
            "hi, how long do refunds take?",
            "thanks, and how do I cancel?",
            "who are you going to charge",
            "hello world example in python",
            "help me export the data",
            "good morning reminders are not sent",
            "is there a thank you page",
            "you",
            "",
            "???",
            "🙂",
        ] {
            check(question, None);
        }
    }
}
