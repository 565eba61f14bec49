//! What a reply quotes: the mail before it once, and nothing of the mails before that.
//!
//! A thread of ten mails holds the first of them ten times, and a search would find all ten. What the writer says comes
//! first and stays as it is; what it answers is kept as a quote, since `Yes, that works` says nothing without it; what
//! that mail quoted in turn goes, and its lines are counted. A forwarded mail is not history but what the mail is about,
//! so there one level more is kept. Knows lines of text or Markdown, not formats.

/// How programs introduce the mail that they quote, in full or in part.
const SEPARATORS: [&str; 9] = [
    "original message",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "oorspronkelijk bericht",
    "mensagem original",
];
const FROM: [&str; 6] = ["from:", "von:", "de:", "de :", "da:", "van:"];
const SENT: [&str; 11] = [
    "sent:",
    "date:",
    "gesendet:",
    "datum:",
    "envoyé:",
    "envoyé :",
    "enviado:",
    "enviado el:",
    "inviato:",
    "verzonden:",
    "fecha:",
];
const FORWARDS: [&str; 8] = ["fw:", "fwd:", "wg:", "tr:", "rv:", "i:", "enc:", "doorst:"];
/// A block of headers is no longer than this, and what stands in it is not another one.
const BLOCK_LINES: usize = 8;

/// Whether the subject says that a mail was passed on.
pub(super) fn is_forward(subject: &str) -> bool {
    let subject = subject.trim_start().to_lowercase();
    FORWARDS.iter().any(|mark| subject.starts_with(mark))
}

/// The text with one level of quotes, and how many lines of older ones were left out.
pub(super) fn trim(text: &str, is_forward: bool) -> (String, usize) {
    let lines: Vec<&str> = text.lines().collect();
    let most = if is_forward { 2 } else { 1 };
    let mut out = String::with_capacity(text.len());
    // How many mails the lines without marks are away from the writer.
    let mut mails = 0_usize;
    let (mut last_start, mut was_quote, mut left_out) = (None, false, 0);
    for (n, line) in lines.iter().enumerate() {
        let is_inside = last_start.is_some_and(|start| n < start + BLOCK_LINES);
        if !is_inside && starts_mail(&lines[n..]) {
            mails += 1;
            last_start = Some(n);
        }
        let (marks, words) = marks(line);
        let depth = mails + marks;
        if depth > most {
            left_out += usize::from(!words.is_empty());
            continue;
        }
        let is_quote = depth > usize::from(is_forward && mails > 0);
        if is_quote != was_quote && !out.is_empty() && !out.ends_with("\n\n") {
            out.push('\n');
        }
        was_quote = is_quote;
        out.push_str(if is_quote { "> " } else { "" });
        out.push_str(if is_quote { words } else { line });
        out.push('\n');
    }
    (out, left_out)
}

/// The number of `>` before a line, and the line without them. Code and arrows begin with none.
fn marks(line: &str) -> (usize, &str) {
    let mut words = line.trim_start();
    let mut marks = 0;
    while let Some(rest) = words.strip_prefix('>') {
        words = rest.trim_start();
        marks += 1;
    }
    if marks == 0 { (0, line) } else { (marks, words) }
}

/// Whether another mail begins here: a line that says so, or the head of one.
fn starts_mail(lines: &[&str]) -> bool {
    let Some(first) = lines.first() else { return false };
    let is_head = |line: &&str| begins(line, &SENT);
    is_separator(first) || (begins(first, &FROM) && lines.iter().take(6).skip(1).any(is_head))
}

fn is_separator(line: &str) -> bool {
    let start: String = line.chars().take(if line.starts_with('-') { 80 } else { 0 }).collect();
    !start.is_empty() && SEPARATORS.iter().any(|words| start.to_lowercase().contains(words))
}

/// Whether a line begins with one of these, perhaps in bold.
fn begins(line: &str, names: &[&str]) -> bool {
    let line = line.trim_start_matches([' ', '\t', '*', '\\']);
    names.iter().any(|name| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, left_out: usize) {
        assert_eq!(trim(text, false), (expected.to_owned(), left_out));
    }

    #[test]
    fn one_level_is_kept() {
        check(
            "Yes.\n\nOn Monday Ann wrote:\n> Does it work?\n>> Try this.\n> > And that.\n>\n> Ann",
            "Yes.\n\nOn Monday Ann wrote:\n\n> Does it work?\n> \n> Ann\n",
            2,
        );
        check("a -> b\n  > c\nd", "a -> b\n\n> c\n\nd\n", 0);
    }

    #[test]
    fn history_without_marks_is_known_by_its_head() {
        check(
            "Thanks!\n\n-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nDoes it work?\n\n\
             ________\nVon: Bob\nGesendet: Sonntag\nAn: Ann\n\nTry this.\n",
            "Thanks!\n\n> -----Original Message-----\n> From: Ann\n> Sent: Monday\n> To: Bob\n> Subject: x\n> \n> Does \
             it work?\n> \n> ________\n",
            4,
        );
        check("From: the kitchen\ncame a smell.", "From: the kitchen\ncame a smell.\n", 0);
    }

    #[test]
    fn a_forwarded_mail_is_the_matter() {
        assert!(is_forward("WG: Preise"));
        assert!(!is_forward("Forwarding rules"));
        let (text, left_out) = trim("See below.\n\n**From:** Ann\n**Sent:** Monday\n\nThe news.\n> old", true);
        assert_eq!(text, "See below.\n\n**From:** Ann\n**Sent:** Monday\n\nThe news.\n\n> old\n");
        assert_eq!(left_out, 0);
    }
}
