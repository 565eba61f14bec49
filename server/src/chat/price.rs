//! What a model costs. A model without a price costs an unknown sum, which is never taken for nothing.

use prompts::chat::{Message, Request, Tool, Usage};
use serde_json::{Map, Value};

const MILLION: u128 = 1_000_000;
/// Of the text of a request; no tokenizer makes more tokens of common text than one for two bytes.
const BYTES_OF_A_TOKEN: usize = 2;
/// What formats put around a message.
const TOKENS_OF_A_MESSAGE: usize = 8;

/// In millionths of a currency, for a million tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Price {
    pub input_micros: u64,
    pub output_micros: u64,
}

impl Price {
    /// In millionths, rounded up: a thousand small calls must not be free.
    pub fn of(self, usage: Usage) -> u64 {
        let part = |tokens: u64, micros: u64| u128::from(tokens) * u128::from(micros);
        let sum = part(usage.input_tokens, self.input_micros) + part(usage.output_tokens, self.output_micros);
        u64::try_from(sum.div_ceil(MILLION)).unwrap_or(u64::MAX)
    }

    /// The more of the two, token by token.
    pub fn or_dearer(self, other: Self) -> Self {
        Self {
            input_micros: self.input_micros.max(other.input_micros),
            output_micros: self.output_micros.max(other.output_micros),
        }
    }

    /// What a request may cost at most, before anybody has counted it.
    pub fn at_most(self, request: &Request) -> u64 {
        let Request { system, messages, tools, max_tokens: _ } = request;
        let bytes = system.len() + messages.iter().map(said).sum::<usize>() + tools.iter().map(offered).sum::<usize>();
        let tokens = bytes / BYTES_OF_A_TOKEN + TOKENS_OF_A_MESSAGE * (messages.len() + tools.len() + 1);
        self.of(Usage { input_tokens: tokens as u64, output_tokens: request.max_tokens.into() })
    }
}

fn said(message: &Message) -> usize {
    let calls = match message {
        Message::Model { calls, .. } => calls.as_slice(),
        Message::Person(_) | Message::Outcome { .. } => &[],
    };
    message.text().len() + calls.iter().map(|call| call.tool.len() + as_json(&call.arguments)).sum::<usize>()
}

fn offered(tool: &Tool) -> usize {
    tool.name.len() + tool.about.len() + as_json(&tool.parameters)
}

fn as_json(object: &Map<String, Value>) -> usize {
    Value::Object(object.clone()).to_string().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_for_a_million_and_never_rounds_to_nothing() {
        let price = Price { input_micros: 3_000_000, output_micros: 15_000_000 };
        let check = |input_tokens, output_tokens, expected| {
            assert_eq!(price.of(Usage { input_tokens, output_tokens }), expected);
        };
        check(1_000_000, 0, 3_000_000);
        check(1_000, 200, 6_000);
        check(0, 0, 0);
        check(u64::MAX, u64::MAX, u64::MAX);
        let cheap = Price { input_micros: 150_000, output_micros: 0 };
        assert_eq!(cheap.of(Usage { input_tokens: 1, output_tokens: 9 }), 1);
        assert_eq!(Price::default().of(Usage { input_tokens: 1_000, output_tokens: 9 }), 0);
    }
}
