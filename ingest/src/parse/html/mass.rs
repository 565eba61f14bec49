//! How much stands in each element of a page, as readers see it: words in links, and words outside them.
//!
//! One walk for the whole page; every judgement about its parts is made from these numbers. Knows nothing of what an
//! element is called.

use std::collections::HashMap;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;
use xxhash_rust::xxh3::xxh3_64;

use super::visible::{Verdict, View};

/// Any odd number with bits all over: prints are polynomials of it.
const PRINT_BASE: u64 = 0x9e37_79b9_7f4a_7c15;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mass {
    /// Words outside links.
    pub(super) prose: u32,
    /// Words in links.
    pub(super) linked: u32,
    pub(super) links: u32,
    /// Whether a heading of the first rank is inside.
    pub(super) has_title: bool,
    /// The same for the same words in the same order.
    pub(super) print: u64,
}

impl Mass {
    pub(super) fn words(self) -> u32 {
        self.prose + self.linked
    }

    fn add(&mut self, other: Self) {
        self.print = self.print.wrapping_mul(PRINT_BASE.wrapping_pow(other.words())).wrapping_add(other.print);
        self.prose += other.prose;
        self.linked += other.linked;
        self.links += other.links;
        self.has_title |= other.has_title;
    }
}

/// The mass of each element that is shown.
#[derive(Debug, Default)]
pub(super) struct Masses(HashMap<NodeId, Mass>);

impl Masses {
    /// Everything under a root, and the root, which counts as shown.
    pub(super) fn of(root: ElementRef, view: &View) -> Self {
        let mut scale = Scale::default();
        let mut skipped: Option<NodeId> = None;
        for edge in root.traverse() {
            match (edge, skipped) {
                (Edge::Open(node), None) => match (node.value().as_text(), ElementRef::wrap(node)) {
                    (Some(text), _) => scale.text(text),
                    (_, Some(element)) if node.id() == root.id() || view.verdict(element) == Verdict::Shown => {
                        scale.open(element);
                    }
                    (_, Some(_)) => skipped = Some(node.id()),
                    _ => {}
                },
                (Edge::Close(node), None) => ElementRef::wrap(node).into_iter().for_each(|e| scale.close(e)),
                (Edge::Close(node), Some(id)) if node.id() == id => skipped = None,
                _ => {}
            }
        }
        Self(scale.weighed)
    }

    /// Of an element that is not shown: none.
    pub(super) fn get(&self, element: ElementRef) -> Option<Mass> {
        self.0.get(&element.id()).copied()
    }

    pub(super) fn prose(&self, element: ElementRef) -> u32 {
        self.get(element).map_or(0, |mass| mass.prose)
    }
}

#[derive(Default)]
struct Scale {
    weighed: HashMap<NodeId, Mass>,
    open: Vec<Mass>,
    open_links: usize,
}

impl Scale {
    fn open(&mut self, element: ElementRef) {
        let is_link = is_link(element);
        self.open_links += usize::from(is_link);
        let has_title = element.value().name() == "h1";
        self.open.push(Mass { links: u32::from(is_link), has_title, ..Mass::default() });
    }

    fn text(&mut self, text: &str) {
        let Some(mass) = self.open.last_mut() else { return };
        let (words, print) = (words(text), print(text));
        let (linked, prose) = if self.open_links > 0 { (words, 0) } else { (0, words) };
        mass.add(Mass { linked, prose, print, ..Mass::default() });
    }

    fn close(&mut self, element: ElementRef) {
        let mass = self.open.pop().unwrap_or_default();
        self.open_links -= usize::from(is_link(element));
        self.weighed.insert(element.id(), mass);
        self.open.last_mut().into_iter().for_each(|around| around.add(mass));
    }
}

/// Links to other pages; a jump within the page is part of it.
fn is_link(element: ElementRef) -> bool {
    element.value().name() == "a" && element.attr("href").is_some_and(|href| !href.starts_with('#'))
}

fn print(text: &str) -> u64 {
    let prints = text.split_ascii_whitespace().map(|word| xxh3_64(word.as_bytes()));
    prints.fold(0, |print, word| print.wrapping_mul(PRINT_BASE).wrapping_add(word))
}

/// Scripts that put no spaces between words count two characters as one.
fn words(text: &str) -> u32 {
    let spaced = text.split_ascii_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
    let is_unspaced = |c: &char| matches!(c, '\u{e00}'..='\u{eff}' | '\u{3040}'..='\u{9fff}');
    let unspaced = if text.is_ascii() { 0 } else { text.chars().filter(is_unspaced).count() / 2 };
    u32::try_from(spaced + unspaced).unwrap_or(u32::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::super::tree::first;
    use super::*;
    use scraper::Html;

    fn check(html: &str, expected: (u32, u32, u32)) {
        let page = Html::parse_document(html);
        let body = first(&page, |e| e.value().name() == "body").unwrap();
        let mass = Masses::of(body, &View::default()).get(body).unwrap();
        assert_eq!((mass.prose, mass.linked, mass.links), expected, "{html}");
    }

    #[test]
    fn words_are_counted_once() {
        check("<p>one <b>two</b> - three</p><a href=x>four <i>five</i></a>", (3, 2, 1));
        check("<p>see <a href=#s>below</a>", (2, 0, 0));
        check("<script>let x</script><p hidden>x</p>", (0, 0, 0));
        check("<p>知識ベース", (3, 0, 0));
    }
}
