//! Agreement: whether a claim and the quote that is to support it differ in what must not differ.
//!
//! Numbers with their units, dates, names, identifiers, negations, opposites, and which number belongs to which name.
//! The title, the heading above and the head of a table count as said beside the quote. Errs on the side of doubt: a
//! claim that is refused loses its marker, one that is let through would be believed.

use std::ops::Range;

use super::align::{Place, likeness, words_of};
use super::lexicon;
use super::source::{Source, capitals_say_nothing};
use super::words::{Kind, Word};

/// How far a unit may stand from its number, and a negation from what it denies.
const NEAR: usize = 3;
/// Below this many letters a prefix leaves no word.
const SHORTEST: usize = 4;
const MONEY: [&str; 3] = ["pound", "euro", "dollar"];
const DENYING: [&str; 6] = ["un", "non", "in", "im", "ir", "dis"];

/// Why a quote does not support a claim.
#[derive(Clone, PartialEq, Debug)]
pub enum Doubt {
    /// Too little of the claim stands anywhere in the source. In hundredths.
    NothingAlike {
        found: u8,
    },
    /// The claim says nothing that could be checked.
    NothingSaid,
    Number(String),
    Unit(String),
    Date(String),
    Name(String),
    /// Denied in one and not in the other.
    Negation(String),
    Opposite(String),
    /// A number that belongs to something else there.
    Swapped(String),
}

impl Doubt {
    /// Whether both speak of the same and say different figures.
    pub fn is_figure(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Date(_) | Self::Unit(_))
    }
}

/// Everything that keeps this place from supporting the claim.
pub fn doubts(text: &str, claim: &[Word], source: &Source, place: &Place) -> Vec<Doubt> {
    let quote = &source.words[words_of(source, place.segments.clone())];
    let beside = beside(source, place);
    let said = |word: &Word| text[word.range.clone()].to_owned();
    let context = || quote.iter().chain(beside.iter().copied());
    let mut doubts = Vec::new();
    for (at, word) in claim.iter().enumerate() {
        match &word.kind {
            Kind::Number { spelled } => {
                doubts.extend(number(claim, at, *spelled, quote, &beside).map(|_| said(word)).map(Doubt::Number))
            }
            Kind::Date(date) if !dated(*date, word, context()) => doubts.push(Doubt::Date(said(word))),
            Kind::Code if !context().any(|there| there.norm == word.norm) => doubts.push(Doubt::Name(said(word))),
            Kind::Plain if is_name(claim, at, source) && !context().any(|there| likeness(word, there) > 0.0) => {
                doubts.push(Doubt::Name(said(word)));
            }
            _ => {}
        }
    }
    doubts.extend(units(claim, quote).into_iter().map(|at| Doubt::Unit(said(&claim[at]))));
    doubts.extend(denied(claim, quote).map(|word| Doubt::Negation(word.norm.clone())));
    doubts.extend(denied(quote, claim).map(|word| Doubt::Negation(word.norm.clone())));
    doubts.extend(opposed(claim, quote).map(|word| Doubt::Opposite(said(word))));
    doubts.extend(swapped(claim, quote, source).map(|word| Doubt::Swapped(said(word))));
    doubts.extend(misplaced(claim, quote).map(|word| Doubt::Swapped(said(word))));
    doubts.extend(of_another(claim, quote, &beside, source).map(|word| Doubt::Name(said(word))));
    doubts
}

/// What stands above the quote and holds for it.
fn beside<'a>(source: &'a Source, place: &Place) -> Vec<&'a Word> {
    let segments = &source.segments[place.segments.clone()];
    let above = segments.iter().flat_map(|segment| [segment.heading, segment.header]).flatten();
    let above = above.flat_map(|at| &source.words[source.segments[at].words.clone()]);
    above.chain(&source.above).collect()
}

/// "One" is often no number, so it need not be there.
fn number(claim: &[Word], at: usize, spelled: bool, quote: &[Word], beside: &[&Word]) -> Option<()> {
    let word = &claim[at];
    let free = spelled && word.norm == "1";
    let there =
        quote.iter().chain(beside.iter().copied()).any(|there| there.norm == word.norm || is_year_of(word, there));
    (!free && !there).then_some(())
}

