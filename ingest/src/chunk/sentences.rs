//! Sentences and questions in running words, by punctuation alone.
//!
//! A sentence taken for two costs little and one missed costs a long chunk, so that the rules are few: a full stop, a
//! space, and no small letter after it. Knows nothing of Markdown but that marks may stand around words.

/// How the sentence before a place ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Statement,
    Question,
}

/// What may stand between the end of a sentence and the space after it.
const CLOSING: [char; 14] = [')', ']', '}', '"', '\'', '”', '’', '»', '*', '_', '`', '」', '』', '）'];
/// Their full stop ends no sentence.
const SHORT: [&str; 14] = ["mr", "mrs", "ms", "dr", "prof", "st", "no", "nr", "vs", "e.g", "i.e", "cf", "z.b", "bzw"];

/// Where sentences begin, without the first.
pub(super) fn starts(words: &str) -> impl Iterator<Item = (usize, Ending)> {
    let mut ended: Option<(Ending, bool)> = None;
    let mut last_word = 0..0;
    words.char_indices().filter_map(move |(at, c)| {
        match (c, ended) {
            ('?' | '？', _) => ended = Some((Ending::Question, c == '？')),
            ('！' | '。', _) => ended = Some((Ending::Statement, true)),
            ('.' | '!' | '…', None) if c != '.' || !is_short(&words[last_word.clone()]) => {
                ended = Some((Ending::Statement, false));
            }
            (c, Some((ending, _))) if c.is_whitespace() => ended = Some((ending, true)),
            (c, Some((_, false))) if CLOSING.contains(&c) || ".!…".contains(c) => {}
            (c, Some((ending, true))) if !c.is_lowercase() => {
                ended = None;
                last_word = at..at + c.len_utf8();
                return Some((at, ending));
            }
            _ => ended = None,
        }
        if c.is_whitespace() {
            last_word = at + c.len_utf8()..at + c.len_utf8();
        } else if !".?!".contains(c) {
            last_word.end = at + c.len_utf8();
        }
        None
    })
}

/// An initial, the number of an item, or a shortened word.
fn is_short(word: &str) -> bool {
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut letters = word.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => letter.is_uppercase() || letter.is_ascii_digit(),
        (Some(_), Some(_)) if word.len() <= 4 => {
            SHORT.contains(&word.to_lowercase().as_str())
                || word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() < 3
        }
        _ => false,
    }
}

/// Whether a block asks something that the next one answers.
pub(super) fn is_question(block: &str) -> bool {
    let words = block.trim_end().trim_end_matches(CLOSING);
    words.ends_with(['?', '？']) || (opens_question(block) && !block.trim().contains('\n'))
}

/// Whether a block is nothing but bold words: a heading to its author.
pub(super) fn is_bold(block: &str) -> bool {
    let inner = |mark: &str| block.trim().strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    ["**", "__"].iter().any(|mark| inner(mark).is_some_and(|words| !words.contains(mark) && !words.is_empty()))
}

pub(super) fn opens_question(line: &str) -> bool {
    is_marked(line, &["Q", "Question", "Frage"])
}

pub(super) fn opens_answer(line: &str) -> bool {
    is_marked(line, &["A", "Answer", "Antwort"])
}

/// Whether a line begins with one of these marks, perhaps numbered, and a colon: `Q:`, `**Q2:**`, `Answer 3:`.
fn is_marked(line: &str, marks: &[&str]) -> bool {
    let line = line.trim_start().trim_start_matches(['*', '_']);
    let is_mark = |mark: &&str| {
        let rest =
            line.strip_prefix(mark).map(|rest| rest.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()));
        rest.is_some_and(|rest| rest.trim_start_matches(['*', '_']).starts_with(':'))
    };
    marks.iter().any(is_mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, expected: &[&str]) {
        let mut cuts: Vec<usize> = starts(words).map(|(at, _)| at).collect();
        cuts.insert(0, 0);
        let ends = cuts[1..].iter().copied().chain([words.len()]);
        let found: Vec<&str> = cuts.iter().zip(ends).map(|(start, end)| words[*start..end].trim()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn sentences_end_with_a_mark_and_a_space() {
        check("One. Two! Three? \"Four.\" (Five.) six", &["One.", "Two!", "Three?", "\"Four.\"", "(Five.) six"]);
        check("Wait... What?! No", &["Wait...", "What?!", "No"]);
        check("Version 1.2 of a.b is out. Now", &["Version 1.2 of a.b is out.", "Now"]);
        check("中文。字！「是？」好", &["中文。", "字！", "「是？", "」好"]);
    }

    #[test]
    fn shortened_words_and_numbers_end_none() {
        check("Dr. J. R. Smith, e.g. No. 5, came. He", &["Dr. J. R. Smith, e.g. No. 5, came.", "He"]);
        check("1. First", &["1. First"]);
        check("it costs 2000. Then", &["it costs 2000.", "Then"]);
    }

    #[test]
    fn questions_are_known_by_their_marks() {
        let questions = ["How?", "**How?**", "Q: how", "**Q:** how", "Q1: how", "**Question 2:** how"];
        assert!(questions.iter().all(|block| is_question(block)));
        assert!(["Quick: go", "How? So.", "A: so", "q"].iter().all(|block| !is_question(block)));
        assert!(is_bold("**All of it**") && !is_bold("**some** of **it**") && !is_bold("****"));
        assert!(opens_answer("A: so") && opens_answer("**Answer:** so") && !opens_answer("As: so"));
    }
}
