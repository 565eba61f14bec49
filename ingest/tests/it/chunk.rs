//! Chunks as people meet them: whole sections, sentences, rows and lines, and always an exact span of the text.

use ingest::chunk::{ChunkSettings, Chunker};
use proptest::prelude::*;
use retrieval::model::Chunk;

fn settings(max_tokens: usize) -> ChunkSettings {
    ChunkSettings { target_tokens: max_tokens * 9 / 10, max_tokens, overlap_tokens: 0 }
}

fn chunks(max_chars: usize, text: &str) -> Vec<Chunk> {
    Chunker::by_characters(settings(max_chars)).unwrap().chunk(text)
}

fn check(max_chars: usize, text: &str, expected: &[(&str, &str)]) {
    let chunks = chunks(max_chars, text);
    let found: Vec<_> = chunks.iter().map(|chunk| (chunk.heading.as_str(), chunk.text.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_short_text_is_one_chunk() {
    check(100, "\n# A\n\nb\n", &[("A", "# A\n\nb")]);
    check(100, "  \n", &[]);
    check(100, "***\n\n---", &[]);
}

#[test]
fn sections_stay_whole_and_know_their_headings() {
    let text = "# Guide\n\nIntro words here.\n\n## Refunds\n\nWithin thirty days.\n\n## Returns\n\nBy post only.";
    check(
        45,
        text,
        &[
            ("Guide", "# Guide\n\nIntro words here."),
            ("Guide > Refunds", "## Refunds\n\nWithin thirty days."),
            ("Guide > Returns", "## Returns\n\nBy post only."),
        ],
    );
}

#[test]
fn a_heading_is_not_left_alone() {
    let text = "# Top\n\n## Sub\n\nOne sentence is here. Another one is here. And a third one, too.";
    check(
        40,
        text,
        &[
            ("Top", "# Top\n\n## Sub\n\nOne sentence is here."),
            ("Top > Sub", "Another one is here."),
            ("Top > Sub", "And a third one, too."),
        ],
    );
}

#[test]
fn what_leads_in_is_not_left_alone() {
    let sections = format!("## A list\n\n{}\n", "- an item of letters\n".repeat(4)).repeat(5);
    for chunk in chunks(90, &sections) {
        assert!(!chunk.text.lines().last().unwrap().starts_with('#'), "{:?}", chunk.text);
    }
    let code =
        format!("Words before it are a paragraph.\n\n```rust\n{}```\n\nWords after.", "let it = be(1);\n".repeat(5));
    for chunk in chunks(94, &code) {
        let fences = chunk.text.lines().filter(|line| line.starts_with("```")).count();
        assert!(fences < chunk.text.lines().count() && !chunk.text.starts_with("```\n"), "{:?}", chunk.text);
    }
}

#[test]
fn a_long_text_is_cut_at_its_headings() {
    let section = format!("## Part\n\n{}\n\n", "A sentence of words. ".repeat(70));
    let text = format!("# Book\n\n{}", section.repeat(200));
    let chunks = chunks(2000, &text);
    assert_eq!(chunks.len(), 200);
    assert!(chunks[1..].iter().all(|chunk| chunk.text.starts_with("## Part") && chunk.heading == "Book > Part"));
}

#[test]
fn paragraphs_are_cut_between_sentences() {
    let text = "It isn't *easy* to\nsay [why](http://e.org/a_b). But \"people\" want\nwhole sentences. They\ndo.";
    check(
        60,
        text,
        &[
            ("", "It isn't *easy* to\nsay [why](http://e.org/a_b)."),
            ("", "But \"people\" want\nwhole sentences. They\ndo."),
        ],
    );
}

#[test]
fn tables_are_cut_between_rows_and_code_between_lines() {
    let table = "| name | price |\n| --- | --- |\n| one. Two | 1 |\n| three. Four | 2 |\n| five. Six | 3 |";
    for chunk in chunks(45, table) {
        assert!(chunk.text.starts_with('|') && chunk.text.ends_with('|'), "{:?}", chunk.text);
    }
    let code = format!("```py\n{}```", "call(a, b). # Why? Since. it.is\n".repeat(6));
    for chunk in chunks(80, &code) {
        let is_whole = |line: &str| line.starts_with("```") || line == "call(a, b). # Why? Since. it.is";
        assert!(chunk.text.lines().all(is_whole), "{:?}", chunk.text);
    }
}

#[test]
fn a_cut_table_tells_its_columns_again() {
    let rows: String = (1..=20).map(|n| format!("| article {n} | {n} dollars |\n")).collect();
    let text = format!("# Prices\n\nAll of them.\n\n| name | price |\n| --- | --- |\n{rows}\nThat is all.");
    let chunks = chunks(120, &text);
    assert!(chunks.len() > 4);
    for chunk in &chunks {
        let expected = if chunk.text.starts_with("| article") { "Prices (name | price)" } else { "Prices" };
        assert_eq!(chunk.heading, expected, "{:?}", chunk.text);
        assert!(chunk.text.lines().all(|line| !line.starts_with('|') || line.ends_with('|')), "{:?}", chunk.text);
    }
}

#[test]
fn a_row_or_a_line_too_long_for_a_chunk_is_cut_at_cells_and_words() {
    let cells = "| a cell of words ".repeat(20);
    for chunk in chunks(90, &format!("| a | b |\n|---|---|\n{cells}|\n")) {
        assert!(chunk.text.starts_with('|') || chunk.text.starts_with("a cell"), "{:?}", chunk.text);
    }
    let call = "call(argument, another_one) ".repeat(20);
    for chunk in chunks(90, &format!("```\nshort();\n{call}\n```")) {
        assert!(chunk.text.starts_with("```") || chunk.text.starts_with("call") || chunk.text.starts_with("another"));
    }
}

/// Questions and answers in one of the ways that people write them.
fn check_pairs(max_chars: usize, question: &str, answer: &str) {
    let pair = |n: usize| question.replace('#', &n.to_string()) + &answer.replace('#', &n.to_string());
    let text: String = (1..=30).map(pair).collect();
    for chunk in chunks(max_chars, &text) {
        for n in 1..=30 {
            let holds = |part: &str| chunk.text.contains(part.replace('#', &n.to_string()).trim());
            assert_eq!(holds(question), holds(answer), "{n} in {:?}", chunk.text);
        }
    }
}

#[test]
fn a_question_stays_with_its_answer() {
    let answer = "Write to us, and we shall look into case no#. It takes a day.\n\nThen we call you about no#.\n\n";
    for max_chars in [150, 170, 230, 400] {
        check_pairs(max_chars, "What about no#, then?\n\n", answer);
        check_pairs(max_chars, "**What about no#, then?**\n\n", answer);
        check_pairs(max_chars, "**The case of no#.**\n\n", answer);
        check_pairs(max_chars, "What about no#, then?\n---\n\n", answer);
        check_pairs(max_chars, "Q: What about no#, then?\n\n", "A: We look into no#. It takes a day.\n\n");
        check_pairs(max_chars, "Q: What about no#, then?\n", "A: We look into no#. It takes a day.\n");
        check_pairs(max_chars, "**Q:** What about no#, then?\n", "**A:** We look into no#. It takes a day.\n\n");
        check_pairs(max_chars, "- What about no#, then?\n", "\n  We look into no#. It takes a day.\n");
        check_pairs(max_chars, "What about no#, then?\n", ": We look into no#. It takes a day.\n\n");
    }
}

#[test]
fn an_answer_too_long_for_a_chunk_does_not_leave_its_question_behind() {
    let text = format!("# Help\n\nIntro words.\n\nHow is it done?\n\n{}", "A sentence of words. ".repeat(30));
    assert!(chunks(100, &text).iter().all(|chunk| !chunk.text.ends_with('?')));
}

#[test]
fn a_comment_in_code_is_no_heading() {
    let text = "# Install\n\n```sh\n# first\nmake\n```\n\nThen wait until it is done, please.";
    check(
        40,
        text,
        &[("Install", "# Install\n\n```sh\n# first\nmake\n```"), ("Install", "Then wait until it is done, please.")],
    );
}

#[test]
fn what_has_no_good_place_is_cut_anywhere() {
    for text in ["x".repeat(1000), "é".repeat(1000), format!("# {}", "word ".repeat(200))] {
        let chunks = chunks(64, &text);
        assert!(chunks.len() >= 1000 / 64);
        assert!(chunks.iter().all(|chunk| chunk.text.chars().count() <= 64));
    }
}

#[test]
fn a_text_a_little_too_long_is_halved() {
    let text = "A sentence of thirty letters. ".repeat(8);
    let lengths: Vec<_> = chunks(220, &text).iter().map(|chunk| chunk.text.len()).collect();
    assert_eq!(lengths, [119, 119]);
}

#[test]
fn settings_that_cannot_be_met_are_refused() {
    let refused = |target_tokens, max_tokens, overlap_tokens| {
        Chunker::by_characters(ChunkSettings { target_tokens, max_tokens, overlap_tokens }).is_err()
    };
    assert!(refused(0, 10, 0) && refused(11, 10, 0) && refused(10, 10, 6));
    assert!(!refused(10, 10, 5));
}

/// Knows `a` and `b`; every other word is unknown. Cuts and pads to four tokens, as model files do.
const TOKENIZER: &str = r###"{"version":"1.0","added_tokens":[],
    "truncation":{"direction":"Right","max_length":4,"strategy":"LongestFirst","stride":0},
    "padding":{"strategy":{"Fixed":4},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"},
    "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
    "pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":null,"decoder":null,
    "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
             "vocab":{"[PAD]":0,"[UNK]":1,"a":2,"b":3,"##b":4}}}"###;

fn by_tokens(max_tokens: usize, text: &str) -> Vec<Chunk> {
    Chunker::from_tokenizer_json(TOKENIZER.as_bytes(), settings(max_tokens)).unwrap().chunk(text)
}

#[test]
fn sizes_are_the_tokenizers_without_its_cut_and_padding() {
    assert_eq!(by_tokens(10, "a b").len(), 1);
    assert_eq!(by_tokens(10, "a b a b a b a b a b").len(), 1);
    let sizes: Vec<_> = by_tokens(10, &"a b ".repeat(10)).iter().map(|chunk| chunk.text.split(' ').count()).collect();
    assert_eq!(sizes, [10, 10]);
    let words: Vec<_> = by_tokens(3, "Ab äb, 中文字。").into_iter().map(|chunk| chunk.text).collect();
    assert_eq!(words, ["Ab", "äb,", "中文", "字。"]);
}

#[test]
fn an_unknown_word_counts_by_its_length() {
    let text = format!("a {} b", "QUJD".repeat(500));
    let chunks = by_tokens(20, &text);
    assert!(chunks.len() > 5, "{}", chunks.len());
    assert!(chunks.iter().all(|chunk| chunk.text.len() <= 20 * 16 + 64));
}

#[test]
fn a_damaged_tokenizer_is_an_error() {
    let error = Chunker::from_tokenizer_json(b"{", ChunkSettings::default()).err().unwrap();
    assert!(error.to_string().starts_with("the tokenizer cannot be read"));
}

/// Markdown as badly as it comes: fragments of every construct between random words of several scripts.
fn texts() -> impl Strategy<Value = String> {
    let marks = prop::sample::select(vec![
        "\n# ",
        "\n## ",
        "\n\n",
        "\n",
        "  \n",
        "\n- ",
        "\n  1. ",
        "\n> ",
        "\n```rust\n",
        "\n```\n",
        "\n| a | b |\n|---|---|\n| ",
        " | ",
        "**",
        "_",
        "`",
        "[",
        "](",
        ")",
        "![",
        "<b>",
        "<!--",
        "-->",
        "\n<div>\n",
        "\\",
        "&amp;",
        "$",
        "\n---\n",
        "\n===\n",
        "'",
        "\"",
        "...",
        "\t",
        "[^1]",
        "\n[^1]: ",
        "~~",
        "\n    ",
        "https://e.org/a_b",
        ". ",
        "? ",
        "! ",
        "\u{a0}",
        "\r\n",
    ]);
    let words = prop_oneof!["[a-zA-Z]{1,12}", "[а-яéß中日語한국ไทยعربي]{1,8}", "[🎉👩‍💻❤️]{1,3}", "\\PC{0,8}"];
    let piece =
        prop_oneof![2 => marks.prop_map(str::to_owned), 3 => words.prop_map(|word| word + " "), 1 => any::<String>()];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn chunks_are_exact_spans_that_cover_every_word(text in texts(), max in 8_usize..200) {
        let chunks = chunks(max, &text);
        let mut covered = 0;
        for (ordinal, chunk) in chunks.iter().enumerate() {
            prop_assert_eq!(chunk.ordinal as usize, ordinal);
            prop_assert_eq!(&text[chunk.bytes.clone()], chunk.text.as_str());
            prop_assert!(chunk.text.chars().count() <= max, "{} > {max}", chunk.text.chars().count());
            prop_assert!(chunk.bytes.start >= covered, "chunks overlap");
            prop_assert!(!text[covered..chunk.bytes.start].contains(char::is_alphanumeric), "a word is lost");
            covered = chunk.bytes.end;
        }
        prop_assert!(!text[covered..].contains(char::is_alphanumeric), "the end is lost");
    }

    #[test]
    fn rows_and_lines_that_fit_are_never_cut(words in prop::collection::vec("[a-zA-Z.?! ]{0,30}[a-z]", 1..60), max in 80_usize..200) {
        let rows: String = words.iter().map(|word| format!("| {word} | x |\n")).collect();
        let text = format!("# A\n\n| b | c |\n|---|---|\n{rows}\nWords.\n\n```\n{}\n```\n", words.join("\n"));
        let lines: std::collections::HashSet<&str> = text.lines().map(str::trim).collect();
        for chunk in chunks(max, &text) {
            for line in chunk.text.lines() {
                prop_assert!(lines.contains(line.trim()), "{line:?} of {:?}", chunk.text);
            }
        }
    }

    #[test]
    fn overlapping_chunks_cover_every_word_too(text in texts()) {
        let chunker = Chunker::by_characters(ChunkSettings { target_tokens: 50, max_tokens: 60, overlap_tokens: 20 }).unwrap();
        let mut covered = 0;
        for chunk in chunker.chunk(&text) {
            prop_assert_eq!(&text[chunk.bytes.clone()], chunk.text.as_str());
            prop_assert!(!text[covered..chunk.bytes.start.max(covered)].contains(char::is_alphanumeric), "a word is lost");
            covered = chunk.bytes.end;
        }
    }

    #[test]
    fn the_same_text_gives_the_same_chunks(text in texts()) {
        prop_assert_eq!(by_tokens(20, &text), by_tokens(20, &text));
    }
}
