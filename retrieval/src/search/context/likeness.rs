//! How alike two texts are: by the share of their words, three in a row, that they have in common.
//!
//! Numbers are set aside, since a price list of this year and one of the last are the same text with other numbers;
//! whether two texts tell the same is a question of its own. Comparing ends as soon as too much is different, so that
//! fifty passages are compared with each other in well under a millisecond. Knows nothing of documents.

use std::iter::Peekable;
use std::str::Chars;

/// Stands for every number in a row of words.
const NUMBER: u64 = 0x6e75_6d62_6572;
/// Not one word of difference but these: two texts that differ in one of them say different things.
const TELLING: [&str; 25] = [
    "eight", "eleven", "five", "four", "hundred", "kein", "keine", "keinen", "never", "nicht", "nie", "nine", "no",
    "not", "one", "seven", "six", "ten", "thirty", "three", "twelve", "twenty", "two", "without", "zero",
];
const TELLING_HASHES: [u64; TELLING.len()] = hashes(TELLING);

/// A text as it is compared.
pub(super) struct Likeness {
    /// Every three words in a row, in order, each once.
    shingles: Vec<u64>,
    /// Of the numbers and the words that weigh as much, in the order of the text: two prices may have changed places.
    telling: u64,
    /// The numbers that it names, and names with a digit in them.
    numbers: Vec<u64>,
    words: usize,
    whole: u64,
}

impl Likeness {
    pub(super) fn of(text: &str) -> Self {
        let words: Vec<Word> = words(text).collect();
        let telling = words.iter().filter(|word| word.is_telling).fold(0, |all, word| mixed(all, word.hash));
        let whole = words.iter().fold(0, |all, word| mixed(all, word.hash));
        let shape = |word: &Word| if word.is_number { NUMBER } else { word.hash };
        let shingle = |three: &[Word]| three.iter().fold(0, |all, word| mixed(all, shape(word)));
        let mut shingles: Vec<u64> = words.windows(3).map(shingle).collect();
        shingles.sort_unstable();
        shingles.dedup();
        let numbers = words.iter().filter(|word| word.has_digit).map(|word| word.hash).collect();
        Self { shingles, telling, numbers, words: words.len(), whole }
    }

    pub(super) fn words(&self) -> usize {
        self.words
    }

    pub(super) fn names(&self, number: u64) -> bool {
        self.numbers.contains(&number)
    }

    /// Word by word, whatever their case and marks.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.whole == other.whole && self.words == other.words
    }

    /// Whether both hold the same numbers and the same denials.
    pub(super) fn tells_the_same(&self, other: &Self) -> bool {
        self.telling == other.telling
    }

    /// Whether of all that stands in either at least this share stands in both.
    pub(super) fn resembles(&self, other: &Self, least: f64) -> bool {
        let (a, b) = (&self.shingles[..], &other.shingles[..]);
        let needed = (least * (a.len() + b.len()) as f64 / (1.0 + least)).ceil() as usize;
        needed > 0 && has_in_common(a, b, needed)
    }
}

/// The numbers that a text names, and names with a digit in them.
pub(super) fn numbers(text: &str) -> Vec<u64> {
    words(text).filter(|word| word.has_digit).map(|word| word.hash).collect()
}

/// Whether two sorted lists share so many; given up as soon as they cannot.
fn has_in_common(mut a: &[u64], mut b: &[u64], mut needed: usize) -> bool {
    while needed > 0 && a.len().min(b.len()) >= needed {
        match a[0].cmp(&b[0]) {
            std::cmp::Ordering::Less => a = &a[1..],
            std::cmp::Ordering::Greater => b = &b[1..],
            std::cmp::Ordering::Equal => (a, b, needed) = (&a[1..], &b[1..], needed - 1),
        }
    }
    needed == 0
}

#[derive(Clone, Copy)]
struct Word {
    /// FNV-1a of its letters in lower case.
    hash: u64,
    has_digit: bool,
    /// `14`, `1,490`, `5p` or `19th`, but not `x100`, which is a name.
    is_number: bool,
    is_telling: bool,
}

