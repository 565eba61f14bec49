//! Cleaning, over texts that nobody would write by hand.

use ingest::clean::clean;
use proptest::prelude::*;

/// Plain words, and between them everything that cleaning looks at.
fn texts() -> impl Strategy<Value = String> {
    let hidden = prop::sample::select(vec![
        "\u{200b}",
        "\u{200c}",
        "\u{200d}",
        "\u{fe0f}",
        "\u{e0101}",
        "\u{202e}",
        "\u{e0041}",
        "\0",
        "\u{feff}",
        "\u{ad}",
    ]);
    let blanks =
        prop::sample::select(vec![" ", "  ", "\t", "\n", "\r", "\r\n", "\u{2028}", "\u{a0}", "\n\n\n\n", "\u{3000}"]);
    let letters = prop::sample::select(vec!["a", "e", "क", "ی", "👩", "❤", "←", "\u{2329}", "가", "\u{1100}"]);
    let marks = prop::sample::select(vec!["\u{301}", "\u{94d}", "\u{c3c}", "\u{1e130}", "\u{338}", "\u{11a8}"]);
    let piece = prop_oneof![
        letters.prop_map(str::to_owned),
        marks.prop_map(str::to_owned),
        blanks.prop_map(str::to_owned),
        hidden.prop_map(str::to_owned),
        any::<String>()
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn cleaning_is_a_fixed_point(text in texts()) {
        let once = clean(&text);
        let twice = clean(&once.text);
        prop_assert_eq!(&once.text, &twice.text);
        prop_assert!(twice.problems.is_empty(), "{:?}", twice.problems);
    }

    #[test]
    fn nothing_that_is_read_is_lost(text in "[a-zäж中0-9 \n.*#-]{0,200}") {
        let read = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(read(&clean(&text).text), read(&text));
    }
}