fn is_year_of(word: &Word, there: &Word) -> bool {
    matches!(there.kind, Kind::Date(date) if date.year.is_some_and(|year| year.to_string() == word.norm))
}

/// Said there, with its year said at least somewhere near.
fn dated<'a>(date: super::dates::Date, word: &Word, context: impl Iterator<Item = &'a Word> + Clone) -> bool {
    let same = |there: &Word| matches!(there.kind, Kind::Date(there) if date.is_within(&there));
    let year = |there: &Word| {
        date.year.is_none_or(|year| {
            there.norm == year.to_string() || matches!(there.kind, Kind::Date(there) if there.year == Some(year))
        })
    };
    let known = context.clone().any(|there| there.norm == word.norm);
    known || (context.clone().any(same) && context.clone().any(year))
}

/// A capital within a sentence, or at its head one that the source writes so within sentences.
fn is_name(claim: &[Word], at: usize, source: &Source) -> bool {
    let word = &claim[at];
    let capitals = source.words.iter().filter(|word| word.named).count();
    if capitals_say_nothing(capitals, source.words.len()) || !word.is_content() {
        return false;
    }
    let leads = word.opens && claim.get(at + 1).is_some_and(|next| next.named);
    word.named || leads || (word.opens && source.is_name(&word.norm))
}

/// Numbers of the claim that carry another unit there, and nowhere theirs. Money is never spelled out beside its sign.
fn units(claim: &[Word], quote: &[Word]) -> Vec<usize> {
    let differs = |at: &usize| {
        let Some(own) = unit_at(claim, *at) else { return false };
        let mut there = (0..quote.len()).filter(|there| quote[*there].norm == claim[*at].norm).peekable();
        let other = |there: usize| match unit_at(quote, there) {
            Some(unit) => unit != own,
            None => MONEY.contains(&own) && quote[there].kind == Kind::Number { spelled: true },
        };
        there.peek().is_some() && there.all(other)
    };
    (0..claim.len()).filter(|at| claim[*at].is_number()).filter(differs).collect()
}

/// The unit of the number at a place: the sign before it, or the nearest unit after it before another number.
fn unit_at(words: &[Word], at: usize) -> Option<&'static str> {
    let money = at.checked_sub(1).and_then(|before| lexicon::unit(&words[before].norm));
    let money = money.filter(|unit| MONEY.contains(unit) && words[at - 1].range.end == words[at].range.start);
    let after = words[at + 1..].iter().take(NEAR).take_while(|word| !word.is_number());
    money.or_else(|| after.filter(|word| word.kind == Kind::Plain).find_map(|word| lexicon::unit(&word.norm)))
}

/// Words that one denies and the other affirms.
fn denied<'a>(one: &'a [Word], other: &'a [Word]) -> impl Iterator<Item = &'a Word> {
    let negations = (0..one.len()).filter(|at| lexicon::is_negation(&one[*at].norm));
    let affirmed = negations.filter_map(|at| {
        let places = |word: &Word| (0..other.len()).filter(|at| likeness(word, &other[*at]) > 0.0).collect::<Vec<_>>();
        let (word, places) = scope(one, at).map(|word| (word, places(word))).find(|(_, places)| !places.is_empty())?;
        places.iter().all(|at| !is_denied(other, *at)).then_some(word)
    });
    affirmed.chain(prefixed(one, other))
}

/// What a negation may deny: the words with content behind it, in its clause.
fn scope(words: &[Word], at: usize) -> impl Iterator<Item = &Word> {
    let end = clause(words, at).end.min(at + 1 + NEAR * 2);
    words[at + 1..end.max(at + 1)].iter().filter(|word| word.kind == Kind::Plain && word.is_content())
}

/// Whether a negation stands near a word, in its clause.
fn is_denied(words: &[Word], at: usize) -> bool {
    let clause = clause(words, at);
    let from = at.saturating_sub(NEAR * 2).max(clause.start);
    words[from..clause.end.min(at + NEAR + 2)].iter().any(|word| lexicon::is_negation(&word.norm))
}

