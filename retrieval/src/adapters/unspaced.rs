//! Texts whose words are not set apart by spaces, made ready for an index of words: every character stands for itself,
//! and every two neighbours stand together.
//!
//! Measured by keywords alone on the 240 paragraphs and 1,190 questions of XQuAD, nDCG@10 (mixed: this and the English
//! stemmer and stop words; segmented: the engine's `Multilingual` tokenizer; untouched: cut at spaces and signs alone):
//!
//! | | mixed | segmented | untouched |
//! |---|---|---|---|
//! | Chinese | **.964** | .962 | .114 |
//! | English | **.968** | .954 | .960 |
//! | Spanish | **.955** | .945 | .949 |
//! | German | **.929** | .906 | .915 |
//! | Russian | **.872** | .860 | .872 |
//!
//! Segmentation guesses the language of each text by itself: a Japanese question without kana is cut as if it were
//! Chinese and shares no term with the passage that answers it. It also drops numbers, and leaves Korean endings on their
//! words. Pairs need no dictionary and cut a question as they cut its passage. Their price is terms: three times as many
//! for a Chinese text. Knows characters; does not know weights.

use std::borrow::Cow;

/// What the full-width forms of ASCII's signs, digits and letters are ahead of it.
const FULL_WIDTH: u32 = 0xFEE0;

/// A passage: characters and pairs, so that a question of one character finds it.
pub(super) fn passage(text: &str) -> Cow<'_, str> {
    spaced(text, |run, terms| {
        run.iter().for_each(|character| terms.extend([' ', *character]));
        pairs(run, terms);
    })
}

/// A question: pairs, and characters that stand alone. The others say less than the pairs they are in, and are in
/// thousands of passages.
pub(super) fn question(text: &str) -> Cow<'_, str> {
    spaced(text, |run, terms| match run {
        [alone] => terms.extend([' ', *alone]),
        run => pairs(run, terms),
    })
}

fn pairs(run: &[char], terms: &mut String) {
    run.windows(2).for_each(|pair| terms.extend([' ', pair[0], pair[1]]));
}

/// Put what `cut` makes of each unspaced run in its place, with spaces around it.
fn spaced(text: &str, cut: impl Fn(&[char], &mut String)) -> Cow<'_, str> {
    if !text.chars().any(|character| is_unspaced(character) || is_full_width(character)) {
        return Cow::Borrowed(text);
    }
    let (mut terms, mut run) = (String::with_capacity(3 * text.len()), Vec::new());
    // The end is a space, so that the last run ends as all others do.
    for character in text.chars().chain([' ']).map(narrow) {
        match is_unspaced(character) {
            // Tone marks and silencers are no letters to the index of words, and would cut their pair in two.
            true if !character.is_alphanumeric() => {}
            true => run.push(character),
            false if run.is_empty() => terms.push(character),
            false => {
                cut(&run, &mut terms);
                run.clear();
                terms.extend([' ', character]);
            }
        }
    }
    Cow::Owned(terms)
}

/// Thai, Lao, Burmese, Khmer, kana, Chinese characters, and Hangul: Korean has spaces, but its endings stick to the words.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{0E00}'..='\u{0EFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{3096}'
        | '\u{30A1}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}'
        | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}')
}

fn is_full_width(character: char) -> bool {
    matches!(character, '\u{FF01}'..='\u{FF5E}')
}

/// `５００` is 500.
fn narrow(character: char) -> char {
    match is_full_width(character) {
        true => char::from_u32(u32::from(character) - FULL_WIDTH).unwrap_or(character),
        false => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<&str> {
        text.split_whitespace().collect()
    }

    #[test]
    fn what_has_spaces_is_left_alone() {
        for text in ["", "Refunds take 30 days.", "Größe", "возврат средств", "سياسة الاسترداد", "e\u{301}tude"]
        {
            assert!(matches!(passage(text), Cow::Borrowed(same) if same == text), "{text}");
            assert!(matches!(question(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn runs_are_cut_into_characters_and_pairs() {
        assert_eq!(terms(&passage("退款吗")), ["退", "款", "吗", "退款", "款吗"]);
        assert_eq!(terms(&question("退款吗")), ["退款", "款吗"]);
        assert_eq!(terms(&question("退")), ["退"]);
        assert_eq!(terms(&passage("共500元")), ["共", "500", "元"]);
        assert_eq!(terms(&question("Excelで作成")), ["Excel", "で作", "作成"]);
        assert_eq!(terms(&question("返金。返品")), ["返金", "。", "返品"]);
    }

    #[test]
    fn marks_that_are_no_letters_do_not_cut_a_pair() {
        assert_eq!(terms(&question("ไม่ใช่")), ["ไม", "มใ", "ใช"]);
    }

    #[test]
    fn full_width_signs_are_the_narrow_ones() {
        assert_eq!(terms(&passage("ＡＢ１２（５００）")), ["AB12(500)"]);
    }
}
