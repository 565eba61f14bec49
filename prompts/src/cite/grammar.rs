//! The grammar of markers over a text that is still coming: what is text, what is code, what is a marker.
//!
//! Reads one character at a time, so that where a stream was cut makes no difference. Holds back only what may turn out
//! to be part of a marker, and spaces before it, which vanish with one that vanishes. `[1]`, `[1, 2]`, `[1-3]`, `[^1]`,
//! `[[1]]`, `[source 1]`, `(source 1)` and the same in wide brackets are markers; inside code nothing is. Knows no
//! source: whether a number means anything is for others to say.

use std::collections::VecDeque;

use super::notation;
use crate::unseen::is_unseen;

/// What a line may begin with before a fence opens.
const LINE_HEAD: &str = " \t-*+>0123456789.)";
/// Code between backticks that has not ended after so many characters was none.
const LONGEST_CODE: usize = 300;
/// So is what follows a marker in parentheses no address.
const LONGEST_TARGET: usize = 300;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Token {
    Text(char),
    /// With its backticks, within a sentence.
    Code(String),
    /// A character of a fenced block, its fences included.
    Block(char),
    Marks {
        /// What stood before it and goes where it goes.
        before: String,
        numbers: Vec<usize>,
    },
}

#[derive(Debug)]
enum State {
    Plain,
    Marker {
        open: char,
        double: bool,
        body: String,
    },
    /// Behind a marker: the target of a link that it must not become.
    Target(String),
    Ticks {
        mark: char,
        run: usize,
        head: bool,
    },
    Info {
        mark: char,
        run: usize,
        body: String,
    },
    Code {
        run: usize,
        body: String,
        closing: usize,
    },
    Fence {
        mark: char,
        run: usize,
        line: String,
    },
}

#[derive(Debug)]
pub struct Lexer {
    state: State,
    waiting: VecDeque<char>,
    /// Spaces, and a backslash, that a marker may take along.
    before: String,
    head: bool,
    after_mark: bool,
    mark_at_head: bool,
    /// The second bracket of `[[1]]`.
    closes_again: bool,
    found: Vec<Token>,
}

impl Default for Lexer {
    fn default() -> Self {
        Self {
            state: State::Plain,
            waiting: VecDeque::new(),
            before: String::new(),
            head: true,
            after_mark: false,
            mark_at_head: false,
            closes_again: false,
            found: Vec::new(),
        }
    }
}

impl Lexer {
    pub fn feed(&mut self, piece: &str) -> Vec<Token> {
        for c in piece.chars() {
            self.waiting.push_back(c);
            self.work();
        }
        std::mem::take(&mut self.found)
    }

    /// What was held back and is no marker; half a marker vanishes.
    pub fn finish(mut self) -> Vec<Token> {
        loop {
            match std::mem::replace(&mut self.state, State::Plain) {
                State::Plain | State::Fence { .. } | State::Marker { .. } | State::Target(_) => break,
                State::Code { run, body, closing } if closing == run => {
                    self.code(run, &body);
                    break;
                }
                State::Code { run, body, .. } => self.undo('`', run, &body),
                State::Info { mark, run, body } => self.undo(mark, run, &body),
                State::Ticks { mark, run, .. } => self.undo(mark, run, ""),
            }
            self.work();
        }
        self.found
    }

    fn work(&mut self) {
        while let Some(c) = self.waiting.pop_front() {
            match std::mem::replace(&mut self.state, State::Plain) {
                State::Plain => self.plain(c),
                State::Marker { open, double, body } => self.marker(open, double, body, c),
                State::Target(body) => self.target(body, c),
                State::Ticks { mark, run, head } => self.ticks(mark, run, head, c),
                State::Info { mark, run, body } => self.info(mark, run, body, c),
                State::Code { run, body, closing } => self.inline(run, body, closing, c),
                State::Fence { mark, run, line } => self.fenced(mark, run, line, c),
            }
        }
    }

