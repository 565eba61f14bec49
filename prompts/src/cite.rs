//! Citations: the grammar of markers, and the check that a quote stands in its source.
//!
//! A marker is `[n]`, n from 1, naming a source of this turn by its alias. A marker that names no source is dropped; a
//! quote that does not stand in its source, to the byte, is not a quote. Nothing is attributed after the fact.

use std::ops::Range;

/// A marker and where it stands in the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marker {
    pub n: usize,
    pub range: Range<usize>,
}

/// Every marker of an answer, in order.
pub fn markers(answer: &str) -> Vec<Marker> {
    let opening = answer.match_indices('[').map(|(at, _)| at);
    opening.filter_map(|at| marker_at(answer, at)).collect()
}

/// The answer without markers that name none of the `sources` that were shown, or the space before them.
pub fn drop_unknown(answer: &str, sources: usize) -> String {
    let (mut kept, mut from) = (String::with_capacity(answer.len()), 0);
    for marker in markers(answer).into_iter().filter(|marker| marker.n == 0 || marker.n > sources) {
        kept.push_str(answer[from..marker.range.start].trim_end_matches(' '));
        from = marker.range.end;
    }
    kept.push_str(&answer[from..]);
    kept
}

/// Where a quote stands in its source, exactly; `None` for what was never said there.
pub fn locate(quote: &str, source: &str) -> Option<Range<usize>> {
    let start = source.find(quote).filter(|_| !quote.trim().is_empty())?;
    Some(start..start + quote.len())
}

fn marker_at(answer: &str, at: usize) -> Option<Marker> {
    let digits: &str = answer[at + 1..].split(']').next().filter(|inside| inside.len() < answer.len() - at - 1)?;
    let numeric = !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let n = digits.parse().ok().filter(|_| numeric)?;
    Some(Marker { n, range: at..at + digits.len() + 2 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_small_numbers_in_brackets() {
        let check = |answer, expected: &[usize]| {
            assert_eq!(markers(answer).iter().map(|marker| marker.n).collect::<Vec<_>>(), expected);
        };
        check("Ten days [1]. Or more [2][3].", &[1, 2, 3]);
        check("an array[i], a link [text](url), [ 1 ], [1234], [], [-1]", &[]);
        check("cut off [1", &[]);
        check("[[2]] and ünïcode [3]", &[2, 3]);
    }

    #[test]
    fn unknown_markers_vanish_with_their_space() {
        let check = |answer, sources, expected| assert_eq!(drop_unknown(answer, sources), expected);
        check("Ten days [1]. Or more [7].", 2, "Ten days [1]. Or more.");
        check("All [0][9] gone", 2, "All gone");
        check("[5]", 0, "");
        check("None here", 3, "None here");
    }

    #[test]
    fn a_quote_is_exact_or_it_is_none() {
        assert_eq!(locate("ten days", "within ten days."), Some(7..15));
        assert_eq!(locate("Ten days", "within ten days."), None);
        assert_eq!(locate(" ", "a b"), None);
        assert_eq!(locate("", "a b"), None);
    }
}
