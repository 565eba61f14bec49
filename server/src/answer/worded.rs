//! An answer in a language model's own words, as far as what it cites bears them out.
//!
//! Every piece goes through the checker of `prompts` before anybody hears it: a marker is shown when its source says the
//! same, and is gone when it does not. An answer of which nothing is borne out is none. Knows no model by name.

use std::ops::Range;

use futures_util::StreamExt;
use prompts::chat::{ChatError, ChatModel, Ending, Payer, Request, Said};
use prompts::cite::{self, Checker, Lists, Standing};
use retrieval::model::Passage;

use super::telling::{Checked, Event, Teller};
use super::{Citation, citation};

/// What a model said.
#[derive(Debug, Default)]
pub struct Worded {
    pub text: String,
    pub citations: Vec<Citation>,
    /// Sentences that cite what does not say so.
    pub unsupported: usize,
    pub lists: Lists,
    /// `None` when it was not let end.
    pub ending: Option<Ending>,
}

/// Hear a model out, as long as anybody wants to hear it.
pub async fn word(
    model: &dyn ChatModel,
    request: &Request,
    payer: &Payer,
    sources: &[&Passage],
    teller: &mut Teller,
) -> Result<Worded, ChatError> {
    let known = sources.iter().map(|source| cite::Source::new(&source.title, &source.text)).collect();
    let (mut checker, mut worded) = (Checker::new(known), Worded::default());
    let (mut said, enough) = (model.stream(request, payer), teller.enough());
    loop {
        let next = tokio::select! {
            next = said.next() => next,
            () = enough.cancelled() => break,
        };
        match next.transpose()? {
            Some(Said::Piece(piece)) => worded.hear(checker.feed(&piece), sources, teller),
            Some(Said::End(ending)) => worded.ending = Some(ending),
            None => break,
        }
    }
    let (events, lists) = checker.finish();
    worded.hear(events, sources, teller);
    Ok(Worded { lists, ..worded })
}

impl Worded {
    fn hear(&mut self, events: Vec<cite::Event>, sources: &[&Passage], teller: &mut Teller) {
        for event in events {
            match event {
                cite::Event::Delta(text) => {
                    self.text.push_str(&text);
                    teller.say(Event::Words(text));
                }
                cite::Event::Checked(checked) => self.check(checked, sources, teller),
            }
        }
    }

    fn check(&mut self, checked: cite::Checked, sources: &[&Passage], teller: &mut Teller) {
        let standing = checked.standing();
        self.unsupported += usize::from(!checked.refused.is_empty() && checked.supported.is_empty());
        // Where sources disagree both are quoted, so that the reader can judge; where no source says so, none is.
        let refused = checked.refused.iter().filter(|_| standing == Standing::Conflict);
        let otherwise = refused.filter_map(|refusal| Some((refusal.n, refusal.otherwise.clone()?)));
        let quoted = checked.supported.iter().map(|evidence| (evidence.n, evidence.quote.clone())).chain(otherwise);
        let citations: Vec<Citation> = quoted.filter_map(|(n, quote)| cited(sources, n, quote)).collect();
        for citation in &citations {
            if !self.citations.contains(citation) {
                self.citations.push(citation.clone());
            }
        }
        teller.say(Event::Checked(Checked { range: checked.range, standing, citations }));
    }
}

/// The alias of the first source is 1.
fn cited(sources: &[&Passage], n: usize, quote: Range<usize>) -> Option<Citation> {
    citation(n, sources.get(n.checked_sub(1)?)?, quote)
}