    fn plain(&mut self, c: char) {
        let (after_mark, closes_again) = (std::mem::take(&mut self.after_mark), std::mem::take(&mut self.closes_again));
        match c {
            ']' | '\u{3011}' if closes_again => self.after_mark = true,
            '(' if after_mark => self.state = State::Target(String::new()),
            ':' if after_mark && self.mark_at_head => self.mark_at_head = false,
            '[' | '(' | '\u{3010}' | '\u{ff3b}' => {
                self.state = State::Marker { open: c, double: false, body: String::new() };
            }
            '`' | '~' => self.state = State::Ticks { mark: c, run: 1, head: self.head },
            ' ' | '\\' => self.hold(c),
            _ => self.text(c),
        }
    }

    fn hold(&mut self, c: char) {
        if self.before.ends_with('\\') {
            self.release();
        }
        self.before.push(c);
    }

    fn text(&mut self, c: char) {
        self.release();
        self.found.push(Token::Text(c));
        self.head = c == '\n' || (self.head && LINE_HEAD.contains(c));
    }

    fn release(&mut self) {
        self.found.extend(std::mem::take(&mut self.before).chars().map(Token::Text));
    }

    fn marker(&mut self, open: char, double: bool, mut body: String, c: char) {
        if c == '[' && open == '[' && body.is_empty() && !double {
            self.state = State::Marker { open, double: true, body };
        } else if c == notation::closing(open) {
            match notation::numbers(open, &body) {
                Some(numbers) => self.marks(numbers, double),
                None => self.no_marker(open, double, &body, Some(c)),
            }
        } else if is_unseen(c) {
            self.state = State::Marker { open, double, body };
        } else {
            body.push(c);
            if notation::may_become(open, &body) {
                self.state = State::Marker { open, double, body };
            } else {
                body.pop();
                self.no_marker(open, double, &body, Some(c));
            }
        }
    }

    fn marks(&mut self, numbers: Vec<usize>, double: bool) {
        let before = std::mem::take(&mut self.before).replace('\\', "");
        self.found.push(Token::Marks { before, numbers });
        (self.after_mark, self.closes_again, self.mark_at_head) = (true, double, self.head);
        // The head of the line stays one: if the marker vanishes, what comes behind it stands there.
    }

    fn no_marker(&mut self, open: char, double: bool, body: &str, c: Option<char>) {
        self.text(open);
        if double {
            self.text(open);
        }
        self.again(body.chars().chain(c));
    }

    fn target(&mut self, mut body: String, c: char) {
        body.push(c);
        if c == ')' {
            self.after_mark = true;
        } else if c == '\n' || body.len() > LONGEST_TARGET || !notation::may_be_target(&body) {
            self.hold(' ');
            self.again(['('].into_iter().chain(body.chars()).collect::<Vec<_>>().into_iter());
        } else {
            self.state = State::Target(body);
        }
    }

    fn ticks(&mut self, mark: char, run: usize, head: bool, c: char) {
        if c == mark {
            self.state = State::Ticks { mark, run: run + 1, head };
            return;
        }
        self.again([c].into_iter());
        match mark {
            _ if head && run >= 3 => self.state = State::Info { mark, run, body: String::new() },
            '`' => self.state = State::Code { run, body: String::new(), closing: 0 },
            _ => (0..run).for_each(|_| self.text(mark)),
        }
    }

    fn info(&mut self, mark: char, run: usize, mut body: String, c: char) {
        if c == '\n' {
            self.release();
            let opening = std::iter::repeat_n(mark, run).chain(body.chars()).chain([c]);
            self.found.extend(opening.map(Token::Block));
            self.state = State::Fence { mark, run, line: String::new() };
        } else if (mark == '`' && c == mark) || body.len() > LONGEST_CODE {
            let code = State::Code { run, body: String::new(), closing: 0 };
            self.again(body.chars().chain([c]));
            if mark == '`' {
                self.state = code;
            } else {
                (0..run).for_each(|_| self.text(mark));
            }
        } else {
            body.push(c);
            self.state = State::Info { mark, run, body };
        }
    }

