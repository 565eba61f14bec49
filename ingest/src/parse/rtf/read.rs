//! The tokens of RTF: groups, control words, and bytes between them.
//!
//! Reads what is there and never fails; binary data is stepped over by its declared length, or to the end where that
//! lies. Knows no word's meaning but `\bin`.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    Word(&'a str, Option<i32>),
    /// `\~`, `\*`, an escaped brace.
    Symbol(u8),
    /// `\'e9`
    Hex(u8),
    /// Text as it stands; never empty, without line ends, which mean nothing.
    Bytes(&'a [u8]),
}

pub(super) struct Tokens<'a> {
    rest: &'a [u8],
}

impl<'a> Tokens<'a> {
    pub(super) fn new(rtf: &'a [u8]) -> Self {
        Self { rest: rtf }
    }

    fn control(&mut self) -> Option<Token<'a>> {
        let letters = self.rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if letters == 0 {
            return self.symbol();
        }
        let (name, rest) = self.rest.split_at(letters);
        let sign = usize::from(rest.first() == Some(&b'-'));
        let digits = rest[sign..].iter().take_while(|b| b.is_ascii_digit()).count();
        let end = if digits > 0 { sign + digits } else { 0 };
        let number = std::str::from_utf8(&rest[..end]).ok().filter(|number| !number.is_empty());
        let parameter = number.map(|number| number.parse().unwrap_or(i32::MAX));
        // One space belongs to the word.
        self.rest = &rest[end..];
        self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
        let name = std::str::from_utf8(name).unwrap_or_default();
        if name == "bin" {
            let length = usize::try_from(parameter.unwrap_or(0)).unwrap_or(0);
            self.rest = &self.rest[length.min(self.rest.len())..];
        }
        Some(Token::Word(name, parameter))
    }

    fn symbol(&mut self) -> Option<Token<'a>> {
        let (symbol, rest) = self.rest.split_first()?;
        self.rest = rest;
        let digit = |at: usize| rest.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (symbol, digit(0), digit(1)) {
            (b'\'', Some(high), Some(low)) => {
                self.rest = &rest[2..];
                Some(Token::Hex(u8::try_from(high << 4 | low).unwrap_or(b'?')))
            }
            _ => Some(Token::Symbol(*symbol)),
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (first, rest) = self.rest.split_first()?;
            match first {
                b'\r' | b'\n' | 0 => self.rest = rest,
                b'{' | b'}' => {
                    self.rest = rest;
                    return Some(if *first == b'{' { Token::Open } else { Token::Close });
                }
                b'\\' => {
                    self.rest = rest;
                    return self.control();
                }
                _ => {
                    let is_mark = |b: &u8| matches!(b, b'{' | b'}' | b'\\' | b'\r' | b'\n' | 0);
                    let length = self.rest.iter().position(is_mark).unwrap_or(self.rest.len());
                    let (bytes, rest) = self.rest.split_at(length);
                    self.rest = rest;
                    return Some(Token::Bytes(bytes));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Token::*;
    use super::*;

    fn check(rtf: &str, expected: &[Token]) {
        assert_eq!(Tokens::new(rtf.as_bytes()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn words_take_one_space() {
        check(r"{\b  a\u-10?}", &[Open, Word("b", None), Bytes(b" a"), Word("u", Some(-10)), Bytes(b"?"), Close]);
        check("a\r\nb\\par\n", &[Bytes(b"a"), Bytes(b"b"), Word("par", None)]);
        check(r"\i-x\ul99999999999", &[Word("i", None), Bytes(b"-x"), Word("ul", Some(i32::MAX))]);
    }

    #[test]
    fn symbols_and_codes() {
        check(r"\'e9\'zz\~\\", &[Hex(0xe9), Symbol(b'\''), Bytes(b"zz"), Symbol(b'~'), Symbol(b'\\')]);
        check("\\", &[]);
    }

    #[test]
    fn binary_data_is_stepped_over() {
        check(r"\bin4 }{}{x", &[Word("bin", Some(4)), Bytes(b"x")]);
        check(r"\bin999 x}", &[Word("bin", Some(999))]);
        check(r"\bin-5 x", &[Word("bin", Some(-5)), Bytes(b"x")]);
    }
}