/// `unavailable` here and `available` there, with no negation beside it.
fn prefixed<'a>(one: &'a [Word], other: &'a [Word]) -> impl Iterator<Item = &'a Word> {
    one.iter().filter(|word| {
        let root =
            DENYING.iter().find_map(|prefix| word.norm.strip_prefix(prefix).filter(|root| root.len() >= SHORTEST));
        let same = |there: &Word| there.norm == word.norm;
        root.is_some_and(|root| {
            let at = other.iter().position(|there| there.norm == root);
            !other.iter().any(same) && at.is_some_and(|at| !is_denied(other, at))
        })
    })
}

/// A word of the claim of which the quote says the opposite and not itself.
fn opposed<'a>(claim: &'a [Word], quote: &'a [Word]) -> impl Iterator<Item = &'a Word> {
    claim.iter().filter(|word| {
        let said = |norm: &str| quote.iter().any(|there| there.norm == norm);
        let also = |norm: &str| claim.iter().any(|here| here.norm == norm);
        !said(&word.norm) && lexicon::opposites(&word.norm).any(|opposite| said(opposite) && !also(opposite))
    })
}

/// Numbers that stand nearest to one name here and to another there.
fn swapped<'a>(claim: &'a [Word], quote: &'a [Word], source: &'a Source) -> impl Iterator<Item = &'a Word> {
    let many = |words: &[Word]| words.iter().filter(|word| is_figure(word)).count() > 1;
    let judged = if many(quote) { claim.len() } else { 0 };
    (0..judged).filter(|at| source.is_name(&claim[*at].norm)).filter_map(move |at| {
        let own = nearest(claim, at)?;
        let there: Vec<&Word> = (0..quote.len())
            .filter(|there| quote[*there].norm == claim[at].norm)
            .flat_map(|there| flanking(quote, there))
            .collect();
        let elsewhere = quote.iter().any(|there| there.norm == own.norm);
        (!there.is_empty() && elsewhere && there.iter().all(|found| found.norm != own.norm)).then_some(own)
    })
}

fn is_figure(word: &Word) -> bool {
    matches!(word.kind, Kind::Number { spelled: false } | Kind::Date(_))
}

fn nearest(words: &[Word], at: usize) -> Option<&Word> {
    let figures = (0..words.len()).filter(|other| is_figure(&words[*other]));
    figures.min_by_key(|other| other.abs_diff(at)).map(|other| &words[other])
}

/// The next figures on both sides.
fn flanking(words: &[Word], at: usize) -> impl Iterator<Item = &Word> {
    let before = words[..at].iter().rev().find(|word| is_figure(word));
    let after = words[at + 1..].iter().find(|word| is_figure(word));
    let near = nearest(words, at);
    // Behind a name its own number comes as a rule; one before it counts only when it is nearer.
    let before = before.filter(|before| after.is_none() || near.is_some_and(|near| near.range == before.range));
    before.into_iter().chain(after)
}

/// Figures that stand in a clause of the quote which speaks of nothing in the claim.
fn misplaced<'a>(claim: &'a [Word], quote: &'a [Word]) -> impl Iterator<Item = &'a Word> {
    claim.iter().filter(|word| is_figure(word)).filter(move |word| {
        let there: Vec<&[Word]> =
            (0..quote.len()).filter(|at| quote[*at].norm == word.norm).map(|at| &quote[clause(quote, at)]).collect();
        let speaks =
            |words: &[Word]| words.iter().any(|said| says(said) && claim.iter().any(|word| likeness(word, said) > 0.0));
        let silent = |words: &[Word]| !words.iter().any(says) || words.len() == quote.len();
        !there.is_empty() && there.iter().all(|words| !speaks(words) && !silent(words))
    })
}

fn says(word: &Word) -> bool {
    word.kind == Kind::Plain && word.is_content() && lexicon::unit(&word.norm).is_none()
}

