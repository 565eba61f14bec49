//! Styles and numberings of Word: which paragraphs are headings or items, and which text is hidden.
//!
//! A style may be based on another; the chain is followed a few steps, for it may be a circle. Knows nothing of the
//! document that uses them.

use std::collections::HashMap;

use super::super::xml::{Node, Step, Tag, walk};

/// Longer chains are circles.
const LONGEST_CHAIN: usize = 20;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    based_on: Option<String>,
    name: String,
    /// From 1, as headings are counted.
    heading: Option<u8>,
    numbering: Option<String>,
    level: Option<usize>,
    is_hidden: bool,
}

#[derive(Debug, Default)]
pub(super) struct Styles(HashMap<String, Style>);

impl Styles {
    pub(super) fn read(xml: &str) -> Self {
        let mut styles = HashMap::new();
        let mut current: Option<(String, Style)> = None;
        let _ = walk(xml, &mut |node| {
            match node {
                Node::Open(tag) if tag.name() == "style" => {
                    current = tag.attr("styleId").map(|id| (id, Style::default()));
                }
                Node::Open(tag) => current.iter_mut().for_each(|(_, style)| style.read_tag(tag)),
                Node::Close("style") => styles.extend(current.take()),
                _ => {}
            }
            Step::On
        });
        Self(styles)
    }

    /// The heading level of paragraphs of a style: as it states, or as it is called.
    pub(super) fn heading(&self, id: &str) -> Option<u8> {
        self.chain(id).find_map(|style| style.heading.or_else(|| named_level(&style.name)))
    }

    pub(super) fn numbering(&self, id: &str) -> Option<(String, usize)> {
        let numbering = self.chain(id).find_map(|style| style.numbering.clone())?;
        Some((numbering, self.chain(id).find_map(|style| style.level).unwrap_or(0)))
    }

    pub(super) fn is_hidden(&self, id: &str) -> bool {
        self.chain(id).any(|style| style.is_hidden)
    }

    /// Whether paragraphs of a style are lines of a table of contents.
    pub(super) fn is_contents(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|style| style.name.to_lowercase().starts_with("toc "))
    }

    fn chain<'a>(&'a self, id: &str) -> impl Iterator<Item = &'a Style> {
        let based_on = |style: &&'a Style| style.based_on.as_ref().and_then(|id| self.0.get(id));
        std::iter::successors(self.0.get(id), based_on).take(LONGEST_CHAIN)
    }
}

impl Style {
    fn read_tag(&mut self, tag: &Tag) {
        match tag.name() {
            "name" => self.name = tag.attr("val").unwrap_or_default(),
            "basedOn" => self.based_on = tag.attr("val"),
            "outlineLvl" => self.heading = tag.number("val").and_then(outline_level),
            "numId" => self.numbering = tag.attr("val"),
            "ilvl" => self.level = tag.number("val"),
            "vanish" => self.is_hidden = tag.is_on(),
            _ => {}
        }
    }
}

/// Word counts outlines from 0; 9 is no heading.
pub(super) fn outline_level(level: usize) -> Option<u8> {
    u8::try_from(level + 1).ok().filter(|level| *level <= 9).map(|level| level.min(6))
}

fn named_level(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    match name.strip_prefix("heading ") {
        Some(level) => {
            level.trim().parse::<u8>().ok().filter(|level| (1..=9).contains(level)).map(|level| level.min(6))
        }
        None => (name == "title").then_some(1),
    }
}

/// For each numbering and level: whether it counts, and from where.
#[derive(Debug, Default)]
pub(super) struct Numberings {
    abstracts: HashMap<String, HashMap<usize, Level>>,
    nums: HashMap<String, String>,
    /// The next number of each numbering and level.
    next: HashMap<(String, usize), u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Level {
    is_bullet: bool,
    start: Option<u32>,
}

/// What stands before a paragraph that is an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Bullet,
    Number(u32),
}

impl Numberings {
    pub(super) fn read(xml: &str) -> Self {
        let mut all = Self::default();
        let (mut outer, mut level) = (String::new(), 0);
        let _ = walk(xml, &mut |node| {
            let Node::Open(tag) = node else { return Step::On };
            match tag.name() {
                "abstractNum" => outer = tag.attr("abstractNumId").unwrap_or_default(),
                "lvl" => level = tag.number("ilvl").unwrap_or(0),
                "numFmt" => {
                    let is_bullet = matches!(tag.attr("val").as_deref(), Some("bullet" | "none"));
                    all.level(&outer, level).is_bullet = is_bullet;
                }
                "start" => all.level(&outer, level).start = tag.number("val").and_then(|n| u32::try_from(n).ok()),
                "num" => outer = tag.attr("numId").unwrap_or_default(),
                "abstractNumId" => drop(all.nums.insert(outer.clone(), tag.attr("val").unwrap_or_default())),
                // What a numbering changes of its pattern is not read: it would be taken for the pattern itself.
                "lvlOverride" => return Step::Over,
                _ => {}
            }
            Step::On
        });
        all
    }

    fn level(&mut self, outer: &str, level: usize) -> &mut Level {
        self.abstracts.entry(outer.to_owned()).or_default().entry(level).or_default()
    }

    /// The mark of the next item; an item also starts the levels below it anew. 0 means "no list".
    pub(super) fn mark(&mut self, numbering: &str, level: usize) -> Option<Mark> {
        let pattern = self.nums.get(numbering).filter(|_| numbering != "0")?;
        let kind = self.abstracts.get(pattern).and_then(|levels| levels.get(&level)).copied().unwrap_or_default();
        if kind.is_bullet {
            return Some(Mark::Bullet);
        }
        self.next.retain(|(other, deeper), _| other != numbering || *deeper <= level);
        let next = self.next.entry((numbering.to_owned(), level)).or_insert(kind.start.unwrap_or(1));
        *next = next.saturating_add(1);
        Some(Mark::Number(*next - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_stated_inherited_or_named() {
        let styles = Styles::read(
            "<styles><style styleId='a'><name val='heading 2'/></style><style styleId='b'><basedOn val='a'/></style>
             <style styleId='c'><pPr><outlineLvl val='0'/></pPr></style><style styleId='d'><basedOn val='d'/></style>
             <style styleId='e'><name val='toc 1'/><rPr><vanish/></rPr></style></styles>",
        );
        let check = |id, expected| assert_eq!(styles.heading(id), expected, "{id}");
        check("a", Some(2));
        check("b", Some(2));
        check("c", Some(1));
        check("d", None);
        check("none", None);
        assert!(styles.is_contents("e") && styles.is_hidden("e") && !styles.is_hidden("a"));
    }

    #[test]
    fn numbers_go_on_and_start_anew() {
        let mut all = Numberings::read(
            "<numbering><abstractNum abstractNumId='7'><lvl ilvl='0'><start val='3'/><numFmt val='decimal'/></lvl>
             <lvl ilvl='1'><numFmt val='lowerLetter'/></lvl><lvl ilvl='2'><numFmt val='bullet'/></lvl></abstractNum>
             <num numId='1'><abstractNumId val='7'/></num></numbering>",
        );
        let marks: Vec<_> = [0, 0, 1, 1, 2, 0, 1].into_iter().map(|level| all.mark("1", level)).collect();
        let number = |n| Some(Mark::Number(n));
        assert_eq!(marks, [number(3), number(4), number(1), number(2), Some(Mark::Bullet), number(5), number(1)]);
        assert_eq!(all.mark("0", 0), None);
    }
}
