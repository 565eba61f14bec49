//! What is heard of a model, whatever its wire format: the common words of `openai` and `anthropic`.
//!
//! Knows no format and no network.

use prompts::chat::{ChatError, Ending, Said, Tool, Usage};

use super::calls::Calls;

/// A name is for a record, not for a novel.
const MOST_NAME: usize = 80;

/// What one event comes to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Heard {
    /// Perhaps empty.
    Text(String),
    /// The model is at work, with nothing to pass on: it thinks.
    Work,
    /// A sign of life of the line, not of the model.
    Nothing,
    /// Nothing comes after it.
    All,
}

/// Why a model stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// All was said.
    Whole,
    /// For want of tokens.
    CutOff,
    /// For the outcomes of its calls.
    Calls,
}

/// What is known of a reply so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Known {
    pub model: Option<String>,
    pub stop: Option<Stop>,
    pub calls: Calls,
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
}

impl Known {
    pub fn of(tools: &[Tool]) -> Self {
        Self { calls: Calls::of(tools), ..Self::default() }
    }

    pub fn stopped(&mut self, stop: Stop) -> Result<(), ChatError> {
        self.stop = Some(stop);
        if stop == Stop::Calls { self.calls.wanted() } else { Ok(()) }
    }

    /// The end of a reply: the calls that it makes, and the rest. Half a call is none.
    pub fn end(&mut self, configured: &str) -> Result<Vec<Said>, ChatError> {
        let calls = if self.stop == Some(Stop::CutOff) { Vec::new() } else { self.calls.whole()? };
        if self.stop == Some(Stop::Calls) && calls.is_empty() {
            return Err(garbled("it stopped to call a tool, and named none"));
        }
        let end = Said::End(self.ending(configured));
        Ok(calls.into_iter().map(Said::Call).chain([end]).collect())
    }

    pub fn name(&mut self, model: Option<&str>) {
        let plain = model.map(|name| name.chars().filter(|c| !c.is_control()).take(MOST_NAME).collect::<String>());
        self.model = plain.filter(|name| !name.is_empty()).or(self.model.take());
    }

    pub fn count(&mut self, input_tokens: Option<u64>, output_tokens: Option<u64>) {
        self.input_tokens = input_tokens.or(self.input_tokens);
        self.output_tokens = output_tokens.or(self.output_tokens);
    }

    fn ending(&self, configured: &str) -> Ending {
        let usage = |(input_tokens, output_tokens)| Usage { input_tokens, output_tokens };
        Ending {
            model: self.model.clone().unwrap_or_else(|| configured.to_owned()),
            cut_off: self.stop == Some(Stop::CutOff),
            // Half a count is none: what is not counted would look free.
            usage: self.input_tokens.zip(self.output_tokens).map(usage),
            cost_micros: None,
        }
    }
}

pub fn garbled(why: &str) -> ChatError {
    ChatError::Garbled(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_count_is_none_and_a_name_is_short_and_plain() {
        let mut known = Known::default();
        known.count(Some(7), None);
        assert_eq!(
            known.ending("mine"),
            Ending { model: "mine".into(), cut_off: false, usage: None, cost_micros: None }
        );
        known.count(None, Some(3));
        known.name(Some(&format!("\u{1b}[2Jbig{}", "g".repeat(500))));
        known.name(Some(""));
        known.name(None);
        let ending = known.ending("mine");
        assert_eq!(ending.usage, Some(Usage { input_tokens: 7, output_tokens: 3 }));
        assert!(ending.model.starts_with("[2Jbigg") && ending.model.chars().count() == MOST_NAME, "{}", ending.model);
    }
}
