//! Characters that nobody sees: what hides text from a reader, or turns its order round.
//!
//! Knows nothing of where a text comes from or goes.

/// Zero width, direction, fillers, tags and variation selectors: a model reads them, a person does not.
pub fn is_unseen(c: char) -> bool {
    is_turning(c)
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// What changes the direction in which text is shown.
pub fn is_turning(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Lines and tabs stay.
pub fn is_control(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
}

/// As a person sees it.
pub fn seen(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}'], "\n");
    text.chars().filter(|c| !is_unseen(*c) && !is_control(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_seen_stays() {
        assert_eq!(seen("a\u{200b}b\u{202e}c\u{e0041}\u{0}d\re\r\nf\tg"), "abcd\ne\nf\tg");
        assert_eq!(seen("gr\u{fc}n \u{4f60}\u{597d} \u{1f600}"), "gr\u{fc}n \u{4f60}\u{597d} \u{1f600}");
    }
}
