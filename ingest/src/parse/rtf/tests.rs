//! Tests: RTF as programs write it, and as nobody should.

use proptest::prelude::*;

use super::*;

fn check(body: &str, expected: &str) -> Vec<String> {
    let parsed = parse(format!("{{\\rtf1\\ansi\\ansicpg1252 {body}}}").as_bytes()).unwrap();
    assert_eq!(parsed.markdown, expected, "{body}");
    parsed.problems
}

#[test]
fn paragraphs_and_breaks() {
    check(r"One {\b bold} word.\par Two\line lines.\par\par \tab Three", "One bold word.\n\nTwo  \nlines.\n\nThree\n");
    check(r"a\~b\_c \{x\} C:\\dir \ldblquote q\rdblquote\emdash", "a\u{a0}b-c {x} C:\\dir “q”\u{2014}\n");
    check("a\\\nb", "a\n\nb\n");
}

#[test]
fn characters_have_many_codes() {
    check(r"caf\'e9 \u8364?5 \u-10179?\u-8704?", "café €5 😀\n");
    check(r"{\uc0\u1055\u1088}{\uc2\u1055??\u1088\'3f\'3f!}", "ПрПр!\n");
    check(r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}}\f1 \'cf\'f0\f0 \'cf", "ПрÏ\n");
    check(r"{\fonttbl{\f2\fcharset128 Mincho;}}\f2\'83\'65\'83X", "テス\n");
}

#[test]
fn headings_come_from_levels_and_styles() {
    check(
        r"{\stylesheet{\s0 Normal;}{\s1\b heading 1;}{\s2 \'dcberschrift 2;}}\pard\s1 Top\par\pard\s2 Below\par\pard text\par
          \pard\outlinelevel2 Deep\par",
        "# Top\n\n## Below\n\ntext\n\n### Deep\n",
    );
}

#[test]
fn lists_have_marks() {
    check(
        r"{\listtext\'b7\tab}One\par{\listtext\'b7\tab}\ilvl1 Two\par\pard{\pntext 3.\tab}Three\par\pard After",
        "- One\n   - Two\n3. Three\n\nAfter\n",
    );
}

#[test]
fn tables_are_rows() {
    check(
        r"Before\par\trowd\cellx1\cellx2\pard\intbl Plan\cell Price\cell\row\trowd Team\par two\cell 9|10\cell\row\pard After",
        "Before\n\n| Plan | Price |\n| --- | --- |\n| Team two | 9\\|10 |\n\nAfter\n",
    );
    check(r"\intbl Framed\cell\row\pard After", "Framed\n\nAfter\n");
    check(r"\intbl a\cell b\cell", "| a | b |\n| --- | --- |\n");
}

#[test]
fn what_is_not_text_is_left_out() {
    check(
        r"{\colortbl;\red0;}{\*\generator Word;}a{\pict\bin3 }}}ffd8}{\header page}{\object{\*\objdata 00}{\result b}}",
        "ab\n",
    );
    let problems = check(r"a{\v secret}\v more\v0 b{\deleted gone}c", "abc\n");
    assert_eq!(problems, ["hidden passages left out: 1", "deleted passages left out: 1"]);
    check(r"a{\footnote note}b", "a (note)b\n");
    check(
        r#"{\field{\*\fldinst HYPERLINK "https://example.org/x"}{\fldrslt here}} {\field{\*\fldinst PAGE}{\fldrslt 3}}"#,
        "[here](https://example.org/x) 3\n",
    );
}

#[test]
fn a_file_tells_of_itself() {
    let rtf = br"{\rtf1{\info{\title Refunds}{\author J\'fcrgen}{\creatim\yr2025\mo1\dy2}{\revtim\yr2026\mo11\dy20\hr9}}text}";
    let parsed = parse(rtf).unwrap();
    assert_eq!(parsed.title.as_deref(), Some("Refunds"));
    assert_eq!(parsed.author.as_deref(), Some("Jürgen"));
    assert_eq!(parsed.dated.as_deref(), Some("2026-11-20"));
    assert_eq!(parsed.markdown, "text\n");
}

#[test]
fn html_inside_is_preferred() {
    let rtf = br"{\rtf1\ansi\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0
        Dear {\*\htmltag84 &Eacute;}\htmlrtf E\htmlrtf0 mile{\*\htmltag72 </p>}\htmlrtf\par}\htmlrtf0{\*\htmltag64 <p>}Bye}";
    assert_eq!(parse(rtf).unwrap().markdown, "Dear Émile\n\nBye");
}

#[test]
fn bombs_are_slow_for_nobody() {
    check(&"{".repeat(1_000_000), "");
    check(&format!("{}deep{}up", "{\\b ".repeat(100_000), "}".repeat(100_000)), "deepup\n");
    check(&"}".repeat(1_000_000), "");
    check(&r"\intbl x\cell".repeat(5000), &format!("{}|\n|{}\n", "| x ".repeat(1000), " --- |".repeat(1000)));
    check(r"\bin2147483647 x", "");
    check(&r"\u55357?".repeat(10_000), &"\u{fffd}\u{fffd}".repeat(5000).chars().chain(['\n']).collect::<String>());
    assert!(matches!(parse(b"{\\pwi"), Err(ParseError::Damaged(_))));
}

proptest! {
    #[test]
    fn never_panics(body in "(?s)([{}\\\\'*a;0-9 -]|par|cell|row|\\\\u|intbl|listtext|fldrslt|fromhtml){0,60}|.{0,40}") {
        let _ = parse(format!("{{\\rtf1{body}").as_bytes());
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        parse(&[b"{\\rtf1".as_slice(), &bytes].concat()).unwrap();
    }
}
