//! Rulers: how many tokens a text is to a model.
//!
//! Two vocabularies are built in and need no network; a model that neither is for is measured by its characters, with a
//! tenth on top. A count is a measure for packing, not a bill: that comes from the model.

/// What a model's texts are measured with. A vocabulary is unpacked when first used and stays: a second or two and forty
/// megabytes, so whoever names a model that has one counts once when it starts. Counting a page takes a third of a
/// millisecond.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ruler {
    O200k,
    Cl100k,
    /// Four characters a token where the letters are Latin, one where they are not.
    Characters,
}

/// Beginnings of names of models, the longer before the shorter.
const KNOWN: [(&str, Ruler); 9] = [
    ("gpt-4o", Ruler::O200k),
    ("gpt-4.", Ruler::O200k),
    ("gpt-5", Ruler::O200k),
    ("gpt-oss", Ruler::O200k),
    ("chatgpt-4o", Ruler::O200k),
    ("o1", Ruler::O200k),
    ("o3", Ruler::O200k),
    ("o4", Ruler::O200k),
    ("gpt-", Ruler::Cl100k),
];
/// Merging takes time that grows with the square of a word's length, so longer words are measured in pieces.
const LONGEST_WORD: usize = 200;

impl Ruler {
    pub fn for_model(name: &str) -> Self {
        let name = name.rsplit('/').next().unwrap_or(name).to_lowercase();
        KNOWN.iter().find(|(known, _)| name.starts_with(known)).map_or(Self::Characters, |(_, ruler)| *ruler)
    }

    pub fn count(self, text: &str) -> usize {
        let vocabulary = match self {
            Self::O200k => tiktoken_rs::o200k_base_singleton(),
            Self::Cl100k => tiktoken_rs::cl100k_base_singleton(),
            Self::Characters => return by_characters(text),
        };
        pieces(text).map(|piece| vocabulary.encode_ordinary(piece).len()).sum()
    }
}

fn by_characters(text: &str) -> usize {
    let narrow = text.chars().filter(|c| u32::from(*c) < 0x250).count();
    let wide = text.chars().count() - narrow;
    (narrow.div_ceil(4) + wide) * 11 / 10 + usize::from(!text.is_empty())
}

/// The text in stretches, none of which has a word that is longer than it may be.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (mut end, mut run) = (rest.len(), 0);
        for (at, c) in rest.char_indices() {
            run = if c == ' ' || c == '\n' { 0 } else { run + 1 };
            if run > LONGEST_WORD {
                end = at;
                break;
            }
        }
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vocabularies_are_those_of_their_models() {
        assert_eq!(Ruler::O200k.count("hello world"), 2);
        assert_eq!(Ruler::Cl100k.count("tiktoken is great!"), 6);
        assert_eq!(Ruler::O200k.count("<|endoftext|>").min(2), 2, "a special token in a text is text");
        assert_eq!(Ruler::Characters.count("twelve chars"), 4);
        assert_eq!(Ruler::Characters.count("\u{4f60}\u{597d}"), 3);
        for ruler in [Ruler::O200k, Ruler::Cl100k, Ruler::Characters] {
            assert_eq!(ruler.count(""), 0);
        }
    }

    #[test]
    fn a_model_is_known_by_its_name() {
        let check = |name, expected| assert_eq!(Ruler::for_model(name), expected, "{name}");
        check("gpt-4o-mini", Ruler::O200k);
        check("gpt-4.1", Ruler::O200k);
        check("openai/gpt-oss-20b", Ruler::O200k);
        check("gpt-4", Ruler::Cl100k);
        check("gpt-3.5-turbo", Ruler::Cl100k);
        check("llama3.2:3b", Ruler::Characters);
        check("", Ruler::Characters);
    }

    #[test]
    fn long_words_are_measured_in_pieces() {
        let word = "x".repeat(1_000);
        assert_eq!(pieces(&word).map(str::len).collect::<Vec<_>>(), [200; 5]);
        assert_eq!(pieces("a b\nc").collect::<Vec<_>>(), ["a b\nc"]);
        assert!(Ruler::O200k.count(&word) >= 1_000 / 16);
    }
}
