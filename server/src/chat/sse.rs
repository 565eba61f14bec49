//! Server-sent events as they come in, cut anywhere.
//!
//! Of the format it knows what language models use: the data of an event. A line, an event and all of them together have
//! a largest size, because a server that is wrong, or wicked, may never end one. Knows no model and no network.

/// One chunk of a reply is a few hundred bytes; the largest, with the whole of a tool call, some thousands.
const MOST_EVENT_BYTES: usize = 256 * 1024;
/// A long answer, a token to an event, a kilobyte to a token.
const MOST_BYTES: usize = 64 * 1024 * 1024;
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Takes bytes, gives the data of each event that is whole.
#[derive(Default)]
pub struct Events {
    line: Vec<u8>,
    /// The lines of data so far, each with a line end behind it.
    data: String,
    taken_bytes: usize,
    is_begun: bool,
    /// Whether the last byte was a carriage return: a line feed after it ends the same line.
    after_return: bool,
}

/// Why no more is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unbearable {
    #[error("an event of it is larger than {MOST_EVENT_BYTES} bytes")]
    Event,
    #[error("it is larger than {MOST_BYTES} bytes")]
    Whole,
    #[error("it is no text")]
    NotText,
}

impl Events {
    /// What was whole before something unbearable came is given all the same.
    pub fn feed(&mut self, bytes: &[u8], into: &mut Vec<String>) -> Result<(), Unbearable> {
        for byte in bytes {
            self.taken_bytes += 1;
            if self.taken_bytes > MOST_BYTES {
                return Err(Unbearable::Whole);
            }
            self.take(*byte, into)?;
        }
        Ok(())
    }

    fn take(&mut self, byte: u8, into: &mut Vec<String>) -> Result<(), Unbearable> {
        let ends_before = std::mem::replace(&mut self.after_return, byte == b'\r');
        match byte {
            b'\n' if ends_before => Ok(()),
            b'\n' | b'\r' => self.end_line(into),
            _ if self.line.len() + self.data.len() >= MOST_EVENT_BYTES => Err(Unbearable::Event),
            _ => {
                self.line.push(byte);
                Ok(())
            }
        }
    }

    fn end_line(&mut self, into: &mut Vec<String>) -> Result<(), Unbearable> {
        let line = std::mem::take(&mut self.line);
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        let line = line.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_first).unwrap_or(&line);
        let line = std::str::from_utf8(line).map_err(|_| Unbearable::NotText)?;
        if line.is_empty() {
            let mut data = std::mem::take(&mut self.data);
            // An event without data is none, and the last line's end is no part of it.
            into.extend(data.pop().map(|_| data));
        }
        // A line without a colon is a name without a value; one that begins with a colon is a remark.
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if name == "data" {
            self.data.push_str(value.strip_prefix(' ').unwrap_or(value));
            self.data.push('\n');
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The events of some bytes that come in these pieces, and what ended them.
    fn heard<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<String>, Option<Unbearable>) {
        let (mut events, mut found) = (Events::default(), Vec::new());
        let error = pieces.into_iter().find_map(|piece| events.feed(piece, &mut found).err());
        (found, error)
    }

    fn check(text: &[u8], expected: &[&str]) {
        let (whole, error) = heard([text]);
        assert_eq!(
            (whole.as_slice(), error),
            (expected.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>().as_slice(), None)
        );
        for at in 0..=text.len() {
            assert_eq!(heard([&text[..at], &text[at..]]), (whole.clone(), None), "cut at {at}");
        }
    }

    #[test]
    fn the_data_of_events_is_heard_wherever_they_are_cut() {
        check(b"data: a\n\ndata:b\n\n", &["a", "b"]);
        check(b"event: x\r\nid: 7\r\ndata: {\"a\": 1}\r\n\r\n", &["{\"a\": 1}"]);
        check(b"data: a\r\rdata: b\r\r", &["a", "b"]);
        check(b": a remark\n\ndata: a\ndata: b\ndata\n\n", &["a\nb\n"]);
        check("\u{feff}data: größe 漢\n\n".as_bytes(), &["größe 漢"]);
        check("data: a\n\n\u{feff}data: b\n\n".as_bytes(), &["a"]);
        check(b"data:  two blanks\n\n\n\nretry: 9\nevent: nothing\n\n", &[" two blanks"]);
        check(b"data: never ended\n", &[]);
        check(b"data\n\n", &[""]);
        check(b"", &[]);
    }

    #[test]
    fn what_is_too_large_or_no_text_ends_it() {
        let long = [&b"data: a\n\ndata: "[..], "x".repeat(MOST_EVENT_BYTES).as_bytes()].concat();
        assert_eq!(heard([long.as_slice()]), (vec!["a".to_owned()], Some(Unbearable::Event)));
        let many = "data: 0123456789\n".repeat(MOST_EVENT_BYTES / 10);
        assert_eq!(heard([many.as_bytes()]), (vec![], Some(Unbearable::Event)));
        let remark = ": stay awhile\n".repeat(100_000);
        let endless = std::iter::repeat_n(remark.as_bytes(), 100);
        assert_eq!(heard(endless), (vec![], Some(Unbearable::Whole)));
        assert_eq!(heard([&b"data: a\n\ndata: \xff\n\n"[..]]), (vec!["a".to_owned()], Some(Unbearable::NotText)));
    }

    fn pieces_of_a_stream() -> impl Strategy<Value = Vec<u8>> {
        let words = [
            "data",
            ":",
            " ",
            "\n",
            "\r",
            "\r\n",
            "\n\n",
            "data: x\n\n",
            "é",
            "漢",
            "{\"a\":1}",
            "event: y",
            "\u{feff}",
        ];
        let texts = proptest::sample::select(words.to_vec()).prop_map(|word| word.as_bytes().to_vec());
        let bytes = proptest::collection::vec(any::<u8>(), 1..3);
        let piece = prop_oneof![12 => texts, 1 => bytes];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn cuts_do_not_show(stream in pieces_of_a_stream(), cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8)) {
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            ends.extend([0, stream.len()]);
            ends.sort_unstable();
            let pieces = ends.windows(2).map(|window| &stream[window[0]..window[1]]);
            prop_assert_eq!(heard(pieces), heard([stream.as_slice()]));
            let byte_by_byte = stream.chunks(1);
            prop_assert_eq!(heard(byte_by_byte), heard([stream.as_slice()]));
        }

        #[test]
        fn what_is_sent_is_what_is_heard(sent in proptest::collection::vec("[^\r\n]{1,30}", 0..10)) {
            let stream: String = sent.iter().map(|data| format!("event: e\ndata: {data}\n\n")).collect();
            prop_assert_eq!(heard([stream.as_bytes()]), (sent, None));
        }
    }
}
