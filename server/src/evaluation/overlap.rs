//! Whether two quotes say the same: one may be the longer, and neither is spaced or marked up like the other.

/// Whether the two share a run of words that is at least half of the shorter one.
pub fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    let shorter = one.len().min(other.len());
    shorter > 0 && longest_run(&one, &other) * 2 >= shorter
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// By the lengths of the runs that end at each pair of words, one row of pairs at a time.
fn longest_run(one: &[String], other: &[String]) -> usize {
    let (mut above, mut longest) = (vec![0; other.len() + 1], 0);
    for word in one {
        let mut row = vec![0; other.len() + 1];
        for (at, beside) in other.iter().enumerate() {
            if word == beside {
                row[at + 1] = above[at] + 1;
                longest = longest.max(row[at + 1]);
            }
        }
        above = row;
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_overlap_by_their_words() {
        let gold = "A first annual payment is refunded in full if you ask within 30 days.";
        let check = |quote: &str, expected: bool| assert_eq!(overlap(quote, gold), expected, "{quote}");
        check(gold, true);
        check("a first annual  payment is *refunded in full*", true);
        check("Changed your mind? A first annual payment is refunded in full if you ask within 30 days. Ask us.", true);
        check("Refunds take up to 10 business days.", false);
        check("In full, a payment of 30 days is asked for by you.", false);
        check("", false);
    }
}
