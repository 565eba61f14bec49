//! Rust as the rules read it: comments and strings set aside, tests cut out, paths spelled in full.
//!
//! A scanner, not a parser: it knows enough of the language to tell code from what only looks like it. Everything keeps
//! its line. Knows no rule.

/// A text without its comments, and its strings apart.
pub struct Code {
    /// Comments, strings and characters are blanks here; every line is where it was.
    pub text: String,
    /// Line and content of every string.
    pub strings: Vec<(usize, String)>,
}

impl Code {
    pub fn of(source: &str) -> Self {
        let mut reader =
            Reader { chars: source.chars().collect(), at: 0, line: 1, text: String::new(), strings: Vec::new() };
        while reader.at < reader.chars.len() {
            reader.step();
        }
        Self { text: reader.text, strings: reader.strings }
    }

    /// The same without `#[cfg(test)]` items.
    pub fn without_tests(source: &str) -> Self {
        let mut code = Self::of(source);
        while let Some(start) = code.text.find("#[cfg(test)]") {
            let end = start + item_length(&code.text[start..]);
            let lines = line_at(&code.text, start)..=line_at(&code.text, end);
            code.strings.retain(|(line, _)| !lines.contains(line));
            let blank: String = code.text[start..end].chars().map(|c| if c == '\n' { c } else { ' ' }).collect();
            code.text.replace_range(start..end, &blank);
        }
        code
    }

    /// Every path in the code with its line, imports spelled in full: `use a::{b, c::*}` is `a::b` and `a::c::*`.
    pub fn paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut scan = Scan { tokens: tokens(&self.text), at: 0, found: Vec::new() };
        while scan.at < scan.tokens.len() {
            scan.step();
        }
        scan.found
    }

    /// Lines that hold this text as code.
    pub fn lines_with(&self, needle: &str) -> Vec<usize> {
        self.text.match_indices(needle).map(|(at, _)| line_at(&self.text, at)).collect()
    }
}

pub fn line_at(text: &str, at: usize) -> usize {
    1 + text[..at].matches('\n').count()
}

/// How far the item reaches that the text begins with: to its closing brace, or to its semicolon.
fn item_length(text: &str) -> usize {
    let (mut depth, mut braces) = (0_i32, false);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
        braces |= c == '{';
        if c == '}' && depth == 0 && braces {
            return at + 1;
        }
    }
    text.len()
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    line: usize,
    text: String,
    strings: Vec<(usize, String)>,
}

impl Reader {
    fn step(&mut self) {
        let (here, next) = (self.chars[self.at], self.peek(1));
        let inside_word = self.at > 0 && is_word(self.chars[self.at - 1]);
        match here {
            '/' if next == '/' => self.blank_until(|reader| reader.peek(0) == '\n'),
            '/' if next == '*' => self.block_comment(),
            '"' => self.string(0),
            'r' | 'b' | 'c' if !inside_word && self.opens_raw().is_some() => self.raw_string(),
            '\'' if next == '\\' => self.character(),
            '\'' if self.peek(2) == '\'' => self.blank(3),
            _ => {
                self.text.push(here);
                self.line += usize::from(here == '\n');
                self.at += 1;
            }
        }
    }

    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn blank(&mut self, many: usize) {
        for _ in 0..many.min(self.chars.len() - self.at) {
            let newline = self.peek(0) == '\n';
            self.text.push(if newline { '\n' } else { ' ' });
            self.line += usize::from(newline);
            self.at += 1;
        }
    }

