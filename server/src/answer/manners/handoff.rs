//! When a human should take over: somebody asks for one, is at their wits' end, or speaks of what is no machine's business.
//!
//! It only says so and why; whether anybody is there, and what becomes of the conversation, is decided elsewhere. A phrase
//! has to be there whole: "who is the contact person for refunds" asks for a fact, not for a person.

use super::{holds, words};

/// Why a human should take over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Handoff {
    AskedForAHuman,
    Frustration,
    /// A word of the configuration, as it stands there.
    Matter(String),
}

/// The matters that a human has to see, as the configuration words them: "refund", "legal action".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Triggers(Vec<(String, Vec<String>)>);

impl Triggers {
    pub fn new(matters: impl IntoIterator<Item = String>) -> Self {
        let matters = matters.into_iter().map(|matter| (matter.clone(), words(&matter)));
        Self(matters.filter(|(_, words)| !words.is_empty()).collect())
    }

    /// The first that a question names; a plural is the same matter.
    fn named(&self, asked: &[String]) -> Option<&str> {
        let same = |(one, other): (&String, &String)| one == other || one.strip_suffix('s') == Some(other.as_str());
        let named = |words: &[String]| asked.windows(words.len()).any(|window| window.iter().zip(words).all(same));
        self.0.iter().find(|(_, words)| named(words)).map(|(matter, _)| matter.as_str())
    }
}

/// What one does with a human being: who says so may go on to say what about.
const REACHING: &[&str] = &[
    "talk to",
    "talk with",
    "speak to",
    "speak with",
    "chat with",
    "connect me to",
    "connect me with",
    "transfer me to",
    "put me through to",
    "sprechen mit",
    "reden mit",
    "verbinden sie mich mit",
    "verbinde mich mit",
];

/// The same, where it is asked for and nothing else: "I need a person's invoice" goes on to another matter.
const WANTING: &[&str] = &[
    "i want",
    "i need",
    "i would like",
    "id like",
    "get me",
    "give me",
    "can i get",
    "can i have",
    "may i have",
    "ask for",
    "asking for",
    "ich will",
    "ich möchte",
    "ich brauche",
    "ich verlange",
    "verlange nach",
];

/// What a human being is called, one or two words after that.
const HUMANS: &[&str] = &[
    "human",
    "human being",
    "person",
    "real person",
    "real human",
    "live person",
    "agent",
    "live agent",
    "human agent",
    "support agent",
    "representative",
    "operator",
    "somebody",
    "someone",
    "somebody real",
    "supervisor",
    "menschen",
    "echten menschen",
    "mitarbeiter",
    "mitarbeiterin",
    "jemandem",
    "berater",
];

const ARTICLES: &[&str] =
    &["a", "an", "the", "your", "one", "another", "actual", "einem", "einen", "einer", "eine", "ein", "mit"];

/// Whole requests in which nothing is reached for.
const REQUESTS: &[&str] =
    &["human please", "person please", "agent please", "real person please", "no bot", "kein bot", "mensch bitte"];

/// Only what is aimed at this conversation: "useless" alone may be about a device.
const FRUSTRATION: &[&str] = &[
    "you are useless",
    "youre useless",
    "this is useless",
    "thats useless",
    "you dont understand",
    "you do not understand",
    "you are not listening",
    "this is ridiculous",
    "this is a joke",
    "are you kidding",
    "waste of time",
    "waste of my time",
    "sick of this",
    "fed up",
    "third time i ask",
    "third time im asking",
    "already told you",
    "already asked you",
    "for the last time",
    "worst support",
    "terrible support",
    "stupid bot",
    "dumb bot",
    "wtf",
    "das bringt nichts",
    "du verstehst mich nicht",
    "sie verstehen mich nicht",
    "nutzlos",
    "unverschämt",
    "zum letzten mal",
    "zeitverschwendung",
    "blöder bot",
    "mir reicht es",
    "mir reichts",
];

/// As long as these, in capitals, is shouting and no abbreviation.
const SHOUTED_LETTERS: usize = 16;

/// Why a human should take over; asking for one comes before everything else.
pub fn handoff(question: &str, triggers: &Triggers) -> Option<Handoff> {
    if wants_human(question) {
        return Some(Handoff::AskedForAHuman);
    }
    let asked = words(question);
    let frustrated = is_shouted(question) || FRUSTRATION.iter().any(|phrase| holds(&asked, phrase));
    let matter = || triggers.named(&asked).map(|matter| Handoff::Matter(matter.to_owned()));
    if frustrated { Some(Handoff::Frustration) } else { matter() }
}

