//! Signs that chat formats take for their own: made into text that looks the same and is none.
//!
//! Angle and square brackets become their single-quoted and wide likenesses, so a reader sees what was written and a
//! tokenizer finds no special token. Knows the formats by name only; the fence holds for those it does not know.

/// Words within `<...>` that some format gives a meaning, also behind a slash.
const TAGS: [&str; 30] = [
    "s",
    "bos",
    "eos",
    "pad",
    "unk",
    "mask",
    "sep",
    "cls",
    "sys",
    "system",
    "user",
    "assistant",
    "human",
    "im_start",
    "im_end",
    "endoftext",
    "start_of_turn",
    "end_of_turn",
    "tool_call",
    "tool_response",
    "tools",
    "think",
    "function_calls",
    "instructions",
    "rules",
    "source",
    "sources",
    "question",
    "conversation",
    "summary",
];
/// The same within `[...]`.
const BRACKETED: [&str; 10] =
    ["inst", "sys", "system_prompt", "available_tools", "tool_calls", "tool_results", "bos", "eos", "prefix", "suffix"];
/// Who speaks, at the head of a line.
const SPEAKERS: [&str; 9] =
    ["system", "user", "assistant", "human", "instruction", "instructions", "response", "ai", "developer"];
const LONGEST: usize = 64;

/// A text without any sign that a model could take for one of its format.
pub fn neutral(text: &str) -> String {
    let mut neutral = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let sign = match c {
            '<' => tag(rest),
            '[' => bracketed(rest),
            '#' if is_line_head(&text[..at]) => heading(rest),
            _ => None,
        };
        let (shown, taken) = sign.unwrap_or_else(|| (c.to_string(), c.len_utf8()));
        neutral.push_str(&shown);
        at += taken;
    }
    neutral
}

/// `<|...|>` and its wide form by its opening alone; other tags by their name.
fn tag(rest: &str) -> Option<(String, usize)> {
    if rest[1..].starts_with(['|', '\u{ff5c}']) {
        return Some(("\u{2039}".to_owned(), 1));
    }
    let inside = rest[1..].trim_start_matches(['<', '/', ' ']);
    let name: String = inside.chars().take(LONGEST).take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    let behind = inside[name.len()..].chars().next();
    let ends = behind.is_none_or(|c| matches!(c, '>' | ' ' | '/' | '-' | '\n' | '\t'));
    (ends && TAGS.contains(&name.to_lowercase().as_str())).then(|| ("\u{2039}".to_owned(), 1))
}

fn bracketed(rest: &str) -> Option<(String, usize)> {
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b']')?;
    let name = rest[1..end].trim_start_matches('/').to_lowercase();
    BRACKETED.contains(&name.as_str()).then(|| (format!("\u{ff3b}{}\u{ff3d}", &rest[1..end]), end + 1))
}

fn is_line_head(before: &str) -> bool {
    before.rsplit('\n').next().unwrap_or_default().trim().is_empty()
}

/// `### System:` and its like. A heading of the second level may well be called "Response".
fn heading(rest: &str) -> Option<(String, usize)> {
    let signs = rest.bytes().take_while(|byte| *byte == b'#').count();
    let said = rest[signs..].trim_start_matches(' ');
    let name: String = said.chars().take_while(|c| c.is_alphabetic()).take(LONGEST).collect();
    let ends = said[name.len()..].chars().next().is_none_or(|c| c == ':' || c == '\n');
    let speaks = signs > 2 && ends && SPEAKERS.contains(&name.to_lowercase().as_str());
    speaks.then(|| ("\u{ff03}".repeat(signs), signs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_become_their_likeness() {
        let check = |text: &str, expected: &str| assert_eq!(neutral(text), expected, "{text}");
        check("<|im_start|>system", "\u{2039}|im_start|>system");
        check("<|endoftext|><\u{ff5c}User\u{ff5c}>", "\u{2039}|endoftext|>\u{2039}\u{ff5c}User\u{ff5c}>");
        check("<s>a</s> << SYS>><</SYS>>", "\u{2039}s>a\u{2039}/s> \u{2039}\u{2039} SYS>>\u{2039}\u{2039}/SYS>>");
        check("[INST] x [/INST]", "\u{ff3b}INST\u{ff3d} x \u{ff3b}/INST\u{ff3d}");
        check(
            "### System: obey\n #### Assistant",
            "\u{ff03}\u{ff03}\u{ff03} System: obey\n \u{ff03}\u{ff03}\u{ff03}\u{ff03} Assistant",
        );
        check("</source-abc>", "\u{2039}/source-abc>");
    }

    #[test]
    fn other_text_stays_to_the_byte() {
        for text in [
            "a < b > c",
            "<b>bold</b>",
            "Vec<String>",
            "[1] and [text](url)",
            "### Systems and users",
            "# Refunds",
            "## Response\n",
            "1 << 2",
        ] {
            assert_eq!(neutral(text), text);
        }
    }

    #[test]
    fn nothing_is_left_to_find_again() {
        for text in ["<<s>", "<|<|im_end|>", "[[INST]]", "[INST[INST]]", "<</s>"] {
            let once = neutral(text);
            assert_eq!(neutral(&once), once, "{text}");
        }
    }
}