/// What stands between spaces and marks; of scripts that write no spaces, each character. Fifty passages are ten thousand
/// words, so that none of them is spelled out.
fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut letters = text.chars().peekable();
    std::iter::from_fn(move || {
        let first = letters.find(|c| c.is_alphanumeric())?;
        let (mut hash, mut last, mut has_digit) = (with_letter(FNV_OFFSET, first), first, first.is_ascii_digit());
        while !is_unspaced(first) && goes_on(&mut letters, last) {
            last = letters.next()?;
            has_digit |= last.is_ascii_digit();
            hash = with_letter(hash, last);
        }
        let is_telling = has_digit || TELLING_HASHES.contains(&hash);
        Some(Word { hash, has_digit, is_number: first.is_ascii_digit(), is_telling })
    })
}

/// Whether the next letter belongs to the word. A comma or a point does between digits.
fn goes_on(letters: &mut Peekable<Chars>, last: char) -> bool {
    match letters.peek() {
        Some(c) if c.is_alphanumeric() => !is_unspaced(*c),
        Some(',' | '.') if last.is_ascii_digit() => letters.clone().nth(1).is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

const fn with_byte(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

fn with_letter(hash: u64, letter: char) -> u64 {
    if letter.is_ascii() {
        return with_byte(hash, letter.to_ascii_lowercase() as u8);
    }
    let bytes = letter.to_lowercase().flat_map(|c| u32::from(c).to_le_bytes());
    bytes.fold(hash, with_byte)
}

const fn hashes<const N: usize>(words: [&str; N]) -> [u64; N] {
    let mut hashes = [FNV_OFFSET; N];
    let mut at = 0;
    while at < N {
        let (bytes, mut byte) = (words[at].as_bytes(), 0);
        while byte < bytes.len() {
            hashes[at] = with_byte(hashes[at], bytes[byte]);
            byte += 1;
        }
        at += 1;
    }
    hashes
}

fn mixed(all: u64, hash: u64) -> u64 {
    let mixed = (all.rotate_left(23) ^ hash).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// Chinese and Japanese characters, and the scripts of South-East Asia.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
        || matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: &str = "Solo costs £19 a month, Clinic £49 per location and Group £1,290 per location and year.";

    fn check(a: &str, b: &str, is_same: bool, tells_the_same: bool, resembles: bool) {
        let (a, b) = (Likeness::of(a), Likeness::of(b));
        assert_eq!((a.is_same(&b), a.tells_the_same(&b), a.resembles(&b, 0.8)), (is_same, tells_the_same, resembles));
        assert_eq!(b.resembles(&a, 0.8), resembles, "who is asked matters");
    }

    #[test]
    fn case_and_marks_are_no_difference() {
        check(PRICES, &PRICES.to_uppercase().replace(' ', "\n** "), true, true, true);
        check("from 1,490.50 on", "FROM 1,490.50, on", true, true, true);
        check("中文字没有空格", "中文字没有 空格。", true, true, true);
    }

    #[test]
    fn other_numbers_are_the_same_text_that_tells_something_else() {
        check(PRICES, &PRICES.replace("19", "24").replace("1,290", "1490"), false, false, true);
        check("You get it back within ten days.", "You get it back within four days.", false, false, false);
        check("from 1.4 on", "from 14 on", false, false, true);
        check("a 5, b 7", "a 7, b 5", false, false, true);
        check("the X100 weighs", "the X200 weighs", false, false, false);
        check("you may not go", "you may go not", false, true, false);
    }

    #[test]
    fn what_is_different_does_not_resemble() {
        check(PRICES, "Invoices are sent on the first of the month.", false, false, false);
        check("", "", true, true, false);
        check("one two", "one two", true, true, false);
    }

    #[test]
    fn a_share_is_of_all_that_stands_in_either() {
        let words: Vec<String> = (0..102).map(|n| format!("w{n}x")).collect();
        let whole = words.join(" ");
        let part = |share: usize| Likeness::of(&words[..share + 2].join(" "));
        assert!(part(80).resembles(&Likeness::of(&whole), 0.8));
        assert!(!part(79).resembles(&Likeness::of(&whole), 0.8));
    }

    #[test]
    fn numbers_and_denials_are_known() {
        assert!(TELLING.iter().all(|word| words(&word.to_uppercase()).all(|word| word.is_telling)));
        assert!(words("Nobody knows anything").all(|word| !word.is_telling));
        assert_eq!(numbers("In 2025 the LX-4012, no other").len(), 2);
    }
}
