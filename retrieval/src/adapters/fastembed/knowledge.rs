//! How well a model knows a language, told by its tokenizer: what it has often read it cuts into long pieces.
//!
//! Over the development sets an English model cuts English questions into pieces of 3.7 to 4.4 letters (95 of 100 are
//! above 2.9), German and Spanish ones, of which it understands a part, of 2.7, Russian ones of 1; of Chinese characters it
//! does not know three in four. A model of many languages does better on all of them. Where a model keeps its tokenizer to itself, it is believed to know
//! what it is asked. Knows no languages by name.

use tokenizers::Tokenizer;

/// Letters in a piece: of a language that is not known, and of one that is.
const UNKNOWN: f32 = 1.5;
const KNOWN: f32 = 3.5;
/// Letters of a small word: "is", "how", "can".
const SMALL: usize = 3;

/// What can be told of one model.
#[derive(Default)]
pub(super) struct Knowledge(Option<Reader>);

struct Reader {
    tokenizer: Tokenizer,
    /// What stands for a piece that cannot be read.
    unread: Option<u32>,
}

impl Knowledge {
    /// From the bytes of `tokenizer.json`. One that cannot be read tells nothing; loading the model will say what is wrong.
    pub(super) fn of(tokenizer: &[u8]) -> Self {
        let reader = |mut tokenizer: Tokenizer| {
            tokenizer.with_padding(None).with_truncation(None).ok()?;
            let unread = ["[UNK]", "<unk>"].iter().find_map(|name| tokenizer.token_to_id(name));
            Some(Reader { tokenizer, unread })
        };
        Self(Tokenizer::from_bytes(tokenizer).ok().and_then(reader))
    }

    /// From 0 to 1; 1 where there are no words to tell by.
    pub(super) fn of_text(&self, text: &str) -> f32 {
        let Some(Reader { tokenizer, unread: mark }) = &self.0 else { return 1.0 };
        let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let (mut letters, mut ideographs, mut cut, mut lost, mut pieces) = (0, 0, 0, 0, 0);
        for word in words {
            let Ok(encoded) = tokenizer.encode_fast(word, false) else { return 1.0 };
            let unread = encoded.get_ids().iter().filter(|id| Some(**id) == *mark).count();
            let length = word.chars().count();
            // Small words are short in every language that is known, and tell of none.
            if unread == 0 && encoded.len() == 1 && length <= SMALL {
                continue;
            }
            letters += length;
            ideographs += word.chars().filter(|c| is_ideograph(*c)).count();
            cut += encoded.len();
            lost += unread;
            // A word that cannot be read is read by its letters.
            pieces += if unread > 0 { length } else { encoded.len() };
        }
        match pieces {
            0 => 1.0,
            // A character is a word or half of one: not its length counts, but whether it can be read at all.
            _ if 2 * ideographs > letters => (1.0 - 2.0 * lost as f32 / cut as f32).clamp(0.0, 1.0),
            _ => ((letters as f32 / pieces as f32 - UNKNOWN) / (KNOWN - UNKNOWN)).clamp(0.0, 1.0),
        }
    }
}

/// Kana, and the characters of Chinese and Japanese.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model that has read a little English.
    const TOKENIZER: &str = r###"{
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
                  "vocab": {"[UNK]": 0, "refund": 1, "when": 2, "##s": 3, "re": 4, "##ch": 5, "##nu": 6, "##ng": 7, "日": 8, "how": 9, "do": 10, "i": 11}}
    }"###;

    #[test]
    fn long_pieces_are_a_language_that_is_known() {
        let knowledge = Knowledge::of(TOKENIZER.as_bytes());
        let check = |text: &str, expected: f32| assert_eq!(knowledge.of_text(text), expected, "{text}");
        check("When refund?", 1.0);
        check("Rechnung", 0.25);
        check("rerererere", 0.0);
        check("日。日", 1.0);
        check("How do I re: refund", 1.0);
        check("ስለ ክፍያ", 0.0);
        check("日本日本", 0.0);
        check("", 1.0);
        check("42 🙂", 1.0);
        assert_eq!(Knowledge::default().of_text("Rechnung"), 1.0);
        assert_eq!(Knowledge::of(b"{").of_text("Rechnung"), 1.0);
    }
}
