//! An answer in a language model's own words, as far as what it cites bears them out.
//!
//! Every piece goes through the checker of `prompts` before anybody hears it: a marker is shown when its source says the
//! same, and is gone when it does not. An answer of which nothing is borne out is none. Knows no model by name.

use std::ops::Range;

use futures_util::StreamExt;
use prompts::chat::{ChatError, ChatModel, Ending, Payer, Request, Said};
use prompts::cite::{self, Checker, Evidence, Lists, Standing};
use prompts::mask::masked;
use retrieval::model::Passage;

use super::disagreeing::Dispute;
use super::masking::Masking;
use super::telling::{Checked, Event, Teller};
use super::{Citation, citation};

/// What a model said.
#[derive(Debug, Default)]
pub struct Worded {
    pub text: String,
    pub citations: Vec<Citation>,
    pub disputes: Vec<Dispute>,
    /// Sentences that cite what does not say so.
    pub unsupported: usize,
    /// Where in the text a sentence stands that is not simply borne out, and how it stands.
    pub marks: Vec<(Range<usize>, Standing)>,
    pub lists: Lists,
    /// `None` when it was not let end.
    pub ending: Option<Ending>,
}

/// What a model's words are held against, and how they are told.
#[derive(Clone, Copy)]
pub struct Hearing<'a> {
    pub sources: &'a [&'a Passage],
    pub masking: Masking,
}

/// Words that were heard and not told yet: what points to a person is known when a sentence has ended.
#[derive(Default)]
struct Held {
    text: String,
    /// Bytes heard before it.
    from: usize,
}

/// Hear a model out, as long as anybody wants to hear it.
pub async fn word(
    model: &dyn ChatModel,
    request: &Request,
    payer: &Payer,
    hearing: Hearing<'_>,
    teller: &mut Teller,
) -> Result<Worded, ChatError> {
    let known = hearing.sources.iter().map(|source| cite::Source::new(&source.title, &source.text)).collect();
    let (mut checker, mut worded, mut held) = (Checker::new(known), Worded::default(), Held::default());
    let (mut said, enough) = (model.stream(request, payer), teller.enough());
    loop {
        let next = tokio::select! {
            next = said.next() => next,
            () = enough.cancelled() => break,
        };
        match next.transpose()? {
            Some(Said::Piece(piece)) => worded.hear(checker.feed(&piece), &mut held, hearing, teller),
            Some(Said::End(ending)) => worded.ending = Some(ending),
            // No answer offers a tool; whoever calls one all the same has failed before.
            Some(Said::Call(_)) => {}
            None => break,
        }
    }
    let (events, lists) = checker.finish();
    worded.hear(events, &mut held, hearing, teller);
    worded.tell(masked(&held.text), teller);
    Ok(Worded { lists, ..worded })
}

impl Worded {
    fn hear(&mut self, events: Vec<cite::Event>, held: &mut Held, hearing: Hearing<'_>, teller: &mut Teller) {
        for event in events {
            match event {
                cite::Event::Delta(text) if hearing.masking.words => held.text.push_str(&text),
                cite::Event::Delta(text) => self.tell(text, teller),
                cite::Event::Checked(mut checked) => {
                    if hearing.masking.words {
                        checked.range = self.tell_held(held, checked.range, teller);
                    }
                    self.check(checked, hearing, teller);
                }
            }
        }
    }

    fn tell(&mut self, text: String, teller: &mut Teller) {
        if !text.is_empty() {
            self.text.push_str(&text);
            teller.say(Event::Words(text));
        }
    }

    /// Everything up to the end of a sentence, masked, and where the sentence stands in what is told. Sentence and what
    /// stands before it are masked each by itself, so that the place is exact.
    fn tell_held(&mut self, held: &mut Held, sentence: Range<usize>, teller: &mut Teller) -> Range<usize> {
        let within = |at: usize| held.text.floor_char_boundary(at.saturating_sub(held.from));
        let (start, end) = (within(sentence.start), within(sentence.end));
        let rest = held.text.split_off(end);
        let (before, said) = (masked(&held.text[..start.min(end)]), masked(&held.text[start.min(end)..]));
        let start = self.text.len() + before.len();
        *held = Held { text: rest, from: held.from + end };
        self.tell(before + &said, teller);
        start..self.text.len()
    }

    fn check(&mut self, checked: cite::Checked, hearing: Hearing<'_>, teller: &mut Teller) {
        let standing = checked.standing();
        self.unsupported += usize::from(!checked.refused.is_empty() && checked.supported.is_empty());
        // Where sources disagree both are quoted, so that the reader can judge; where no source says so, none is.
        let refused = checked.refused.iter().filter(|_| standing == Standing::Conflict);
        let otherwise = refused.filter_map(|refusal| Some((refusal.n, refusal.otherwise.clone()?)));
        let otherwise = hearing.cited(otherwise);
        let mut citations =
            hearing.cited(checked.supported.iter().map(|evidence| (evidence.n, evidence.quote.clone())));
        if let Some(Evidence { n: says, .. }) = checked.supported.first() {
            let disputes = otherwise.iter().map(|otherwise| Dispute { says: *says, otherwise: otherwise.clone() });
            let new: Vec<Dispute> = disputes.filter(|dispute| !self.disputes.contains(dispute)).collect();
            self.disputes.extend(new);
        }
        citations.extend(otherwise);
        for citation in &citations {
            if !self.citations.contains(citation) {
                self.citations.push(citation.clone());
            }
        }
        if matches!(standing, Standing::Unsupported | Standing::Conflict) {
            self.marks.push((checked.range.clone(), standing));
        }
        teller.say(Event::Checked(Checked { range: checked.range, standing, citations }));
    }
}

impl Hearing<'_> {
    /// The alias of the first source is 1.
    fn cited(&self, quoted: impl Iterator<Item = (usize, Range<usize>)>) -> Vec<Citation> {
        let cited = quoted.filter_map(|(n, quote)| citation(n, self.sources.get(n.checked_sub(1)?)?, quote));
        cited.map(|citation| self.masking.citation(citation)).collect()
    }
}