/// The places around one, up to the next comma or "and".
fn clause(words: &[Word], at: usize) -> Range<usize> {
    let binds = |word: &Word| ["and", "but", "und", "aber"].contains(&word.norm.as_str());
    let begins = |at: &usize| words[*at].parted || binds(&words[*at]);
    let start = (1..=at).rev().find(begins).unwrap_or(0);
    start..(at + 1..words.len()).find(begins).unwrap_or(words.len())
}

/// A word that the source knows beside its neighbour, while the quote speaks of the neighbour alone: "senior engineer"
/// where it says what another engineer earns.
fn of_another<'a>(
    claim: &'a [Word],
    quote: &'a [Word],
    beside: &[&Word],
    source: &'a Source,
) -> impl Iterator<Item = &'a Word> {
    let said = |word: &Word| quote.iter().chain(beside.iter().copied()).any(|there| likeness(word, there) > 0.0);
    let pairs: Vec<&[Word]> =
        claim.windows(2).filter(|pair| pair.iter().all(says) && !said(&pair[0]) && said(&pair[1])).collect();
    let known = |pair: &[Word]| {
        source.words.windows(2).any(|there| there[0].norm == pair[0].norm && there[1].norm == pair[1].norm)
    };
    pairs.into_iter().filter(move |pair| known(pair)).map(|pair| &pair[0])
}

#[cfg(test)]
mod tests {
    use super::super::align::best;
    use super::super::words::words;
    use super::*;

    fn check(claim: &str, source: &str, expected: &[Doubt]) {
        let (source, said) = (Source::new("Handbook of 2026", source), words(claim));
        let place = best(&said, &source).unwrap();
        assert_eq!(doubts(claim, &said, &source, &place), expected, "{claim}");
    }

    #[test]
    fn numbers_and_their_units_agree() {
        let text = "Refunds take up to 10 business days and cost \u{a3}1,000.";
        check("Refunds take ten days.", text, &[]);
        check("They cost 1000 pounds in 2026.", text, &[]);
        check("Refunds take 12 business days.", text, &[Doubt::Number("12".into())]);
        check("Refunds take 10 hours.", text, &[Doubt::Unit("10".into())]);
        check("It costs \u{a3}1.", "It costs \u{a3}6 for one to six months.", &[Doubt::Unit("1".into())]);
        check("They cost \u{20ac}1,000.", text, &[Doubt::Unit("1,000".into())]);
    }

    #[test]
    fn dates_agree() {
        let text = "Version 1 will be switched off on 30 September 2026.";
        check("It is switched off on 2026-09-30.", text, &[]);
        check("It is switched off in September 2026.", text, &[]);
        check("It is switched off on 30 October 2026.", text, &[Doubt::Date("30 October 2026".into())]);
        check("Version 1 is switched off on 30 September 2027.", text, &[Doubt::Date("30 September 2027".into())]);
    }

    #[test]
    fn names_agree() {
        let text = "The chief executive, Ines Marlowe, is paid without a bonus. Errors show LX-1020 then.";
        check("The chief executive is Ines Marlowe.", text, &[]);
        check("The chief executive is Ines Miller.", text, &[Doubt::Name("Miller".into())]);
        check("Errors show LX-1021 then.", text, &[Doubt::Name("LX-1021".into())]);
    }

    #[test]
    fn negations_agree() {
        let text = "We cannot send it to a different card, even if the first one has expired.";
        check("It can't be sent to a different card.", text, &[]);
        check("We can send it to a different card.", text, &[Doubt::Negation("send".into())]);
        let text = "Clinical notes are available in the archive.";
        check("Clinical notes are not available in the archive.", text, &[Doubt::Negation("availabl".into())]);
        check("Clinical notes are unavailable in the archive.", text, &[Doubt::Negation("unavailabl".into())]);
    }

    #[test]
    fn opposites_and_swaps_are_seen() {
        check("Ask after the renewal date.", "Ask before the renewal date.", &[Doubt::Opposite("after".into())]);
        let text =
            "The Practice plan may send 60 requests a minute and the Group plan 300. On Practice and Group it counts.";
        check("The Group plan may send 300 requests a minute.", text, &[]);
        check("The Group plan may send 60 requests a minute.", text, &[Doubt::Swapped("60".into())]);
    }
}
