//! What a document says of itself: title, author, date.
//!
//! Writers of PDF put file names and their own names where the title belongs; those are no titles.

use super::flow::{Block, Rank};
use super::sheet::Info;
use crate::clean::clean_line;

const LONGEST_TITLE_CHARS: usize = 200;
/// A longer first line is prose.
const LONGEST_FIRST_LINE_CHARS: usize = 100;

/// The stated title, else what stands out most on the first page, else its first line if that can be one.
pub(super) fn title(info: &Info, first_page: &[Block]) -> Option<String> {
    let stated = info.title.as_deref().map(clean_line).filter(|title| is_title(title));
    stated.or_else(|| headline(first_page)).or_else(|| first_line(first_page))
}

fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let is_file = [".doc", ".docx", ".tex", ".dvi", ".indd", ".qxd", ".pdf", ".odt", ".ppt", ".pptx", ".xls", ".xlsx"]
        .iter()
        .any(|ending| lower.ends_with(ending));
    let is_filler = ["untitled", "microsoft word - ", "microsoft powerpoint - ", "powerpoint presentation", "slide 1"]
        .iter()
        .any(|start| lower.starts_with(start));
    let letters = title.chars().filter(|c| c.is_alphanumeric()).count();
    !is_file
        && !is_filler
        && letters >= 2
        && title.chars().count() <= LONGEST_TITLE_CHARS
        && !title.contains('\u{fffd}')
}

/// The first of the headings that stand out most.
fn headline(blocks: &[Block]) -> Option<String> {
    let headings = blocks.iter().filter_map(|block| match block {
        Block::Heading(rank, text) => Some((*rank, text)),
        _ => None,
    });
    let best = headings.fold(None, |best: Option<(Rank, &String)>, found| match best {
        Some(best) if best.0 >= found.0 => Some(best),
        _ => Some(found),
    });
    best.map(|(_, text)| clean_line(text)).filter(|title| is_title(title))
}

fn first_line(blocks: &[Block]) -> Option<String> {
    let line = blocks.iter().find_map(|block| match block {
        Block::Paragraph(text) => text.lines().next().map(clean_line),
        _ => None,
    })?;
    let is_prose = line.chars().count() > LONGEST_FIRST_LINE_CHARS || line.ends_with([',', '.', ';']);
    (!is_prose && line.contains(char::is_alphabetic)).then_some(line)
}

pub(super) fn author(info: &Info) -> Option<String> {
    let is_filler =
        |author: &String| matches!(author.to_lowercase().as_str(), "" | "unknown" | "user" | "admin" | "anonymous");
    info.author.as_deref().map(clean_line).filter(|author| !is_filler(author))
}

/// When it was last changed, else made.
pub(super) fn dated(info: &Info) -> Option<String> {
    [&info.modified, &info.created].into_iter().flatten().find_map(|date| iso_date(date))
}

/// `D:20240131120000+01'00'` as `2024-01-31T12:00:00+01:00`; whatever follows the day may be missing.
fn iso_date(date: &str) -> Option<String> {
    let date = date.trim().trim_start_matches("D:");
    let count = date.bytes().take_while(u8::is_ascii_digit).take(14).count();
    let (digits, zone) = date.split_at(count);
    let part = |from: usize, to: usize, range: std::ops::RangeInclusive<u32>| {
        digits.get(from..to).filter(|part| part.parse().is_ok_and(|value| range.contains(&value)))
    };
    let (year, month, day) = (part(0, 4, 1980..=2200)?, part(4, 6, 1..=12), part(6, 8, 1..=31));
    let (Some(month), Some(day)) = (month, day) else {
        return Some(month.map_or_else(|| year.to_owned(), |month| format!("{year}-{month}")));
    };
    let (Some(hour), Some(minute)) = (part(8, 10, 0..=23), part(10, 12, 0..=59)) else {
        return Some(format!("{year}-{month}-{day}"));
    };
    let second = part(12, 14, 0..=59).unwrap_or("00");
    Some(format!("{year}-{month}-{day}T{hour}:{minute}:{second}{}", iso_zone(zone).unwrap_or_default()))
}

fn iso_zone(zone: &str) -> Option<String> {
    let sign = zone.chars().next().filter(|sign| "+-Z".contains(*sign))?;
    let digits: String = zone.chars().filter(char::is_ascii_digit).take(4).collect();
    match (sign, digits.len()) {
        ('Z', _) => Some("Z".to_owned()),
        (_, 2) => Some(format!("{sign}{digits}:00")),
        (_, 4) => Some(format!("{sign}{}:{}", &digits[..2], &digits[2..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_one_way() {
        let check = |date, expected: Option<&str>| assert_eq!(iso_date(date).as_deref(), expected, "{date}");
        check("D:20240131120001+01'00'", Some("2024-01-31T12:00:01+01:00"));
        check("D:20240131120000Z", Some("2024-01-31T12:00:00Z"));
        check("20240131", Some("2024-01-31"));
        check("D:2024", Some("2024"));
        check("D:20249931", Some("2024"));
        check("yesterday", None);
    }

    #[test]
    fn a_file_name_is_no_title() {
        let check = |stated: &str, blocks: &[Block], expected: Option<&str>| {
            let info = Info { title: Some(stated.to_owned()), ..Info::default() };
            assert_eq!(title(&info, blocks).as_deref(), expected, "{stated}");
        };
        let heading = |rank, text: &str| Block::Heading(rank, text.to_owned());
        let paragraph = |text: &str| Block::Paragraph(text.to_owned());
        check("Returns policy", &[], Some("Returns policy"));
        check(
            "Microsoft Word - final2.doc",
            &[heading(Rank::Bold, "A"), heading(Rank::Largest, "Returns")],
            Some("Returns"),
        );
        check("", &[paragraph("Memo\nto all")], Some("Memo"));
        check("", &[paragraph("We were sorry to hear that.")], None);
    }
}
