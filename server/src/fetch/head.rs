//! Heads of requests and answers as the proxy passes them on: read within bounds, and written anew.
//!
//! Knows line ends and the few names that belong to one connection, and nothing of what the others mean.

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::proxy::Stop;

const MOST_HEAD_BYTES: usize = 64 * 1024;
/// Lines of a head that belong to one connection, and are said anew on the next.
const OF_A_CONNECTION: [&str; 9] = [
    "connection",
    "expect",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "upgrade",
];

/// The lines before a body, of a request or an answer, and what came along behind them.
pub struct Head {
    pub first: String,
    lines: Vec<String>,
    pub rest: Vec<u8>,
}

impl Head {
    /// Bytes beyond ASCII become what they are in Latin-1, which is what they become again when sent on.
    pub async fn read(from: &mut (impl AsyncRead + Unpin), mut bytes: Vec<u8>) -> Result<Self, Stop> {
        let end = loop {
            if let Some(end) = end_of_head(&bytes) {
                break end;
            }
            if bytes.len() >= MOST_HEAD_BYTES {
                return Err(Stop::Malformed);
            }
            let mut piece = [0; 4_096];
            let read = from.read(&mut piece).await?;
            if read == 0 {
                return Err(Stop::Gone);
            }
            bytes.extend_from_slice(&piece[..read]);
        };
        let rest = bytes.split_off(end);
        let text: String = bytes.iter().copied().map(char::from).collect();
        let mut lines = text.trim_end().lines().map(str::to_owned);
        let first = lines.next().ok_or(Stop::Malformed)?;
        let head = Self { first, lines: lines.collect(), rest };
        if head.lines.iter().any(|line| line.contains('\r')) { Err(Stop::Malformed) } else { Ok(head) }
    }

    /// The same head for the other connection, of which this is the only exchange.
    pub fn anew(&self, first: &str, more: &[&str]) -> Vec<u8> {
        let kept =
            self.lines.iter().map(String::as_str).filter(|line| !OF_A_CONNECTION.contains(&name_of(line).as_str()));
        let lines = std::iter::once(first).chain(more.iter().copied()).chain(kept).chain(["Connection: close", "", ""]);
        lines.collect::<Vec<_>>().join("\r\n").chars().map(|letter| letter as u8).collect()
    }

    pub fn is_interim(&self) -> bool {
        self.first.split(' ').nth(1).is_some_and(|status| status.starts_with('1'))
    }

    /// Browsers say how long what they send is, except over connections that are never plain.
    pub fn body_bytes(&self) -> Result<u64, Stop> {
        if self.lines.iter().any(|line| name_of(line) == "transfer-encoding") {
            return Err(Stop::Malformed);
        }
        let Some(line) = self.lines.iter().find(|line| name_of(line) == "content-length") else { return Ok(0) };
        let (_, length) = line.split_once(':').ok_or(Stop::Malformed)?;
        length.trim().parse().map_err(|_| Stop::Malformed)
    }
}

fn name_of(line: &str) -> String {
    line.split(':').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Behind the empty line, whichever way its line ends are written.
fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let after = |mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark).map(|at| at + mark.len());
    after(b"\n\r\n").into_iter().chain(after(b"\n\n")).min()
}
