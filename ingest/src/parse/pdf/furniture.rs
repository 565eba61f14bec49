//! Headers and footers: what most pages repeat at their edges, but for numbers.
//!
//! A line goes only with its likes; a title that stands once, at the top of the first page, stays. Knows nothing of
//! what the lines say.

use std::collections::{HashMap, HashSet};

use super::sheet::{Line, Sheet};

/// Fewer pages show no habit.
const FEWEST_PAGES: usize = 3;
/// As many lines at each edge may be furniture.
const DEPTH: usize = 3;
/// From this many pages on, left and right pages may differ.
const PAGES_OF_A_BOOK: usize = 6;

/// Remove what repeats on more than half of the pages; in a book, on a third: most left or most right ones.
pub(super) fn remove(sheets: &mut [Sheet]) {
    if sheets.len() < FEWEST_PAGES {
        return;
    }
    let repeated = repeated(sheets);
    for sheet in sheets {
        let edges = edges(sheet);
        let is_furniture = |index: usize, line: &Line| {
            edges.iter().any(|(at, edge)| *at == index && repeated.contains(&(*edge, pattern(line))))
        };
        let mut index = 0;
        sheet.lines.retain(|line| {
            index += 1;
            !is_furniture(index - 1, line)
        });
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Edge {
    Top,
    Bottom,
}

fn repeated(sheets: &[Sheet]) -> HashSet<(Edge, String)> {
    let mut pages: HashMap<(Edge, String), usize> = HashMap::new();
    for sheet in sheets {
        let patterns = edges(sheet).into_iter().map(|(index, edge)| (edge, pattern(&sheet.lines[index])));
        for found in patterns.collect::<HashSet<_>>() {
            *pages.entry(found).or_default() += 1;
        }
    }
    let enough = match sheets.len() {
        count if count >= PAGES_OF_A_BOOK => count.div_ceil(3),
        count => count / 2 + 1,
    };
    pages.into_iter().filter(|(_, count)| *count >= enough.max(FEWEST_PAGES)).map(|(found, _)| found).collect()
}

/// The indexes of the lines nearest to the upper and to the lower edge.
fn edges(sheet: &Sheet) -> Vec<(usize, Edge)> {
    let mut upright: Vec<usize> = (0..sheet.lines.len()).filter(|index| sheet.lines[*index].turns == 0).collect();
    upright.sort_by(|a, b| sheet.lines[*b].baseline.total_cmp(&sheet.lines[*a].baseline));
    let top = upright.iter().take(DEPTH).map(|index| (*index, Edge::Top));
    let bottom = upright.iter().rev().take(DEPTH).map(|index| (*index, Edge::Bottom));
    top.chain(bottom).collect()
}

/// The words in lower case, with every number alike.
fn pattern(line: &Line) -> String {
    let mut pattern = String::new();
    for c in line.text().chars().flat_map(char::to_lowercase) {
        match c.is_numeric() {
            true if pattern.ends_with('#') => {}
            true => pattern.push('#'),
            false => pattern.push(c),
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pages: &[&str], expected: &[&str]) {
        let mut sheets: Vec<Sheet> = pages.iter().map(|page| Sheet::of_text(page)).collect();
        remove(&mut sheets);
        let texts = sheets.iter().map(|sheet| sheet.lines.iter().map(Line::text).collect::<Vec<_>>().join("|"));
        assert_eq!(texts.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_every_page_repeats_goes() {
        let pages =
            ["Handbook 1\na b\nc d\ne f\npage 1 of 3", "Handbook 2\ng\nh\ni\npage 2 of 3", "Handbook 3\nj\nk\nl\n3"];
        check(&pages, &["a b|c d|e f|page 1 of 3", "g|h|i|page 2 of 3", "j|k|l|3"]);
    }

    #[test]
    fn two_pages_have_no_habit() {
        check(&["Handbook\nx", "Handbook\ny"], &["Handbook|x", "Handbook|y"]);
    }

    #[test]
    fn left_and_right_pages_may_differ() {
        let pages: Vec<String> = (0..6_u8)
            .map(|page| {
                let word = |line| char::from(b'a' + 4 * page + line).to_string();
                let side = if page % 2 == 0 { "Left" } else { "Right" };
                [side.to_owned(), word(0), word(1), word(2), word(3)].join("\n")
            })
            .collect();
        let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
        check(&pages, &["a|b|c|d", "e|f|g|h", "i|j|k|l", "m|n|o|p", "q|r|s|t", "u|v|w|x"]);
    }
}