    fn blank_until(&mut self, done: impl Fn(&Self) -> bool) {
        while self.at < self.chars.len() && !done(self) {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => (depth += 1, self.blank(2)).1,
                ('*', '/') => (depth -= 1, self.blank(2)).1,
                _ => self.blank(1),
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn character(&mut self) {
        self.blank(3); // the quote, the backslash, and whatever it escapes
        self.blank_until(|reader| reader.peek(0) == '\'');
        self.blank(1);
    }

    fn string(&mut self, prefix: usize) {
        let (line, start) = (self.line, self.at + prefix + 1);
        self.blank(prefix + 1);
        while self.at < self.chars.len() && self.peek(0) != '"' {
            self.blank(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.strings.push((line, self.chars[start..self.at.max(start)].iter().collect()));
        self.blank(1);
    }

    /// For `r"`, `br##"` and their like: the length of the opening and its hashes.
    fn opens_raw(&self) -> Option<(usize, usize)> {
        let letters = (0..3).take_while(|ahead| self.peek(*ahead).is_ascii_lowercase()).count();
        let raw = (0..letters).any(|ahead| self.peek(ahead) == 'r');
        let hashes = (letters..).take_while(|ahead| self.peek(*ahead) == '#').count();
        (letters < 3 && raw && self.peek(letters + hashes) == '"').then_some((letters + hashes + 1, hashes))
    }

    fn raw_string(&mut self) {
        let Some((opening, hashes)) = self.opens_raw() else { return };
        let (line, start) = (self.line, self.at + opening);
        self.blank(opening);
        self.blank_until(|reader| reader.peek(0) == '"' && (1..=hashes).all(|ahead| reader.peek(ahead) == '#'));
        self.strings.push((line, self.chars[start..self.at].iter().collect()));
        self.blank(1 + hashes);
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Words, `::`, and every other sign by itself, each with its line.
fn tokens(text: &str) -> Vec<(usize, String)> {
    let (mut tokens, mut line, mut rest): (Vec<(usize, String)>, _, _) = (Vec::new(), 1, text);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        if !first.is_whitespace() {
            tokens.push((line, rest[..length].to_owned()));
        }
        line += usize::from(first == '\n');
        rest = &rest[length..];
    }
    tokens
}

struct Scan {
    tokens: Vec<(usize, String)>,
    at: usize,
    found: Vec<(usize, Vec<String>)>,
}

impl Scan {
    fn token(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |(_, token)| token)
    }

    fn starts_with_word(&self, at: usize) -> bool {
        self.token(at).chars().next().is_some_and(is_word)
    }

    fn step(&mut self) {
        let after_dot = self.at > 0 && self.token(self.at - 1) == ".";
        if self.token(self.at) == "use" {
            self.at += 1;
            if self.token(self.at) == "::" {
                self.at += 1;
            }
            self.tree(&[], true);
        } else if self.starts_with_word(self.at) && !after_dot {
            self.tree(&[], false);
        } else {
            self.at += 1;
        }
    }

    /// One path or one branch of an import. A single word is only a path when it is imported.
    fn tree(&mut self, prefix: &[String], imported: bool) {
        let mut path = prefix.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |(line, _)| *line);
        loop {
            if self.token(self.at) == "{" && imported {
                return self.branches(&path);
            }
            if !self.starts_with_word(self.at) && self.token(self.at) != "*" {
                break;
            }
            path.push(self.token(self.at).to_owned());
            self.at += 1;
            if self.token(self.at) != "::" {
                break;
            }
            self.at += 1;
        }
        if path.len() > 1 || imported {
            self.found.push((line, path));
        }
        if imported && self.token(self.at) == "as" {
            self.at += 2;
        }
    }

    fn branches(&mut self, prefix: &[String]) {
        self.at += 1;
        while self.at < self.tokens.len() && self.token(self.at) != "}" {
            match self.token(self.at) {
                "," => self.at += 1,
                _ => {
                    let before = self.at;
                    self.tree(prefix, true);
                    self.at = self.at.max(before + 1);
                }
            }
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let paths = Code::without_tests(source).paths();
        assert_eq!(paths.iter().map(|(_, path)| path.join("::")).collect::<Vec<_>>(), expected, "{source}");
    }

    #[test]
    fn imports_are_spelled_in_full() {
        check("use a::b;", &["a::b"]);
        check("use a::{b, c::{d, e as f}, g::*};", &["a::b", "a::c::d", "a::c::e", "a::g::*"]);
        check("pub(crate) use ::a::{self, b,};", &["a::self", "a::b"]);
        check("use axum;", &["axum"]);
        check("use axum as web; let x = y;", &["axum"]);
    }

    #[test]
    fn paths_stand_in_code_too() {
        check("let x = a::b::c(1); y.d::<e::F>();", &["a::b::c", "e::F"]);
        check("fn f(x: &dyn a::B) -> c::D<e::F> {}", &["a::B", "c::D", "e::F"]);
    }

    #[test]
    fn comments_strings_and_tests_are_not_code() {
        check("// a::b\n/* c::d /* e::f */ g::h */ x::y", &["x::y"]);
        check(r###"f("a::b \" c::d", r#"e::f " g::h"#, br"i::j", 'x', '\'', '"'); x::y"###, &["x::y"]);
        check("fn f<'a>(x: &'a str) { x::y }", &["x::y"]);
        check("#[cfg(test)]\nmod tests { use a::b; fn f() { c::d } }\nuse x::y;", &["x::y"]);
        check("#[cfg(test)] use a::b; use x::y;", &["x::y"]);
    }

    #[test]
    fn everything_keeps_its_line() {
        let code = Code::of("/* one\ntwo */\n\"three\nfour\"; r\"five\"\n a::b");
        assert_eq!(code.paths(), [(5, vec!["a".to_owned(), "b".to_owned()])]);
        assert_eq!(code.strings, [(3, "three\nfour".to_owned()), (4, "five".to_owned())]);
        assert_eq!(code.lines_with("b"), [5]);
    }
}