    fn inline(&mut self, run: usize, mut body: String, closing: usize, c: char) {
        if c != '`' && closing == run {
            self.again([c].into_iter());
            self.code(run, &body);
        } else if body.len() > LONGEST_CODE || (c == '\n' && body.ends_with('\n')) {
            self.undo('`', run, &format!("{body}{c}"));
        } else {
            body.push(c);
            self.state = State::Code { run, body, closing: if c == '`' { closing + 1 } else { 0 } };
        }
    }

    fn code(&mut self, run: usize, body: &str) {
        self.release();
        self.found.push(Token::Code(format!("{}{body}", "`".repeat(run))));
        self.head = false;
    }

    /// The opening was none: it is text, and what came behind it is read anew.
    fn undo(&mut self, mark: char, run: usize, body: &str) {
        (0..run).for_each(|_| self.text(mark));
        self.again(body.chars());
    }

    fn fenced(&mut self, mark: char, run: usize, mut line: String, c: char) {
        self.found.push(Token::Block(c));
        if c != '\n' {
            if line.len() <= LONGEST_CODE {
                line.push(c);
            }
            self.state = State::Fence { mark, run, line };
            return;
        }
        let line = line.trim();
        if line.len() >= run && line.chars().all(|c| c == mark) {
            self.head = true;
        } else {
            self.state = State::Fence { mark, run, line: String::new() };
        }
    }

    fn again(&mut self, chars: impl DoubleEndedIterator<Item = char>) {
        for c in chars.rev() {
            self.waiting.push_front(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let mut lexer = Lexer::default();
        let mut tokens = lexer.feed(text);
        tokens.extend(lexer.finish());
        let shown = tokens.into_iter().map(|token| match token {
            Token::Text(c) | Token::Block(c) => c.to_string(),
            Token::Code(code) => format!("<{code}>"),
            Token::Marks { before, numbers } => format!("{before}{numbers:?}").replace(", ", "+"),
        });
        shown.collect()
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn markers_in_all_their_forms() {
        check("Ten days [1]. Or [2][3]", "Ten days [1]. Or [2][3]");
        check("a [1, 2] b [1; 3] c [1-3] d [^4]", "a [1+2] b [1+3] c [1+2+3] d [4]");
        check("\u{3010}1\u{3011} \u{3010}2\u{2020}L3-L5\u{3011} [[3]]", "[1] [2] [3]");
        check("(source 1) (Sources 1 and 2) [Source: 3] (siehe Quelle 4)", "[1] [1+2] [3] [4]");
        check("[\u{200b}1] \\[2]", "[1] [2]");
    }

    #[test]
    fn what_is_none_stays() {
        for text in [
            "an array[i], a [text](url), [1234], [], [-1], (1), (see below), [x] done, [sic], [^note]",
            "[[Page]] and [a [b] c] and (sour cream) and \\[ x \\]",
            "~ten~ `",
            "``",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn half_a_marker_at_the_cut_vanishes() {
        for cut in ["days [1", "days [", "days (sour", "days \u{3010}1", "days [1, "] {
            check(cut, "days");
        }
    }

    #[test]
    fn code_is_code() {
        check("see `x[1]` [2]", "see <`x[1]`> [2]");
        check("``a`[1]``", "<``a`[1]``>");
        check("open `x [1]\n\nend [2]", "open `x [1]\n\nend [2]");
        check("```\nx[1]\n```\n[2]", "```\nx[1]\n```\n[2]");
        check("- ~~~py\nx[1]\n~~~\n", "- ~~~py\nx[1]\n~~~\n");
        assert!(matches!(Lexer::default().feed("```\nx[1]\n")[..], [.., Token::Block(_)]));
    }

    #[test]
    fn a_marker_is_never_a_link() {
        check("days [1](http://x.example/a) on", "days [1] on");
        check("days [1](see below)", "days [1] (see below)");
        check("[1]: http://x.example", "[1] http://x.example");
    }
}
