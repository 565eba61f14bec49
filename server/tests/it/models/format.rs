//! The two wire formats, from the side of the server: a reply as events, or in one piece.

use serde_json::{Value, json};

use super::act::Saying;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    OpenAi,
    Anthropic,
}

impl Format {
    pub const BOTH: [Self; 2] = [Self::OpenAi, Self::Anthropic];

    /// By the path that is asked for.
    pub fn of(head: &str) -> Self {
        let path = head.split(' ').nth(1).unwrap_or_default();
        if path.ends_with("/messages") { Self::Anthropic } else { Self::OpenAi }
    }

    /// What comes before the first word.
    pub fn opening(self, saying: &Saying) -> String {
        let (model, input) = (&saying.model, saying.usage.map(|(input, _)| input));
        match self {
            Self::OpenAi => {
                data(&json!({"model": model, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}))
            }
            Self::Anthropic => {
                let usage = json!({"input_tokens": input, "output_tokens": 1});
                let start =
                    json!({"type": "message_start", "message": {"model": model, "content": [], "usage": usage}});
                let block =
                    json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}});
                named(&start) + &named(&block) + &named(&json!({"type": "ping"}))
            }
        }
    }

    pub fn piece(self, text: &str) -> String {
        match self {
            Self::OpenAi => {
                data(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
            }
            Self::Anthropic => named(
                &json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
            ),
        }
    }

    /// What comes after the last word.
    pub fn closing(self, saying: &Saying) -> String {
        let usage = saying.usage;
        match self {
            Self::OpenAi => {
                let stop = data(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": self.stop(saying)}]}));
                let counted = usage.map(|usage| data(&json!({"choices": [], "usage": self.usage(usage)})));
                stop + &counted.unwrap_or_default() + "data: [DONE]\n\n"
            }
            Self::Anthropic => {
                let usage = usage.map_or(json!({}), |(_, output)| json!({"output_tokens": output}));
                let stop =
                    json!({"type": "message_delta", "delta": {"stop_reason": self.stop(saying)}, "usage": usage});
                named(&json!({"type": "content_block_stop", "index": 0}))
                    + &named(&stop)
                    + &named(&json!({"type": "message_stop"}))
            }
        }
    }

    pub fn whole(self, saying: &Saying) -> Value {
        let (model, text, stop) = (&saying.model, &saying.text, self.stop(saying));
        let usage = saying.usage.map(|usage| self.usage(usage));
        match self {
            Self::OpenAi => {
                let choice = json!({"message": {"role": "assistant", "content": text}, "finish_reason": stop});
                json!({"id": "1", "model": model, "choices": [choice], "usage": usage})
            }
            Self::Anthropic => {
                let content = json!([{"type": "text", "text": text}]);
                json!({"type": "message", "model": model, "content": content, "stop_reason": stop, "usage": usage})
            }
        }
    }

    pub fn error(self, code: &str, message: &str) -> String {
        match self {
            Self::OpenAi => json!({"error": {"code": code, "message": message}}).to_string(),
            Self::Anthropic => json!({"type": "error", "error": {"type": code, "message": message}}).to_string(),
        }
    }

    fn stop(self, saying: &Saying) -> &'static str {
        match (self, saying.cut_off) {
            (Self::OpenAi, false) => "stop",
            (Self::OpenAi, true) => "length",
            (Self::Anthropic, false) => "end_turn",
            (Self::Anthropic, true) => "max_tokens",
        }
    }

    fn usage(self, (input, output): (u64, u64)) -> Value {
        match self {
            Self::OpenAi => {
                json!({"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output})
            }
            Self::Anthropic => json!({"input_tokens": input, "output_tokens": output}),
        }
    }
}

pub fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// As Anthropic has it: the type stands twice.
fn named(value: &Value) -> String {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap())
}
