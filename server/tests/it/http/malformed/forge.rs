//! Requests by the description: some that fit, most with something wrong in the path, the query, a header, the body or the
//! method. The same seed forges the same requests.

use serde_json::Value;

use super::values::{Known, LARGEST_BYTES, TEXTS, Values};
use crate::oracle::dice::Dice;

const BOUNDARY: &str = "b0undary";

#[derive(Clone, Debug)]
pub struct Forged {
    pub method: String,
    pub uri: String,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: Vec<u8>,
    /// Whether nothing was spoilt: its path, query and body are what the description asks for.
    pub is_fitting: bool,
}

/// Tokens that open something, where they are held out as they should be.
pub struct Tokens {
    pub cookie: String,
    pub key: String,
    pub link: String,
}

pub struct Forge<'a> {
    pub document: &'a Value,
    pub known: &'a Known,
    pub tokens: &'a Tokens,
    pub dice: &'a mut Dice,
}

impl Forge<'_> {
    pub fn forge(&mut self, method: &str, path: &str, operation: &Value) -> Forged {
        let is_fitting = self.dice.below(4) == 0;
        // What is wrong is mostly wrong in one place, so that it gets as far as there.
        let place = if is_fitting { 99 } else { self.dice.below(10) };
        let (body, kind) = self.body(operation, (4..10).contains(&place));
        let mut forged = Forged {
            method: method.to_owned(),
            uri: self.uri(path, operation, matches!(place, 0 | 4), matches!(place, 1 | 5)),
            headers: kind.into_iter().map(|kind| ("content-type", kind.into_bytes())).collect(),
            body,
            is_fitting,
        };
        match place {
            2 => self.spoil_headers(&mut forged),
            3 => forged.method = self.dice.one_of(&["PUT", "TRACE", "OPTIONS", "FOO", "PATCH", "DELETE"]).to_owned(),
            _ => {}
        }
        forged.body.truncate(LARGEST_BYTES);
        forged
    }

    fn values(&mut self) -> Values<'_> {
        Values { document: self.document, known: self.known, dice: self.dice }
    }

    fn uri(&mut self, path: &str, operation: &Value, spoil_path: bool, spoil_query: bool) -> String {
        let parts: Vec<String> = path
            .split('/')
            .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(_) if spoil_path => self.garbage_part(),
                Some(name) => match self.known.get(name) {
                    Some(known) => escaped(&self.dice.one_of(known)),
                    None => panic!("nothing is known that {name} could be: add it to the scene"),
                },
                None => part.to_owned(),
            })
            .collect();
        let mut query: Vec<String> = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] != "query" || parameter["required"] != true && self.dice.below(3) != 0 {
                continue;
            }
            let name = parameter["name"].as_str().unwrap();
            let value = match self.values().fitting(&parameter["schema"], name) {
                Value::String(text) => text,
                other => other.to_string(),
            };
            query.push(format!("{name}={}", escaped(&value)));
        }
        if spoil_query {
            let names = ["after", "limit", "sort", "tier", "owner", "since", "name", "x", ""];
            for _ in 0..=self.dice.below(2) {
                query.push(format!("{}={}", self.dice.one_of(&names), self.garbage_part()));
            }
        }
        let joined = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let mut uri = parts.join("/") + &joined;
        uri.truncate(LARGEST_BYTES / 2);
        uri
    }

    /// What stands between slashes or behind an equals sign, in letters that an address may have.
    fn garbage_part(&mut self) -> String {
        match self.dice.below(6) {
            0 => {
                self.dice.one_of(&["%", "%zz", "%ff%fe", "%c0%af", "%2e%2e%2f", "%00", "%25", "+", "a=b=c"]).to_owned()
            }
            1 => "a".repeat(self.dice.one_of(&[255, 256, 5_000])),
            2 => self.dice.one_of(&["-1", "0", "1e9", "99999999999999999999", "NaN", "null", "[]"]).to_owned(),
            3 => format!("{:08x}-0000-7000-8000-{:012x}", self.dice.below(1 << 32), self.dice.below(1 << 48)),
            _ => escaped(&self.values().garbage_text()).chars().take(9_000).collect(),
        }
    }

    fn body(&mut self, operation: &Value, spoil: bool) -> (Vec<u8>, Option<String>) {
        let content = operation["requestBody"]["content"].as_object();
        let Some((media, body)) = content.and_then(|content| content.iter().next()) else {
            return if spoil { (self.garbage_bytes(), Some("application/json".into())) } else { (Vec::new(), None) };
        };
        let mut value = self.values().fitting(&body["schema"], "");
        let times = if spoil { self.dice.below(4) } else { 0 };
        for _ in 0..times {
            self.values().spoil(&mut value);
        }
        if media == "multipart/form-data" {
            return self.form(&value, spoil);
        }
        let bytes = match (spoil, times) {
            (true, 0) => self.broken(value.to_string()),
            _ => value.to_string().into_bytes(),
        };
        (bytes, Some(media.clone()))
    }

    /// Text that is not JSON any more, or not this JSON.
    fn broken(&mut self, text: String) -> Vec<u8> {
        let mut bytes = text.into_bytes();
        match self.dice.below(8) {
            0 => bytes.truncate(self.dice.below(bytes.len() as u64) as usize),
            1 => {
                let at = self.dice.below(bytes.len() as u64) as usize;
                bytes[at] = self.dice.one_of(&[0xff, 0xc0, 0x00, 0x80, b'"']);
            }
            2 => bytes.extend(b" trailing"),
            3 => bytes = [&[0xef, 0xbb, 0xbf], &bytes[..]].concat(),
            4 => bytes = b"[".repeat(30_000),
            5 => bytes = b"{\"a\":".repeat(10_000),
            6 => {
                bytes = [br#"{"query":"a","query":"b","login":"a","login":"b","question":"\ud800""#, &b"}"[..]].concat()
            }
            _ => bytes = self.garbage_bytes(),
        }
        bytes
    }

    fn garbage_bytes(&mut self) -> Vec<u8> {
        let value = self.values().garbage(3).to_string().into_bytes();
        self.dice.one_of(&[Vec::new(), b"NaN".to_vec(), b"{".to_vec(), vec![0; 1_000], value])
    }

    fn form(&mut self, value: &Value, spoil: bool) -> (Vec<u8>, Option<String>) {
        let mut body = Vec::new();
        let lines = value.as_object().cloned().unwrap_or_default();
        for (name, value) in lines {
            let values = value.as_array().cloned().unwrap_or_else(|| vec![value]);
            for value in values {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let file = if name == "file" { "; filename=\"a.md\"" } else { "" };
                let part =
                    format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{text}\r\n");
                body.extend(part.into_bytes());
            }
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        let boundary = if spoil && self.dice.below(4) == 0 { "another" } else { BOUNDARY };
        if spoil && self.dice.below(3) == 0 {
            body.truncate(self.dice.below(body.len() as u64) as usize);
        }
        (body, Some(format!("multipart/form-data; boundary={boundary}")))
    }

    fn spoil_headers(&mut self, forged: &mut Forged) {
        let Tokens { cookie, key, link } = self.tokens;
        let stay = |token: &str| format!("__Host-lectern={token}").into_bytes();
        let bearer = |token: &str| format!("Bearer {token}").into_bytes();
        let long = "x".repeat(8_000);
        let kinds =
            ["text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16", "", "\u{e9}"];
        let choices: Vec<(&'static str, Vec<u8>)> = vec![
            ("content-type", self.dice.one_of(&kinds).as_bytes().to_vec()),
            ("content-encoding", b"gzip".to_vec()),
            ("cookie", stay(key)),
            ("cookie", stay(link)),
            ("cookie", stay(&cookie[..cookie.len() / 2])),
            ("cookie", stay("\u{e9}\u{1}".trim_matches('\u{1}'))),
            ("cookie", b"=;;=; ;a".to_vec()),
            ("authorization", bearer(cookie)),
            ("authorization", bearer(link)),
            ("authorization", bearer(&key.to_uppercase())),
            ("authorization", bearer(&long)),
            ("authorization", b"Basic Og==".to_vec()),
            ("authorization", b"Bearer \xff".to_vec()),
            ("idempotency-key", b"".to_vec()),
            ("idempotency-key", long.clone().into_bytes()),
            ("idempotency-key", b"\xff\xfe".to_vec()),
            ("idempotency-key", b"same".to_vec()),
            ("if-match", b"\"nothing\"".to_vec()),
            ("if-none-match", b"W/\"\xff\", *".to_vec()),
            ("range", b"bytes=9-1".to_vec()),
            ("range", b"bytes=-99999999999999999999".to_vec()),
            ("if-range", b"garbage".to_vec()),
            ("origin", b"null".to_vec()),
            ("sec-fetch-site", b"cross-site".to_vec()),
            ("x-forwarded-for", TEXTS[13].as_bytes().to_vec()),
            ("x-request-id", b"\xff".to_vec()),
            ("accept", b"*/*;q=9".to_vec()),
            ("accept-language", long.into_bytes()),
            ("user-agent", b"\xc3\xa9\xff".to_vec()),
        ];
        for _ in 0..=self.dice.below(2) {
            forged.headers.push(self.dice.one_of(&choices));
        }
    }
}

/// As it may stand in an address.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        _ => format!("%{byte:02x}"),
    };
    text.bytes().map(escape).collect()
}