/// Whether somebody asks for a human being.
pub fn wants_human(question: &str) -> bool {
    let asked = words(question);
    let requested = REQUESTS.iter().any(|phrase| holds(&asked, phrase));
    let alone = HUMANS.iter().any(|human| asked.join(" ") == *human);
    let reached = REACHING.iter().any(|reaching| reaches(&asked, reaching, true));
    let wanted = WANTING.iter().any(|wanting| reaches(&asked, wanting, false));
    requested || alone || reached || wanted || reaches_in_german(&asked)
}

/// Whether the words after these name a human being.
fn reaches(asked: &[String], reaching: &str, may_go_on: bool) -> bool {
    let many = reaching.split(' ').count();
    let places = asked.windows(many).enumerate();
    let mut after = places.filter(|(_, window)| window.iter().zip(reaching.split(' ')).all(|(a, b)| a == b));
    after.any(|(at, _)| names_human(&asked[at + many..], may_go_on))
}

/// "... mit einem Mitarbeiter sprechen": the verb comes last.
fn reaches_in_german(asked: &[String]) -> bool {
    let last = asked.last().is_some_and(|word| matches!(word.as_str(), "sprechen" | "reden" | "telefonieren"));
    let mut with = asked.iter().enumerate().filter(|(_, word)| *word == "mit");
    last && with.any(|(at, _)| names_human(&asked[at + 1..], true))
}

fn names_human(rest: &[String], may_go_on: bool) -> bool {
    let articles = rest.iter().take_while(|word| ARTICLES.contains(&word.as_str())).count();
    let rest = &rest[articles..];
    let named = |human: &&&str| {
        let many = human.split(' ').count();
        let same = rest.len() >= many && human.split(' ').zip(rest).all(|(one, other)| one == other);
        same && (may_go_on || ends(&rest[many..]))
    };
    HUMANS.iter().any(|human| named(&human))
}

fn ends(rest: &[String]) -> bool {
    rest.iter()
        .all(|word| matches!(word.as_str(), "now" | "please" | "bitte" | "jetzt" | "to" | "talk" | "help" | "me"))
}

/// Most of a long text in capitals.
fn is_shouted(question: &str) -> bool {
    let upper = question.chars().filter(|c| c.is_uppercase()).count();
    let lower = question.chars().filter(|c| c.is_lowercase()).count();
    upper >= SHOUTED_LETTERS && lower * 10 < upper
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: Option<Handoff>) {
        let triggers = Triggers::new(["legal action".to_owned(), "Lawyer".to_owned(), " ".to_owned()]);
        assert_eq!(handoff(question, &triggers), expected, "{question}");
    }

    #[test]
    fn who_asks_for_a_human_is_understood() {
        for question in [
            "I want to talk to a human",
            "can i speak with someone about my bill",
            "Human please!",
            "agent",
            "please connect me to a live agent",
            "I need a real person now",
            "Ich möchte mit einem Mitarbeiter sprechen",
            "Ich brauche einen Menschen",
            "May I ask for a person?",
            "Ich verlange nach einem Menschen",
        ] {
            check(question, Some(Handoff::AskedForAHuman));
        }
    }

    #[test]
    fn a_question_about_people_is_a_question() {
        for question in [
            "How much discount may a support agent give?",
            "who is the contact person for refunds",
            "I need a person's consent form",
            "I want someone removed from my account",
            "can your staff look at my patients' details",
            "What does an operator do?",
            "How do I ask for a person to be removed?",
            "how many people may talk at once",
            "Can I give a prospect more time on the trial?",
            "a colleague is leaving next week, delete or archive her?",
            "LX-5002 SSO SAML",
            "",
        ] {
            check(question, None);
        }
    }

    #[test]
    fn frustration_and_matters_are_named() {
        check("you don't understand, this is the wrong invoice", Some(Handoff::Frustration));
        check("WHY IS NOTHING EVER WORKING HERE", Some(Handoff::Frustration));
        check("Das ist doch nutzlos", Some(Handoff::Frustration));
        check("we will take legal action", Some(Handoff::Matter("legal action".into())));
        check("my LAWYERS will call", Some(Handoff::Matter("Lawyer".into())));
        check("is this legal? no action is needed", None);
        assert_eq!(handoff("refund", &Triggers::default()), None);
    }
}
